"""What stands in guests' own calendars by the mails that went to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.calendar.rules.answers import Answer, Method
from forum.core.db import Model, enum_column
from forum.core.ids import uuid7


class GuestEntry(Model):
    """The entry that one address has of an event or a session, put there by our mails.

    `uid` is the entry's UID: the session's id, or the event's. The entry belongs to the address,
    `email_key` as it is compared: who leaves and registers again, or was invited first, has one
    entry. `registration_id` or `invitation_id` says for whom the last mail spoke; one of an
    invitation that was withdrawn is of nobody, until the event is over.

    `ahead` is by how much its SEQUENCE stands above that of the event or session, `sent_sequence`
    the SEQUENCE that it had when the last mail was queued: what a guest answers is not older.
    `method` is that of the last mail that was queued. The answer, its DTSTAMP, SEQUENCE and sender
    are those of the last METHOD:REPLY that was taken.
    """

    __tablename__ = "guest_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    uid: Mapped[UUID]
    email_key: Mapped[str] = mapped_column(sa.String(254))
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    session_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    registration_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    invitation_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("invitation.id", ondelete="SET NULL"), index=True
    )
    ahead: Mapped[int] = mapped_column(default=0)
    sent_sequence: Mapped[int] = mapped_column(default=0)
    method: Mapped[Method] = mapped_column(enum_column(Method, "guest_entry_method"))
    answer: Mapped[Answer] = mapped_column(
        enum_column(Answer, "guest_entry_answer"), default=Answer.NEEDS_ACTION
    )
    answered_at: Mapped[datetime | None]
    answer_stamp: Mapped[datetime | None]
    answer_sequence: Mapped[int | None]
    answered_by: Mapped[str] = mapped_column(sa.String(254), default="")
    made_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("uid", "email_key"),
        sa.CheckConstraint("ahead >= 0", name="ahead"),
        sa.CheckConstraint("sent_sequence >= 0", name="sent_sequence"),
        sa.CheckConstraint("uid = coalesce(session_id, event_id)", name="uid"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer_stamp IS NULL)", name="answered"),
        sa.CheckConstraint("answer_sequence >= 0", name="answer_sequence"),
    )
