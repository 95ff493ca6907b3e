"""Taking, freeing and giving seats, always inside the caller's writing transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.ids import uuid7
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import (
    Band,
    CapacityBelowTaken,
    PoolAbout,
    SeatAnswer,
    Waiting,
    band,
    who_fits,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_GIVEN_AT_ONCE = 500
"""Rows read and deleted in one statement."""


_SEATS = sa.bindparam("seats", type_=sa.Integer)
_TAKE = (
    sa.update(SeatPool)
    .where(
        SeatPool.id == sa.bindparam("pool"),
        SeatPool.taken + _SEATS <= SeatPool.capacity,
        SeatPool.waiting == 0,
    )
    .values(taken=SeatPool.taken + _SEATS)
    .returning(SeatPool.capacity, SeatPool.taken)
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class _Bands:
    """What guests were told before, and what they must be told now."""

    before: Band
    after: Band

    @property
    def band_changed(self) -> bool:
        """Whether guests must now be told something else."""
        return self.before != self.after

    @property
    def full_changed(self) -> bool:
        """Whether the pool became full, or stopped being so."""
        return self.before.full != self.after.full


@dataclass(frozen=True, slots=True)
class Outcome(_Bands):
    """What asking came to."""

    answer: SeatAnswer


@dataclass(frozen=True, slots=True)
class Given(_Bands):
    """Who was given the seats that became free."""

    holder_ids: tuple[UUID, ...]


def open_pool(
    session: Session, event_id: UUID, capacity: int, about: PoolAbout = PoolAbout.EVENT
) -> SeatPool:
    """Make a pool of an event with this many seats, or of one of its sessions."""
    pool = SeatPool(event_id=event_id, about=about, capacity=capacity, taken=0, waiting=0)
    session.add(pool)
    session.flush()
    return pool


def take(session: Session, pool_id: UUID, seats: int) -> Outcome | None:
    """Take free seats while nobody waits, else return None and change nothing; one statement.

    Exact under a stampede: the counter moves in one UPDATE that the database serialises. Whoever
    comes after waits from here to the commit, so what else is to be written goes before.
    """
    row = session.execute(_TAKE, {"pool": pool_id, "seats": seats}).first()
    if row is None:
        return None
    before = band(row.capacity, row.taken - seats)
    return Outcome(before, band(row.capacity, row.taken), SeatAnswer.TAKEN)


def take_one_more(session: Session, pool_id: UUID) -> None:
    """Take a seat of a pool that grows with those who are given one; one statement."""
    session.execute(
        sa.update(SeatPool)
        .where(SeatPool.id == pool_id)
        .values(
            taken=SeatPool.taken + 1,
            capacity=sa.case(
                (SeatPool.taken < SeatPool.capacity, SeatPool.capacity), else_=SeatPool.taken + 1
            ),
        )
        .execution_options(synchronize_session=False),
    )


def ask(session: Session, pool_id: UUID, holder_id: UUID, seats: int, *, now: datetime) -> Outcome:
    """Take free seats while nobody waits, else join the wait list; one to four statements.

    Who is refused holds the pool's lock before joining the list, so that a seat freed meanwhile is
    seen.
    """
    if (taken := take(session, pool_id, seats)) is not None:
        return taken
    pool = _locked(session, pool_id)
    if pool.waiting == 0 and pool.taken + seats <= pool.capacity:
        before = band(pool.capacity, pool.taken)
        _set(session, pool_id, taken=pool.taken + seats)
        return Outcome(before, band(pool.capacity, pool.taken + seats), SeatAnswer.TAKEN)
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
    after = band(pool.capacity, pool.taken, pool.waiting + 1)
    return Outcome(before, after, SeatAnswer.WAITING)


def lock(session: Session, pool_id: UUID) -> None:
    """Hold a pool until the transaction ends; always before its registrations, against rings."""
    session.execute(sa.select(SeatPool.id).where(SeatPool.id == pool_id).with_for_update())


def leave(
    session: Session, pool_id: UUID, holder_id: UUID, seats: int, *, seated: bool, pass_on: bool
) -> Given:
    """Give up seats, or a place on the wait list; what becomes free goes to the next who fit.

    Without `pass_on` nobody is given anything: the event is cancelled or over.
    """
    pool = _locked(session, pool_id)
    before = band(pool.capacity, pool.taken, pool.waiting)
    taken, waiting = pool.taken, pool.waiting
    if seated:
        taken -= seats
    else:
        session.execute(sa.delete(WaitListEntry).where(WaitListEntry.holder_id == holder_id))
        waiting -= 1
    counts = _Counts(pool.capacity, taken, waiting)
    return _give(session, pool_id, counts, before, pass_on=pass_on)


def set_capacity(session: Session, pool_id: UUID, capacity: int, *, pass_on: bool) -> Given:
    """Set the capacity; raises CapacityBelowTaken; new seats go to those who wait."""
    pool = _locked(session, pool_id)
    if capacity < pool.taken:
        raise CapacityBelowTaken(pool.taken)
    before = band(pool.capacity, pool.taken, pool.waiting)
    counts = _Counts(capacity, pool.taken, pool.waiting)
    return _give(session, pool_id, counts, before, pass_on=pass_on)


@dataclass(frozen=True, slots=True)
class _Counts:
    capacity: int
    taken: int
    waiting: int


def _give(
    session: Session, pool_id: UUID, counts: _Counts, before: Band, *, pass_on: bool
) -> Given:
    taken, waiting = counts.taken, counts.waiting
    chosen: list[UUID] = []
    while pass_on and waiting and counts.capacity > taken:
        rows = session.execute(
            sa.select(WaitListEntry.holder_id, WaitListEntry.seats)
            .where(WaitListEntry.pool_id == pool_id)
            .order_by(WaitListEntry.number)
            .limit(min(counts.capacity - taken, MOST_GIVEN_AT_ONCE)),
        ).all()
        queue = (Waiting(row.holder_id, row.seats) for row in rows)
        fitting = who_fits(queue, counts.capacity - taken)
        if not fitting:
            break
        served = [party.holder_id for party in fitting]
        chosen += served
        taken += sum(party.seats for party in fitting)
        waiting -= len(served)
        session.execute(sa.delete(WaitListEntry).where(WaitListEntry.holder_id.in_(served)))
    _set(session, pool_id, capacity=counts.capacity, taken=taken, waiting=waiting)
    return Given(before, band(counts.capacity, taken, waiting), tuple(chosen))


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
