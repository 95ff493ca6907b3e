"""When rooms are taken by others, as their calendars say."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.events.models import Room
from forum.programme.models import RoomBusyTime, RoomCalendar
from forum.programme.rules.conflicts import Span


def busy_rooms(event_id: UUID) -> dict[UUID, list[Span]]:
    """Return the times at which an event's rooms are taken elsewhere, in order (1 statement)."""
    rows = db.session.execute(
        sa.select(RoomCalendar.room_id, RoomBusyTime.starts_at, RoomBusyTime.ends_at)
        .join(RoomCalendar, RoomCalendar.id == RoomBusyTime.calendar_id)
        .join(Room, Room.id == RoomCalendar.room_id)
        .where(Room.event_id == event_id, RoomCalendar.waiting.is_(False))
        .order_by(RoomBusyTime.starts_at)
    )
    found: dict[UUID, list[Span]] = {}
    for row in rows:
        found.setdefault(row.room_id, []).append((row.starts_at, row.ends_at))
    return found


def room_calendars(event_id: UUID) -> dict[UUID, tuple[RoomCalendar, int]]:
    """Return the calendars in force of an event's rooms, with the number of times (1 statement)."""
    rows = db.session.execute(
        sa.select(RoomCalendar, sa.func.count(RoomBusyTime.id))
        .join(Room, Room.id == RoomCalendar.room_id)
        .outerjoin(RoomBusyTime, RoomBusyTime.calendar_id == RoomCalendar.id)
        .where(Room.event_id == event_id, RoomCalendar.waiting.is_(False))
        .group_by(RoomCalendar.id)
    )
    return {calendar.room_id: (calendar, number) for calendar, number in rows}


def room_calendar(room_id: UUID, *, waiting: bool) -> RoomCalendar | None:
    """Return the calendar of a room that is in force, or the one being looked at (1 statement)."""
    return db.session.scalar(
        sa.select(RoomCalendar).where(
            RoomCalendar.room_id == room_id, RoomCalendar.waiting.is_(waiting)
        )
    )


def busy_times(calendar_id: UUID) -> Sequence[RoomBusyTime]:
    """Return a calendar's times in order (1 statement)."""
    return db.session.scalars(
        sa.select(RoomBusyTime)
        .where(RoomBusyTime.calendar_id == calendar_id)
        .order_by(RoomBusyTime.starts_at, RoomBusyTime.ends_at, RoomBusyTime.id)
    ).all()
