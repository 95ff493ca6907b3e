"""Counting seats and places from rows and from pools, for `forum seats` and `forum doctor`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from forum.core import clock
from forum.core.db import db
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.programme.models import Session
from forum.programme.service import passes_on
from forum.registrations.models import Registration, SessionPlace, TicketType
from forum.registrations.rules import SEATED, RegistrationState
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import PoolAbout

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
    def name(self) -> str:
        """What it counts."""
        return self.slug

    @property
    def agrees(self) -> bool:
        """Whether counters and rows say the same, and nothing is oversold or left lying."""
        idle = self.passes_on and self.waiting > 0 and self.taken < self.capacity
        counted = self.taken == self.seated and self.waiting == self.queued == self.waitlisted
        return counted and self.taken <= self.capacity and not idle

    def as_dict(self) -> dict[str, int | str | bool]:
        """Return the figures for JSON."""
        return {**asdict(self), "agrees": self.agrees}


@dataclass(frozen=True, slots=True)
class PlacesRecount:
    """The places of one session: counters of its pool beside the rows they stand for.

    `strangers` are rows of guests who are not confirmed, and may hold nothing.
    """

    slug: str
    session: str
    passes_on: bool
    capacity: int
    taken: int
    waiting: int
    seated: int
    turns: int
    queued: int
    strangers: int

    @property
    def name(self) -> str:
        """What it counts."""
        return f"{self.slug}, session {self.session}"

    @property
    def agrees(self) -> bool:
        """Whether counters and rows say the same, and nothing is oversold or left lying."""
        idle = self.passes_on and self.waiting > 0 and self.taken < self.capacity
        counted = self.taken == self.seated and self.waiting == self.queued == self.turns
        return counted and self.taken <= self.capacity and not idle and not self.strangers

    def as_dict(self) -> dict[str, int | str | bool]:
        """Return the figures for JSON."""
        return {**asdict(self), "agrees": self.agrees}


_QUEUED = (
    sa.select(sa.func.count())
    .where(WaitListEntry.pool_id == SeatPool.id)
    .correlate(SeatPool)
    .scalar_subquery()
)


def recount(slug: str | None = None) -> Sequence[Recount]:
    """Count one event, or all; one statement."""

    def _rows(*states: RegistrationState) -> sa.ScalarSelect[int]:
        return (
            sa.select(sa.func.count())
            .where(Registration.ticket_type_id == TicketType.id, Registration.state.in_(states))
            .correlate(TicketType)
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
            _QUEUED,
            _rows(RegistrationState.CANCELLED),
        )
        .join(TicketType, TicketType.event_id == Event.id)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .order_by(Event.starts_at, Event.slug, TicketType.position, TicketType.number)
    )
    if slug is not None:
        wanted = wanted.where(Event.slug == slug)
    now = clock.now()
    return [
        Recount(event.slug, passes_seats_on(event, now), *(int(number) for number in counts))
        for event, *counts in db.session.execute(wanted).all()
    ]


def recount_places(slug: str | None = None) -> Sequence[PlacesRecount]:
    """Count every session with places, of one event or of all; one statement.

    A pool that no session has any more shows up as session "none".
    """

    def _rows(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return (
            sa.select(sa.func.count())
            .select_from(SessionPlace)
            .join(Registration, Registration.id == SessionPlace.registration_id)
            .where(SessionPlace.session_id == Session.id, *conditions)
            .correlate(Session)
            .scalar_subquery()
        )

    wanted = (
        sa.select(
            Event,
            Session,
            SeatPool.capacity,
            SeatPool.taken,
            SeatPool.waiting,
            _rows(SessionPlace.seated.is_(True)),
            _rows(SessionPlace.seated.is_(False)),
            _QUEUED,
            _rows(Registration.state != RegistrationState.CONFIRMED),
        )
        .select_from(SeatPool)
        .join(Event, Event.id == SeatPool.event_id)
        .outerjoin(Session, Session.pool_id == SeatPool.id)
        .where(SeatPool.about == PoolAbout.SESSION)
        .order_by(Event.starts_at, Event.slug, Session.starts_at, Session.id)
    )
    if slug is not None:
        wanted = wanted.where(Event.slug == slug)
    now = clock.now()
    return [
        PlacesRecount(
            event.slug,
            str(session.id) if session else "none",
            session is not None and passes_on(event, session, now),
            *(int(number) for number in counts),
        )
        for event, session, *counts in db.session.execute(wanted).all()
    ]
