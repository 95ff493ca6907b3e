"""Counting seats and places from rows and from pools, for `forum seats` and `forum doctor`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from forum.core import clock
from forum.core.db import db
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.programme.models import Session
from forum.programme.service import passes_on
from forum.registrations.models import (
    AccessCode,
    ChoicePlace,
    Option,
    Registration,
    SessionPlace,
    TicketType,
)
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Recount:
    """One pool of an event: its counters beside the rows they stand for.

    `seated` are registrations, choices or seats of blocks that the pool counts; `queued` are the
    parties in its line, and `idle` is 1 where seats lie free for the first of them. `confirmed`,
    `waitlisted` and `cancelled` are registrations of the whole event; `stranded` of them are in
    no line though they wait, or in one though they do not.
    """

    slug: str
    about: str
    passes_on: bool
    capacity: int
    taken: int
    waiting: int
    seated: int
    queued: int
    stranded: int
    idle: int
    confirmed: int
    waitlisted: int
    cancelled: int

    @property
    def name(self) -> str:
        """What it counts."""
        return self.slug if self.about == PoolAbout.EVENT.value else f"{self.slug}, {self.about}"

    @property
    def agrees(self) -> bool:
        """Whether counters and rows say the same, and nothing is oversold or left lying."""
        lying = self.passes_on and self.idle
        counted = self.taken == self.seated and self.waiting == self.queued
        return counted and self.taken <= self.capacity and not lying and not self.stranded

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


@dataclass(frozen=True, slots=True)
class CodeRecount:
    """An access code: how often it says it was used, beside the registrations that used it."""

    slug: str
    code: str
    used: int
    registrations: int

    @property
    def name(self) -> str:
        """What it counts."""
        return f"{self.slug}, code {self.code[:3]}…"

    @property
    def agrees(self) -> bool:
        """Whether both are the same."""
        return self.used == self.registrations


_ACTIVE = (
    RegistrationState.PENDING,
    RegistrationState.OFFERED,
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
)


def _count(*conditions: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(Registration).where(*conditions)


def _own(counted: sa.Select[int]) -> sa.ScalarSelect[int]:
    return counted.correlate(SeatPool, Event).scalar_subquery()


_QUEUED = _own(sa.select(sa.func.count()).where(WaitListEntry.pool_id == SeatPool.id))
_FIRST = (
    sa.select(WaitListEntry.seats)
    .where(
        WaitListEntry.pool_id == SeatPool.id,
        sa.or_(
            SeatPool.smaller_pass.is_(False),
            WaitListEntry.seats <= SeatPool.capacity - SeatPool.taken,
        ),
    )
    .order_by(WaitListEntry.number)
    .limit(1)
    .correlate(SeatPool)
    .scalar_subquery()
)
_BLOCK = aliased(SeatPool)


def _of_state(state: RegistrationState) -> sa.ScalarSelect[int]:
    return _own(_count(Registration.event_id == Event.id, Registration.state == state))


def recount(slug: str | None = None) -> Sequence[Recount]:
    """Count every pool of seats of one event, or of all; one statement."""
    home = _own(
        _count(
            TicketType.pool_id == SeatPool.id,
            Registration.in_home.is_(True),
            Registration.block_id.is_(None),
        ).join(TicketType, TicketType.id == Registration.ticket_type_id)
    )
    limit = _own(
        _count(TicketType.limit_id == SeatPool.id, Registration.in_limit.is_(True)).join(
            TicketType, TicketType.id == Registration.ticket_type_id
        )
    )
    block = _own(_count(Registration.block_id == SeatPool.id, Registration.in_home.is_(True)))
    kept = (
        sa.select(sa.func.coalesce(sa.func.sum(_BLOCK.capacity), 0))
        .where(_BLOCK.parent_id == SeatPool.id)
        .correlate(SeatPool)
        .scalar_subquery()
    )
    choice = (
        sa.select(sa.func.count())
        .select_from(ChoicePlace)
        .join(Option, Option.id == ChoicePlace.option_id)
        .where(Option.pool_id == SeatPool.id)
        .correlate(SeatPool)
        .scalar_subquery()
    )
    in_line = sa.select(WaitListEntry.holder_id)
    stranded = _own(
        _count(
            Registration.event_id == Event.id,
            sa.or_(
                sa.and_(
                    Registration.state == RegistrationState.WAITLISTED,
                    Registration.party_id.not_in(in_line),
                ),
                sa.and_(Registration.state.in_(_ACTIVE[:3]), Registration.party_id.in_(in_line)),
            ),
        )
    )
    wanted = (
        sa.select(
            Event,
            SeatPool.about,
            SeatPool.capacity,
            SeatPool.taken,
            SeatPool.waiting,
            home + limit + block + kept + choice,
            _QUEUED,
            stranded,
            sa.case((SeatPool.capacity - SeatPool.taken >= _FIRST, 1), else_=0),
            _of_state(RegistrationState.CONFIRMED),
            _of_state(RegistrationState.WAITLISTED),
            _of_state(RegistrationState.CANCELLED),
        )
        .join(SeatPool, SeatPool.event_id == Event.id)
        .where(SeatPool.about != PoolAbout.SESSION)
        .order_by(Event.starts_at, Event.slug, SeatPool.about != PoolAbout.EVENT, SeatPool.id)
    )
    if slug is not None:
        wanted = wanted.where(Event.slug == slug)
    now = clock.now()
    return [
        Recount(
            event.slug,
            about.value,
            passes_seats_on(event, now),
            *(int(number) for number in counts),
        )
        for event, about, *counts in db.session.execute(wanted).all()
    ]


def recount_codes(slug: str | None = None) -> Sequence[CodeRecount]:
    """Count who used each access code, of one event or of all; one statement."""
    wanted = (
        sa.select(
            Event.slug,
            AccessCode.code,
            AccessCode.used,
            sa.select(sa.func.count())
            .select_from(Registration)
            .where(Registration.access_code_id == AccessCode.id, Registration.state.in_(_ACTIVE))
            .correlate(AccessCode)
            .scalar_subquery(),
        )
        .join(Event, Event.id == AccessCode.event_id)
        .order_by(Event.slug, AccessCode.id)
    )
    if slug is not None:
        wanted = wanted.where(Event.slug == slug)
    return [CodeRecount(*row) for row in db.session.execute(wanted).all()]


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
    found: Sequence[Any] = db.session.execute(wanted).all()
    return [
        PlacesRecount(
            event.slug,
            str(session.id) if session else "none",
            session is not None and passes_on(event, session, now),
            *(int(number) for number in counts),
        )
        for event, session, *counts in found
    ]
