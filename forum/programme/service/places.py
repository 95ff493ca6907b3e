"""How many places a session has where people must sign up; who gets them is told upwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit, outbox
from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.page_scopes import changed, event_scope
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.programme.models import Session
from forum.programme.rules import MoreLosePlaces, PlacesBelowTaken, passes_places_on
from forum.programme.service.changes import locked_session
from forum.programme.service.conflicting import strictly
from forum.programme.service.layers import programme_of
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout


def set_places(
    actor: Actor, event_id: UUID, session_id: UUID, places: int, *, now: datetime
) -> int:
    """Let people sign up for so many places of a session; return how many moved up at once.

    Takes effect at once, whatever waits for release. Emits session.places_given within the
    transaction. Raises PlacesBelowTaken, naming the number, StrictConflict, and NotFound.
    """
    with writing() as transaction:
        event, session = locked_session(transaction, actor, event_id, session_id)
        with strictly(transaction, event, programme_of(transaction, event.id)):
            return _set(transaction, actor, event, session, places, now)


def remove_places(
    actor: Actor, event_id: UUID, session_id: UUID, *, losing: int, now: datetime
) -> int:
    """Let everybody come without signing up; return how many had a place or waited for one.

    `losing` is the number that was named before. Emits session.places_removed within the
    transaction. Raises MoreLosePlaces where there are more by now, and NotFound.
    """
    with writing() as transaction:
        event, session = locked_session(transaction, actor, event_id, session_id)
        pool = _pool(transaction, session)
        if pool is None:
            return 0
        number = pool.taken + pool.waiting
        if number > losing:
            raise MoreLosePlaces
        outbox.emit(
            transaction,
            "session.places_removed",
            {"event_id": str(event.id), "session_id": str(session.id)},
            key=str(pool.id),
            now=now,
        )
        details = {"places": [pool.capacity, None], "people": number}
        drop_pool(transaction, session)
        _record(transaction, actor, event, session, details, now)
        changed(transaction, event_scope(event.id))
        return number


def drop_pool(transaction: Transaction, session: Session) -> None:
    """Take a locked session's pool away, with its wait list."""
    pool_id, session.pool_id = session.pool_id, None
    if pool_id is not None:
        transaction.flush()
        transaction.execute(
            sa.delete(SeatPool)
            .where(SeatPool.id == pool_id)
            .execution_options(synchronize_session=False)
        )


def give_free_places(transaction: Transaction, session_id: UUID, now: datetime) -> None:
    """Give what is free to those who wait, after the session was reinstated or put off.

    Its event is locked already. Emits session.places_given within the transaction.
    """
    session = transaction.get(Session, session_id)
    if session is None or session.pool_id is None:
        return
    event = transaction.get_one(Event, session.event_id)
    pool = _pool(transaction, session)
    if pool is None or not (pool.waiting and pool.left and passes_on(event, session, now)):
        return
    given = seats.set_capacity(transaction, pool.id, pool.capacity, pass_on=True)
    _tell_given(transaction, event, session, given, now)


def passes_on(event: Event, session: Session, now: datetime) -> bool:
    """Say whether a freed place of this session goes to the next who waits."""
    return passes_places_on(
        session.state, session.starts_at, now, event_passes=passes_seats_on(event, now)
    )


def _set(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    session: Session,
    places: int,
    now: datetime,
) -> int:
    pool = _pool(transaction, session)
    if pool is None:
        pool = seats.open_pool(transaction, event.id, places, PoolAbout.SESSION)
        session.pool_id = pool.id
        _record(transaction, actor, event, session, {"places": [None, places]}, now)
        changed(transaction, event_scope(event.id))
        return 0
    before = pool.capacity
    if places == before:
        return 0
    if places < pool.taken:
        raise PlacesBelowTaken(pool.taken)
    given = seats.set_capacity(transaction, pool.id, places, pass_on=passes_on(event, session, now))
    _tell_given(transaction, event, session, given, now)
    _record(transaction, actor, event, session, {"places": [before, places]}, now)
    changed(transaction, event_scope(event.id))
    return len(given.holder_ids)


def _pool(transaction: Transaction, session: Session) -> SeatPool | None:
    """Return a session's pool, held; nobody takes a place while the event is locked."""
    if session.pool_id is None:
        return None
    return transaction.get(SeatPool, session.pool_id, populate_existing=True, with_for_update=True)


def _tell_given(
    transaction: Transaction, event: Event, session: Session, given: seats.Given, now: datetime
) -> None:
    if given.holder_ids:
        payload = {
            "event_id": str(event.id),
            "organisation_id": str(event.organisation_id),
            "session_id": str(session.id),
            "holder_ids": [str(one) for one in given.holder_ids],
        }
        key = f"{session.id}:{given.holder_ids[0]}"
        outbox.emit(transaction, "session.places_given", payload, key=key, now=now)


def _record(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    session: Session,
    details: dict[str, object],
    now: datetime,
) -> None:
    transaction.flush()
    audit.record(
        transaction,
        actor,
        "session.places",
        ("session", session.id),
        event.organisation_id,
        details,
        now,
    )
