"""An event with rooms that others book too, and their calendars as they are sent."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.test import TestResponse

from forum.core.db import writing
from forum.core.text import Text
from forum.events.models import Event, Room
from tests import factories
from tests.events.browsing import Member

ZONE = ZoneInfo("Asia/Hong_Kong")
SLUG = "sample-forum"
ALL = f"/manage/{SLUG}/programme/busy"


def lay_rooms() -> SimpleNamespace:
    """Make an event with two rooms, and another organiser's with one."""
    ours, theirs = factories.make_organisation(), factories.make_organisation()
    event = factories.make_event(ours, slug=SLUG)
    other = factories.make_event(theirs, slug="other-forum")
    rooms = [make_room(event, "Sample Hall", 0), make_room(event, "Sample Lounge", 1)]
    foreign = make_room(other, "Far Hall", 0)
    return SimpleNamespace(
        ours=ours,
        event_id=event.id,
        start=event.starts_at,
        rooms=[one.id for one in rooms],
        foreign=foreign.id,
        place=f"{ALL}/{rooms[0].id}",
        second=f"{ALL}/{rooms[1].id}",
    )


def make_room(event: Event, name: str, position: int) -> Room:
    """Make a room of an event."""
    with writing() as rows:
        room = Room(
            event_id=event.id,
            slug=name.lower().replace(" ", "-"),
            name=Text({"en": name}),
            position=position,
        )
        rows.add(room)
        return room


def calendar(*events: str) -> bytes:
    """Return a file of such events."""
    inside = "".join(f"BEGIN:VEVENT\r\n{one}END:VEVENT\r\n" for one in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}END:VCALENDAR\r\n".encode()


def booking(
    starts_at: datetime, hours: float = 1, title: str = "Board meeting", uid: str = ""
) -> str:
    """Return the lines of a booking."""
    ends_at = starts_at + timedelta(hours=hours)
    return (
        f"UID:{uid or title}\r\nSUMMARY:{title}\r\n"
        f"DTSTART:{starts_at:%Y%m%dT%H%M%S}Z\r\nDTEND:{ends_at:%Y%m%dT%H%M%S}Z\r\n"
    )


def send(member: Member, place: str, content: bytes, **typed: Any) -> TestResponse:
    """Send a file for a room."""
    seen = member.form(place, having="zone")
    return member.send(place, seen, file=(io.BytesIO(content), "hall.ics"), **typed)


def block(member: Member, place: str, content: bytes) -> None:
    """Send a file for a room, and say yes to it."""
    assert send(member, place, content).status_code == 303
    assert member.fill(f"{place}/preview", having="calendar").status_code == 303
