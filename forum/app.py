"""The composition root: settings, extensions, rooms, error pages, and the layer of cached pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from forum import assets_of_app, rooms
from forum.core.db import db
from forum.core.engine import engine_options, prepare_engine
from forum.core.http.access import undeclared
from forum.core.http.addresses import init_addresses
from forum.core.http.csrf import init_csrf
from forum.core.http.errors import init_errors
from forum.core.http.headers import init_headers, protect_file
from forum.core.http.hosts import host_check, init_hosts
from forum.core.http.i18n import init_languages
from forum.core.http.live import init_live
from forum.core.http.office import init_office
from forum.core.http.once import init_once
from forum.core.http.pages import PageServer
from forum.core.keys import InstanceKey
from forum.settings import Settings

LARGEST_BODY = 1_000_000
LARGEST_FORM_PARTS = 500
migrate = Migrate()


class UndeclaredView(RuntimeError):
    """A view says not who may call it: the start fails."""


def create_app(settings: Settings, *, checkpoints: bool = True) -> Flask:
    """Build the application for these settings.

    `checkpoints` is False in web workers beside a jobs process, which alone checkpoints SQLite.
    """
    app = Flask(
        "forum",
        template_folder=str(assets_of_app.templates()),
        static_folder=None,
        instance_path=str(settings.instance),
    )
    app.config.update(_configuration(settings, checkpoints=checkpoints))
    app.extensions["forum_key"] = InstanceKey(settings.secret_key)
    app.jinja_env.globals["asset"] = assets_of_app.asset
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine, checkpoints=checkpoints)
    migrate.init_app(
        app, db, directory=str(assets_of_app.PACKAGE / "migrations"), render_as_batch=True
    )
    init_addresses(app)
    init_hosts(app)
    init_languages(app)
    init_office(app)
    init_csrf(app)
    init_once(app)
    init_headers(app)
    init_live(app)
    init_errors(app)
    rooms.init(app)
    if missing := undeclared(app):
        message = f"these views declare no access: {', '.join(missing)}"
        raise UndeclaredView(message)
    _layers(app, settings)
    return app


def _configuration(settings: Settings, *, checkpoints: bool) -> dict[str, Any]:
    https = settings.base_url.startswith("https:")
    return {
        "FORUM_BASE_URL": settings.base_url,
        "FORUM_INSTANCE": settings.instance,
        "FORUM_SETTINGS": settings,
        "FORUM_TRANSLATIONS": str(assets_of_app.TRANSLATIONS),
        "SECRET_KEY": InstanceKey(settings.secret_key).derived("flask session").hex(),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url, checkpoints=checkpoints),
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "MAX_FORM_PARTS": LARGEST_FORM_PARTS,
        "SESSION_COOKIE_NAME": "__Host-forum-form" if https else "forum-form",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
    }


def _layers(app: Flask, settings: Settings) -> None:
    pages = PageServer(app, app.wsgi_app, host_check(settings.base_url))
    files = WhiteNoise(
        pages,
        str(assets_of_app.STATIC),
        prefix="static",
        add_headers_function=protect_file,
    )
    app.wsgi_app = files  # type: ignore[method-assign]  # how Flask is wrapped
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        behind = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)
        app.wsgi_app = behind  # type: ignore[method-assign]  # how Flask is wrapped
