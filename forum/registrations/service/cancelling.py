"""Cancelling, and giving what became free to those who wait, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.page_scopes import changed, event_scope
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import (
    SEATED,
    AlreadyCancelled,
    RegistrationState,
    check_move,
)
from forum.registrations.service import places
from forum.registrations.service.registering import drop_pages, told
from forum.seats import service as seats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def cancel(actor: Actor, registration_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Cancel one registration and confirm the next who wait; return the ids of those confirmed.

    Its places in sessions go to the next who wait for those. Raises AlreadyCancelled when it was
    cancelled before, IllegalMove from other final states.
    """
    with writing() as session:
        row = session.execute(
            sa.select(TicketType.pool_id, Event, Registration.booking_id)
            .join(Registration, Registration.ticket_type_id == TicketType.id)
            .join(Event, Event.id == TicketType.event_id)
            .where(Registration.id == registration_id)
            .with_for_update(read=True, key_share=True, of=Event)
            .execution_options(populate_existing=True),
        ).first()
        if row is None:
            raise NotFound
        pool_id, event = row[0], row[1]
        places.hold_booking(session, row[2])
        held = list(places.held_by(session, registration_id).values())
        places.lock_in_order(session, [pool_id, *(one.session.pool_id for one in held)])
        registration = session.scalars(
            sa.select(Registration)
            .where(Registration.id == registration_id)
            .options(joinedload(Registration.ticket_type))
            .execution_options(populate_existing=True),
        ).one()
        if registration.state is RegistrationState.CANCELLED:
            raise AlreadyCancelled
        check_move(registration.state, RegistrationState.CANCELLED)
        seated = registration.state in SEATED
        registration.state = RegistrationState.CANCELLED
        registration.cancelled_at = registration.changed_at = now
        registration.revision += 1
        session.flush()
        given = seats.leave(
            session,
            pool_id,
            registration.id,
            1,
            seated=seated,
            pass_on=passes_seats_on(event, now),
        )
        outbox.emit(
            session,
            "registration.cancelled",
            told(registration, registration.ticket_type),
            key=str(registration.id),
            now=now,
        )
        audit.record(
            session,
            actor,
            "registration.cancelled",
            ("registration", registration.id),
            event.organisation_id,
            {"code": registration.code},
            now,
        )
        confirm_those_given(session, event, given.holder_ids, now)
        if places.let_all_go(session, event, held, now):
            changed(session, event_scope(event.id))
        drop_pages(session, event.id, given)
        return given.holder_ids


def set_capacity(actor: Actor, event_id: UUID, capacity: int, *, now: datetime) -> Sequence[UUID]:
    """Set an event's capacity; new seats go to those who wait; return the ids of those confirmed.

    Raises CapacityBelowTaken, naming the number that is taken.
    """
    with writing() as session:
        row = session.execute(
            sa.select(Event, TicketType.pool_id)
            .join(TicketType, TicketType.event_id == Event.id)
            .where(Event.id == event_id)
            .order_by(TicketType.position, TicketType.number)
            .limit(1)
            .with_for_update(read=True, key_share=True, of=Event)
            .execution_options(populate_existing=True),
        ).first()
        if row is None:
            raise NotFound
        event: Event = row[0]
        require(actor, Action.EDIT_EVENT, event.organisation_id)
        given = seats.set_capacity(session, row[1], capacity, pass_on=passes_seats_on(event, now))
        audit.record(
            session,
            actor,
            "event.capacity",
            ("event", event.id),
            event.organisation_id,
            {"capacity": capacity},
            now,
        )
        confirm_those_given(session, event, given.holder_ids, now)
        drop_pages(session, event.id, given)
        return given.holder_ids


def confirm_those_given(session: Session, event: Event, ids: Sequence[UUID], now: datetime) -> None:
    """Confirm those whom a pool has given seats, and tell them; three statements and more."""
    if not ids:
        return
    promoted = session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids))
        .options(joinedload(Registration.ticket_type))
        .execution_options(populate_existing=True),
    ).all()
    for registration in promoted:
        check_move(registration.state, RegistrationState.CONFIRMED)
        registration.state = RegistrationState.CONFIRMED
        registration.confirmed_at = registration.changed_at = now
        registration.revision += 1
    session.flush()
    for registration in promoted:
        outbox.emit(
            session,
            "registration.confirmed",
            {**told(registration, registration.ticket_type), "promoted": True},
            key=str(registration.id),
            now=now,
        )
        audit.record(
            session,
            SYSTEM,
            "registration.promoted",
            ("registration", registration.id),
            event.organisation_id,
            {"code": registration.code},
            now,
        )
