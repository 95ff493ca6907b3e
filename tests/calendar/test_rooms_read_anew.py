"""Rooms' calendars when the event moves, and the process that reads them: nothing waits for it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.calendar.service import room_calendars
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.errors import Unavailable
from forum.core.outbox import OutboxRow, deliver_due
from forum.core.permissions import Action, Role
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.programme.models import RoomBusyTime, RoomCalendar
from tests import factories
from tests.calendar.changes import edit_event
from tests.calendar.rooms import ALL, SLUG, block, booking, calendar, lay_rooms, send
from tests.events.browsing import Member

MONTH = timedelta(days=30)
ENDLESS = "RRULE:FREQ=SECONDLY;COUNT=3000\r\n"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=True):
        yield


@pytest.fixture
def house(app: Flask) -> SimpleNamespace:
    with app.app_context():
        return lay_rooms()


@pytest.fixture
def editor(app: Flask, house: SimpleNamespace) -> Member:
    return Member(app, house.ours, role=Role.PROGRAMME, name="Ada Sample")


def move(house: SimpleNamespace) -> None:
    event = db.session.get_one(Event, house.event_id, populate_existing=True)
    starts_at, ends_at = event.starts_at + MONTH, event.ends_at + MONTH
    edit_event(event.id, now=factories.NOW, starts_at=starts_at, ends_at=ends_at)


def titles() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(RoomBusyTime.title)))


def while_reading(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something at the moment at which the reader has a file."""
    read = subprocess.run

    def reading(*args: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:
        act()
        return read(*args, **options)

    monkeypatch.setattr(subprocess, "run", reading)


@pytest.mark.both_databases
def test_an_event_moved_to_other_days_finds_the_bookings_of_those_days(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    then, later = booking(house.start, title="Then"), booking(house.start + MONTH, title="Later")
    block(editor, house.place, calendar(then, later))
    with app.app_context():
        move(house)
        deliver_due(factories.NOW)
        assert titles() == ["Later"]


@pytest.mark.both_databases
def test_each_room_is_read_anew_by_an_effect_of_its_own(
    app: Flask, house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, title in ((house.place, "Hall"), (house.second, "Lounge")):
        block(editor, place, calendar(booking(house.start + MONTH, title=title)))
    fails = iter([True, False])

    def fail_once() -> None:
        if next(fails):
            raise OSError

    with app.app_context():
        move(house)
        while_reading(monkeypatch, fail_once)
        deliver_due(factories.NOW)
        assert len(titles()) == 1, "one that fails holds up no other"
        outdated = sa.select(OutboxRow.done_at).where(
            OutboxRow.topic == room_calendars.OUTDATED, OutboxRow.done_at.is_(None)
        )
        assert len(db.session.scalars(outdated).all()) == 1
        fails = iter([False])
        deliver_due(factories.NOW + timedelta(minutes=1))
        assert titles() == ["Hall", "Lounge"]


def test_an_event_that_stays_on_its_days_has_no_calendar_read(
    app: Flask, house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    block(editor, house.place, calendar(booking(house.start)))
    with app.app_context():
        while_reading(monkeypatch, lambda: pytest.fail("nothing is to be read"))
        edit_event(house.event_id, now=factories.NOW, contact_email="desk@example.com")
        deliver_due(factories.NOW)
        assert titles() == ["Board meeting"]


@pytest.mark.both_databases
def test_a_calendar_that_cannot_be_read_any_more_says_so(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    endless = booking(house.start + MONTH, title="Endless") + ENDLESS
    block(editor, house.place, calendar(booking(house.start, title="Then"), endless))
    assert "cannot be read" not in editor.get(house.place).text
    with app.app_context():
        move(house)
        deliver_due(factories.NOW)
        assert titles() == []
    page = editor.get(house.place).text
    assert "for its new days this calendar cannot be read. It blocks nothing." in page
    assert "More than 2,000 times" in page
    assert "None of its times" not in page
    assert "Cannot be read" in editor.get(ALL).text
    block(editor, house.place, calendar(booking(house.start + MONTH)))
    assert "cannot be read" not in editor.get(house.place).text


def test_a_calendar_that_can_be_read_again_blocks_again(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    endless = booking(house.start + MONTH, title="Endless") + ENDLESS
    back = booking(house.start + 2 * MONTH, title="Back")
    block(editor, house.place, calendar(booking(house.start), endless, back))
    with app.app_context():
        for _ in range(2):
            move(house)
            deliver_due(factories.NOW)
        assert titles() == ["Back"]
    assert "cannot be read" not in editor.get(house.place).text


def test_a_file_that_waits_and_cannot_be_read_any_more_is_asked_for_again(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    endless = booking(house.start + MONTH, title="Endless") + ENDLESS
    send(editor, house.place, calendar(booking(house.start), endless))
    with app.app_context():
        move(house)
        deliver_due(factories.NOW)
    editor.get(f"{house.place}/preview")
    assert "Choose it again." in editor.get(house.place).text


def test_an_event_that_moves_while_a_file_is_read_finds_its_bookings_all_the_same(
    app: Flask, house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = [house]

    def move_once() -> None:
        if once:
            move(once.pop())
            deliver_due(factories.NOW)

    while_reading(monkeypatch, move_once)
    later = booking(house.start + MONTH, title="Later")
    send(editor, house.place, calendar(booking(house.start), later))
    with app.app_context():
        assert titles() == []
        deliver_due(factories.NOW + timedelta(minutes=1))
        assert titles() == ["Later"]


@pytest.mark.both_databases
def test_no_transaction_waits_for_the_reader(
    app: Flask, house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_then: list[bool] = []
    while_reading(monkeypatch, lambda: open_then.append(db.session().in_transaction()))
    send(editor, house.place, calendar(booking(house.start)))
    with app.app_context():
        event = managed_event(SYSTEM, SLUG, Action.EDIT_PROGRAMME)
        zone = "Asia/Tokyo"
        room_calendars.look_again(SYSTEM, event, house.rooms[0], zone, now=factories.NOW)
        move(house)
        deliver_due(factories.NOW)
    assert open_then == [False] * 3


def test_one_file_is_read_at_a_time_and_who_waits_too_long_is_told(
    app: Flask, house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(editor, house.place, calendar(booking(house.start)))
    monkeypatch.setattr(room_calendars, "LONGEST_WAIT", 0.01)
    with room_calendars._one_at_a_time:
        refused = send(editor, house.place, calendar(booking(house.start)), zone="Asia/Tokyo")
        assert refused.status_code == 503
        assert "Another calendar is being read just now." in refused.text
        assert "Asia/Tokyo" in refused.text, "what was typed stays"
        with app.app_context():
            calendar_id = db.session.scalars(sa.select(RoomCalendar.id)).one()
            with pytest.raises(Unavailable):
                room_calendars.read_anew(calendar_id)
    wall = f"UID:1\r\nDTSTART:{house.start:%Y%m%dT%H%M%S}\r\nDURATION:PT1H\r\n"
    send(editor, house.place, calendar(wall))
    seen = editor.form(f"{house.place}/preview", having="zone")
    with room_calendars._one_at_a_time:
        assert editor.send(f"{house.place}/preview", seen, zone="Asia/Tokyo").status_code == 303
    assert "Another calendar is being read" in editor.get(f"{house.place}/preview").text


def test_what_the_system_stopped_took_too_long(
    house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = subprocess.CompletedProcess([], -signal.SIGXCPU, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_o: stopped)
    refused = send(editor, house.place, calendar(booking(house.start)))
    assert refused.status_code == 422
    assert "takes too long" in refused.text
