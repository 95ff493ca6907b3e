"""How every change of an event is made: loaded again and locked, compared, counted, recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forum.core import audit
from forum.core.actor import Actor
from forum.core.errors import NotFound
from forum.core.outbox import emit
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action, require
from forum.core.revisions import ChangedMeanwhile
from forum.events.models import Event
from forum.events.rules import calendar_must_know


class EventChangedMeanwhile(ChangedMeanwhile):
    """The event's details were saved by somebody else meanwhile."""

    code = "event_changed_meanwhile"


def locked_event(session: Session, actor: Actor, event_id: UUID, action: Action) -> Event:
    """Load an event anew inside a writing transaction, for update, and check the permission.

    Raises NotFound or Forbidden.
    """
    event = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if event is None:
        raise NotFound
    require(actor, action, event.organisation_id)
    return event


def shared_event(session: Session, which: sa.ColumnElement[bool]) -> Event:
    """Load an event anew inside a writing transaction, and share it until the commit; 1 statement.

    Others may share it too; who changes, cancels or removes it waits for us, and we for them.
    The first of all locks. Raises NotFound.
    """
    event = session.scalar(
        sa.select(Event)
        .where(which)
        .with_for_update(read=True, key_share=True, of=Event)
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFound
    return event


def note_change(
    session: Session,
    actor: Actor,
    event: Event,
    changes: Mapping[str, list[Any]],
    now: datetime,
    *,
    action: str = "event.changed",
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Count a change of an event, drop its pages, record it and emit it as `action`."""
    event.revision += 1
    event.changed_at = now
    # What was never public is in nobody's calendar: its sequence begins at 0 when it is published.
    was_public = event.published_at is not None and "published_at" not in changes
    tells = was_public and calendar_must_know(set(changes))
    if tells:
        event.calendar_sequence += 1
    session.flush()
    changed(session, event_scope(event.id), SITE)
    audit.record(
        session,
        actor,
        action,
        ("event", event.id),
        event.organisation_id,
        {"revision": event.revision, "changes": dict(changes)},
        now,
    )
    emit(
        session,
        action,
        {
            "event_id": str(event.id),
            "organisation_id": str(event.organisation_id),
            "revision": event.revision,
            "state": event.state.value,
            "changed": sorted(changes),
            "calendar": tells,
            **(extra or {}),
        },
        key=f"{event.id}:{event.revision}",
        now=now,
    )


def note_part(
    session: Session,
    actor: Actor,
    event: Event,
    action: str,
    thing: tuple[str, UUID],
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Record a change of a part of an event (room, partner) and drop the event's pages.

    No part stands in the event's own entry in calendars: that is no newer.
    """
    session.flush()
    changed(session, event_scope(event.id), SITE)
    audit.record(session, actor, action, thing, event.organisation_id, dict(details), now)
