"""Registering: one transaction takes the seat or the place on the wait list, and says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from forum.core import audit, outbox
from forum.core.db import append, write_appended, writing
from forum.core.ids import short_code, uuid7
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.text import Text, plain_key
from forum.registrations.models import Booking, Consent, Registration, TicketType
from forum.registrations.rules import RegistrationState
from forum.registrations.service.looking_up import LockedDesk, locked_desk, who_is_known
from forum.registrations.service.starring import append_stars
from forum.seats import service as seats
from forum.seats.rules import SeatAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

TRIES = 4
AGAIN_MINUTES = 10
GENERAL = Text({"en": "General", "zh-Hant": "一般", "zh-Hans": "一般"})


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A box that was ticked: its purpose and the very words beside it."""

    purpose: str
    wording: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """What the form took, cleaned; `email_key` is the address as it is compared.

    `stars` are sessions starred on the device before; those that are not of the event are ignored.
    """

    name: str
    name_zh: str
    organisation: str
    email: str
    email_key: str
    lang: str
    consents: Sequence[ConsentGiven] = ()
    stars: Sequence[UUID] = ()


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
    `by_hand` lets an organiser register outside the opening times. At most twelve statements,
    nearly twice that where a seat that looked free was gone.
    Raises RegistrationClosed when the event takes nobody now.
    """
    what = _Form(actor, event_id, attendee, form_key, now, by_hand)
    for number in range(TRIES):
        try:
            with writing() as session:
                # Only the first time: who was wrong about the seats once asks and then tells.
                return _register(session, what, may_guess=number == 0)
        except (IntegrityError, _WrongGuess):
            if number == TRIES - 1:
                raise
    raise AssertionError


def search_text_of(name: str, name_zh: str, organisation: str, email: str, code: str) -> str:
    """Return what searches look through: names in both orders, organisation, address, code."""
    backwards = " ".join(reversed(name.split()))
    return plain_key(f"{name} | {backwards} | {name_zh} | {organisation} | {email} | {code}")[:800]


class _WrongGuess(Exception):
    """Seats looked free and were gone: nothing was written."""


@dataclass(frozen=True, slots=True)
class _Form:
    actor: Actor
    event_id: UUID
    attendee: Attendee
    form_key: bytes | None
    now: datetime
    by_hand: bool


def _register(session: Session, form: _Form, *, may_guess: bool) -> Registered:
    desk = locked_desk(session, form.event_id, form.now, by_hand=form.by_hand)
    known = who_is_known(session, form.event_id, form.attendee.email_key, form.form_key)
    if known is not None:
        return _answer_known(session, known, form.form_key, form.now)
    guess = may_guess and desk.looks_free
    state = RegistrationState.CONFIRMED if guess else RegistrationState.WAITLISTED
    done, code = Registered(Result.NEW, uuid7(), uuid7(), 0, state), short_code()
    # Who sends the same form or address waits here for us, and so must not hold the pool by then,
    # which we may want next.
    _enter(session, form, desk, done, code)
    pool_id = desk.ticket_type.pool_id
    outcome: seats.Outcome | None
    if guess:
        # The pool is what all others wait for: it is taken last and held for one statement.
        _tell(session, form, desk, done, code)
        write_appended(session)
        outcome = seats.take(session, pool_id, 1)
        if outcome is None:
            raise _WrongGuess
    else:
        write_appended(session)
        outcome = seats.ask(session, pool_id, done.registration_id, 1, now=form.now)
        if outcome.answer is SeatAnswer.TAKEN:
            done = replace(done, state=RegistrationState.CONFIRMED)
            _confirm(session, done.registration_id, form.now)
        _tell(session, form, desk, done, code)
    drop_pages(session, form.event_id, outcome)
    return done


def _enter(session: Session, form: _Form, desk: LockedDesk, done: Registered, code: str) -> None:
    attendee, now = form.attendee, form.now
    confirmed = done.state is RegistrationState.CONFIRMED
    append(
        session,
        Booking,
        id=done.booking_id,
        event_id=form.event_id,
        contact_email=attendee.email,
        lang=attendee.lang,
        link_generation=done.link_generation,
        form_key=form.form_key,
        created_at=now,
    )
    append(
        session,
        Registration,
        id=done.registration_id,
        event_id=form.event_id,
        booking_id=done.booking_id,
        ticket_type_id=desk.ticket_type.id,
        code=code,
        state=done.state,
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
    for consent in attendee.consents:
        append(
            session,
            Consent,
            registration_id=done.registration_id,
            purpose=consent.purpose,
            wording=consent.wording,
            lang=attendee.lang,
            given_at=now,
        )
    append_stars(session, form.event_id, done.registration_id, attendee.stars, now)


def _confirm(session: Session, registration_id: UUID, now: datetime) -> None:
    session.execute(
        sa.update(Registration)
        .where(Registration.id == registration_id)
        .values(state=RegistrationState.CONFIRMED, confirmed_at=now)
        .execution_options(synchronize_session=False)
    )


def _tell(session: Session, form: _Form, desk: LockedDesk, done: Registered, code: str) -> None:
    now, confirmed = form.now, done.state is RegistrationState.CONFIRMED
    topic = "registration.confirmed" if confirmed else "registration.waitlisted"
    payload = {
        "registration_id": str(done.registration_id),
        "event_id": str(form.event_id),
        "booking_id": str(done.booking_id),
        "type_number": desk.ticket_type.number,
        "lang": form.attendee.lang,
    }
    outbox.emit(session, topic, payload, key=str(done.registration_id), now=now)
    audit.record(
        session,
        form.actor,
        topic,
        ("registration", done.registration_id),
        desk.event.organisation_id,
        {"code": code},
        now,
    )


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
