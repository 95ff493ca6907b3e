"""Blocks: seats kept aside, and their release to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.events.rules import passes_seats_on
from forum.registrations.models import Registration
from forum.registrations.service import seating
from forum.seats import service as seats
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.events.models import Event


@dataclass(frozen=True, slots=True)
class Released:
    """How many kept seats became free, and how many people sit among all others from now."""

    freed: int
    stayed: int


def resize_block(
    session: Session, event: Event, block_id: UUID, number: int, now: datetime
) -> None:
    """Keep more or fewer seats in a block; what that frees goes to those who wait.

    The caller holds the event. Raises NoRoomForBlock, and CapacityBelowTaken where more sit there.
    """
    parent_id = session.scalar(sa.select(SeatPool.parent_id).where(SeatPool.id == block_id))
    seating.lock_pools(session, [parent_id, block_id])
    given = seats.set_block(session, block_id, number, pass_on=passes_seats_on(event, now))
    seating.promote(session, event, given.holder_ids, now)
    seating.drop_pages(session, event.id, given)


def release_block(session: Session, event: Event, block_id: UUID, now: datetime) -> Released:
    """Give back what is left of a block; who sits there is counted by its parent from now.

    The caller holds the event. What becomes free goes to those who wait.
    """
    parent_id = session.scalar(sa.select(SeatPool.parent_id).where(SeatPool.id == block_id))
    if parent_id is None:
        return Released(0, 0)
    seating.lock_pools(session, [parent_id, block_id])
    block = session.get_one(SeatPool, block_id, populate_existing=True)
    left, taken = block.left, block.taken
    session.execute(
        sa.update(Registration)
        .where(Registration.block_id == block_id)
        .values(block_id=None)
        .execution_options(synchronize_session=False)
    )
    # The parent counted the whole block before: now it counts each who sits there.
    seats.dissolve(session, block_id)
    given = seats.give_back(session, parent_id, left, pass_on=passes_seats_on(event, now))
    seating.promote(session, event, given.holder_ids, now)
    seating.drop_pages(session, event.id, given)
    return Released(left, taken)
