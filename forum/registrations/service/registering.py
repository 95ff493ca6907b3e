"""Registering: one transaction takes the seat or the place on the wait list, and says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from forum.core import audit, outbox
from forum.core.db import writing
from forum.core.ids import short_code, uuid7
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.text import Text, plain_key
from forum.events.models import Event
from forum.events.rules import Opening, opening_of
from forum.registrations.models import Booking, Consent, Registration, TicketType
from forum.registrations.rules import ACTIVE, RegistrationClosed, RegistrationState
from forum.seats import service as seats
from forum.seats.rules import SeatAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

TRIES = 3
AGAIN_MINUTES = 10
GENERAL = Text({"en": "General", "zh-Hant": "一般", "zh-Hans": "一般"})


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A box that was ticked: its purpose and the very words beside it."""

    purpose: str
    wording: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """What the form took, cleaned; `email_key` is the address as it is compared."""

    name: str
    name_zh: str
    organisation: str
    email: str
    email_key: str
    lang: str
    consents: Sequence[ConsentGiven] = ()


class Result(StrEnum):
    """What became of a form: a new booking, the same form again, or an address already here."""

    NEW = "new"
    REPEATED = "repeated"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer to a form; `state` is where the registration stands now."""

    result: Result
    booking_id: UUID
    registration_id: UUID
    link_generation: int
    state: RegistrationState


def open_desk(session: Session, event_id: UUID, capacity: int) -> TicketType:
    """Give a new event its pool and its one ticket type; three statements."""
    pool = seats.open_pool(session, event_id, capacity)
    ticket_type = TicketType(event_id=event_id, pool_id=pool.id, number=1, name=GENERAL)
    session.add(ticket_type)
    return ticket_type


def register(
    actor: Actor,
    event_id: UUID,
    attendee: Attendee,
    *,
    form_key: bytes | None,
    now: datetime,
    by_hand: bool = False,
) -> Registered:
    """Register one attendee: confirmed while seats are free, else on the wait list.

    `form_key` (32 bytes) names browser, form and content: the same again is answered as before.
    `by_hand` lets an organiser register outside the opening times. At most twelve statements.
    Raises RegistrationClosed when the event takes nobody now.
    """
    for last in (False,) * (TRIES - 1) + (True,):
        try:
            with writing() as session:
                return _register(session, actor, event_id, attendee, form_key, now, by_hand=by_hand)
        except IntegrityError:
            if last:
                raise
    raise AssertionError


def search_text_of(name: str, name_zh: str, organisation: str, email: str, code: str) -> str:
    """Return what searches look through: names in both orders, organisation, address, code."""
    backwards = " ".join(reversed(name.split()))
    return plain_key(f"{name} | {backwards} | {name_zh} | {organisation} | {email} | {code}")[:800]


def _register(
    session: Session,
    actor: Actor,
    event_id: UUID,
    attendee: Attendee,
    form_key: bytes | None,
    now: datetime,
    *,
    by_hand: bool,
) -> Registered:
    event, ticket_type = _open_desk_of(session, event_id, now, by_hand=by_hand)
    if (known := _known(session, event_id, attendee.email_key, form_key)) is not None:
        return _answer_known(session, known, form_key, now)
    booking = Booking(
        id=uuid7(),
        event_id=event_id,
        contact_email=attendee.email,
        lang=attendee.lang,
        link_generation=0,
        form_key=form_key,
        created_at=now,
    )
    code, registration_id = short_code(), uuid7()
    outcome = seats.ask(session, ticket_type.pool_id, registration_id, 1, now=now)
    confirmed = outcome.answer is SeatAnswer.TAKEN
    state = RegistrationState.CONFIRMED if confirmed else RegistrationState.WAITLISTED
    registration = Registration(
        id=registration_id,
        event_id=event_id,
        booking_id=booking.id,
        ticket_type_id=ticket_type.id,
        code=code,
        state=state,
        name=attendee.name,
        name_zh=attendee.name_zh,
        organisation=attendee.organisation,
        email=attendee.email,
        email_key=attendee.email_key,
        lang=attendee.lang,
        created_at=now,
        changed_at=now,
        confirmed_at=now if confirmed else None,
        search_text=search_text_of(
            attendee.name, attendee.name_zh, attendee.organisation, attendee.email, code
        ),
    )
    session.add(booking)
    session.flush()
    session.add(registration)
    session.flush()
    _keep_consents(session, registration, attendee, now)
    topic = "registration.confirmed" if confirmed else "registration.waitlisted"
    outbox.emit(session, topic, told(registration, ticket_type), key=f"{registration.id}", now=now)
    audit.record(
        session,
        actor,
        topic,
        ("registration", registration.id),
        event.organisation_id,
        {"code": code},
        now,
    )
    drop_pages(session, event_id, outcome)
    return Registered(Result.NEW, booking.id, registration.id, 0, state)


def drop_pages(session: Session, event_id: UUID, seats_now: seats.Outcome | seats.Given) -> None:
    """Drop what tells of the seats: the event's pages, and the lists where fullness changed."""
    if seats_now.full_changed:
        changed(session, event_scope(event_id), SITE)
    elif seats_now.band_changed:
        changed(session, event_scope(event_id))


def told(registration: Registration, ticket_type: TicketType) -> dict[str, str | int]:
    """Return what the outbox says of a registration; no personal data."""
    return {
        "registration_id": str(registration.id),
        "event_id": str(registration.event_id),
        "booking_id": str(registration.booking_id),
        "type_number": ticket_type.number,
        "lang": registration.lang,
    }


def _open_desk_of(
    session: Session, event_id: UUID, now: datetime, *, by_hand: bool
) -> tuple[Event, TicketType]:
    row = session.execute(
        sa.select(Event, TicketType)
        .join(TicketType, TicketType.event_id == Event.id)
        .where(Event.id == event_id)
        .order_by(TicketType.position, TicketType.number)
        .limit(1)
        # Who cancels the event waits for those at the desk, and who comes after sees it cancelled.
        .with_for_update(read=True, key_share=True, of=Event)
        .execution_options(populate_existing=True),
    ).first()
    if row is None:
        raise RegistrationClosed
    event: Event = row[0]
    stands = opening_of(event, now)
    by_hand_too = {Opening.NOT_YET, Opening.CLOSED, Opening.DRAFT, Opening.POSTPONED}
    if stands is not Opening.OPEN and not (by_hand and stands in by_hand_too):
        raise RegistrationClosed
    return event, row[1]


def _known(
    session: Session, event_id: UUID, email_key: str, form_key: bytes | None
) -> tuple[Registration, Booking, TicketType] | None:
    same = Booking.form_key == form_key if form_key else sa.false()
    row = session.execute(
        sa.select(Registration, Booking, TicketType)
        .join(Booking, Booking.id == Registration.booking_id)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(
            Registration.event_id == event_id,
            sa.or_(
                sa.and_(Registration.email_key == email_key, Registration.state.in_(ACTIVE)),
                same,
            ),
        )
        .order_by(sa.case((same, 0), else_=1))
        .limit(1),
    ).first()
    return (row[0], row[1], row[2]) if row else None


def _answer_known(
    session: Session,
    known: tuple[Registration, Booking, TicketType],
    form_key: bytes | None,
    now: datetime,
) -> Registered:
    registration, booking, ticket_type = known
    repeated = form_key is not None and booking.form_key == form_key
    if not repeated:
        span = int(now.timestamp()) // (AGAIN_MINUTES * 60)
        outbox.emit_once(
            session,
            "registration.again",
            {**told(registration, ticket_type), "span": span},
            key=f"{registration.id}:{span}",
            now=now,
        )
    result = Result.REPEATED if repeated else Result.KNOWN
    return Registered(
        result, booking.id, registration.id, booking.link_generation, registration.state
    )


def _keep_consents(
    session: Session, registration: Registration, attendee: Attendee, now: datetime
) -> None:
    session.add_all(
        Consent(
            registration_id=registration.id,
            purpose=consent.purpose,
            wording=consent.wording,
            lang=attendee.lang,
            given_at=now,
        )
        for consent in attendee.consents
    )
