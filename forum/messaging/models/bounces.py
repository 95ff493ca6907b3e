"""What mail servers reported of a mail that we sent (RFC 3464)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.messaging.rules.bounces import BounceAction


class Bounce(Model):
    """What was reported of one copy of a message; the same of the same copy counts once.

    The address is the one we wrote to, whatever the report says. One that is `settled_at` counts
    no more: the organiser had the mail sent to the same address again.
    """

    __tablename__ = "bounce"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE")
    )
    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("message.id", ondelete="CASCADE"))
    copy: Mapped[int] = mapped_column(default=0)
    email: Mapped[str] = mapped_column(sa.String(254))
    address_key: Mapped[str] = mapped_column(sa.String(254))
    action: Mapped[BounceAction] = mapped_column(enum_column(BounceAction, "bounce_action"))
    status: Mapped[str] = mapped_column(sa.String(12))
    final: Mapped[bool]
    diagnostic: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("message_id", "copy", "action"),
        sa.Index("ix_bounce_address", "address_key", "organisation_id"),
        sa.Index("ix_bounce_organisation", "organisation_id", "at"),
    )
