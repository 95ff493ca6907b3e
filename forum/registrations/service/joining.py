"""Adding people to a booking that exists: companions, colleagues, a delegate."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.constraints import told_as
from forum.core.db import once_more_when_raced, write_appended, writing
from forum.core.ids import short_code, uuid7
from forum.events.models import Event
from forum.events.rules import Opening, opening_of
from forum.events.service import shared_event
from forum.registrations.models import (
    ADDRESS_HELD_ONCE,
    Booking,
    Registration,
    RegistrationPolicy,
    TicketType,
)
from forum.registrations.rules import (
    ACTIVE,
    ADDED_TO,
    Access,
    AddressTaken,
    BookingSource,
    RegistrationClosed,
    RegistrationState,
    TooMany,
    is_open,
)
from forum.registrations.service import places, seating
from forum.registrations.service.answer_files import claim_files, files_of
from forum.registrations.service.choosing import attendee_with_limits, take_choices
from forum.registrations.service.discreet import held_already
from forum.registrations.service.entering import (
    Entry,
    Numbered,
    append_registration,
    mark_seated,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.registrations.service.parties import Attendee


def add_person(
    actor: Actor,
    booking_id: UUID,
    attendee: Attendee,
    *,
    most: int | None = None,
    by_hand: bool = False,
    now: datetime,
) -> RegistrationState:
    """Add somebody to a booking: seated while seats are free, else alone at the end of the line.

    `most` is how many the booking may hold, its type's own number where None. By approval it is a
    request like any other. Guests bring more people while their type is open and takes them; who
    came by invitation brings the companions that it allows. In a discreet event a known address is
    taken like any other; see `discreet`. Raises NotFound, RegistrationClosed, TooMany,
    AddressTaken, ChoiceFull.
    """

    def _added() -> RegistrationState:
        with writing() as session:
            return add_in(session, actor, booking_id, attendee, most=most, by_hand=by_hand, now=now)

    return once_more_when_raced(_added)


def add_in(
    session: Session,
    actor: Actor,
    booking_id: UUID,
    attendee: Attendee,
    *,
    most: int | None = None,
    by_hand: bool = False,
    now: datetime,
) -> RegistrationState:
    """Add somebody inside the caller's writing transaction, which holds no booking and no pool yet.

    Or those of this booking alone. Raises as `add_person`, and IntegrityError where the address
    came meanwhile to a discreet event.
    """
    theirs = sa.select(Booking.event_id).where(Booking.id == booking_id)
    event = shared_event(session, Event.id.in_(theirs))
    if opening_of(event, now) is not Opening.OPEN and not by_hand:
        raise RegistrationClosed
    places.hold_booking(session, booking_id)
    booking = session.get_one(Booking, booking_id, populate_existing=True)
    there = session.scalars(
        sa.select(Registration)
        .where(Registration.booking_id == booking_id)
        .order_by(Registration.position, Registration.id)
    ).all()
    standing = [one for one in there if one.state in ACTIVE]
    if not standing:
        raise RegistrationClosed
    ticket_type = session.get_one(TicketType, standing[0].ticket_type_id)
    if not by_hand and not _may_grow(booking, ticket_type, most, now):
        raise RegistrationClosed
    allowed = ticket_type.most_per_booking if most is None else most
    if len(standing) + 1 > allowed and not by_hand:
        raise TooMany(allowed)
    policy = session.get(RegistrationPolicy, event.id)
    holds = policy is None or not policy.several_per_address
    discreetly = event.discreet and holds and not by_hand
    if discreetly:
        holds = not held_already(session, event, attendee.email_key, now)
    numbered = Numbered(uuid7(), short_code())
    pools = seating.pools_of(ticket_type, standing[0].block_id)
    attendee = attendee_with_limits(session, event.id, attendee)
    choices = [choice for answer in attendee.answers for choice in answer.choices]
    pending = ticket_type.access is Access.APPROVAL and not by_hand
    state = RegistrationState.PENDING if pending else RegistrationState.WAITLISTED
    entry = Entry(
        event_id=event.id,
        booking_id=booking_id,
        party_id=numbered.id,
        type_id=ticket_type.id,
        state=state,
        holds_address=holds,
        now=now,
    )
    position = max(one.position for one in there) + 1
    append_registration(session, attendee, numbered, entry, position)
    # Whoever registers with the address waits here for us, or we for them: nobody holds pools yet.
    taken = told_as(AddressTaken(field="email"), ADDRESS_HELD_ONCE)
    with nullcontext() if discreetly else taken:
        write_appended(session)
    claim_files(session, event.id, booking_id, files_of(attendee.answers))
    seating.lock_pools(session, [*pools.ids, *(one.pool_id for one in choices)])
    chosen = take_choices(session, choices)
    seated = seating.Seated()
    if not pending:
        seated = seating.seat_party(session, pools, numbered.id, 1, now=now)
        mark_seated(session, [numbered.id], seated, now)
    state = RegistrationState.CONFIRMED if seated.in_home else state
    payload = {
        "registration_id": str(numbered.id),
        "event_id": str(event.id),
        "booking_id": str(booking_id),
        "type_number": ticket_type.number,
        "lang": attendee.lang,
    }
    topic = f"registration.{state.value}"
    outbox.emit(session, topic, payload, key=str(numbered.id), now=now)
    audit.record(
        session,
        actor,
        "registration.added",
        ("registration", numbered.id),
        event.organisation_id,
        {"code": numbered.code, "booking": str(booking.id)},
        now,
    )
    seating.drop_pages(session, event.id, *seated.changes, *chosen)
    return state


def _may_grow(booking: Booking, ticket_type: TicketType, most: int | None, now: datetime) -> bool:
    """Say whether guests may add to a booking: companions, or while the type is open."""
    if booking.source is BookingSource.INVITATION:
        return most is not None
    by_form = booking.source in {BookingSource.FORM, BookingSource.HAND, BookingSource.IMPORT}
    return by_form and ticket_type.access in ADDED_TO and is_open(ticket_type, now)
