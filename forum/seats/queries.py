"""Named reads of pools and wait lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from forum.core.db import db
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import PoolAbout, WaitOrder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Seats:
    """A pool's numbers at one moment; `beside` are seats taken in pools of types of their own."""

    capacity: int
    taken: int
    waiting: int
    beside: int = 0


def pools_of(event_id: UUID) -> Sequence[SeatPool]:
    """Return an event's pools; one statement."""
    return db.session.scalars(
        sa.select(SeatPool).where(SeatPool.event_id == event_id).order_by(SeatPool.id),
    ).all()


def seats_of(event_id: UUID) -> Seats:
    """Return the numbers of an event's seats, and of those beside them; one statement."""
    ours = SeatPool.about == PoolAbout.EVENT
    own = SeatPool.about.in_((PoolAbout.TYPE, PoolAbout.SPEAKERS, PoolAbout.STAND_BY))
    sums = ((SeatPool.capacity, ours), (SeatPool.taken, ours), (SeatPool.waiting, ours))
    row = db.session.execute(
        sa.select(
            *(
                sa.func.coalesce(sa.func.sum(number).filter(which), 0)
                for number, which in (*sums, (SeatPool.taken, own))
            )
        ).where(SeatPool.event_id == event_id, sa.or_(ours, own)),
    ).one()
    return Seats(*map(int, row))


@dataclass(frozen=True, slots=True)
class InLine:
    """A party's place on its wait list, 1 for the next; `by_lot` where the lot decides."""

    position: int
    seats: int
    by_lot: bool


def lines_of(holder_ids: Iterable[UUID]) -> dict[UUID, InLine]:
    """Return where parties stand in their lines, by party; one statement."""
    entry = aliased(WaitListEntry)
    ahead = (
        sa.select(sa.func.count())
        .select_from(WaitListEntry)
        .where(WaitListEntry.pool_id == entry.pool_id, WaitListEntry.number <= entry.number)
        .correlate(entry)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(entry.holder_id, ahead, entry.seats, SeatPool.order)
        .join(SeatPool, SeatPool.id == entry.pool_id)
        .where(entry.holder_id.in_(list(holder_ids)))
    )
    return {row[0]: InLine(row[1], row[2], row[3] is WaitOrder.DRAW) for row in rows}


def position_of(holder_id: UUID) -> int | None:
    """Return a party's place on its wait list, 1 for the next, or None; one statement."""
    entry = sa.alias(WaitListEntry.__table__)
    ahead = (
        sa.select(sa.func.count())
        .select_from(WaitListEntry)
        .where(WaitListEntry.pool_id == entry.c.pool_id, WaitListEntry.number <= entry.c.number)
        .scalar_subquery()
    )
    return db.session.scalar(sa.select(ahead).where(entry.c.holder_id == holder_id))
