"""A registration and a ticket of type Speaker for somebody on stage, who takes no guest's seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit, outbox
from forum.core.addresses import address_key
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.ids import short_code, uuid7
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.events.rules import EventState
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
    BookingSource,
    RegistrationClosed,
    RegistrationState,
)
from forum.registrations.service.cancelling import cancel, others_waiting
from forum.registrations.service.entering import (
    Sorted,
    append_words,
    search_text_of,
    search_words_of,
    sort_key,
)
from forum.registrations.service.growing import growing_type
from forum.registrations.service.seating import give_on, leave_lines, lock_pools, told
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


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
    ticket_type, code = growing_type(session, event.id, PoolAbout.SPEAKERS), short_code()
    name = (speaker.name or speaker.name_zh)[:LONGEST_NAME]
    name_zh = speaker.name_zh[:LONGEST_NAME_ZH]
    organisation = speaker.affiliation.pick(contact.lang, event.languages).text
    organisation = organisation[:LONGEST_ORGANISATION]
    booking = Booking(
        id=uuid7(),
        event_id=event.id,
        contact_name=name,
        contact_email=contact.email,
        contact_key=address_key(contact.email),
        source=BookingSource.SPEAKER,
        lang=contact.lang,
        created_at=now,
    )
    session.add(booking)
    session.flush()
    made_id = uuid7()
    made = Registration(
        id=made_id,
        event_id=event.id,
        booking_id=booking.id,
        party_id=made_id,
        in_home=True,
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
        sort_name=sort_key(name),
        sort_organisation=sort_key(organisation),
        search_text=search_text_of(name, name_zh, organisation, contact.email, code),
    )
    session.add(made)
    session.flush()
    words = search_words_of(name, name_zh, organisation, contact.email, code)
    stands = Sorted(event.id, made_id, made.sort_name, made.sort_organisation, now)
    append_words(session, stands, words)
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
    ticket_type = growing_type(session, event.id, PoolAbout.SPEAKERS)
    before = session.get_one(TicketType, known.ticket_type_id)
    lock_pools(session, (before.pool_id, before.limit_id, ticket_type.pool_id))
    # Whoever holds a pool reads the registration after it: it may have moved up meanwhile.
    waiting = session.scalars(
        sa.select(Registration)
        .where(Registration.id == known.id)
        .options(joinedload(Registration.ticket_type))
        .with_for_update(key_share=True, of=Registration)
        .execution_options(populate_existing=True)
    ).one()
    if waiting.state is not RegistrationState.WAITLISTED:
        return waiting, Came.GUEST
    limits, homes = leave_lines(session, [waiting], staying=others_waiting(session, [waiting]))
    if waiting.in_limit and before.limit_id is not None:
        seats.leave(session, before.limit_id, waiting.id, 1, seated=True, pass_on=False)
        limits.add(before.limit_id)
    waiting.state, waiting.ticket_type_id = RegistrationState.CONFIRMED, ticket_type.id
    waiting.party_id, waiting.in_home, waiting.in_limit = uuid7(), True, False
    waiting.confirmed_at = waiting.changed_at = now
    waiting.revision += 1
    seats.take_one_more(session, ticket_type.pool_id)
    session.flush()
    _tell(session, actor, event, waiting, ticket_type, now)
    give_on(session, event, limits=limits, homes=homes, now=now)
    return waiting, Came.NEW


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
