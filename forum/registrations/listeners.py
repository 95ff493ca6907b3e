"""What registrations do when something happens below: a new event gets its desk; who is reached."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.i18n import sentence
from forum.core.impact import Impact, counts_impact
from forum.core.outbox import Payload, within
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from forum.registrations.service import open_desk

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@within("event.created")
def give_a_desk(session: Session, payload: Payload, _now: datetime) -> None:
    """Open a pool of `capacity` seats and the General type for the event."""
    open_desk(session, UUID(payload["event_id"]), int(payload["capacity"]))


@counts_impact("event")
def guests_reached(session: Session, event_id: UUID) -> list[Impact]:
    """Count who hears of a change of the event's state; one statement."""
    row = session.execute(
        sa.select(
            sa.func.count().filter(Registration.state == RegistrationState.CONFIRMED),
            sa.func.count().filter(Registration.state == RegistrationState.WAITLISTED),
        ).where(Registration.event_id == event_id),
    ).one()
    return [
        Impact(row[0], sentence("with a seat are told by mail"), mailed=True),
        Impact(row[1], sentence("on the wait list are told by mail"), mailed=True),
    ]
