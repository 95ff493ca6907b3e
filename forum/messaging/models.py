"""Tables of messages: each mail as it was written, with a mark in place of its personal link."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.messaging.rules import Kind, MessageState

_WAITING = sa.text("state IN ('queued', 'sending')")


class Message(Model):
    """One mail to one person; `key` names the effect, so that it is written once.

    `link_purpose`, `link_id` and `link_generation` say which personal link stands behind the mark
    in `text` and `html`; the link itself is worked out when it is sent or shown.
    """

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    booking_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("booking.id", ondelete="CASCADE"), index=True
    )
    registration_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
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
    link_purpose: Mapped[str | None] = mapped_column(sa.String(24))
    link_id: Mapped[UUID | None]
    link_generation: Mapped[int] = mapped_column(default=0)
    with_ticket: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MessageState] = mapped_column(enum_column(MessageState, "message_state"))
    tries: Mapped[int] = mapped_column(default=0)
    copies: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(500), default="")
    message_id: Mapped[str] = mapped_column(sa.String(320))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_message_waiting", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("ix_message_event", "event_id", "created_at"),
        sa.Index("ix_message_to_email", "to_email", "created_at"),
        sa.CheckConstraint("tries >= 0 AND copies >= 0", name="counters"),
        sa.CheckConstraint("(link_purpose IS NULL) = (link_id IS NULL)", name="link_whole"),
        sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_at"),
        sa.CheckConstraint("(state = 'sending') = (leased_until IS NOT NULL)", name="lease"),
    )

    @property
    def mark(self) -> str:
        """What stands in place of the link; nobody can type it before the message is written."""
        return mark_of(self.id)


def mark_of(message_id: UUID) -> str:
    """Return the mark of a message's link."""
    return f"{{{{link {message_id.hex}}}}}"
