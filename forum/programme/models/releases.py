"""Tables of how a programme is shown: its settings and its numbered versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.programme.rules import ReleaseCause, ReleaseMode


class Programme(Model):
    """How the programme of one event is kept; an event without a row has the defaults.

    `strict` are the kinds of conflict that stop a save or release; `nod` says that what speakers
    change waits for an editor. `version` is the number of the last release, 0 before the first.
    Until `telling_until` one worker alone writes those concerned. `former_names` are what rooms and
    tracks that were removed had been called, by id and language: versions still name them.
    """

    __tablename__ = "programme"

    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    mode: Mapped[ReleaseMode] = mapped_column(
        enum_column(ReleaseMode, "release_mode"), default=ReleaseMode.AT_ONCE
    )
    strict: Mapped[list[str]] = mapped_column(default=list)
    turnaround: Mapped[int] = mapped_column(default=0)
    nod: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=0)
    preview_generation: Mapped[int] = mapped_column(default=0)
    telling_until: Mapped[datetime | None]
    former_names: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        sa.CheckConstraint("turnaround BETWEEN 0 AND 240", name="turnaround"),
        sa.CheckConstraint("version >= 0", name="version"),
    )


class Release(Model):
    """One numbered version of an event's programme; `told_at` is when those concerned were told.

    `back_to` is the number of the earlier version that it brought back.
    """

    __tablename__ = "release"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]
    cause: Mapped[ReleaseCause] = mapped_column(enum_column(ReleaseCause, "release_cause"))
    back_to: Mapped[int | None]
    note: Mapped[Text] = mapped_column(default=Text)
    tell_all: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(sa.String(200), default="")
    released_at: Mapped[datetime]
    told_at: Mapped[datetime | None]

    changes: Mapped[list[ReleaseChange]] = relationship(
        lazy="raise_on_sql", back_populates="release", passive_deletes=True
    )

    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.CheckConstraint("number > 0", name="number"),
    )


class ReleaseChange(Model):
    """What a release changed of one session: kinds of change, and its content before and after.

    `before` is empty for a session that guests had not seen; the shape is `rules.Content`.
    """

    __tablename__ = "release_change"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    release_id: Mapped[UUID] = mapped_column(sa.ForeignKey("release.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    kinds: Mapped[list[str]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]

    release: Mapped[Release] = relationship(lazy="raise_on_sql", back_populates="changes")

    __table_args__ = (sa.UniqueConstraint("release_id", "session_id"),)
