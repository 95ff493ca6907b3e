"""Named reads of ticket types, bookings and registrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.ids import CODE_LENGTH
from forum.core.links import Purpose, claim
from forum.core.text import plain_key
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations.models import Booking, Consent, Registration, TicketType
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_SIZE = 50
LONGEST_SEARCH = 100
_NAMED = sa.select(
    Event.id, Event.discreet, Event.state, Event.opens_at, Event.closes_at, Event.ends_at
).where(Event.slug == sa.bindparam("slug"))


@dataclass(frozen=True, slots=True)
class Desk:
    """What the registration form stands on: the event, its one visible type, and the pool."""

    event: Event
    ticket_type: TicketType
    pool: SeatPool


@dataclass(slots=True)
class Named:
    """An event by its address, and what says whether it is open; `discreet` answers by mail."""

    event_id: UUID
    discreet: bool
    state: EventState
    opens_at: datetime | None
    closes_at: datetime | None
    ends_at: datetime


class Order(StrEnum):
    """How the list of registrations is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `total` counts all that fit the filter."""

    rows: Sequence[Registration]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def named(slug: str) -> Named | None:
    """Return which event has this slug now; one statement."""
    row = db.session.execute(_NAMED, {"slug": slug}).first()
    return Named(*row) if row else None


def desk_of(slug: str) -> Desk:
    """Return what the form of an event needs; raises NotFound; one statement."""
    row = db.session.execute(
        sa.select(Event, TicketType, SeatPool)
        .join(TicketType, TicketType.event_id == Event.id)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .where(Event.slug == slug)
        .order_by(TicketType.position, TicketType.number)
        .options(joinedload(Event.venue), joinedload(Event.organisation))
        .limit(1),
    ).first()
    if row is None:
        raise NotFound
    return Desk(row[0], row[1], row[2])


def booking_by_token(token: str) -> Booking:
    """Return the booking of a personal link with its registrations and event; one statement.

    Raises NotFound for a foreign, changed or outdated token.
    """
    said = claim(Purpose.BOOKING, token)
    booking = (
        db.session.execute(
            sa.select(Booking)
            .join(Booking.registrations)
            .where(Booking.id == said.id)
            .order_by(Registration.created_at, Registration.id)
            .options(
                contains_eager(Booking.registrations).joinedload(Registration.ticket_type),
                joinedload(Booking.event).joinedload(Event.venue),
                joinedload(Booking.event).joinedload(Event.organisation),
            )
            .execution_options(populate_existing=True),
        )
        .unique()
        .scalar_one_or_none()
    )
    if booking is None or not said.holds(booking.link_generation):
        raise NotFound
    return booking


def registration_of(event_id: UUID, registration_id: UUID) -> Registration:
    """Return one registration of an event, with type and booking; NotFound for foreign ones."""
    found = db.session.scalar(
        sa.select(Registration)
        .where(Registration.event_id == event_id, Registration.id == registration_id)
        .options(joinedload(Registration.ticket_type), joinedload(Registration.booking)),
    )
    if found is None:
        raise NotFound
    return found


def consents_of(registration_id: UUID) -> Sequence[Consent]:
    """Return what one attendee has consented to; one statement."""
    return db.session.scalars(
        sa.select(Consent)
        .where(Consent.registration_id == registration_id)
        .order_by(Consent.given_at),
    ).all()


def counts_of(event_id: UUID) -> dict[RegistrationState, int]:
    """Return how many registrations stand in each state, noughts included; one statement."""
    rows = db.session.execute(
        sa.select(Registration.state, sa.func.count())
        .where(Registration.event_id == event_id)
        .group_by(Registration.state),
    ).all()
    counted = {row[0]: int(row[1]) for row in rows}
    return {state: counted.get(state, 0) for state in RegistrationState}


def page_of(
    event_id: UUID,
    *,
    state: RegistrationState | None = None,
    search: str = "",
    order: Order = Order.NEWEST,
    number: int = 1,
) -> Page:
    """Return one page of an event's registrations; two statements."""
    wanted = sa.select(Registration).where(Registration.event_id == event_id, *matching(search))
    if state is not None:
        wanted = wanted.where(Registration.state == state)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    number = min(max(1, number), max(1, -(-total // PAGE_SIZE)))
    rows = db.session.scalars(
        wanted.options(joinedload(Registration.ticket_type))
        .order_by(*_ORDERS[order])
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE),
    ).all()
    return Page(rows, total, number)


def all_of(event_id: UUID) -> Sequence[Registration]:
    """Return every registration of an event for an export, oldest first; one statement."""
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.event_id == event_id)
        .options(joinedload(Registration.ticket_type))
        .order_by(*_ORDERS[Order.OLDEST]),
    ).all()


def matching(search: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions for a search by name in either order, organisation, address or code."""
    words = plain_key(search[:LONGEST_SEARCH]).split()
    return tuple(sa.or_(*(_contains(form) for form in _forms_of(word))) for word in words)


def _forms_of(word: str) -> set[str]:
    """Return a word with and without its dash where it may be a reference, else as typed."""
    bare = word.replace("-", "")
    return {word, bare} if len(bare) == CODE_LENGTH else {word}


def _contains(word: str) -> sa.ColumnElement[bool]:
    literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Registration.search_text.like(f"%{literal}%", escape="\\")


_ORDERS: dict[Order, tuple[sa.UnaryExpression[Any], ...]] = {
    Order.NEWEST: (Registration.created_at.desc(), Registration.id.desc()),
    Order.OLDEST: (Registration.created_at.asc(), Registration.id.asc()),
    Order.NAME: (sa.func.lower(Registration.name).asc(), Registration.id.asc()),
    Order.ORGANISATION: (sa.func.lower(Registration.organisation).asc(), Registration.id.asc()),
}
