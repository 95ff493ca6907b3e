"""Tables of who comes: an event's rules of registering, bookings, registrations, search words."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import short_code, uuid7
from forum.events.models import Event
from forum.registrations.models.types import TicketType
from forum.registrations.rules import ACTIVE, BookingSource, Ended, MailsTo, RegistrationState

_ACTIVE_STATES = ", ".join(f"'{state.value}'" for state in sorted(ACTIVE))
ADDRESS_HELD_ONCE = "uq_registration_holds_address"
HOLDS_ADDRESS = sa.text(f"holds_address AND state IN ({_ACTIVE_STATES})")
# By code points on every database, so that a word's beginning is a range of its index.
_BY_LETTERS = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")


class RegistrationPolicy(Model):
    """How an event takes guests: seats in the room, over-invitation, offers, deadlines.

    `seats` are those in the room; the event's pool holds `over_percent` more. `offer_hours` is
    None where a freed seat is the next one's at once. `changes_until` ends what guests may change
    of a booking. `ask_hours` before the start guests are asked whether they still come;
    `coming_asked_for` is the start for which all have been.
    """

    __tablename__ = "registration_policy"

    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    seats: Mapped[int]
    over_percent: Mapped[int] = mapped_column(default=0)
    offer_hours: Mapped[int | None]
    several_per_address: Mapped[bool] = mapped_column(default=False)
    changes_until: Mapped[datetime | None]
    ask_hours: Mapped[int | None]
    coming_asked_for: Mapped[datetime | None]
    stand_by: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        sa.CheckConstraint("seats >= 0", name="seats"),
        sa.CheckConstraint("over_percent BETWEEN 0 AND 100", name="over_percent"),
        sa.CheckConstraint("offer_hours BETWEEN 1 AND 336", name="offer_hours"),
        sa.CheckConstraint("ask_hours BETWEEN 1 AND 720", name="ask_hours"),
    )


class Booking(Model):
    """One submission of the form by a contact; its personal link dies with its generation."""

    __tablename__ = "booking"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    contact_name: Mapped[str] = mapped_column(sa.String(200), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254))
    contact_key: Mapped[str] = mapped_column(sa.String(254), default="")
    mails_to: Mapped[MailsTo] = mapped_column(
        enum_column(MailsTo, "mails_to"), default=MailsTo.ATTENDEES
    )
    source: Mapped[BookingSource] = mapped_column(
        enum_column(BookingSource, "booking_source"), default=BookingSource.FORM
    )
    lang: Mapped[str] = mapped_column(sa.String(8))
    link_generation: Mapped[int] = mapped_column(default=0)
    form_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[datetime]

    registrations: Mapped[list[Registration]] = relationship(
        lazy="raise_on_sql", back_populates="booking", passive_deletes=True
    )
    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("event_id", "form_key"),
        sa.Index("ix_booking_contact", "event_id", "contact_key"),
        sa.Index("ix_booking_source", "event_id", "source"),
    )


class Registration(Model):
    """One attendee at one event; `email_key` is the address as it is compared.

    `party_id` is shared by those who wait for seats together. `in_home` and `in_limit` say which
    pools count this registration: home is its block where it has one, else its type's pool. A
    place that nobody has been named for yet has no name. One that `holds_address` is the only
    one with its address. `decision_words` are the organiser's to the guest. The attendee's own
    personal link dies with its generation.
    """

    __tablename__ = "registration"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    booking_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("booking.id", ondelete="CASCADE"), index=True
    )
    party_id: Mapped[UUID] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(default=0)
    ticket_type_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="RESTRICT"), index=True
    )
    block_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"), index=True
    )
    access_code_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("access_code.id", ondelete="SET NULL"), index=True
    )
    in_home: Mapped[bool] = mapped_column(default=False)
    in_limit: Mapped[bool] = mapped_column(default=False)
    code: Mapped[str] = mapped_column(sa.String(8), default=short_code)
    state: Mapped[RegistrationState] = mapped_column(
        enum_column(RegistrationState, "registration_state")
    )
    name: Mapped[str] = mapped_column(sa.String(200))
    name_zh: Mapped[str] = mapped_column(sa.String(60), default="")
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    email_key: Mapped[str] = mapped_column(sa.String(254), default="")
    holds_address: Mapped[bool] = mapped_column(default=True)
    sort_name: Mapped[str] = mapped_column(_BY_LETTERS, default="")
    sort_organisation: Mapped[str] = mapped_column(_BY_LETTERS, default="")
    search_text: Mapped[str] = mapped_column(sa.String(800), default="")
    lang: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    ended: Mapped[Ended | None] = mapped_column(enum_column(Ended, "registration_ended"))
    still_coming_at: Mapped[datetime | None]
    decision_words: Mapped[str] = mapped_column(sa.Text, default="")
    link_generation: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)

    booking: Mapped[Booking] = relationship(lazy="raise_on_sql", back_populates="registrations")
    ticket_type: Mapped[TicketType] = relationship(lazy="raise_on_sql")
    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("event_id", "code"),
        sa.Index("ix_registration_list", "event_id", "state", "created_at", "id"),
        sa.Index("ix_registration_newest", "event_id", "created_at", "id"),
        sa.Index("ix_registration_name", "event_id", "sort_name", "id"),
        sa.Index("ix_registration_organisation", "event_id", "sort_organisation", "id"),
        sa.Index("ix_registration_address", "email_key"),
        sa.Index("ix_registration_offers", "offered_until"),
        sa.Index(
            ADDRESS_HELD_ONCE,
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
        sa.CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offered"),
        sa.CheckConstraint("state NOT IN ('confirmed', 'offered') OR in_home", name="seated"),
        sa.CheckConstraint(
            "state NOT IN ('cancelled', 'declined') OR NOT (in_home OR in_limit)", name="freed"
        ),
        sa.CheckConstraint("NOT holds_address OR email_key <> ''", name="address_held"),
    )


class SearchWord(Model):
    """A word by whose beginning a registration is found: of names, organisation, address, code.

    Chinese words stand once for each of their letters' beginnings, so that any part is found. By
    what the list is sorted stands beside each word, the same as in the registration.
    """

    __tablename__ = "search_word"

    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(_BY_LETTERS, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    sort_name: Mapped[str] = mapped_column(_BY_LETTERS)
    sort_organisation: Mapped[str] = mapped_column(_BY_LETTERS)
    created_at: Mapped[datetime]

    # A search reads this index alone, whatever the order; whether a guest has a word is read from
    # the primary key, which on SQLite is the table.
    __table_args__ = (
        sa.Index(
            "ix_search_word_found",
            "event_id",
            "word",
            "sort_name",
            "sort_organisation",
            "created_at",
            "registration_id",
        ),
        {"sqlite_with_rowid": False},
    )
