"""Tables of seats: pools with a counter the database guards, and who waits for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.seats.rules import PoolAbout, WaitOrder


class SeatPool(Model):
    """A counted capacity; `taken` and `waiting` are changed by the seats service alone.

    `about` says what is counted. A block is carved out of its parent: the parent counts the whole
    `capacity` of the block as taken, whoever sits there. `order` and `smaller_pass` say how a
    freed seat finds the next party that waits.
    """

    __tablename__ = "seat_pool"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    parent_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="CASCADE"), index=True
    )
    about: Mapped[PoolAbout] = mapped_column(
        enum_column(PoolAbout, "pool_about"), default=PoolAbout.EVENT
    )
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    order: Mapped[WaitOrder] = mapped_column(
        enum_column(WaitOrder, "wait_order"), default=WaitOrder.FIRST_COME
    )
    smaller_pass: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.CheckConstraint("taken BETWEEN 0 AND capacity", name="taken"),
        sa.CheckConstraint("waiting >= 0", name="waiting"),
        sa.CheckConstraint("(about = 'block') = (parent_id IS NOT NULL)", name="block_has_parent"),
    )

    @property
    def left(self) -> int:
        """How many seats are free."""
        return self.capacity - self.taken


class WaitListEntry(Model):
    """One party that waits for `seats` seats of a pool; the lowest number is served first.

    Where freed seats are drawn by lot, the number is the lot.
    """

    __tablename__ = "wait_list_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    pool_id: Mapped[UUID] = mapped_column(sa.ForeignKey("seat_pool.id", ondelete="CASCADE"))
    holder_id: Mapped[UUID] = mapped_column(unique=True)
    seats: Mapped[int] = mapped_column(default=1)
    number: Mapped[int] = mapped_column(sa.BigInteger)
    joined_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("pool_id", "number"),
        sa.CheckConstraint("seats > 0", name="seats"),
    )
