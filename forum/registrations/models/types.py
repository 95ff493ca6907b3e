"""Tables of ticket types, what approves by itself, and access codes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.money import Money
from forum.core.text import Text
from forum.registrations.rules import Access, Attendance, RuleKind
from forum.seats.models import SeatPool


class TicketType(Model):
    """A kind of ticket of an event; `number` is the one byte that stands in the QR.

    Its seats are counted in `pool_id`: the event's pool, or one of its own. `limit_id` bounds how
    many of the event's seats it may take. Its hidden link dies with its generation.
    """

    __tablename__ = "ticket_type"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    pool_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"), index=True
    )
    limit_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"), index=True
    )
    number: Mapped[int] = mapped_column(default=1)
    name: Mapped[Text]
    description: Mapped[Text] = mapped_column(default=Text)
    access: Mapped[Access] = mapped_column(
        enum_column(Access, "ticket_access"), default=Access.OPEN
    )
    attendance: Mapped[Attendance] = mapped_column(
        enum_column(Attendance, "attendance"), default=Attendance.ON_SITE
    )
    position: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    most_per_booking: Mapped[int] = mapped_column(default=1)
    holds_while_pending: Mapped[bool] = mapped_column(default=False)
    price_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3), default="HKD")
    link_generation: Mapped[int] = mapped_column(default=0)
    closed_for_good_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    pool: Mapped[SeatPool] = relationship(lazy="raise_on_sql", foreign_keys=[pool_id])
    limit: Mapped[SeatPool | None] = relationship(lazy="raise_on_sql", foreign_keys=[limit_id])

    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.CheckConstraint("number BETWEEN 1 AND 255", name="number"),
        sa.CheckConstraint("most_per_booking BETWEEN 1 AND 50", name="most_per_booking"),
        sa.CheckConstraint("price_minor >= 0", name="price"),
        sa.CheckConstraint(
            "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at",
            name="closes_after_opening",
        ),
    )

    @property
    def price(self) -> Money:
        """What one ticket costs."""
        return Money(self.price_minor, self.currency)


class ApprovalRule(Model):
    """What approves a request for a type by itself: a mail domain, an invitation, an answer.

    `value` is the domain, the id of a guest list, or an option's id with `question_id`.
    """

    __tablename__ = "approval_rule"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    ticket_type_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="CASCADE")
    )
    kind: Mapped[RuleKind] = mapped_column(enum_column(RuleKind, "approval_rule_kind"))
    question_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE")
    )
    value: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("ticket_type_id", "kind", "question_id", "value"),)


class AccessCode(Model):
    """A code that opens a type, and the seats of a block where it names one.

    `used` is changed by one guarded statement, like a pool's counter, and never passes `uses`.
    """

    __tablename__ = "access_code"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    ticket_type_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="CASCADE"), index=True
    )
    block_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="SET NULL")
    )
    code: Mapped[str] = mapped_column(sa.String(16))
    label: Mapped[str] = mapped_column(sa.String(120), default="")
    uses: Mapped[int] = mapped_column(default=1)
    used: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("event_id", "code"),
        sa.CheckConstraint("uses BETWEEN 1 AND 10000", name="uses"),
        sa.CheckConstraint("used BETWEEN 0 AND uses", name="used"),
    )
