"""Named reads of how an event takes guests."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.errors import NotFound
from forum.registrations.models import Registration, RegistrationPolicy, TicketType
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout


@dataclass(frozen=True, slots=True)
class Rules:
    """An event's rules of registering, and the pool of its own seats."""

    policy: RegistrationPolicy
    pool: SeatPool


def offers_seats(event_id: UUID) -> bool:
    """Say whether a freed seat is offered for a time, not given at once; one statement."""
    return bool(
        db.session.scalar(
            sa.select(RegistrationPolicy.offer_hours.is_not(None)).where(
                RegistrationPolicy.event_id == event_id
            )
        )
    )


def waiting_for_full_types(event_id: UUID) -> int:
    """Return how many guests wait since their ticket type itself is full; one statement.

    Who is within a type's limit already waits for a seat of the event.
    """
    outside = sa.and_(SeatPool.about == PoolAbout.LIMIT, Registration.in_limit.is_(False))
    counted = (
        sa.select(sa.func.count(Registration.id.distinct()))
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .join(SeatPool, SeatPool.id.in_([TicketType.pool_id, TicketType.limit_id]))
        .where(
            Registration.event_id == event_id,
            Registration.state == RegistrationState.WAITLISTED,
            sa.or_(SeatPool.about == PoolAbout.TYPE, outside),
            SeatPool.taken >= SeatPool.capacity,
        )
    )
    return db.session.scalar(counted) or 0


def rules_of_event(event_id: UUID) -> Rules:
    """Return how an event takes guests; raises NotFound; one statement."""
    row = db.session.execute(
        sa.select(RegistrationPolicy, SeatPool)
        .join(SeatPool, SeatPool.event_id == RegistrationPolicy.event_id)
        .where(RegistrationPolicy.event_id == event_id, SeatPool.about == PoolAbout.EVENT)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    return Rules(row[0], row[1])
