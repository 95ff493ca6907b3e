"""Tables of what takes rooms elsewhere: the calendar file sent for a room, and its times."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.programme.rules import WhyUnread


class RoomCalendar(Model):
    """A calendar file of a room, packed by zlib: at most one in force, and one being looked at.

    `zone` is for times that name none; `entries` counts all the file holds, `odd` its oddities.
    `unread` says why it has no times for the days on which the event is now.
    """

    __tablename__ = "room_calendar"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    room_id: Mapped[UUID] = mapped_column(sa.ForeignKey("room.id", ondelete="CASCADE"))
    waiting: Mapped[bool]
    file_name: Mapped[str] = mapped_column(sa.String(200))
    zone: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    entries: Mapped[int]
    odd: Mapped[dict[str, Any]]
    unread: Mapped[WhyUnread | None] = mapped_column(enum_column(WhyUnread, "why_unread"))
    read_at: Mapped[datetime]
    read_by: Mapped[str] = mapped_column(sa.String(200))

    __table_args__ = (sa.UniqueConstraint("room_id", "waiting"),)


class RoomBusyTime(Model):
    """A time at which a room is taken by others; no title where the file keeps it private."""

    __tablename__ = "room_busy_time"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    calendar_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("room_calendar.id", ondelete="CASCADE"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(sa.String(200))

    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),)
