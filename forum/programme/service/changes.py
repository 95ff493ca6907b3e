"""How every change of a session is made: loaded again and locked, counted, recorded, told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.errors import NotFound
from forum.core.outbox import emit
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action
from forum.events.models import Event
from forum.events.service import locked_event
from forum.programme.models import Session
from forum.programme.rules import SessionState, calendar_must_know


def locked_session(
    transaction: Transaction,
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
) -> tuple[Event, Session]:
    """Load an event and one of its sessions anew, locked, and check the permission.

    Raises NotFound or Forbidden.
    """
    event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
    found = transaction.get(Session, session_id, populate_existing=True)
    if found is None or found.event_id != event.id:
        raise NotFound
    return event, found


def note_programme(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    action: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Record what was done to an event's programme as a whole."""
    thing = ("programme", event.id)
    audit.record(transaction, actor, action, thing, event.organisation_id, dict(details), now)


def note_session(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    session: Session,
    changes: Mapping[str, list[Any]],
    now: datetime,
    *,
    action: str = "session.changed",
    drops_pages: bool = True,
) -> None:
    """Count a change of what guests see of a session, drop the event's pages, record it, tell it.

    A draft is told to nobody. Whoever changes many drops the pages once.
    """
    session.revision += 1
    session.changed_at = now
    first_shown = changes.get("state", [None])[0] == SessionState.DRAFT
    shown = session.state is not SessionState.DRAFT and event.published_at is not None
    seen = shown and not first_shown
    tells = seen and calendar_must_know(set(changes))
    if tells:
        session.calendar_sequence += 1
    if drops_pages:
        transaction.flush()
        changed(transaction, event_scope(event.id), SITE)
    audit.record(
        transaction,
        actor,
        action,
        ("session", session.id),
        event.organisation_id,
        {"revision": session.revision, "changes": dict(changes)},
        now,
    )
    if session.state is not SessionState.DRAFT:
        emit(
            transaction,
            "session.cancelled" if session.state is SessionState.CANCELLED else "session.changed",
            {
                "event_id": str(event.id),
                "session_id": str(session.id),
                "organisation_id": str(event.organisation_id),
                "revision": session.revision,
                "changed": sorted(changes),
                "calendar": tells,
            },
            key=f"{session.id}:{session.revision}",
            now=now,
        )
