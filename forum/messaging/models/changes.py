"""Changes of an event that its guests are told of together."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model
from forum.core.ids import uuid7

_GATHERS = sa.text("settled_at IS NULL AND stopped_at IS NULL")


class EventNews(Model):
    """What guests hear of an event in one mail: `before` and `after` are facts told, as JSON.

    Further changes join it until `due_at`; then it is settled, and `after` is what all are told.
    `notes` are the organiser's words, each a text in several languages, the oldest first. It is
    stopped where nobody is to hear of it any more.
    """

    __tablename__ = "event_news"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(sa.String(200), default="")
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    reached: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.Index(
            "uq_event_news_gathers",
            "event_id",
            unique=True,
            sqlite_where=_GATHERS,
            postgresql_where=_GATHERS,
        ),
        sa.CheckConstraint("told_at IS NULL OR settled_at IS NOT NULL", name="told"),
        sa.CheckConstraint("reached >= 0", name="reached"),
    )
