"""What sessions do when their event or room changes: calendars must hear of each of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.events.models import Event
from forum.programme.models import Session
from forum.programme.rules import SessionState
from forum.programme.service.leaving import in_room


def follow_event(transaction: Transaction, event_id: UUID, now: datetime, *, tells: bool) -> None:
    """Make an event's public sessions newer, their calendar sequence higher where it `tells`."""
    _raise(transaction, Session.event_id == event_id, now, tells=tells)


def follow_organisation(transaction: Transaction, organisation_id: UUID, now: datetime) -> None:
    """Make the public sessions of all events of an organisation newer."""
    theirs = sa.select(Event.id).where(Event.organisation_id == organisation_id)
    _raise(transaction, Session.event_id.in_(theirs), now, tells=False)


def follow_room(transaction: Transaction, event_id: UUID, room_id: UUID, now: datetime) -> None:
    """Raise the calendar sequence of the sessions in a room, also where it is a further one."""
    inside = sa.and_(Session.event_id == event_id, in_room(Session, room_id))
    _raise(transaction, inside, now, tells=True)


_ONCE_PUBLIC = sa.select(Event.id).where(Event.published_at.is_not(None))


def _raise(
    transaction: Transaction,
    which: sa.ColumnElement[bool],
    now: datetime,
    *,
    tells: bool,
) -> None:
    transaction.execute(
        sa.update(Session)
        .where(which, Session.state != SessionState.DRAFT, Session.event_id.in_(_ONCE_PUBLIC))
        .values(calendar_sequence=Session.calendar_sequence + int(tells), changed_at=now)
        .execution_options(synchronize_session=False),
    )
