"""Tables of registrations: ticket types, bookings, registrations, consents, forms already taken."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import short_code, uuid7
from forum.core.text import Text
from forum.events.models import Event
from forum.registrations.rules import ACTIVE, RegistrationState
from forum.seats.models import SeatPool

_ACTIVE_STATES = ", ".join(f"'{state.value}'" for state in sorted(ACTIVE))
HOLDS_ADDRESS = sa.text(f"state IN ({_ACTIVE_STATES})")


class TicketType(Model):
    """A kind of ticket of an event; `number` is the one byte that stands in the QR."""

    __tablename__ = "ticket_type"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    pool_id: Mapped[UUID] = mapped_column(sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(default=1)
    name: Mapped[Text]
    position: Mapped[int] = mapped_column(default=0)

    pool: Mapped[SeatPool] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.CheckConstraint("number BETWEEN 1 AND 255", name="number"),
    )


class Booking(Model):
    """One submission of the form by a contact; its personal link dies with its generation."""

    __tablename__ = "booking"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    contact_email: Mapped[str] = mapped_column(sa.String(254))
    lang: Mapped[str] = mapped_column(sa.String(8))
    link_generation: Mapped[int] = mapped_column(default=0)
    form_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[datetime]

    registrations: Mapped[list[Registration]] = relationship(
        lazy="raise_on_sql", back_populates="booking", passive_deletes=True
    )
    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.UniqueConstraint("event_id", "form_key"),)


class Registration(Model):
    """One attendee at one event; `email_key` is the address as it is compared."""

    __tablename__ = "registration"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    booking_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("booking.id", ondelete="CASCADE"), index=True
    )
    ticket_type_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="RESTRICT")
    )
    code: Mapped[str] = mapped_column(sa.String(8), default=short_code)
    state: Mapped[RegistrationState] = mapped_column(
        enum_column(RegistrationState, "registration_state")
    )
    name: Mapped[str] = mapped_column(sa.String(200))
    name_zh: Mapped[str] = mapped_column(sa.String(60), default="")
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254))
    search_text: Mapped[str] = mapped_column(sa.String(800), default="")
    lang: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    booking: Mapped[Booking] = relationship(lazy="raise_on_sql", back_populates="registrations")
    ticket_type: Mapped[TicketType] = relationship(lazy="raise_on_sql")
    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("event_id", "code"),
        sa.Index("ix_registration_list", "event_id", "state", "created_at"),
        sa.Index(
            "uq_registration_holds_address",
            "event_id",
            "email_key",
            unique=True,
            sqlite_where=HOLDS_ADDRESS,
            postgresql_where=HOLDS_ADDRESS,
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"
        ),
        sa.CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_at"),
    )


class Consent(Model):
    """A consent as it was given: purpose, the very wording, its language, and when."""

    __tablename__ = "consent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str] = mapped_column(sa.String(40))
    wording: Mapped[str] = mapped_column(sa.Text)
    lang: Mapped[str] = mapped_column(sa.String(8))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class SessionPlace(Model):
    """A registration's place in a session where people must sign up, or its turn to wait for one.

    A session that a guest leaves keeps no row; its pool counts who holds a place.
    """

    __tablename__ = "session_place"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE")
    )
    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    seated: Mapped[bool]
    asked_at: Mapped[datetime]
    seated_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("registration_id", "session_id"),
        sa.CheckConstraint("seated = (seated_at IS NOT NULL)", name="seated_at"),
    )


class Star(Model):
    """A session that a guest means to see; it holds no place."""

    __tablename__ = "star"

    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    starred_at: Mapped[datetime]


class SpeakerSeat(Model):
    """The registration of a speaker at an event; `waited` where a guest in the line became one."""

    __tablename__ = "speaker_seat"

    engagement_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), primary_key=True
    )
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), unique=True
    )
    waited: Mapped[bool] = mapped_column(default=False)
