"""Holding the event of a registration or of an office page, before anything else is held."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.events.service import shared_event
from forum.registrations.models import Registration

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def held_event(
    session: Session, actor: Actor, event_id: UUID, action: Action = Action.EDIT_REGISTRATIONS
) -> Event:
    """Return an event, shared until the commit; raises NotFound, Forbidden."""
    event = shared_event(session, Event.id == event_id)
    require(actor, action, event.organisation_id)
    return event


def event_of(session: Session, whose: sa.ColumnElement[bool]) -> Event:
    """Return the event of these registrations, shared until the commit; raises NotFound."""
    return shared_event(session, Event.id.in_(sa.select(Registration.event_id).where(whose)))
