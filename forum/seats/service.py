"""Taking, freeing and giving seats, always inside the caller's writing transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import table_of
from forum.core.ids import uuid7
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import (
    Band,
    CapacityBelowTaken,
    NoRoomForBlock,
    PoolAbout,
    SeatAnswer,
    Waiting,
    WaitOrder,
    band,
    who_fits,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_GIVEN_AT_ONCE = 500
"""Rows read and deleted in one statement."""

LOT_BITS = 62


_SEATS = sa.bindparam("seats", type_=sa.Integer)
_POOL = table_of(SeatPool)
_TAKE = (
    sa.update(_POOL)
    .where(
        _POOL.c.id == sa.bindparam("pool"),
        _POOL.c.taken + _SEATS <= _POOL.c.capacity,
        _POOL.c.waiting == 0,
    )
    .values(taken=_POOL.c.taken + _SEATS)
    .returning(_POOL.c.capacity, _POOL.c.taken)
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
    row = session.connection().execute(_TAKE, {"pool": pool_id, "seats": seats}).first()
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
    drawn = pool.order is WaitOrder.DRAW
    lot = secrets.randbits(LOT_BITS) if drawn else None
    if pool.taken + seats <= pool.capacity and _comes_first(session, pool, lot):
        before = band(pool.capacity, pool.taken, pool.waiting)
        _set(session, pool_id, taken=pool.taken + seats)
        after = band(pool.capacity, pool.taken + seats, pool.waiting)
        return Outcome(before, after, SeatAnswer.TAKEN)
    before = band(pool.capacity, pool.taken, pool.waiting)
    _set(session, pool_id, waiting=pool.waiting + 1)
    last = sa.select(sa.func.coalesce(sa.func.max(WaitListEntry.number), 0) + 1).where(
        WaitListEntry.pool_id == pool_id
    )
    session.execute(
        sa.insert(WaitListEntry).values(
            id=uuid7(),
            pool_id=pool_id,
            holder_id=holder_id,
            seats=seats,
            number=last.scalar_subquery() if lot is None else lot,
            joined_at=now,
        ),
    )
    after = band(pool.capacity, pool.taken, pool.waiting + 1)
    return Outcome(before, after, SeatAnswer.WAITING)


def _comes_first(session: Session, pool: SeatPool, lot: int | None) -> bool:
    """Say whether seats that are free belong to who comes now, though others may wait."""
    if pool.waiting == 0 or pool.smaller_pass:
        # Who waits on where the smaller pass is larger than what is free.
        return True
    if lot is None:
        return False
    lowest = sa.select(sa.func.min(WaitListEntry.number)).where(WaitListEntry.pool_id == pool.id)
    return lot < (session.scalar(lowest) or 0)


def lock(session: Session, pool_id: UUID) -> None:
    """Hold a pool until the transaction ends; always before its registrations, against rings."""
    session.execute(
        sa.select(SeatPool.id).where(SeatPool.id == pool_id).with_for_update(key_share=True)
    )


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
    return _give(session, pool, counts, before, pass_on=pass_on)


def shrink(session: Session, pool_id: UUID, holder_id: UUID, seats: int, *, pass_on: bool) -> Given:
    """Let a party that waits ask for fewer seats; it, or others, may now fit."""
    pool = _locked(session, pool_id)
    before = band(pool.capacity, pool.taken, pool.waiting)
    session.execute(
        sa.update(WaitListEntry)
        .where(WaitListEntry.holder_id == holder_id)
        .values(seats=WaitListEntry.seats - seats)
        .execution_options(synchronize_session=False),
    )
    counts = _Counts(pool.capacity, pool.taken, pool.waiting)
    return _give(session, pool, counts, before, pass_on=pass_on)


def take_past_the_line(session: Session, pool_id: UUID, seats: int) -> Outcome | None:
    """Take free seats though others wait, by an organiser's hand; None where there are too few."""
    pool = _locked(session, pool_id)
    if pool.taken + seats > pool.capacity:
        return None
    before = band(pool.capacity, pool.taken, pool.waiting)
    _set(session, pool_id, taken=pool.taken + seats)
    after = band(pool.capacity, pool.taken + seats, pool.waiting)
    return Outcome(before, after, SeatAnswer.TAKEN)


def leave_the_line(session: Session, pool_id: UUID, holder_id: UUID) -> None:
    """Take a party off a wait list, to be seated elsewhere; what is free is given to nobody yet."""
    pool = _locked(session, pool_id)
    gone = session.execute(
        sa.delete(WaitListEntry)
        .where(WaitListEntry.holder_id == holder_id, WaitListEntry.pool_id == pool_id)
        .returning(WaitListEntry.id)
    ).first()
    if gone is not None:
        _set(session, pool_id, waiting=pool.waiting - 1)


def set_rule(session: Session, pool_id: UUID, order: WaitOrder, *, smaller_pass: bool) -> None:
    """Say how freed seats of a pool find the next; who waits already keeps the number it has."""
    session.execute(
        sa.update(SeatPool)
        .where(SeatPool.id == pool_id)
        .values(order=order, smaller_pass=smaller_pass)
        .execution_options(synchronize_session=False),
    )


def give_what_is_free(session: Session, pool_id: UUID, *, pass_on: bool) -> Given:
    """Give seats that are free to those who wait: the rule or the event has changed."""
    pool = _locked(session, pool_id)
    before = band(pool.capacity, pool.taken, pool.waiting)
    counts = _Counts(pool.capacity, pool.taken, pool.waiting)
    return _give(session, pool, counts, before, pass_on=pass_on)


def carve(session: Session, event_id: UUID, parent_id: UUID, seats: int) -> SeatPool:
    """Keep seats of a pool aside as a block; raises NoRoomForBlock where fewer are free."""
    parent = _locked(session, parent_id)
    if parent.waiting or parent.left < seats:
        raise NoRoomForBlock(0 if parent.waiting else parent.left)
    _set(session, parent_id, taken=parent.taken + seats)
    block = SeatPool(event_id=event_id, about=PoolAbout.BLOCK, parent_id=parent_id, capacity=seats)
    session.add(block)
    session.flush()
    return block


def set_block(session: Session, block_id: UUID, seats: int, *, pass_on: bool) -> Given:
    """Keep more or fewer seats aside; what is given back goes to those who wait for the parent.

    Lock parent and block before, in the order of their ids. Raises NoRoomForBlock, and
    CapacityBelowTaken where more of the block are taken.
    """
    block = _locked(session, block_id)
    if block.parent_id is None:
        message = "only a block has a parent"
        raise ValueError(message)
    parent = _locked(session, block.parent_id)
    if seats < block.taken:
        raise CapacityBelowTaken(block.taken)
    more = seats - block.capacity
    if more > 0 and (parent.waiting or parent.left < more):
        raise NoRoomForBlock(0 if parent.waiting else parent.left)
    _set(session, block_id, capacity=seats)
    before = band(parent.capacity, parent.taken, parent.waiting)
    counts = _Counts(parent.capacity, parent.taken + more, parent.waiting)
    return _give(session, parent, counts, before, pass_on=pass_on)


def set_capacity(session: Session, pool_id: UUID, capacity: int, *, pass_on: bool) -> Given:
    """Set the capacity; raises CapacityBelowTaken; new seats go to those who wait."""
    pool = _locked(session, pool_id)
    if capacity < pool.taken:
        raise CapacityBelowTaken(pool.taken)
    before = band(pool.capacity, pool.taken, pool.waiting)
    counts = _Counts(capacity, pool.taken, pool.waiting)
    return _give(session, pool, counts, before, pass_on=pass_on)


@dataclass(frozen=True, slots=True)
class _Counts:
    capacity: int
    taken: int
    waiting: int


def _give(
    session: Session, pool: SeatPool, counts: _Counts, before: Band, *, pass_on: bool
) -> Given:
    taken, waiting = counts.taken, counts.waiting
    chosen: list[UUID] = []
    while pass_on and waiting and counts.capacity > taken:
        free = counts.capacity - taken
        first = (
            sa.select(WaitListEntry.holder_id, WaitListEntry.seats)
            .where(WaitListEntry.pool_id == pool.id)
            .order_by(WaitListEntry.number)
            .limit(min(free, MOST_GIVEN_AT_ONCE))
        )
        if pool.smaller_pass:
            first = first.where(WaitListEntry.seats <= free)
        queue = (Waiting(row.holder_id, row.seats) for row in session.execute(first).all())
        fitting = who_fits(queue, free, smaller_pass=pool.smaller_pass)
        if not fitting:
            break
        served = [party.holder_id for party in fitting]
        chosen += served
        taken += sum(party.seats for party in fitting)
        waiting -= len(served)
        session.execute(sa.delete(WaitListEntry).where(WaitListEntry.holder_id.in_(served)))
    _set(session, pool.id, capacity=counts.capacity, taken=taken, waiting=waiting)
    return Given(before, band(counts.capacity, taken, waiting), tuple(chosen))


def _locked(session: Session, pool_id: UUID) -> SeatPool:
    return session.execute(
        sa.select(SeatPool)
        .where(SeatPool.id == pool_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True),
    ).scalar_one()


def _set(session: Session, pool_id: UUID, **values: int) -> None:
    session.execute(
        sa.update(SeatPool)
        .where(SeatPool.id == pool_id)
        .values(**values)
        .execution_options(synchronize_session=False),
    )


def has_room(session: Session, pool_id: UUID, seats: int) -> bool:
    """Say whether so many seats are free and nobody waits; the pool is locked, so it holds."""
    pool = _locked(session, pool_id)
    return pool.waiting == 0 and pool.taken + seats <= pool.capacity


def dissolve(session: Session, block_id: UUID) -> None:
    """Empty a block whose seats its parent counts from now on; nobody may sit there any more."""
    _set(session, block_id, capacity=0, taken=0)


def give_back(session: Session, pool_id: UUID, seats: int, *, pass_on: bool) -> Given:
    """Free seats of a pool that nobody sat on; they go to those who wait."""
    pool = _locked(session, pool_id)
    before = band(pool.capacity, pool.taken, pool.waiting)
    counts = _Counts(pool.capacity, pool.taken - seats, pool.waiting)
    return _give(session, pool, counts, before, pass_on=pass_on)


def left_of(session: Session, pool_id: UUID) -> int:
    """Return how many seats may be taken now, none while somebody waits; the pool is locked."""
    pool = _locked(session, pool_id)
    return 0 if pool.waiting else pool.left
