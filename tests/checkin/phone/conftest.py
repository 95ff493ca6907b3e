"""One live Forum and a paired phone in a real browser, for the stories of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from forum.app import create_app
from forum.checkin import service
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.events.models import Event
from forum.registrations import service as registrations
from tests.checkin.conftest import TicketHolder, register_guest, run_late
from tests.factories import make_event
from tests.support import databases
from tests.support.ground import free_port
from tests.support.live import LiveForum, live_forum

# Two cores may be busy with everything else.
expect.set_options(timeout=15_000)


@dataclass
class Stage:
    """A live event: how to register a guest, and how to pair another phone."""

    app: Flask
    event: Event

    def guest(self, **given: str) -> TicketHolder:
        """Register a guest."""
        with self.app.app_context():
            return register_guest(self.event, **given)

    def cancel(self, guest: TicketHolder) -> None:
        """Cancel a guest's registration."""
        with self.app.app_context():
            registrations.cancel(SYSTEM, guest.registration_id, now=clock.now())

    def run_late(self, session_id: UUID, minutes: int) -> None:
        """Let a session end later."""
        with self.app.app_context():
            run_late(self.event.id, session_id, minutes, now=clock.now())

    def pairing(self) -> str:
        """Make a pairing link."""
        with self.app.app_context():
            now = clock.now()
            at = service.main_checkpoint(SYSTEM, self.event, now=now)
            return f"/door/pair/{service.make_pairing_link(SYSTEM, self.event, at, now=now).secret}"


@pytest.fixture(scope="package")
def forum_server(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveForum]:
    """One live Forum for these stories; each has an event of its own."""
    folder = tmp_path_factory.mktemp("door")
    address = databases.copy_of(sqlite_template, folder)
    given = {"base_url": f"http://127.0.0.1:{free_port()}"}
    with live_forum(databases.settings_for(folder, address, **given)) as server:
        yield server


@pytest.fixture(scope="package")
def app(forum_server: LiveForum) -> Iterator[Flask]:
    """The same Forum in this process."""
    made = create_app(forum_server.settings, checkpoints=False)
    yield made
    databases.close(made)


@pytest.fixture
def stage(app: Flask) -> Stage:
    """An event that begins in an hour."""
    now = clock.now()
    with app.app_context():
        event = make_event(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=5))
    return Stage(app, event)


def pair(page: Page, stage: Stage) -> None:
    """Pair the phone that shows this page."""
    page.goto(stage.pairing())
    page.get_by_label("Your name").fill("Mei")
    page.get_by_role("button", name="Pair this phone").click()


@pytest.fixture
def door(page: Page, stage: Stage) -> Page:
    """The door's page on a paired phone."""
    pair(page, stage)
    expect(page.locator("#scan")).to_be_visible()
    return page


def expect_kind(page: Page, kind: str) -> None:
    """Wait until the page shows a verdict of this kind, or is ready."""
    expect(page.locator("#stage")).to_have_attribute("data-kind", kind)


def type_like_a_scanner(page: Page, code: str) -> None:
    """Type a code as a hand scanner does, wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
