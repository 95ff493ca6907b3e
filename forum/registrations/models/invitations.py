"""Tables of guest lists and invitations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.events.models import Event
from forum.registrations.models.guests import Booking
from forum.registrations.models.types import TicketType
from forum.registrations.rules import InvitationState, ReplyBy
from forum.seats.models import SeatPool


class GuestList(Model):
    """Guests who are invited together (VIP, media, consulates …), and the seats kept for them.

    `block_id` holds the seats until `kept_until`; after that they are the event's again.
    """

    __tablename__ = "guest_list"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    ticket_type_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="RESTRICT")
    )
    block_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"), unique=True
    )
    name: Mapped[str] = mapped_column(sa.String(120))
    companions: Mapped[int] = mapped_column(default=0)
    greet: Mapped[bool] = mapped_column(default=False)
    kept_until: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    reply_until: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    ticket_type: Mapped[TicketType] = relationship(lazy="raise_on_sql")
    block: Mapped[SeatPool | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("event_id", "name"),
        sa.CheckConstraint("companions BETWEEN 0 AND 20", name="companions"),
    )


class Invitation(Model):
    """A guest's personal link, and all that is known of the guest; it dies with its generation.

    `companions` is how many may come along. `precedence` is the place in a protocol list, the
    lowest first. `seating` is a row, table or seat in the organiser's own words. `greet` tells the
    greeter when the guest comes in. Guests invited by letter may have no address; `name_key` is
    by what they are known again.
    """

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    list_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("guest_list.id", ondelete="CASCADE"), index=True
    )
    booking_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("booking.id", ondelete="SET NULL"), unique=True
    )
    state: Mapped[InvitationState] = mapped_column(
        enum_column(InvitationState, "invitation_state"), default=InvitationState.DRAFT
    )
    salutation: Mapped[str] = mapped_column(sa.String(60), default="")
    name: Mapped[str] = mapped_column(sa.String(200))
    name_zh: Mapped[str] = mapped_column(sa.String(60), default="")
    post_nominals: Mapped[str] = mapped_column(sa.String(60), default="")
    job_title: Mapped[str] = mapped_column(sa.String(200), default="")
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    name_key: Mapped[str] = mapped_column(sa.String(400), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    email_key: Mapped[str] = mapped_column(sa.String(254), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    lang: Mapped[str] = mapped_column(sa.String(8))
    companions: Mapped[int] = mapped_column(default=0)
    precedence: Mapped[int | None]
    seating: Mapped[str] = mapped_column(sa.String(80), default="")
    greet: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    delegate: Mapped[bool] = mapped_column(default=False)
    reply_by: Mapped[ReplyBy | None] = mapped_column(enum_column(ReplyBy, "reply_by"))
    reply_note: Mapped[str] = mapped_column(sa.Text, default="")
    link_generation: Mapped[int] = mapped_column(default=0)
    search_text: Mapped[str] = mapped_column(sa.String(800), default="")
    sent_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship(lazy="raise_on_sql")
    guest_list: Mapped[GuestList] = relationship(lazy="raise_on_sql")
    booking: Mapped[Booking | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.Index("ix_invitation_list", "event_id", "state", "created_at", "id"),
        sa.Index("ix_invitation_name", "event_id", "name_key"),
        sa.Index(
            "uq_invitation_address",
            "event_id",
            "email_key",
            unique=True,
            sqlite_where=sa.text("email_key <> ''"),
            postgresql_where=sa.text("email_key <> ''"),
        ),
        sa.CheckConstraint("companions BETWEEN 0 AND 20", name="companions"),
        sa.CheckConstraint(
            "(state IN ('accepted', 'declined')) = (replied_at IS NOT NULL)", name="replied_at"
        ),
    )
