"""One furnished house behind one live server, for all tests that only look at its pages.

What a test leaves in the database would be seen by the next: so the rows are compared after each
test. One that wrote fails, and the next gets a house of its own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, StorageState

from forum.app import create_app
from forum.core import clock
from forum.people.service import make_sign_in_link
from tests.journeys.sample_house import House, furnish, sign_in
from tests.support import databases
from tests.support.ground import free_port
from tests.support.live import LiveForum, live_forum

OF_LOOKING = {
    "page_bytes": "is a copy of what is shown",
    "page_scope": "counts the editions of those copies",
}
"""Tables in which looking leaves something, and why no page shows it."""


@dataclass(frozen=True)
class Standing:
    """A furnished house, its server, an application on its database, a signed-in organiser."""

    house: House
    forum: LiveForum
    app: Flask
    organiser: StorageState

    def with_new_link(self) -> House:
        """Return the house with a sign-in link that is good for some minutes from now."""
        with self.app.app_context():
            token = make_sign_in_link("organiser@example.com", now=clock.now())
        return replace(self.house, sign_in=f"/sign-in/{token}")

    def rows(self) -> str:
        """Return a fingerprint of every row that a page could show."""
        file = self.forum.settings.instance / "forum.sqlite3"
        found = hashlib.sha256()
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            listed = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            for (table,) in connection.execute(listed).fetchall():
                if table not in OF_LOOKING:
                    rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                    found.update(repr((table, sorted(map(repr, rows)))).encode())
        return found.hexdigest()


@dataclass
class Street:
    """Where the house stands; another is built when one was written to."""

    folder: Path
    template: Path
    browser: Browser
    built: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)
    _standing: Standing | None = None

    def house(self) -> Standing:
        """Return the house that stands, else build one."""
        if self._standing is None:
            self.built += 1
            self._standing = self._stack.enter_context(self._new())
        return self._standing

    def pull_down(self) -> None:
        """Stop the server; the next who asks gets another house."""
        self._standing = None
        self._stack.close()

    @contextmanager
    def _new(self) -> Iterator[Standing]:
        instance = self.folder / str(self.built)
        instance.mkdir()
        url = databases.copy_of(self.template, instance)
        base_url = f"http://127.0.0.1:{free_port()}"
        settings = databases.settings_for(instance, url, base_url=base_url)
        app = create_app(settings)
        house = furnish(app)
        # Jobs would go on writing, by the clock.
        with live_forum(settings, "--no-jobs") as forum:
            context = self.browser.new_context(base_url=base_url)
            sign_in(context.new_page(), house)
            organiser = context.storage_state()
            context.close()
            yield Standing(house, forum, app, organiser)
        databases.close(app)


@pytest.fixture(scope="module")
def street(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, browser: Browser
) -> Iterator[Street]:
    """The place of the one house that tests of a module look at."""
    made = Street(tmp_path_factory.mktemp("street"), sqlite_template, browser)
    yield made
    made.pull_down()


@pytest.fixture
def standing(street: Street) -> Iterator[Standing]:
    """The furnished house; a test that writes to it fails."""
    one = street.house()
    house = one.with_new_link()
    before = one.rows()
    yield replace(one, house=house)
    if one.rows() != before:
        street.pull_down()
        pytest.fail("The test wrote to a house that is only to be looked at.")


@pytest.fixture
def house(standing: Standing) -> House:
    """The addresses of its pages."""
    return standing.house


@pytest.fixture
def forum_server(standing: Standing) -> LiveForum:
    """Its server, to which `new_context` leads."""
    return standing.forum
