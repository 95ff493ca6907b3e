"""Others' bookings of a room: a calendar is sent, looked at, kept, replaced and removed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.calendar.service import room_calendars
from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events.models import Event
from forum.programme.models import RoomBusyTime, RoomCalendar, Session
from forum.programme.queries import busy_rooms
from forum.programme.rules import SessionKind, SessionState
from tests import factories
from tests.calendar.rooms import (
    ALL,
    SLUG,
    ZONE,
    block,
    booking,
    calendar,
    lay_rooms,
    make_room,
    send,
)
from tests.events.browsing import Member


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


def session_in(house: SimpleNamespace, room: int, title: str = "Opening") -> UUID:
    with writing() as rows:
        one = Session(
            event_id=house.event_id,
            kind=SessionKind.TALK,
            state=SessionState.CONFIRMED,
            title=Text({"en": title}),
            starts_at=house.start,
            ends_at=house.start + timedelta(hours=1),
            day=house.start.astimezone(ZONE).date(),
            room_id=house.rooms[room],
            created_at=factories.NOW,
            changed_at=factories.NOW,
        )
        rows.add(one)
        rows.flush()
        return one.id


def test_nothing_is_blocked_before_the_preview_is_answered(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    with app.app_context():
        session_in(house, 0)
    sent = send(editor, house.place, calendar(booking(house.start, title="Board meeting")))
    assert sent.status_code == 303
    page = editor.get(sent.headers["Location"])
    assert page.status_code == 200
    for words in ("hall.ics", "Board meeting", "one entry", "taken once", "Sample Hall"):
        assert words in page.text
    assert "busy elsewhere" not in editor.get(f"/manage/{SLUG}/programme/conflicts").text
    kept = editor.fill(f"{house.place}/preview", having="calendar")
    assert kept.status_code == 303
    assert "blocked at one time" in editor.get(house.place).text
    conflicts = editor.get(f"/manage/{SLUG}/programme/conflicts").text
    assert "Sample Hall is busy elsewhere, " in conflicts
    assert "Sample Hall is busy elsewhere, " in editor.get(f"/manage/{SLUG}/programme").text
    assert "hall.ics" in editor.get(ALL).text


def test_the_schedule_editor_knows_when_others_have_a_room(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    with app.app_context():
        session_in(house, 0)
    block(editor, house.place, calendar(booking(house.start)))
    page = editor.get(f"/manage/{SLUG}/programme").text
    grid = json.loads(page.partition('id="sched-grid">')[2].partition("</script>")[0])
    wall = house.start.astimezone(ZONE)
    assert grid["busy"] == [
        {
            "room": str(house.rooms[0]),
            "day": wall.date().isoformat(),
            "start": wall.hour * 60 + wall.minute,
            "minutes": 60,
        }
    ]
    assert [one["kind"] for one in grid["conflicts"] if one["clash"]] == ["room_busy"]


def test_a_calendar_sent_again_takes_the_place_of_the_one_before(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    block(editor, house.place, calendar(booking(house.start, title="First")))
    block(editor, house.place, calendar(booking(house.start, title="Second")))
    page = editor.get(house.place).text
    assert "Second" in page
    assert "First" not in page
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomCalendar)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomBusyTime)) == 1


def test_a_removed_calendar_blocks_nothing(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    block(editor, house.place, calendar(booking(house.start)))
    assert editor.press(house.place, f"{house.place}/remove").status_code == 303
    assert "blocks the room no longer" in editor.get(house.place).text
    with app.app_context():
        assert busy_rooms(house.event_id) == {}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomBusyTime)) == 0


def test_a_discarded_file_leaves_the_calendar_in_force(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    block(editor, house.place, calendar(booking(house.start, title="First")))
    send(editor, house.place, calendar(booking(house.start, title="Second")))
    seen = editor.form(f"{house.place}/preview", having="calendar")
    done = editor.client.post(f"{house.place}/forget", data=dict(seen.values))
    assert done.status_code == 303
    assert "First" in editor.get(house.place).text
    assert editor.get(f"{house.place}/preview").status_code == 303


def test_a_file_that_another_replaced_meanwhile_is_not_kept_unseen(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    send(editor, house.place, calendar(booking(house.start, title="Seen")))
    seen = editor.form(f"{house.place}/preview", having="calendar")
    send(editor, house.place, calendar(booking(house.start, title="Unseen")))
    answer = editor.send(f"{house.place}/preview", seen)
    assert answer.status_code == 409
    assert "Another file was sent for this room meanwhile." in answer.text
    with app.app_context():
        assert busy_rooms(house.event_id) == {}


def test_the_zone_is_asked_for_where_times_float_and_can_be_changed(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    wall = house.start.astimezone(ZONE)
    floating = f"UID:1\r\nSUMMARY:Sample\r\nDTSTART:{wall:%Y%m%dT%H%M%S}\r\nDURATION:PT1H\r\n"
    send(editor, house.place, calendar(floating))
    preview = f"{house.place}/preview"
    assert "Read the times again" in editor.get(preview).text
    with app.app_context():
        assert db.session.scalars(sa.select(RoomBusyTime.starts_at)).one() == house.start
    seen = editor.form(preview, having="zone")
    assert editor.send(preview, seen, zone="Asia/Tokyo").status_code == 303
    with app.app_context():
        assert db.session.scalars(
            sa.select(RoomBusyTime.starts_at)
        ).one() == house.start - timedelta(hours=1)
    seen = editor.form(preview, having="zone")
    assert editor.send(preview, seen, zone="Moon/Base").status_code == 303
    assert "There is no time zone" in editor.get(preview).text


def test_a_file_with_zones_asks_for_none(house: SimpleNamespace, editor: Member) -> None:
    send(editor, house.place, calendar(booking(house.start)))
    assert "Read the times again" not in editor.get(f"{house.place}/preview").text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "No event that can be read is in this file."),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "No event that can be read is in this file."),
        (b"%PDF-1.7 \x00\xff", "No event that can be read is in this file."),
        (b"\xff" * 1000, "No event that can be read is in this file."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    app: Flask, house: SimpleNamespace, editor: Member, content: bytes, says: str
) -> None:
    refused = send(editor, house.place, content, zone="Asia/Tokyo")
    assert refused.status_code == 422
    assert says in refused.text
    assert "Asia/Tokyo" in refused.text, "what was typed stays"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomCalendar)) == 0


def test_no_file_and_an_unknown_zone_are_refused_at_their_boxes(
    house: SimpleNamespace, editor: Member
) -> None:
    seen = editor.form(house.place, having="zone")
    nothing = editor.send(house.place, seen, file=(io.BytesIO(b""), ""))
    assert (nothing.status_code, "Choose a file" in nothing.text) == (422, True)
    refused = send(editor, house.place, calendar(booking(house.start)), zone="Moon/Base")
    assert (refused.status_code, "There is no time zone" in refused.text) == (422, True)


def test_a_file_too_large_gets_an_answer(
    house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_calendars, "LARGEST_FILE", 100)
    refused = send(editor, house.place, calendar(booking(house.start)))
    assert refused.status_code == 422
    assert "larger than 5 MB" in refused.text


def test_a_file_that_takes_too_long_is_stopped(
    house: SimpleNamespace, editor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_calendars, "LONGEST_WORK", 2.0)
    never = "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30\r\n"
    refused = send(editor, house.place, calendar(booking(house.start) + never))
    assert refused.status_code == 422
    assert "takes too long" in refused.text


def test_more_times_than_anybody_looks_through_are_refused(
    house: SimpleNamespace, editor: Member
) -> None:
    every_second = booking(house.start) + "RRULE:FREQ=SECONDLY;COUNT=3000\r\n"
    refused = send(editor, house.place, calendar(every_second))
    assert refused.status_code == 422
    assert "More than 2,000 times" in refused.text


def test_our_own_sessions_in_the_rooms_calendar_block_nothing(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    with app.app_context():
        own = session_in(house, 0)
    block(editor, house.place, calendar(booking(house.start, uid=str(own))))
    with app.app_context():
        assert busy_rooms(house.event_id) == {}


def test_a_file_that_waits_goes_after_some_hours(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    send(editor, house.place, calendar(booking(house.start)))
    with app.app_context():
        room_calendars.sweep(factories.NOW + room_calendars.KEPT_FOR + timedelta(minutes=1))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomCalendar)) == 0


def test_rooms_of_others_are_not_there(app: Flask, house: SimpleNamespace, editor: Member) -> None:
    assert editor.get(f"{ALL}/{house.foreign}").status_code == 404
    assert editor.get(f"/manage/other-forum/programme/busy/{house.foreign}").status_code == 404
    with app.app_context():
        room_calendars.remove(SYSTEM, house.event_id, house.rooms[0], now=factories.NOW)


def test_the_pages_take_as_many_statements_for_many_rooms_and_times_as_for_few(
    app: Flask, house: SimpleNamespace, editor: Member
) -> None:
    def statements(path: str) -> int:
        with app.app_context(), counted_statements(db.engine) as counted:
            assert editor.get(path).status_code == 200
        return len(counted)

    block(editor, house.place, calendar(booking(house.start)))
    few = [statements(one) for one in (ALL, house.place)]
    with app.app_context():
        event = db.session.get_one(Event, house.event_id)
        for number in range(2, 32):
            room = make_room(event, f"Room {number}", number)
            with writing() as rows:
                rows.add(
                    RoomCalendar(
                        room_id=room.id, waiting=False, file_name="x.ics", zone="UTC",
                        content=b"", entries=1, odd={}, read_at=factories.NOW, read_by="",
                    )
                )  # fmt: skip
    times = [booking(house.start + timedelta(minutes=n), title=f"B {n}") for n in range(30)]
    block(editor, house.place, calendar(*times))
    assert [statements(one) for one in (ALL, house.place)] == few
