"""The moves of an event: publish, postpone, cancel, each through one function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.permissions import Action
from forum.core.revisions import difference
from forum.core.text import Text
from forum.events.models import Event, values_of
from forum.events.rules import EventState, check_move, check_span
from forum.events.service.changes import locked_event, note_change

TOPICS = {
    EventState.PUBLISHED: "event.published",
    EventState.POSTPONED: "event.postponed",
    EventState.CANCELLED: "event.cancelled",
}


@dataclass(frozen=True, slots=True)
class NewDates:
    """The days a postponed event is moved to."""

    starts_at: datetime
    ends_at: datetime


def publish(actor: Actor, event_id: UUID, *, now: datetime) -> Event:
    """Publish a draft, or a postponed event again; raises IllegalMove."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.CHANGE_EVENT_STATE)
        values: dict[str, Any] = {"state_note": Text(), "dates_open": False}
        if event.published_at is None:
            values["published_at"] = now
        return _move(session, actor, event, EventState.PUBLISHED, values, now)


def postpone(
    actor: Actor,
    event_id: UUID,
    note: Text,
    dates: NewDates | None = None,
    *,
    now: datetime,
) -> Event:
    """Postpone a published event, to new dates where they are known.

    Raises IllegalMove, EndsBeforeStart.
    """
    values: dict[str, Any] = {"state_note": note, "dates_open": dates is None}
    if dates is not None:
        check_span(dates.starts_at, dates.ends_at)
        values |= {"starts_at": dates.starts_at, "ends_at": dates.ends_at}
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.CHANGE_EVENT_STATE)
        return _move(session, actor, event, EventState.POSTPONED, values, now)


def cancel(actor: Actor, event_id: UUID, note: Text, *, now: datetime) -> Event:
    """Cancel a published or postponed event for good; raises IllegalMove."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.CHANGE_EVENT_STATE)
        return _move(session, actor, event, EventState.CANCELLED, {"state_note": note}, now)


def _move(
    session: Session,
    actor: Actor,
    event: Event,
    wanted: EventState,
    values: dict[str, Any],
    now: datetime,
) -> Event:
    check_move(event.state, wanted)
    before = values_of(event)
    values = {**values, "state": wanted}
    changes = difference(before, values)
    for name in changes:
        setattr(event, name, values[name])
    note_change(
        session,
        actor,
        event,
        changes,
        now,
        action=TOPICS[wanted],
        extra={"from": before["state"].value},
    )
    return event
