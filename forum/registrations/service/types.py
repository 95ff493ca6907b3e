"""Ticket types: made, changed, put in order, closed for good, removed; their hidden links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.money import Money
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, difference
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import reordered
from forum.events.service import locked_event
from forum.registrations.models import AccessCode, GuestList, Registration, TicketType
from forum.registrations.rules import (
    MOST_TYPES,
    Access,
    Attendance,
    OnlyType,
    SeatsFrom,
    TooManyTypes,
    TypeGrows,
    TypeHasPeople,
)
from forum.registrations.service.type_seats import (
    SeatsWanted,
    event_pool,
    open_seats,
    reseat,
    seats_from,
)
from forum.seats import lines
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

LARGEST_NUMBER = 255
GROWING = frozenset({PoolAbout.SPEAKERS, PoolAbout.STAND_BY})


@dataclass(frozen=True, slots=True)
class TypeWanted:
    """How a ticket type is to be; see TicketType. `seats` says where its seats come from."""

    name: Text
    description: Text
    access: Access
    attendance: Attendance
    seats: SeatsWanted
    opens_at: datetime | None
    closes_at: datetime | None
    most_per_booking: int
    holds_while_pending: bool
    price: Money

    def columns(self) -> dict[str, Any]:
        """Return what is stored of it beside its pools."""
        return {
            "name": self.name,
            "description": self.description,
            "access": self.access,
            "attendance": self.attendance,
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
            "most_per_booking": self.most_per_booking,
            "holds_while_pending": self.holds_while_pending,
            "price_minor": self.price.minor,
            "currency": self.price.currency,
        }


def add_type(actor: Actor, event_id: UUID, wanted: TypeWanted, *, now: datetime) -> UUID:
    """Add a type behind those that guests may choose; raises TooManyTypes, NotFound, Forbidden."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        types = _in_order(session, event.id)
        if len(types) >= MOST_TYPES:
            raise TooManyTypes
        made = TicketType(event_id=event.id, number=free_number(types), **wanted.columns())
        open_seats(session, made, wanted.seats)
        session.add(made)
        session.flush()
        # Those that Forum keeps itself stay last.
        own = sum(one.pool.about not in GROWING for one in types)
        for place, one in enumerate([*types[:own], made, *types[own:]]):
            one.position = place
        _record(session, actor, event, made, "ticket_type.added", {"number": made.number}, now)
        return made.id


def set_type(
    actor: Actor,
    event_id: UUID,
    type_id: UUID,
    wanted: TypeWanted,
    *,
    revision: int,
    now: datetime,
) -> Sequence[UUID]:
    """Change a type; return the registrations that move up because it has more seats now.

    Raises ThingChangedMeanwhile, TypeGrows, CapacityBelowTaken, NoRoomForType, NotFound, Forbidden.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        found = _of(session, event, type_id)
        if found.revision != revision:
            raise ThingChangedMeanwhile
        if found.pool.about in GROWING:
            raise TypeGrows
        shared = event_pool(session, event.id)
        before = {name: getattr(found, name) for name in wanted.columns()}
        before |= {"seats_from": seats_from(found, shared.id), "capacity": capacity_of(found)}
        for name, value in wanted.columns().items():
            setattr(found, name, value)
        found.revision += 1
        session.flush()
        moved = reseat(session, event, found, wanted.seats, now)
        after = wanted.columns() | {
            "seats_from": wanted.seats.come_from,
            "capacity": None if wanted.seats.come_from is SeatsFrom.EVENT else wanted.seats.number,
        }
        details = {"revision": found.revision, "changes": difference(before, after)}
        _record(session, actor, event, found, "ticket_type.changed", details, now)
        return moved


def name_type(
    actor: Actor,
    event_id: UUID,
    type_id: UUID,
    name: Text,
    description: Text,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Change what any type is called; raises ThingChangedMeanwhile, NotFound, Forbidden."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        found = _of(session, event, type_id)
        if found.revision != revision:
            raise ThingChangedMeanwhile
        before = {"name": found.name, "description": found.description}
        after = {"name": name, "description": description}
        found.name, found.description = name, description
        found.revision += 1
        session.flush()
        details = {"revision": found.revision, "changes": difference(before, after)}
        _record(session, actor, event, found, "ticket_type.changed", details, now)


def move_type(actor: Actor, event_id: UUID, type_id: UUID, step: int, *, now: datetime) -> None:
    """Put a type so many places earlier (below 0) or later; raises NotFound, Forbidden."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        found = _of(session, event, type_id)
        types = _in_order(session, event.id)
        for place, one in enumerate(reordered(types, types.index(found), step)):
            one.position = place
        session.flush()
        _record(session, actor, event, found, "ticket_type.moved", {"step": step}, now)


def close_type(actor: Actor, event_id: UUID, type_id: UUID, *, closed: bool, now: datetime) -> None:
    """Take a type off the form for good, or put it there again; who has one keeps it.

    Raises TypeGrows, NotFound, Forbidden.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        found = _of(session, event, type_id)
        if found.pool.about in GROWING:
            raise TypeGrows
        if (found.closed_for_good_at is not None) == closed:
            return
        found.closed_for_good_at = now if closed else None
        found.revision += 1
        session.flush()
        what = "ticket_type.closed" if closed else "ticket_type.reopened"
        _record(session, actor, event, found, what, {"revision": found.revision}, now)


def renew_type_link(actor: Actor, event_id: UUID, type_id: UUID, *, now: datetime) -> None:
    """Give a type a new hidden link; the old one is dead at once. Raises NotFound, Forbidden."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        found = _of(session, event, type_id)
        found.link_generation += 1
        session.flush()
        _record(session, actor, event, found, "ticket_type.link_renewed", {}, now)


def remove_type(actor: Actor, event_id: UUID, type_id: UUID, *, now: datetime) -> None:
    """Remove a type that nobody ever had, with its codes.

    Raises TypeHasPeople, OnlyType, TypeGrows, NotFound, Forbidden.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        found = _of(session, event, type_id)
        if found.pool.about in GROWING:
            raise TypeGrows
        if sum(one.pool.about not in GROWING for one in _in_order(session, event.id)) == 1:
            raise OnlyType
        used = (
            sa.exists().where(Registration.ticket_type_id == found.id),
            sa.exists().where(GuestList.ticket_type_id == found.id),
            sa.exists().where(
                AccessCode.ticket_type_id == found.id, AccessCode.block_id.is_not(None)
            ),
        )
        if session.scalar(sa.select(sa.or_(*used))):
            raise TypeHasPeople
        own = found.pool_id if found.pool.about is PoolAbout.TYPE else None
        limit = found.limit_id
        _record(session, actor, event, found, "ticket_type.removed", {"number": found.number}, now)
        session.delete(found)
        session.flush()
        for pool_id in (limit, own):
            if pool_id is not None:
                lines.take_down(session, pool_id)


def capacity_of(ticket_type: TicketType) -> int | None:
    """Return the number of seats set for a type, None where it takes any of the event's; loaded."""
    if ticket_type.pool.about is PoolAbout.TYPE:
        return ticket_type.pool.capacity
    return ticket_type.limit.capacity if ticket_type.limit is not None else None


def free_number(types: Sequence[TicketType]) -> int:
    """Return a number for a new type: the next one, else the lowest that is free."""
    taken = {one.number for one in types}
    following = max(taken, default=0) + 1
    if following <= LARGEST_NUMBER:
        return following
    return next(number for number in range(1, LARGEST_NUMBER + 1) if number not in taken)


def _in_order(session: Session, event_id: UUID) -> list[TicketType]:
    return list(
        session.scalars(
            sa.select(TicketType)
            .where(TicketType.event_id == event_id)
            .options(joinedload(TicketType.pool))
            .order_by(TicketType.position, TicketType.number)
            .execution_options(populate_existing=True)
        )
    )


def _of(session: Session, event: Event, type_id: UUID) -> TicketType:
    found = session.scalars(
        sa.select(TicketType)
        .where(TicketType.id == type_id, TicketType.event_id == event.id)
        .options(joinedload(TicketType.pool), joinedload(TicketType.limit))
        .with_for_update(of=TicketType)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _record(
    session: Session,
    actor: Actor,
    event: Event,
    one: TicketType,
    what: str,
    details: dict[str, Any],
    now: datetime,
) -> None:
    changed(session, event_scope(event.id), SITE)
    audit.record(session, actor, what, ("ticket_type", one.id), event.organisation_id, details, now)
