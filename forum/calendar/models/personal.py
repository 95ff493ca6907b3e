"""The table of personal feeds: whose calendar it is, its address, what was last read of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.calendar.rules.personal import LONGEST_ALARM, SHORTEST_ALARM, FeedKind
from forum.core.db import Model, enum_column
from forum.core.ids import uuid7


class PersonalFeed(Model):
    """A calendar of somebody's own: a registration's, an engagement's or a user's.

    Its address dies with `generation`, and with the holder's own link, whose generation was
    `holder_generation` when the address was made. `fetched_at` is exact to the hour. What begins
    with `shown` is what the last client was given, so that the next one need not be: the
    fingerprint of what it was made from, its ETag, its size in bytes, when it last changed.
    """

    __tablename__ = "personal_feed"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[FeedKind] = mapped_column(enum_column(FeedKind, "feed_kind"))
    holder_id: Mapped[UUID]
    holder_generation: Mapped[int] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    alarm_minutes: Mapped[int | None]
    lang: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    fetched_at: Mapped[datetime | None]
    fetched_by: Mapped[str] = mapped_column(sa.String(20), default="")
    shown_as: Mapped[str] = mapped_column(sa.String(40), default="")
    shown_etag: Mapped[str] = mapped_column(sa.String(40), default="")
    shown_size: Mapped[int] = mapped_column(default=0)
    shown_changed: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("kind", "holder_id"),
        sa.CheckConstraint(
            f"alarm_minutes BETWEEN {SHORTEST_ALARM} AND {LONGEST_ALARM}", name="alarm_minutes"
        ),
        sa.CheckConstraint(
            "generation >= 0 AND holder_generation >= 0 AND revision > 0 AND shown_size >= 0",
            name="counters",
        ),
        sa.CheckConstraint("(fetched_at IS NULL) = (fetched_by = '')", name="fetched_whole"),
    )
