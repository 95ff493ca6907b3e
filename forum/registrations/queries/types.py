"""Named reads of ticket types: what the form offers, what a hidden link or a code opens, lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.links import Purpose, claim, derive
from forum.registrations.models import AccessCode, Registration, TicketType
from forum.registrations.rules import (
    ACTIVE,
    BY_FORM,
    SEATED,
    VISIBLE,
    Access,
    RegistrationState,
    is_open,
    is_upcoming,
    typed_code,
)
from forum.seats.models import SeatPool
from forum.seats.rules import Band, PoolAbout, band

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

_LIMIT = aliased(SeatPool)
_IN_ORDER = (TicketType.position, TicketType.number)
_WITH_POOLS = (
    sa.select(TicketType)
    .join(SeatPool, SeatPool.id == TicketType.pool_id)
    .outerjoin(_LIMIT, _LIMIT.id == TicketType.limit_id)
    .options(
        contains_eager(TicketType.pool),
        contains_eager(TicketType.limit.of_type(_LIMIT)),
    )
    .order_by(*_IN_ORDER)
    .execution_options(populate_existing=True)
)


class TypeState(StrEnum):
    """How a type stands on the form: it has seats, is full, opens later, or is over."""

    OPEN = "open"
    FULL = "full"
    UPCOMING = "upcoming"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TypeOnForm:
    """A ticket type as a guest meets it, with the pools that count it loaded."""

    ticket_type: TicketType
    state: TypeState

    @property
    def takes_people(self) -> bool:
        """Whether it can be asked for now: for a seat, or for a place on its wait list."""
        return self.state in {TypeState.OPEN, TypeState.FULL}

    @property
    def pools(self) -> Sequence[SeatPool]:
        """The counters a guest of this type passes: its limit, if any, then its seats."""
        limit = self.ticket_type.limit
        return (limit, self.ticket_type.pool) if limit is not None else (self.ticket_type.pool,)

    @property
    def band(self) -> Band:
        """What guests are told of its seats: the scarcer of both counters decides."""
        bands = [band(one.capacity, one.taken, one.waiting) for one in self.pools]
        few = [one.fewer_than for one in bands if one.fewer_than is not None]
        full = any(one.full for one in bands)
        return Band(full=full, fewer_than=None if full else min(few, default=None))

    def seats_for(self, people: int) -> bool:
        """Say whether so many people would find seats together at this moment."""
        return all(one.waiting == 0 and one.left >= people for one in self.pools)


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type in the organiser's list, and how many people it has.

    `seated` are confirmed or offered a seat, `waiting` are on the wait list, `pending` wait for an
    approval; `ever` are all registrations it ever had.
    """

    ticket_type: TicketType
    seated: int
    waiting: int
    pending: int
    ever: int


def types_for_form(event_id: UUID, now: datetime) -> list[TypeOnForm]:
    """Return the types that the public form shows to everybody, in order; one statement.

    Types that are closed are among them: who shows them may leave them out.
    """
    rows = db.session.scalars(
        _WITH_POOLS.where(TicketType.event_id == event_id, TicketType.access.in_(VISIBLE))
    ).all()
    return [_met(one, now) for one in rows]


def type_by_link(event_id: UUID, token: str, now: datetime) -> TypeOnForm:
    """Return the type that a hidden link of the event opens; one statement.

    Raises NotFound for a foreign, changed or outdated link, and for a type that has none any more.
    """
    said = claim(Purpose.TYPE, token)
    found = _one(event_id, TicketType.id == said.id, TicketType.access == Access.LINK)
    if found is None or not said.holds(found.link_generation):
        raise NotFound
    return _met(found, now)


def type_by_code(event_id: UUID, typed: str, now: datetime) -> TypeOnForm | None:
    """Return the type that an access code opens while it can be used, or None; one statement.

    Uses nothing up: registering does. Whoever lets people try codes must count failures.
    """
    code = typed_code(typed)
    if not code:
        return None
    opened = sa.select(AccessCode.ticket_type_id).where(
        AccessCode.event_id == event_id,
        AccessCode.code == code,
        AccessCode.revoked_at.is_(None),
        sa.or_(AccessCode.expires_at.is_(None), AccessCode.expires_at > now),
        AccessCode.used < AccessCode.uses,
    )
    found = _one(event_id, TicketType.id.in_(opened), TicketType.access == Access.CODE)
    return _met(found, now) if found is not None else None


def form_type(event_id: UUID, type_id: UUID, now: datetime) -> TypeOnForm:
    """Return one type that the form can take at all; raises NotFound; one statement."""
    found = _one(event_id, TicketType.id == type_id, TicketType.access.in_(BY_FORM))
    if found is None:
        raise NotFound
    return _met(found, now)


def type_of(event_id: UUID, type_id: UUID) -> TicketType:
    """Return one type of an event with its pools; raises NotFound; one statement."""
    found = _one(event_id, TicketType.id == type_id)
    if found is None:
        raise NotFound
    return found


def types_of(event_id: UUID) -> Sequence[TicketType]:
    """Return all types of an event in their order, with their pools; one statement."""
    return db.session.scalars(_WITH_POOLS.where(TicketType.event_id == event_id)).all()


def type_rows(event_id: UUID) -> list[TypeRow]:
    """Return all types of an event in their order with their people counted; two statements."""
    counted = db.session.execute(
        sa.select(
            Registration.ticket_type_id,
            sa.func.count().filter(Registration.state.in_(SEATED)),
            sa.func.count().filter(Registration.state == RegistrationState.WAITLISTED),
            sa.func.count().filter(Registration.state == RegistrationState.PENDING),
            sa.func.count(),
        )
        .where(Registration.event_id == event_id)
        .group_by(Registration.ticket_type_id)
    )
    by_type = {row[0]: tuple(row[1:]) for row in counted}
    return [TypeRow(one, *by_type.get(one.id, (0, 0, 0, 0))) for one in types_of(event_id)]


def people_of(type_id: UUID) -> int:
    """Return how many registrations of a type stand; one statement."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Registration)
            .where(Registration.ticket_type_id == type_id, Registration.state.in_(ACTIVE))
        )
        or 0
    )


def link_token(ticket_type: TicketType) -> str:
    """Return the token of a type's hidden link."""
    return derive(Purpose.TYPE, ticket_type.id, ticket_type.link_generation)


def grows(ticket_type: TicketType) -> bool:
    """Say whether a type's pool grows with those who are let in: speakers, stand-by; loaded."""
    return ticket_type.pool.about in {PoolAbout.SPEAKERS, PoolAbout.STAND_BY}


def _one(event_id: UUID, *conditions: ColumnElement[Any]) -> TicketType | None:
    return db.session.scalars(
        _WITH_POOLS.where(TicketType.event_id == event_id, *conditions)
    ).one_or_none()


def _met(one: TicketType, now: datetime) -> TypeOnForm:
    if is_upcoming(one, now):
        return TypeOnForm(one, TypeState.UPCOMING)
    if not is_open(one, now):
        return TypeOnForm(one, TypeState.CLOSED)
    met = TypeOnForm(one, TypeState.OPEN)
    return TypeOnForm(one, TypeState.FULL) if met.band.full else met
