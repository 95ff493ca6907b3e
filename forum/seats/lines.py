"""Moving parties from one wait list to another, and pools that are taken down."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import Waiting, WaitOrder
from forum.seats.service import LOT_BITS, MOST_GIVEN_AT_ONCE, lock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def line_of(session: Session, pool_id: UUID, holders: sa.Select[UUID]) -> list[Waiting]:
    """Return those of these parties that wait for a pool, the next first; one statement."""
    rows = session.execute(
        sa.select(WaitListEntry.holder_id, WaitListEntry.seats)
        .where(WaitListEntry.pool_id == pool_id, WaitListEntry.holder_id.in_(holders))
        .order_by(WaitListEntry.number)
    )
    return [Waiting(row.holder_id, row.seats) for row in rows]


def move_line(
    session: Session,
    from_id: UUID,
    to_id: UUID,
    holder_ids: Sequence[UUID],
    *,
    first: bool = False,
) -> None:
    """Let parties wait for another pool, behind or with `first` before all who wait there.

    Among themselves they keep their order; where seats are drawn each gets a new lot. Both pools
    are locked by the caller. Nobody is given anything yet.
    """
    if not holder_ids or from_id == to_id:
        return
    moving = _numbers(session, from_id, holder_ids)
    if not moving:
        return
    lock(session, to_id)
    drawn = session.get_one(SeatPool, to_id, populate_existing=True).order is WaitOrder.DRAW
    least, most = session.execute(
        sa.select(sa.func.min(WaitListEntry.number), sa.func.max(WaitListEntry.number)).where(
            WaitListEntry.pool_id == to_id
        )
    ).one()
    number = (least or 1) - len(moving) if first else (most or 0) + 1
    rows = [
        {
            "entry": entry_id,
            "there": to_id,
            "place": secrets.randbits(LOT_BITS) if drawn else number + place,
        }
        for place, entry_id in enumerate(moving)
    ]
    session.connection().execute(
        sa.update(WaitListEntry)
        .where(WaitListEntry.id == sa.bindparam("entry"))
        .values(pool_id=sa.bindparam("there"), number=sa.bindparam("place")),
        rows,
    )
    for pool_id, change in sorted({from_id: -len(moving), to_id: len(moving)}.items()):
        session.execute(
            sa.update(SeatPool)
            .where(SeatPool.id == pool_id)
            .values(waiting=SeatPool.waiting + change)
            .execution_options(synchronize_session=False)
        )


def set_counts(session: Session, pool_id: UUID, *, capacity: int, taken: int) -> None:
    """Set what a pool has and counts; the caller has counted those who sit there."""
    session.execute(
        sa.update(SeatPool)
        .where(SeatPool.id == pool_id)
        .values(capacity=capacity, taken=taken)
        .execution_options(synchronize_session=False)
    )


def count_in(session: Session, pool_id: UUID, seats: int) -> None:
    """Count seats that are sat on already, in a pool that has room for them."""
    session.execute(
        sa.update(SeatPool)
        .where(SeatPool.id == pool_id)
        .values(taken=SeatPool.taken + seats)
        .execution_options(synchronize_session=False)
    )


def hand_over(session: Session, block_ids: Sequence[UUID], parent_id: UUID) -> None:
    """Let blocks be carved out of another pool from now on; the caller counts them there."""
    session.execute(
        sa.update(SeatPool)
        .where(SeatPool.id.in_(block_ids))
        .values(parent_id=parent_id)
        .execution_options(synchronize_session=False)
    )


def take_down(session: Session, pool_id: UUID) -> None:
    """Delete a pool that counts nobody any more."""
    session.execute(
        sa.delete(SeatPool)
        .where(SeatPool.id == pool_id, SeatPool.waiting == 0)
        .execution_options(synchronize_session=False)
    )


def _numbers(session: Session, pool_id: UUID, holder_ids: Sequence[UUID]) -> list[UUID]:
    """Return the entries of these parties in the line of a pool, in its order."""
    found: list[tuple[int, UUID]] = []
    for start in range(0, len(holder_ids), MOST_GIVEN_AT_ONCE):
        some = holder_ids[start : start + MOST_GIVEN_AT_ONCE]
        found += [
            (row.number, row.id)
            for row in session.execute(
                sa.select(WaitListEntry.number, WaitListEntry.id).where(
                    WaitListEntry.pool_id == pool_id, WaitListEntry.holder_id.in_(some)
                )
            )
        ]
    return [entry_id for _, entry_id in sorted(found)]
