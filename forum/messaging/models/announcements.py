"""Tables of announcements: what is sent to many, when, who looked at it, and the shared letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.messaging.rules.announcements import (
    Anchor,
    AnnouncementKind,
    AnnouncementState,
    Timing,
)

_RUNS = sa.text("state IN ('scheduled', 'sending')")


class Announcement(Model):
    """A message to a segment of an event's people; `segment` says to whom, as rules/segments reads.

    `at`, or `anchor` with `days` and `clock` or `minutes`, say when; `due_at` is that worked out.
    `nodded_for` is how many people a second person nodded at. `reached` is how many there were when
    it was last counted. `cursor` is the last one of the segment who was queued, `queued_at` when
    all were; it is sent once each of its mails was tried. `overtaken_at` is when Forum stopped it
    half-way, since the event was changed.
    """

    __tablename__ = "announcement"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[AnnouncementKind] = mapped_column(
        enum_column(AnnouncementKind, "announcement_kind"), default=AnnouncementKind.LETTER
    )
    state: Mapped[AnnouncementState] = mapped_column(
        enum_column(AnnouncementState, "announcement_state"), default=AnnouncementState.DRAFT
    )
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    segment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    subject: Mapped[Text] = mapped_column(default=Text)
    words: Mapped[Text] = mapped_column(default=Text)
    about_booking: Mapped[bool] = mapped_column(default=True)
    timing: Mapped[Timing] = mapped_column(
        enum_column(Timing, "announcement_timing"), default=Timing.NOW
    )
    at: Mapped[datetime | None]
    anchor: Mapped[Anchor | None] = mapped_column(enum_column(Anchor, "announcement_anchor"))
    days: Mapped[int | None]
    clock: Mapped[str | None] = mapped_column(sa.String(5))
    minutes: Mapped[int | None]
    due_at: Mapped[datetime | None]
    reached: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[UUID | None]
    made_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    asked_by: Mapped[UUID | None]
    asked_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    nodded_by: Mapped[UUID | None]
    nodded_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    nodded_at: Mapped[datetime | None]
    nodded_for: Mapped[int | None]
    started_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    overtaken_at: Mapped[datetime | None]
    cursor: Mapped[UUID | None]
    queued: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_announcement_event", "event_id", "state", "created_at"),
        sa.Index("ix_announcement_due", "due_at", sqlite_where=_RUNS, postgresql_where=_RUNS),
        sa.CheckConstraint("queued >= 0 AND skipped >= 0 AND reached >= 0", name="counters"),
        sa.CheckConstraint("timing <> 'at' OR at IS NOT NULL", name="at"),
        sa.CheckConstraint("timing <> 'relative' OR anchor IS NOT NULL", name="anchor"),
        sa.CheckConstraint("state <> 'sending' OR started_at IS NOT NULL", name="started_at"),
        sa.CheckConstraint("state <> 'sent' OR finished_at IS NOT NULL", name="finished_at"),
        sa.CheckConstraint("(nodded_at IS NULL) = (nodded_for IS NULL)", name="nodded"),
    )


class MailBody(Model):
    """One letter of an announcement in one language, rendered once; marks hold what is personal.

    Those of one run were made when it was started, so that mails sent before keep their words.
    """

    __tablename__ = "mail_body"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    announcement_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("announcement.id", ondelete="CASCADE")
    )
    lang: Mapped[str] = mapped_column(sa.String(8))
    subject: Mapped[str] = mapped_column(sa.String(400))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("announcement_id", "created_at", "lang"),)
