"""Others' bookings of rooms for the sample house: a calendar in force, and one to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from forum.calendar.service.room_calendars import SentFile, keep, look_at
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.events.models import Event
from forum.events.queries import rooms_of
from forum.programme.queries import room_calendar


def room_pages(event: Event) -> Sequence[str]:
    """Block a room by one calendar, send it another, and return the pages on them."""
    room, other = rooms_of(event.id)[:2]
    now = clock.now()
    look_at(SYSTEM, event, room.id, _file(event, "Sample board meeting"), now=now)
    waiting = room_calendar(room.id, waiting=True)
    assert waiting is not None
    keep(SYSTEM, event.id, room.id, waiting.id, now=now)
    look_at(SYSTEM, event, room.id, _file(event, "Sample rehearsal"), now=now)
    base = f"/manage/{event.slug}/programme/busy"
    return (base, f"{base}/{room.id}", f"{base}/{room.id}/preview", f"{base}/{other.id}")


def _file(event: Event, title: str) -> SentFile:
    starts_at = event.starts_at.astimezone(event.zone).replace(tzinfo=None) + timedelta(hours=1)
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sample//EN",
        "BEGIN:VEVENT", "UID:1", f"SUMMARY:{title}", f"DTSTART:{starts_at:%Y%m%dT%H%M%S}",
        "DURATION:PT2H", "RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT",
        "BEGIN:VEVENT", "UID:2", f"DTSTART:{starts_at:%Y%m%dT%H%M%S}", "TRANSP:TRANSPARENT",
        "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return SentFile("hall.ics", "\r\n".join(lines).encode(), event.time_zone)
