"""Offers of freed seats: taken by one click, or expired and given to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.periodic import every
from forum.events.rules import EventState
from forum.registrations.models import Registration
from forum.registrations.rules import Ended, OfferOver, RegistrationState
from forum.registrations.service.cancelling import Held, end_in, hold
from forum.registrations.service.seating import told

if TYPE_CHECKING:
    from forum.core.actor import Actor

AT_ONCE = 200


def take_offer(actor: Actor, registration_id: UUID, *, now: datetime) -> None:
    """Confirm an offered seat; nothing changes where it was taken. Raises OfferOver, NotFound."""
    take_offers(actor, [registration_id], now=now)


def take_offers(actor: Actor, registration_ids: Sequence[UUID], *, now: datetime) -> int:
    """Confirm the seats offered to these registrations of one event; return how many.

    Nothing changes where all were taken before. Raises OfferOver where none is left to be taken,
    or the event is cancelled or over; NotFound.
    """
    with writing() as session:
        held = hold(session, registration_ids)
        offered = [one for one in held.registrations if _stands(one, now)]
        taken = any(one.state is RegistrationState.CONFIRMED for one in held.registrations)
        over = held.event.state is EventState.CANCELLED or held.event.ends_at <= now
        if (over and offered) or not (offered or taken):
            raise OfferOver
        for one in offered:
            one.state, one.confirmed_at, one.changed_at = RegistrationState.CONFIRMED, now, now
            one.offered_until = None
            one.revision += 1
        session.flush()
        for one in offered:
            payload = told(one, one.ticket_type)
            outbox.emit(
                session, "registration.confirmed", payload, key=f"{one.id}:{one.revision}", now=now
            )
            audit.record(
                session,
                actor,
                "registration.offer_taken",
                ("registration", one.id),
                held.event.organisation_id,
                {"code": one.code},
                now,
            )
        return len(offered)


def _stands(one: Registration, now: datetime) -> bool:
    offered = one.state is RegistrationState.OFFERED
    return offered and one.offered_until is not None and now < one.offered_until


@every(timedelta(seconds=30), "expire offers of seats")
def expire_offers(now: datetime) -> int:
    """End offers that nobody took in time; their seats go to the next; return how many."""
    overdue = db.session.execute(
        sa.select(Registration.event_id, Registration.id)
        .where(Registration.offered_until <= now)
        .order_by(Registration.offered_until)
        .limit(AT_ONCE)
    ).all()
    by_event: dict[UUID, list[UUID]] = {}
    for event_id, registration_id in overdue:
        by_event.setdefault(event_id, []).append(registration_id)
    expired = 0
    for ids in by_event.values():
        with writing() as session:
            held = hold(session, ids)
            over = [
                one
                for one in held.registrations
                if one.offered_until is not None and one.offered_until <= now
            ]
            only = Held(held.event, over, held.places)
            end_in(session, SYSTEM, only, RegistrationState.CANCELLED, Ended.EXPIRED, now)
            expired += len(over)
    return expired
