"""Whether guests still come: asked once before the event, answered by one button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit, outbox
from forum.core.db import db, writing
from forum.core.periodic import every
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations.models import Registration, RegistrationPolicy
from forum.registrations.rules import RegistrationState, asking_begins
from forum.registrations.service.cancelling import hold
from forum.registrations.service.seating import told

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

TOPIC = "registration.ask_coming"
AT_ONCE = 500
LONGEST_BEFORE = timedelta(hours=720)


def say_coming(actor: Actor, registration_ids: Sequence[UUID], *, now: datetime) -> int:
    """Keep that these guests of one event still come; return for how many that is new.

    Who is not confirmed is passed over. Raises NotFound.
    """
    with writing() as session:
        held = hold(session, registration_ids)
        coming = [
            one
            for one in held.registrations
            if one.state is RegistrationState.CONFIRMED and one.still_coming_at is None
        ]
        for one in coming:
            one.still_coming_at = now
            audit.record(
                session,
                actor,
                "registration.still_coming",
                ("registration", one.id),
                held.event.organisation_id,
                {"code": one.code},
                now,
            )
        return len(coming)


@every(timedelta(minutes=1), "ask guests whether they still come")
def ask_who_comes(now: datetime) -> int:
    """Ask everybody who was confirmed before the moment the organiser chose; return how many.

    Emits registration.ask_coming once for each, with the start it is about in the key: a
    repeated run asks nobody twice, an event that moves asks again. Who was confirmed after that
    moment has only just said so, and is not asked.
    """
    due = db.session.execute(
        sa.select(Event.id, Event.starts_at, RegistrationPolicy.ask_hours)
        .join(RegistrationPolicy, RegistrationPolicy.event_id == Event.id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.starts_at > now,
            Event.starts_at <= now + LONGEST_BEFORE,
            RegistrationPolicy.ask_hours.is_not(None),
            sa.or_(
                RegistrationPolicy.coming_asked_for.is_(None),
                RegistrationPolicy.coming_asked_for != Event.starts_at,
            ),
        )
        .order_by(Event.starts_at, Event.id)
    ).all()
    db.session.rollback()
    asked = 0
    for event_id, starts_at, hours in due:
        moment = asking_begins(starts_at, hours or 0)
        if moment <= now:
            asked += _ask_all(event_id, starts_at, moment, now)
    return asked


def _ask_all(event_id: UUID, starts_at: datetime, moment: datetime, now: datetime) -> int:
    """Ask an event's guests, some in each transaction, and note when all have been asked."""
    after: UUID | None = None
    asked = 0
    while True:
        with writing() as session:
            guests = _some(session, event_id, moment, after)
            asked += _ask(session, guests, starts_at, now)
            if len(guests) < AT_ONCE:
                session.execute(
                    sa.update(RegistrationPolicy)
                    .where(RegistrationPolicy.event_id == event_id)
                    .values(coming_asked_for=starts_at)
                    .execution_options(synchronize_session=False)
                )
                return asked
            after = guests[-1].id


def _some(
    session: Session, event_id: UUID, moment: datetime, after: UUID | None
) -> Sequence[Registration]:
    wanted = (
        sa.select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.state == RegistrationState.CONFIRMED,
            Registration.confirmed_at <= moment,
            Registration.still_coming_at.is_(None),
        )
        .options(joinedload(Registration.ticket_type))
        .order_by(Registration.id)
        .limit(AT_ONCE)
    )
    if after is not None:
        wanted = wanted.where(Registration.id > after)
    return session.scalars(wanted).all()


def _ask(
    session: Session, guests: Sequence[Registration], starts_at: datetime, now: datetime
) -> int:
    keys = {one.id: f"{one.id}:{starts_at:%Y%m%dT%H%M}" for one in guests}
    known = outbox.known_of(session, TOPIC, keys.values())
    new = [one for one in guests if keys[one.id] not in known]
    for one in new:
        payload = told(one, one.ticket_type) | {"starts_at": starts_at.isoformat()}
        outbox.emit(session, TOPIC, payload, key=keys[one.id], now=now)
    return len(new)
