"""Named reads of tickets: of one attendee, of one booking, behind a code, revoked ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.events.models import Event
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from forum.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Behind:
    """What the page behind a QR code may say: the event and how the ticket stands; no person."""

    event: Event
    ticket: Ticket
    state: RegistrationState


def ticket_of(registration_id: UUID) -> Ticket | None:
    """Return the ticket of an attendee that stands, else the last that did; one statement."""
    return db.session.scalar(
        sa.select(Ticket)
        .where(Ticket.registration_id == registration_id)
        .order_by(Ticket.revoked_at.is_not(None), Ticket.issued_at.desc(), Ticket.id.desc())
        .limit(1)
    )


def tickets_of(registration_ids: Iterable[UUID]) -> dict[UUID, Ticket]:
    """Return the tickets of several attendees, as `ticket_of`, by registration; one statement."""
    rows = db.session.scalars(
        sa.select(Ticket)
        .where(Ticket.registration_id.in_(list(registration_ids)))
        .order_by(Ticket.revoked_at.is_(None), Ticket.issued_at, Ticket.id),
    ).all()
    return {ticket.registration_id: ticket for ticket in rows}


def behind(ticket_id: UUID) -> Behind | None:
    """Return event and state of a ticket; one statement."""
    row = db.session.execute(
        sa.select(Event, Ticket, Registration.state)
        .join(Ticket, Ticket.event_id == Event.id)
        .join(Registration, Registration.id == Ticket.registration_id)
        .where(Ticket.id == ticket_id)
        .options(joinedload(Event.venue), joinedload(Event.organisation)),
    ).first()
    return Behind(*row) if row else None


def revoked_numbers(event_id: UUID) -> Sequence[int]:
    """Return the numbers of an event's revoked tickets, in order; one statement."""
    return db.session.scalars(
        sa.select(Ticket.number)
        .where(Ticket.event_id == event_id, Ticket.revoked_at.is_not(None))
        .order_by(Ticket.number),
    ).all()
