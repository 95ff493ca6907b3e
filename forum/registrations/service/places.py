"""Signing up for sessions: places as exact as seats, passed on in the transaction that frees them.

Locks are taken in one order: the event for sharing, the booking, pools by their ids. Whoever takes
or frees what a guest holds has the booking first, so a guest's own day stands still meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit, outbox
from forum.core.actor import SYSTEM, Actor
from forum.core.db import UtcDateTime, append, writing
from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.page_scopes import changed, event_scope
from forum.events.models import Event
from forum.programme.models import Session
from forum.programme.rules import CLOSED_WORDS, SignUp, sign_up_of
from forum.programme.service import passes_on
from forum.registrations.models import Booking, Registration, SessionPlace, Star
from forum.registrations.rules import (
    NoSignUp,
    NotConfirmed,
    NothingFree,
    PlaceClash,
    RegistrationState,
    overlapping,
)
from forum.registrations.service.holding import event_of
from forum.seats import service as seats
from forum.seats.rules import SeatAnswer

AT_ONCE = 500
"""Rows named in one statement."""


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What asking came to: a place, or a turn to wait for one; `already` where nothing changed."""

    seated: bool
    already: bool = False


@dataclass(frozen=True, slots=True)
class _Guest:
    event: Event
    registration: Registration


@dataclass(frozen=True, slots=True)
class Held:
    """A place or a turn of one guest, and the session it is for."""

    place: SessionPlace
    session: Session


def take_place(
    actor: Actor,
    registration_id: UUID,
    session_id: UUID,
    *,
    instead_of: Collection[UUID] = (),
    now: datetime,
) -> SignedUp:
    """Sign one guest up for a session: a place while there are any, else the end of its wait list.

    `instead_of` names sessions at the same time that are given up in the same step; a place is
    never given up for a turn to wait. At most thirteen statements, and nine for each one given up.
    Raises NotFound, NotConfirmed, NoSignUp, PlaceClash, NothingFree.
    """
    with writing() as transaction:
        guest = _held_guest(transaction, registration_id)
        wanted = transaction.get(Session, session_id, populate_existing=True)
        if wanted is None or wanted.event_id != guest.event.id:
            raise NotFound
        if guest.registration.state is not RegistrationState.CONFIRMED:
            raise NotConfirmed
        own = held_by(transaction, registration_id)
        if session_id in own:
            return SignedUp(own[session_id].place.seated, already=True)
        pool_id = _open_pool(guest.event, wanted, now)
        clashing = overlapping(wanted, [one.session for one in own.values()])
        kept = [one for one in clashing if one.id not in instead_of]
        if kept:
            raise _clash(guest, wanted, kept)
        given_up = [own[one.id] for one in clashing]
        if given_up:
            lock_in_order(transaction, [pool_id, *(one.session.pool_id for one in given_up)])
            _look_again(transaction, given_up)
        place_id = uuid7()
        outcome = seats.ask(transaction, pool_id, place_id, 1, now=now)
        seated = outcome.answer is SeatAnswer.TAKEN
        if not seated and any(one.place.seated for one in given_up):
            raise NothingFree
        band_changed = outcome.band_changed
        for one in given_up:
            band_changed |= _let_go(transaction, guest.event, one, now).band_changed
            _record(transaction, actor, guest, one.session, "place.left", now)
        append(
            transaction,
            SessionPlace,
            id=place_id,
            registration_id=registration_id,
            session_id=session_id,
            seated=seated,
            asked_at=now,
            seated_at=now if seated else None,
        )
        what = "place.taken" if seated else "place.waits"
        _record(transaction, actor, guest, wanted, what, now)
        if band_changed:
            changed(transaction, event_scope(guest.event.id))
        return SignedUp(seated)


def leave_place(actor: Actor, registration_id: UUID, session_id: UUID, *, now: datetime) -> bool:
    """Give up a place, which goes to the next who waits, or a turn; False where there was none.

    Raises NotFound for a registration that is not there.
    """
    with writing() as transaction:
        guest = _held_guest(transaction, registration_id)
        held = held_by(transaction, registration_id).get(session_id)
        if held is None:
            return False
        lock_in_order(transaction, [held.session.pool_id])
        _look_again(transaction, [held])
        given = _let_go(transaction, guest.event, held, now)
        _record(transaction, actor, guest, held.session, "place.left", now)
        if given.band_changed:
            changed(transaction, event_scope(guest.event.id))
        return True


def hold_booking(transaction: Transaction, booking_id: UUID | sa.ScalarSelect[UUID]) -> None:
    """Keep what a booking's guests hold as it is; after the event is held, before any pool."""
    transaction.execute(
        sa.select(Booking.id).where(Booking.id == booking_id).with_for_update(key_share=True)
    )


def hold_bookings(transaction: Transaction, booking_ids: Collection[UUID]) -> None:
    """Keep what guests of several bookings hold as it is, in the order of their ids."""
    transaction.execute(
        sa.select(Booking.id)
        .where(Booking.id.in_(booking_ids))
        .order_by(Booking.id)
        .with_for_update(key_share=True)
    ).all()


def held_by(transaction: Transaction, registration_id: UUID) -> dict[UUID, Held]:
    """Return what a guest holds, by session, as it stands now (1 statement)."""
    return {one.session.id: one for one in held_by_all(transaction, [registration_id])}


def held_by_all(transaction: Transaction, registration_ids: Collection[UUID]) -> list[Held]:
    """Return what several guests hold, as it stands now (1 statement)."""
    rows = transaction.execute(
        sa.select(SessionPlace, Session)
        .join(Session, Session.id == SessionPlace.session_id)
        .where(SessionPlace.registration_id.in_(registration_ids))
        .execution_options(populate_existing=True)
    )
    return [Held(place, session) for place, session in rows]


def lock_in_order(transaction: Transaction, pool_ids: Iterable[UUID | None]) -> None:
    """Hold pools until the transaction ends, in the order of their ids, against rings."""
    for pool_id in sorted({one for one in pool_ids if one is not None}):
        seats.lock(transaction, pool_id)


def let_all_go(transaction: Transaction, event: Event, held: Sequence[Held], now: datetime) -> bool:
    """Free what a guest held whose registration ends; its pools are locked already.

    What becomes free goes to the next who wait. Return whether pages must say something else.
    """
    _look_again(transaction, held)
    told = [_let_go(transaction, event, one, now) for one in held]
    return any(given.band_changed for given in told)


def seat(
    transaction: Transaction, organisation_id: UUID, place_ids: Sequence[UUID], now: datetime
) -> None:
    """Turn turns into places, as the pool has counted already. Emits place.given for each."""
    for start in range(0, len(place_ids), AT_ONCE):
        some = place_ids[start : start + AT_ONCE]
        transaction.execute(
            sa.update(SessionPlace)
            .where(SessionPlace.id.in_(some))
            .values(seated=True, seated_at=now)
            .execution_options(synchronize_session=False)
        )
        rows = transaction.execute(
            sa.select(SessionPlace.id, SessionPlace.session_id, Registration)
            .join(Registration, Registration.id == SessionPlace.registration_id)
            .where(SessionPlace.id.in_(some))
        ).all()
        for place_id, session_id, registration in rows:
            outbox.emit(
                transaction,
                "place.given",
                {
                    "place_id": str(place_id),
                    "session_id": str(session_id),
                    "registration_id": str(registration.id),
                    "event_id": str(registration.event_id),
                    "booking_id": str(registration.booking_id),
                    "lang": registration.lang,
                },
                key=str(place_id),
                now=now,
            )
            audit.record(
                transaction,
                SYSTEM,
                "place.given",
                ("registration", registration.id),
                organisation_id,
                {"code": registration.code, "session": str(session_id)},
                now,
            )


def make_stars(transaction: Transaction, session_id: UUID, now: datetime) -> None:
    """Turn every place and turn of a session whose places go into a star (2 statements).

    It stays in its guests' schedules, and they are told of its changes.
    """
    starred = sa.select(Star.registration_id).where(Star.session_id == session_id)
    signed_up = sa.select(
        SessionPlace.registration_id, SessionPlace.session_id, sa.literal(now, UtcDateTime())
    ).where(
        SessionPlace.session_id == session_id,
        SessionPlace.registration_id.not_in(starred),
    )
    columns = ["registration_id", "session_id", "starred_at"]
    transaction.execute(sa.insert(Star).from_select(columns, signed_up))
    transaction.execute(
        sa.delete(SessionPlace)
        .where(SessionPlace.session_id == session_id)
        .execution_options(synchronize_session=False)
    )


def _held_guest(transaction: Transaction, registration_id: UUID) -> _Guest:
    """Load a guest, the event held for sharing and the booking alone (3 statements)."""
    event = event_of(transaction, Registration.id == registration_id)
    own = sa.select(Registration.booking_id).where(Registration.id == registration_id)
    hold_booking(transaction, own.scalar_subquery())
    registration = transaction.get_one(Registration, registration_id, populate_existing=True)
    return _Guest(event, registration)


def _open_pool(event: Event, wanted: Session, now: datetime) -> UUID:
    sign_up = sign_up_of(
        event.state,
        wanted.state,
        starts_at=wanted.starts_at,
        has_places=wanted.pool_id is not None,
        now=now,
    )
    if sign_up is not SignUp.OPEN or wanted.pool_id is None:
        raise NoSignUp(CLOSED_WORDS.get(sign_up))
    return wanted.pool_id


def _clash(guest: _Guest, wanted: Session, kept: Sequence[Session]) -> PlaceClash:
    key, order = guest.registration.lang, guest.event.languages
    return PlaceClash(
        wanted.title.pick(key, order).text,
        kept[0].title.pick(key, order).text,
        tuple(one.id for one in kept),
    )


def _look_again(transaction: Transaction, held: Sequence[Held]) -> None:
    """Read once more who is seated: somebody may have been given a place before we had the pool."""
    if held:
        transaction.execute(
            sa.select(SessionPlace)
            .where(SessionPlace.id.in_([one.place.id for one in held]))
            .execution_options(populate_existing=True)
        ).all()


def _let_go(transaction: Transaction, event: Event, held: Held, now: datetime) -> seats.Given:
    pool_id = held.session.pool_id
    if pool_id is None:
        raise NotFound
    given = seats.leave(
        transaction,
        pool_id,
        held.place.id,
        1,
        seated=held.place.seated,
        pass_on=passes_on(event, held.session, now),
    )
    transaction.execute(
        sa.delete(SessionPlace)
        .where(SessionPlace.id == held.place.id)
        .execution_options(synchronize_session=False)
    )
    transaction.expunge(held.place)
    if held.place.seated:
        outbox.emit(
            transaction,
            "place.left",
            {
                "place_id": str(held.place.id),
                "session_id": str(held.session.id),
                "registration_id": str(held.place.registration_id),
                "event_id": str(event.id),
            },
            key=str(held.place.id),
            now=now,
        )
    seat(transaction, event.organisation_id, given.holder_ids, now)
    return given


def _record(
    transaction: Transaction,
    actor: Actor,
    guest: _Guest,
    session: Session,
    action: str,
    now: datetime,
) -> None:
    details: Mapping[str, str] = {"code": guest.registration.code, "session": str(session.id)}
    audit.record(
        transaction,
        actor,
        action,
        ("registration", guest.registration.id),
        guest.event.organisation_id,
        dict(details),
        now,
    )
