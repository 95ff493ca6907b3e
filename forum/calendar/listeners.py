"""What the calendar room does when events change."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from forum.calendar.service.room_calendars import read_anew
from forum.core.outbox import Payload, after

DAYS = {"starts_at", "ends_at", "time_zone"}


@after("event.changed")
@after("event.postponed")
def rooms_are_taken_on_other_days(payload: Payload, _now: datetime) -> None:
    """Look in the rooms' calendars for the days on which the event is now."""
    if DAYS & set(payload["changed"]):
        read_anew(UUID(payload["event_id"]))
