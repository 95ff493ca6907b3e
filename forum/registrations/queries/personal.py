"""Named reads behind personal links: a booking, one attendee alone, all that a contact booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.links import Claim, Purpose, claim
from forum.events.models import Event
from forum.registrations.models import (
    Booking,
    Invitation,
    Question,
    Registration,
    RegistrationPolicy,
)
from forum.registrations.rules import ACTIVE, AskedPer

MOST_BOOKINGS = 100
MOST_MAILED = 20
_ASKED = [
    (Question.event_id == Booking.event_id, Question.per == per, Question.withdrawn_at.is_(None))
    for per in AskedPer
]
_ASKS = [sa.exists().where(*asked) for asked in _ASKED]
_WANTS = [sa.exists().where(*asked, Question.required) for asked in _ASKED]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a personal link opens: bookings of one event, each with those who may be seen.

    `policy` are the event's rules of registering; None only where an event has no desk. `asks` says
    of whom the event's form asks anything: attendees, bookings; `wants`, of whom it must know.
    """

    bookings: Sequence[Booking]
    policy: RegistrationPolicy | None
    asks: frozenset[AskedPer]
    wants: frozenset[AskedPer]


@dataclass(frozen=True, slots=True)
class Links:
    """What an address may open at an event: whole bookings as their contact, own places."""

    booking_ids: Sequence[UUID] = ()
    registration_ids: Sequence[UUID] = ()


def opened_by(purpose: Purpose, token: str) -> Opened:
    """Return what a link of this purpose opens, with types, event and venue; one statement.

    BOOKING opens a booking with everybody in it, REGISTRATION one attendee and nobody else,
    CONTACT every booking of an event with the same contact address. NotFound for other tokens.
    """
    said = claim(purpose, token)
    rows = (
        db.session.execute(
            sa.select(Booking, RegistrationPolicy, *_ASKS, *_WANTS)
            .join(Booking.registrations)
            .outerjoin(RegistrationPolicy, RegistrationPolicy.event_id == Booking.event_id)
            .where(_opens(said))
            .order_by(Booking.created_at, Booking.id, Registration.position, Registration.id)
            .options(
                contains_eager(Booking.registrations).joinedload(Registration.ticket_type),
                joinedload(Booking.event).joinedload(Event.venue),
                joinedload(Booking.event).joinedload(Event.organisation),
            )
            .execution_options(populate_existing=True)
        )
        .unique()
        .all()
    )
    bookings = [row[0] for row in rows]
    if not said.holds(_generation(said, bookings)):
        raise NotFound
    every = [*AskedPer, *AskedPer]
    asked = [per for per, is_asked in zip(every, rows[0][2:], strict=True) if is_asked]
    wants = [per for per in AskedPer if asked.count(per) > 1]
    return Opened(bookings, rows[0][1], frozenset(asked), frozenset(wants))


def purpose_for(email_key: str, contact_key: str) -> Purpose:
    """Return which link a mail to an attendee brings: the own one, or the booking's to its contact.

    Who has no address is written to by way of the contact.
    """
    own = bool(email_key) and email_key != contact_key
    return Purpose.REGISTRATION if own else Purpose.BOOKING


def companions_of(booking_id: UUID) -> int | None:
    """Return how many may come along with the guest who was invited, or None; one statement."""
    return db.session.scalar(
        sa.select(Invitation.companions).where(Invitation.booking_id == booking_id)
    )


def links_for(event_id: UUID, email_key: str) -> Links:
    """Return what may be mailed to an address: what stands before what ended; one statement."""
    stands = sa.case((Registration.state.in_(ACTIVE), 0), else_=1).label("ended")
    rows = db.session.execute(
        sa.select(Booking.id, Registration.id, Booking.contact_key == email_key, stands)
        .join(Registration, Registration.booking_id == Booking.id)
        .where(
            Booking.event_id == event_id,
            sa.or_(
                Booking.id.in_(
                    sa.select(Booking.id).where(
                        Booking.event_id == event_id, Booking.contact_key == email_key
                    )
                ),
                Registration.id.in_(
                    sa.select(Registration.id).where(
                        Registration.email_key == email_key, Registration.event_id == event_id
                    )
                ),
            ),
        )
        .order_by(stands, Registration.created_at, Registration.id)
        .limit(MOST_BOOKINGS)
    ).all()
    whole = dict.fromkeys(row[0] for row in rows if row[2])
    own = [row[1] for row in rows if not row[2]]
    return Links(tuple(whole)[:MOST_MAILED], tuple(own)[:MOST_MAILED])


def _opens(said: Claim) -> sa.ColumnElement[bool]:
    if said.purpose is Purpose.REGISTRATION:
        return Registration.id == said.id
    if said.purpose is Purpose.BOOKING:
        return Booking.id == said.id
    home, other = aliased(Booking), aliased(Booking)
    same_contact = (
        sa.select(other.id)
        .join(home, sa.and_(home.event_id == other.event_id, home.contact_key == other.contact_key))
        .where(home.id == said.id, home.contact_key != "")
        .order_by(other.created_at, other.id)
        .limit(MOST_BOOKINGS)
    )
    return sa.or_(Booking.id == said.id, Booking.id.in_(same_contact))


def _generation(said: Claim, bookings: Sequence[Booking]) -> int:
    """Return the generation of the row that the token names; NotFound where there is none."""
    for booking in bookings:
        if said.purpose is not Purpose.REGISTRATION and booking.id == said.id:
            return booking.link_generation
        for one in booking.registrations:
            if said.purpose is Purpose.REGISTRATION and one.id == said.id:
                return one.link_generation
    raise NotFound
