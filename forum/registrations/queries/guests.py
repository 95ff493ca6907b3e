"""Named reads of ticket types, bookings and registrations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.links import Purpose, claim
from forum.events.models import Event
from forum.registrations.models import Booking, Registration
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from collections.abc import Sequence

MORE_THAN_THERE_ARE = 1_000_000_000


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


def counts_of(event_id: UUID) -> dict[RegistrationState, int]:
    """Return how many registrations stand in each state, noughts included; one statement."""
    return counts_up_to(event_id, MORE_THAN_THERE_ARE)


def counts_up_to(event_id: UUID, most: int) -> dict[RegistrationState, int]:
    """Return the same without the states in which more stand; one statement.

    It costs no more than counting so many in each.
    """
    row = db.session.execute(_counts(), {"event": event_id, "bound": most + 1}).one()
    return {
        state: int(number)
        for state, number in zip(RegistrationState, row, strict=True)
        if number <= most
    }


@cache
def _counts() -> sa.Select[Any]:
    # In the order of an index, so that PostgreSQL reads that and not the guests themselves.
    some = [
        sa.select(Registration.created_at)
        .where(Registration.event_id == sa.bindparam("event"), Registration.state == state)
        .order_by(Registration.created_at)
        .limit(sa.bindparam("bound", type_=sa.Integer))
        .subquery()
        for state in RegistrationState
    ]
    return sa.select(
        *(sa.select(sa.func.count()).select_from(one).scalar_subquery() for one in some)
    )


def all_of(event_id: UUID) -> Sequence[Registration]:
    """Return every registration of an event for an export, oldest first; one statement."""
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.event_id == event_id)
        .options(joinedload(Registration.ticket_type))
        .order_by(Registration.created_at, Registration.id),
    ).all()
