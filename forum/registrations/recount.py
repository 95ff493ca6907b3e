"""Counting seats from rows and from pools, for `forum seats` and `forum doctor`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from forum.core import clock
from forum.core.db import db
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import SEATED, RegistrationState
from forum.seats.models import SeatPool, WaitListEntry

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Recount:
    """One event's seats: counters of its pool beside the rows they stand for."""

    slug: str
    passes_on: bool
    capacity: int
    taken: int
    waiting: int
    seated: int
    confirmed: int
    waitlisted: int
    queued: int
    cancelled: int

    @property
    def agrees(self) -> bool:
        """Whether counters and rows say the same, and nothing is oversold or left lying."""
        idle = self.passes_on and self.waiting > 0 and self.taken < self.capacity
        counted = self.taken == self.seated and self.waiting == self.queued == self.waitlisted
        return counted and self.taken <= self.capacity and not idle

    def as_dict(self) -> dict[str, int | str | bool]:
        """Return the figures for JSON."""
        return {**asdict(self), "agrees": self.agrees}


def recount(slug: str | None = None) -> Sequence[Recount]:
    """Count one event, or all; one statement."""

    def _rows(*states: RegistrationState) -> sa.ScalarSelect[int]:
        return (
            sa.select(sa.func.count())
            .where(Registration.ticket_type_id == TicketType.id, Registration.state.in_(states))
            .correlate(TicketType)
            .scalar_subquery()
        )

    queued = (
        sa.select(sa.func.count())
        .where(WaitListEntry.pool_id == SeatPool.id)
        .correlate(SeatPool)
        .scalar_subquery()
    )
    wanted = (
        sa.select(
            Event,
            SeatPool.capacity,
            SeatPool.taken,
            SeatPool.waiting,
            _rows(*SEATED),
            _rows(RegistrationState.CONFIRMED),
            _rows(RegistrationState.WAITLISTED),
            queued,
            _rows(RegistrationState.CANCELLED),
        )
        .join(TicketType, TicketType.event_id == Event.id)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .order_by(Event.starts_at, Event.slug)
    )
    if slug is not None:
        wanted = wanted.where(Event.slug == slug)
    now = clock.now()
    return [
        Recount(event.slug, passes_seats_on(event, now), *(int(number) for number in counts))
        for event, *counts in db.session.execute(wanted).all()
    ]
