"""Taking, freeing and giving seats, always inside the caller's writing transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.ids import uuid7
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import Band, CapacityBelowTaken, SeatAnswer, Waiting, band, who_fits

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_GIVEN_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What asking came to, and whether guests must now be told another band."""

    answer: SeatAnswer
    band_changed: bool


@dataclass(frozen=True, slots=True)
class Given:
    """Who was given the seats that became free."""

    holder_ids: tuple[UUID, ...]
    band_changed: bool


def open_pool(session: Session, event_id: UUID, capacity: int) -> SeatPool:
    """Make a pool of an event with this many seats."""
    pool = SeatPool(event_id=event_id, capacity=capacity, taken=0, waiting=0)
    session.add(pool)
    session.flush()
    return pool


def ask(session: Session, pool_id: UUID, holder_id: UUID, seats: int, *, now: datetime) -> Outcome:
    """Take free seats while nobody waits, else join the wait list; one to four statements.

    Exact under a stampede: the counter moves in one UPDATE that the database serialises, and who is
    refused holds the pool's lock before joining the list, so that a seat freed meanwhile is seen.
    """
    row = session.execute(
        sa.update(SeatPool)
        .where(
            SeatPool.id == pool_id,
            SeatPool.taken + seats <= SeatPool.capacity,
            SeatPool.waiting == 0,
        )
        .values(taken=SeatPool.taken + seats)
        .returning(SeatPool.capacity, SeatPool.taken)
        .execution_options(synchronize_session=False),
    ).first()
    if row is not None:
        changed = band(row.capacity, row.taken - seats) != band(row.capacity, row.taken)
        return Outcome(SeatAnswer.TAKEN, changed)
    pool = _locked(session, pool_id)
    if pool.waiting == 0 and pool.taken + seats <= pool.capacity:
        before = band(pool.capacity, pool.taken)
        _set(session, pool_id, taken=pool.taken + seats)
        return Outcome(SeatAnswer.TAKEN, before != band(pool.capacity, pool.taken + seats))
    before = band(pool.capacity, pool.taken, pool.waiting)
    _set(session, pool_id, waiting=pool.waiting + 1)
    last = sa.select(sa.func.coalesce(sa.func.max(WaitListEntry.number), 0) + 1).where(
        WaitListEntry.pool_id == pool_id,
    )
    session.execute(
        sa.insert(WaitListEntry).values(
            id=uuid7(),
            pool_id=pool_id,
            holder_id=holder_id,
            seats=seats,
            number=last.scalar_subquery(),
            joined_at=now,
        ),
    )
    return Outcome(SeatAnswer.WAITING, before != band(pool.capacity, pool.taken, pool.waiting + 1))


def lock(session: Session, pool_id: UUID) -> None:
    """Hold a pool until the transaction ends; always before its registrations, against rings."""
    session.execute(sa.select(SeatPool.id).where(SeatPool.id == pool_id).with_for_update())


def leave(session: Session, pool_id: UUID, holder_id: UUID, seats: int, *, seated: bool) -> Given:
    """Give up seats, or a place on the wait list; what becomes free goes to the next who fit."""
    pool = _locked(session, pool_id)
    before = band(pool.capacity, pool.taken, pool.waiting)
    taken, waiting = pool.taken, pool.waiting
    if seated:
        taken -= seats
    else:
        session.execute(sa.delete(WaitListEntry).where(WaitListEntry.holder_id == holder_id))
        waiting -= 1
    return _give(session, pool_id, pool.capacity, taken, waiting, before)


def set_capacity(session: Session, pool_id: UUID, capacity: int) -> Given:
    """Set the capacity; raises CapacityBelowTaken; new seats go to those who wait."""
    pool = _locked(session, pool_id)
    if capacity < pool.taken:
        raise CapacityBelowTaken(pool.taken)
    before = band(pool.capacity, pool.taken, pool.waiting)
    return _give(session, pool_id, capacity, pool.taken, pool.waiting, before)


def _give(
    session: Session,
    pool_id: UUID,
    capacity: int,
    taken: int,
    waiting: int,
    before: Band,
) -> Given:
    chosen: tuple[UUID, ...] = ()
    if waiting and capacity > taken:
        rows = session.execute(
            sa.select(WaitListEntry.holder_id, WaitListEntry.seats)
            .where(WaitListEntry.pool_id == pool_id)
            .order_by(WaitListEntry.number)
            .limit(min(capacity - taken, MOST_GIVEN_AT_ONCE)),
        ).all()
        fitting = who_fits((Waiting(row.holder_id, row.seats) for row in rows), capacity - taken)
        chosen = tuple(party.holder_id for party in fitting)
        if chosen:
            taken += sum(party.seats for party in fitting)
            waiting -= len(chosen)
            session.execute(sa.delete(WaitListEntry).where(WaitListEntry.holder_id.in_(chosen)))
    _set(session, pool_id, capacity=capacity, taken=taken, waiting=waiting)
    return Given(chosen, before != band(capacity, taken, waiting))


def _locked(session: Session, pool_id: UUID) -> SeatPool:
    return session.execute(
        sa.select(SeatPool)
        .where(SeatPool.id == pool_id)
        .with_for_update()
        .execution_options(populate_existing=True),
    ).scalar_one()


def _set(session: Session, pool_id: UUID, **values: int) -> None:
    session.execute(
        sa.update(SeatPool)
        .where(SeatPool.id == pool_id)
        .values(**values)
        .execution_options(synchronize_session=False),
    )
