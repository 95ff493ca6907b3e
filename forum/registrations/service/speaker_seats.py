"""A registration and a ticket of type Speaker for somebody on stage, who takes no guest's seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.addresses import address_key
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.ids import short_code, uuid7
from forum.core.permissions import Action, require
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import EventState, passes_seats_on
from forum.programme.models import Engagement, Speaker, SpeakerContact
from forum.programme.service import NoAddress, held_engagement
from forum.registrations.models import (
    HOLDS_ADDRESS,
    Booking,
    Registration,
    SpeakerSeat,
    TicketType,
)
from forum.registrations.rules import (
    ACTIVE,
    LONGEST_NAME,
    LONGEST_NAME_ZH,
    LONGEST_ORGANISATION,
    RegistrationClosed,
    RegistrationState,
)
from forum.registrations.service.cancelling import cancel, confirm_those_given
from forum.registrations.service.registering import drop_pages, search_text_of, told
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

SPEAKER = Text({"en": "Speaker", "zh-Hant": "講者", "zh-Hans": "讲者"})
AFTER_GUESTS = 90
"""Its place among the ticket types: the first is what guests register for."""


class AddressOfAnother(Conflict):
    """Another speaker has a seat under this address."""

    code = "address_of_another_speaker"
    says = sentence(
        "Another speaker has a seat under this email address. Enter an address of their own first."
    )


class NoMoreSeats(RegistrationClosed):
    """The event is cancelled or over."""

    code = "no_more_seats"
    says = sentence("The event is cancelled or over. It gives no more seats.")


class Came(StrEnum):
    """How a speaker came to a seat."""

    NEW = "new"
    KNOWN = "known"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class SeatGiven:
    """A speaker's registration: made now, there before, or the one they have as a guest."""

    registration_id: UUID
    came: Came


def give_speaker_seat(actor: Actor, engagement_id: UUID, *, now: datetime) -> SeatGiven:
    """Register a speaker with a ticket of type Speaker, under the address of their contact data.

    Again: the same seat. Who is a guest already keeps that ticket; who waits on the list gets the
    speaker's. Emits registration.confirmed. Raises NoAddress, AddressOfAnother, NoMoreSeats,
    NotFound, Forbidden.
    """
    return once_more_when_raced(lambda: _give(actor, engagement_id, now))


def cancel_speaker_seat(actor: Actor, engagement_id: UUID, *, now: datetime) -> bool:
    """Cancel the registration that a speaker was given; the ticket no longer opens the door.

    A registration that somebody made as a guest is theirs: it is only no longer the speaker's, and
    the answer is False. One who waited as a guest is cancelled by who may change registrations
    alone: the turn in the line does not come back. Raises NotFound, Forbidden, AlreadyCancelled.
    """
    with writing() as session:
        event, engagement = held_engagement(session, actor, engagement_id)
        require(actor, Action.EDIT_PROGRAMME, event.organisation_id)
        held = session.get(SpeakerSeat, engagement.id, populate_existing=True)
        if held is None:
            raise NotFound
        about = session.scalar(
            sa.select(SeatPool.about)
            .join(TicketType, TicketType.pool_id == SeatPool.id)
            .join(Registration, Registration.ticket_type_id == TicketType.id)
            .where(Registration.id == held.registration_id),
        )
        if about is not PoolAbout.SPEAKERS:
            session.delete(held)
            audit.record(
                session,
                actor,
                "registration.no_speaker_seat",
                ("registration", held.registration_id),
                event.organisation_id,
                {},
                now,
            )
            return False
        if held.waited:
            require(actor, Action.EDIT_REGISTRATIONS, event.organisation_id)
    cancel(actor, held.registration_id, now=now)
    return True


def _give(actor: Actor, engagement_id: UUID, now: datetime) -> SeatGiven:
    with writing() as session:
        event, engagement = held_engagement(session, actor, engagement_id)
        require(actor, Action.EDIT_PROGRAMME, event.organisation_id)
        if event.state is EventState.CANCELLED or event.ends_at <= now:
            raise NoMoreSeats
        held = session.get(SpeakerSeat, engagement.id, populate_existing=True)
        has = session.get(Registration, held.registration_id) if held else None
        if has is not None and has.state in ACTIVE:
            return SeatGiven(has.id, Came.KNOWN)
        contact = session.get(SpeakerContact, engagement.speaker_id)
        if contact is None or not contact.email:
            raise NoAddress
        known = session.scalar(
            sa.select(Registration).where(
                Registration.event_id == event.id,
                Registration.email_key == address_key(contact.email),
                HOLDS_ADDRESS,
            ),
        )
        if known is None:
            made = _register(session, actor, event, engagement, contact, now)
            came = Came.NEW
        else:
            made, came = _from_guest(session, actor, event, known, now)
        if held is None:
            held = SpeakerSeat(engagement_id=engagement.id)
            session.add(held)
        held.registration_id = made.id
        held.waited = known is not None and came is Came.NEW
        return SeatGiven(made.id, came)


def _register(
    session: Session,
    actor: Actor,
    event: Event,
    engagement: Engagement,
    contact: SpeakerContact,
    now: datetime,
) -> Registration:
    speaker = session.get_one(Speaker, engagement.speaker_id)
    ticket_type, code = _speaker_type(session, event.id), short_code()
    name = (speaker.name or speaker.name_zh)[:LONGEST_NAME]
    name_zh = speaker.name_zh[:LONGEST_NAME_ZH]
    organisation = speaker.affiliation.pick(contact.lang, event.languages).text
    organisation = organisation[:LONGEST_ORGANISATION]
    booking = Booking(
        id=uuid7(),
        event_id=event.id,
        contact_email=contact.email,
        lang=contact.lang,
        created_at=now,
    )
    session.add(booking)
    session.flush()
    made = Registration(
        id=uuid7(),
        event_id=event.id,
        booking_id=booking.id,
        ticket_type_id=ticket_type.id,
        code=code,
        state=RegistrationState.CONFIRMED,
        name=name,
        name_zh=name_zh,
        organisation=organisation,
        email=contact.email,
        email_key=address_key(contact.email),
        lang=contact.lang,
        created_at=now,
        changed_at=now,
        confirmed_at=now,
        search_text=search_text_of(name, name_zh, organisation, contact.email, code),
    )
    session.add(made)
    session.flush()
    seats.take_one_more(session, ticket_type.pool_id)
    _tell(session, actor, event, made, ticket_type, now)
    return made


def _from_guest(
    session: Session, actor: Actor, event: Event, known: Registration, now: datetime
) -> tuple[Registration, Came]:
    """Take the registration that is there under the address; a turn to wait becomes a seat."""
    other = session.scalar(
        sa.select(SpeakerSeat.engagement_id).where(SpeakerSeat.registration_id == known.id),
    )
    if other is not None:
        raise AddressOfAnother
    if known.state is not RegistrationState.WAITLISTED:
        return known, Came.GUEST
    ticket_type = _speaker_type(session, event.id)
    guests = session.scalar(
        sa.select(TicketType.pool_id).where(TicketType.id == known.ticket_type_id),
    )
    if guests is None:
        raise NotFound
    for pool_id in sorted((guests, ticket_type.pool_id)):
        seats.lock(session, pool_id)
    # Whoever holds a pool reads the registration after it: it may have moved up meanwhile.
    state = session.scalar(
        sa.select(Registration.state).where(Registration.id == known.id).with_for_update(),
    )
    if state is not RegistrationState.WAITLISTED:
        return known, Came.GUEST
    passes = passes_seats_on(event, now)
    given = seats.leave(session, guests, known.id, 1, seated=False, pass_on=passes)
    known.state, known.ticket_type_id = RegistrationState.CONFIRMED, ticket_type.id
    known.confirmed_at = known.changed_at = now
    known.revision += 1
    seats.take_one_more(session, ticket_type.pool_id)
    session.flush()
    _tell(session, actor, event, known, ticket_type, now)
    confirm_those_given(session, event, given.holder_ids, now)
    drop_pages(session, event.id, given)
    return known, Came.NEW


def _speaker_type(session: Session, event_id: UUID) -> TicketType:
    """Return the event's ticket type of speakers, with its own pool; made on first use."""
    found = session.scalar(
        sa.select(TicketType)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .where(TicketType.event_id == event_id, SeatPool.about == PoolAbout.SPEAKERS),
    )
    if found is not None:
        return found
    pool = seats.open_pool(session, event_id, 0, PoolAbout.SPEAKERS)
    number = session.scalar(
        sa.select(sa.func.coalesce(sa.func.max(TicketType.number), 0) + 1).where(
            TicketType.event_id == event_id,
        ),
    )
    made = TicketType(
        event_id=event_id, pool_id=pool.id, number=number, name=SPEAKER, position=AFTER_GUESTS
    )
    session.add(made)
    session.flush()
    return made


def _tell(
    session: Session,
    actor: Actor,
    event: Event,
    made: Registration,
    ticket_type: TicketType,
    now: datetime,
) -> None:
    payload = told(made, ticket_type)
    outbox.emit(session, "registration.confirmed", payload, key=str(made.id), now=now)
    audit.record(
        session,
        actor,
        "registration.speaker_seat",
        ("registration", made.id),
        event.organisation_id,
        {"code": made.code},
        now,
    )
