"""What the calendar room does when events change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.calendar.service.room_calendars import OUTDATED, ask_all_anew, read_anew
from forum.core.outbox import Payload, after, within

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DAYS = {"starts_at", "ends_at", "time_zone"}


@within("event.changed")
@within("event.postponed")
@within("event.published")
def rooms_are_taken_on_other_days(session: Session, payload: Payload, now: datetime) -> None:
    """Have the rooms' calendars read for the days on which the event is now, each for itself."""
    if DAYS & set(payload["changed"]):
        ask_all_anew(session, UUID(payload["event_id"]), payload["revision"], now)


@after(OUTDATED)
def look_at_other_days(payload: Payload, _now: datetime) -> None:
    """Look in a room's calendar for the days on which its event is now."""
    read_anew(UUID(payload["calendar_id"]))
