"""Saved views of the organiser's list: a filter under a name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.constraints import told_as
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.registrations.models import SavedView
from forum.registrations.rules.listing import MOST_VIEWS, TooManyViews, ViewNameTaken

if TYPE_CHECKING:
    from forum.core.actor import Actor

NAMED_ONCE = "uq_saved_view_event_id_name"


def save_view(actor: Actor, event_id: UUID, name: str, query: str, *, now: datetime) -> UUID:
    """Keep a filter of an event's list under a name; return its id.

    `query` is the filter's own part of the address. Raises ViewNameTaken, TooManyViews, NotFound,
    Forbidden.
    """
    with told_as(ViewNameTaken(field="name"), NAMED_ONCE), writing() as session:
        event = session.get(Event, event_id)
        if event is None:
            raise NotFound
        require(actor, Action.EDIT_REGISTRATIONS, event.organisation_id)
        number, last = session.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(SavedView.position), 0)).where(
                SavedView.event_id == event_id
            )
        ).one()
        if number >= MOST_VIEWS:
            raise TooManyViews(field="name")
        view = SavedView(
            event_id=event_id, name=name, query=query, position=last + 1, created_at=now
        )
        session.add(view)
        session.flush()
        return view.id


def remove_view(actor: Actor, event_id: UUID, view_id: UUID) -> str:
    """Forget a saved view of an event; return its name. Raises NotFound, Forbidden."""
    with writing() as session:
        row = session.execute(
            sa.select(SavedView, Event.organisation_id)
            .join(Event, Event.id == SavedView.event_id)
            .where(SavedView.event_id == event_id, SavedView.id == view_id)
        ).first()
        if row is None:
            raise NotFound
        view, organisation_id = row
        require(actor, Action.EDIT_REGISTRATIONS, organisation_id)
        session.delete(view)
        return str(view.name)
