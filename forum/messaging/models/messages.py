"""Each mail as it was written, with a mark in place of its personal link."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.calendar.rules.answers import Method
from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.messaging.rules import Kind, MessageState

_WAITING = "state IN ('queued', 'sending')"
WAITING = sa.text(f"message.{_WAITING}")
"""As the index of what waits has it: with values bound to it no database would use that index."""

_WITH_WORDS = "body_gone_at IS NULL"
WITH_WORDS = sa.text(f"message.{_WITH_WORDS}")
"""In the same way, of what has its words still."""


class Message(Model):
    """One mail to one person; `key` names the effect, so that it is written once.

    One of an announcement has `text` and `html` in common with others: they stand in the body, its
    own `values` beside it; `bodies.whole` brings them together.

    `link_purpose`, `link_id` and `link_generation` say which personal link stands behind the mark
    in `text` and `html`; the link itself is worked out when it is sent or shown.

    `calendar_method` is what its calendar part asks, of which guest's entry, and by how much its
    SEQUENCE stands above the event's; the part itself is written when the mail is sent.

    What goes to many at once is `bulk`: it waits for what one person waits for. After `good_until`
    it is of no use to anybody and does not go out.
    """

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE")
    )
    event_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    booking_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("booking.id", ondelete="CASCADE"), index=True
    )
    registration_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    announcement_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("announcement.id", ondelete="SET NULL"), index=True
    )
    body_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("mail_body.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[Kind] = mapped_column(enum_column(Kind, "message_kind", 24))
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    to_email: Mapped[str] = mapped_column(sa.String(254))
    to_name: Mapped[str] = mapped_column(sa.String(200), default="")
    reply_to: Mapped[str] = mapped_column(sa.String(254), default="")
    lang: Mapped[str] = mapped_column(sa.String(8))
    subject: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    link_purpose: Mapped[str | None] = mapped_column(sa.String(24))
    link_id: Mapped[UUID | None]
    link_generation: Mapped[int] = mapped_column(default=0)
    with_ticket: Mapped[bool] = mapped_column(default=False)
    calendar_method: Mapped[Method | None] = mapped_column(enum_column(Method, "calendar_method"))
    calendar_entry_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("guest_entry.id", ondelete="SET NULL"), index=True
    )
    calendar_ahead: Mapped[int] = mapped_column(default=0)
    bulk: Mapped[bool] = mapped_column(default=False)
    good_until: Mapped[datetime | None]
    state: Mapped[MessageState] = mapped_column(enum_column(MessageState, "message_state"))
    tries: Mapped[int] = mapped_column(default=0)
    copies: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(500), default="")
    message_id: Mapped[str] = mapped_column(sa.String(320))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    body_gone_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_message_waiting",
            "bulk",
            "due_at",
            "id",
            sqlite_where=sa.text(_WAITING),
            postgresql_where=sa.text(_WAITING),
        ),
        sa.Index("ix_message_sent", "organisation_id", "sent_at"),
        sa.Index("ix_message_event", "event_id", "created_at", "id"),
        sa.Index("ix_message_state", "event_id", "state", "created_at", "id"),
        sa.Index("ix_message_link", "link_id"),
        sa.Index(
            "ix_message_words",
            "event_id",
            sqlite_where=sa.text(_WITH_WORDS),
            postgresql_where=sa.text(_WITH_WORDS),
        ),
        sa.Index("ix_message_to_email", "to_email", "created_at"),
        sa.CheckConstraint("tries >= 0 AND copies >= 0", name="counters"),
        sa.CheckConstraint("calendar_ahead >= 0", name="calendar_ahead"),
        sa.CheckConstraint("(link_purpose IS NULL) = (link_id IS NULL)", name="link_whole"),
        sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_at"),
        sa.CheckConstraint("state <> 'bounced' OR bounced_at IS NOT NULL", name="bounced_at"),
        sa.CheckConstraint("(state = 'sending') = (leased_until IS NOT NULL)", name="lease"),
    )

    @property
    def mark(self) -> str:
        """What stands in place of the link; nobody can type it before the message is written."""
        return mark_of(self.id)


def mark_of(message_id: UUID) -> str:
    """Return the mark of a message's link."""
    return f"{{{{link {message_id.hex}}}}}"
