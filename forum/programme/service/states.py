"""The moves of a session guests have seen: cancel, reinstate; drafts can be deleted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.events.models import Event
from forum.programme.models import Session
from forum.programme.rules import IllegalMove, SessionState, check_move
from forum.programme.service.changes import locked_session
from forum.programme.service.conflicting import strictly
from forum.programme.service.layers import layers_of, put
from forum.programme.service.places import drop_pool


class NotADraft(Conflict):
    """Guests have seen this session: it is cancelled, never deleted."""

    code = "not_a_draft"
    says = sentence("Guests have seen this session. Cancel it, so that calendars learn of it.")


def cancel_session(actor: Actor, event_id: UUID, session_id: UUID, *, now: datetime) -> Session:
    """Cancel a session: pages mark it, calendars show it as cancelled; raises IllegalMove."""
    return _move(actor, event_id, session_id, SessionState.CANCELLED, SessionState.CONFIRMED, now)


def reinstate_session(actor: Actor, event_id: UUID, session_id: UUID, *, now: datetime) -> Session:
    """Hold a cancelled session after all; raises IllegalMove, StrictConflict."""
    return _move(actor, event_id, session_id, SessionState.CONFIRMED, SessionState.CANCELLED, now)


def delete_draft(actor: Actor, event_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """Delete a session nobody outside has seen; raises NotADraft."""
    with writing() as transaction:
        event, session = locked_session(transaction, actor, event_id, session_id)
        if session.state is not SessionState.DRAFT:
            raise NotADraft
        delete_unseen(transaction, actor, event, session, now)


def delete_unseen(
    transaction: Transaction, actor: Actor, event: Event, session: Session, now: datetime
) -> None:
    """Delete a draft of a locked event, with the places it offered."""
    audit.record(
        transaction,
        actor,
        "session.deleted",
        ("session", session.id),
        event.organisation_id,
        {"title": dict(session.title.by_language)},
        now,
    )
    drop_pool(transaction, session)
    transaction.delete(session)


def _move(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    wanted: SessionState,
    expected: SessionState,
    now: datetime,
) -> Session:
    with writing() as transaction:
        event, session = locked_session(transaction, actor, event_id, session_id)
        layers = layers_of(transaction, event, session)
        if layers.planned("state") is not expected:
            raise IllegalMove
        check_move(expected, wanted)
        action = f"session.{wanted.value}"
        with strictly(transaction, event, layers.programme):
            put(transaction, actor, layers, {"state": wanted}, None, now, action=action)
        return session
