"""The session cookie: who a request comes from, read in one statement; noted when it is used."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import current_app, g, request
from sqlalchemy.exc import DBAPIError

from forum.core import clock
from forum.core.actor import Actor
from forum.core.db import db
from forum.core.http.i18n import LANGUAGE_COOKIE, use_language
from forum.people import queries, service
from forum.people.rules import SESSION_LASTS, network_of

if TYPE_CHECKING:
    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.people.service import SignedIn

log = logging.getLogger("forum.people")


def init_session(app: Flask) -> None:
    """Let requests find their actor by the session cookie."""
    app.extensions["forum_actor_loader"] = load_actor
    app.after_request(_note_use)


def load_actor() -> Actor | None:
    """Return who is signed in, in the language of the account where nothing better is known."""
    found = queries.live_session(request.cookies.get(cookie_name(), ""), clock.now())
    if found is None:
        return None
    if LANGUAGE_COOKIE not in request.cookies and not _speaks_by_address():
        use_language(found.lang)
    if found.to_be_noted:
        g.session_used = found.actor.session_id
    return found.actor


def keep_cookie(response: AnyResponse, begun: SignedIn) -> None:
    """Give the browser the secret of a session just begun."""
    response.set_cookie(
        cookie_name(),
        begun.secret,
        max_age=SESSION_LASTS,
        path="/",
        secure=_https(),
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: AnyResponse) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(cookie_name(), path="/", secure=_https(), httponly=True, samesite="Lax")


def network() -> str:
    """Return the network the request comes from, as failures are counted by it."""
    return network_of(request.remote_addr)


def cookie_name() -> str:
    """Return the cookie's name; browsers keep a __Host- one to this host and to HTTPS."""
    return "__Host-forum-session" if _https() else "forum-session"


def _https() -> bool:
    return str(current_app.config["FORUM_BASE_URL"]).startswith("https:")


def _speaks_by_address() -> bool:
    return bool(
        request.endpoint and current_app.url_map.is_endpoint_expecting(request.endpoint, "lang")
    )


def _note_use(response: Response) -> Response:
    used = g.pop("session_used", None)
    if used is not None:
        try:
            service.note_seen(used, now=clock.now())
        except DBAPIError:
            db.session.rollback()
            log.info("the use of a session could not be noted, the next request will")
    return response
