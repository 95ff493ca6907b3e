"""What the programme does when events and rooms change, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session as Transaction

from forum.core.outbox import Payload, within
from forum.programme.service import follow_event, follow_room

SEEN_IN_SESSIONS = {"venue_id", "time_zone", "state"}


@within("event.published")
@within("event.changed")
@within("event.postponed")
@within("event.cancelled")
def sessions_follow_their_event(transaction: Transaction, payload: Payload, now: datetime) -> None:
    """Let calendars hear of every session whose place or standing the event has changed."""
    seen_before = "published_at" not in payload["changed"]
    if seen_before and SEEN_IN_SESSIONS & set(payload["changed"]):
        follow_event(transaction, UUID(payload["event_id"]), now)


@within("room.changed")
def sessions_follow_a_renamed_room(
    transaction: Transaction, payload: Payload, now: datetime
) -> None:
    """Let calendars hear of the sessions in a room with another name."""
    follow_room(
        transaction,
        UUID(payload["event_id"]),
        UUID(payload["room_id"]),
        now,
        removed=False,
    )


@within("room.removed")
def sessions_leave_a_removed_room(
    transaction: Transaction, payload: Payload, now: datetime
) -> None:
    """Take the sessions out of a room that goes, and let calendars hear of it."""
    follow_room(
        transaction,
        UUID(payload["event_id"]),
        UUID(payload["room_id"]),
        now,
        removed=True,
    )
