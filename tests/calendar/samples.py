"""Calendars and events for the tests, made by hand and marked as samples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from forum.calendar.shapes import FeedCalendar, FeedEvent, Mailbox

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
LONG_AGO = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
PARENT = UUID("019a0000-0000-7000-8000-0000000000ff")


def a_uid(number: int) -> UUID:
    """Return the UID of the sample event of this number."""
    return UUID(int=PARENT.int + number + 1)


def an_event(number: int = 0, **changes: Any) -> FeedEvent:
    """Return a sample session on 8 December 2026 at 9:00 in Hong Kong, with changes."""
    event = FeedEvent(
        uid=a_uid(number),
        sequence=0,
        created=LONG_AGO,
        last_modified=LONG_AGO,
        start=datetime(2026, 12, 8, 9, 0, tzinfo=HONG_KONG),
        end=datetime(2026, 12, 8, 10, 0, tzinfo=HONG_KONG),
        zone="Asia/Hong_Kong",
        title=f"Sample talk {number}",
        language="en",
        description="A sample.\n\nhttps://forum.example.com/en/e/sample/",
        location="Hall 1, Sample Centre, 1 Sample Road, Hong Kong",
        url="https://forum.example.com/en/e/sample/",
        categories=("Talk", "Factories"),
        organizer=Mailbox("Sample Forum", "events@example.com"),
        parent=PARENT,
    )
    return replace(event, **changes)


def a_calendar(*events: FeedEvent, **changes: Any) -> FeedCalendar:
    """Return a sample calendar of these events, with changes."""
    calendar = FeedCalendar(
        name="Sample Forum 2026",
        zone="Asia/Hong_Kong",
        language="en",
        description="A sample.",
        source="https://forum.example.com/e/sample/sample.ics",
        page="https://forum.example.com/en/e/sample/",
        last_modified=LONG_AGO,
        events=events,
    )
    return replace(calendar, **changes)
