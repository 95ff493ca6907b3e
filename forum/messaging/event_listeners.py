"""What messages do when an event changes: tell its guests, move and stop what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.outbox import Payload, after, within
from forum.events.rules import EventState
from forum.messaging.rules import Kind
from forum.messaging.service.announcing import stop_run
from forum.messaging.service.changes import (
    gather,
    stop_gathering,
    tell_of_changes,
    tell_speakers,
)
from forum.messaging.service.scheduling import follow_event, overtake, stop_planned

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


MOMENTS = {"starts_at", "ends_at", "time_zone"}
"""From these the moments of mails around an event are reckoned."""


@within("event.changed")
def note_what_guests_are_told(session: Session, payload: Payload, now: datetime) -> None:
    """Note a change whose maker wants guests to be told of it."""
    if payload.get("tell"):
        gather(session, payload, now)


@within("event.cancelled")
@within("event.postponed")
@within("event.published")
def tell_by_another_mail(session: Session, payload: Payload, now: datetime) -> None:
    """Stop what waits: all hear by another mail how the event stands now."""
    stop_gathering(session, UUID(payload["event_id"]), now)


@after("messaging.news_due")
def tell_guests_of_changes(payload: Payload, now: datetime) -> None:
    """Tell guests of all changes of some minutes, unless more is waited for."""
    tell_of_changes(UUID(payload["news_id"]), now=now)


@within("event.changed")
def move_what_is_planned(session: Session, payload: Payload, now: datetime) -> None:
    """Let planned mails follow an event to another time, and stop those half-way with the old."""
    if MOMENTS & set(payload["changed"]):
        follow_event(session, UUID(payload["event_id"]), now)
        overtake(session, UUID(payload["event_id"]), now)


@within("event.postponed")
@within("event.published")
def move_or_wait(session: Session, payload: Payload, now: datetime) -> None:
    """Let planned mails follow an event to its new date, or wait until there is one."""
    follow_event(session, UUID(payload["event_id"]), now)


@within("event.cancelled")
def stop_what_is_planned(session: Session, payload: Payload, now: datetime) -> None:
    """Plan nothing more around an event that is off."""
    stop_planned(session, UUID(payload["event_id"]), now)


@within("event.cancelled")
@within("event.postponed")
def stop_what_is_being_sent(session: Session, payload: Payload, now: datetime) -> None:
    """Stop half-way what is being sent around an event that is off, or postponed."""
    overtake(session, UUID(payload["event_id"]), now)


@after("messaging.run_overtaken")
def hold_back_an_overtaken_run(payload: Payload, now: datetime) -> None:
    """Hold back the mails that have not gone out of a run that names the old time."""
    started_at = datetime.fromisoformat(payload["started_at"])
    stop_run(UUID(payload["announcement_id"]), started_at, now=now)


@after("event.cancelled")
def tell_speakers_of_cancelling(payload: Payload, now: datetime) -> None:
    """Tell who was to be on stage that the event is off."""
    _tell_speakers(payload, EventState.CANCELLED, Kind.SPEAKER_CANCELLED, now)


@after("event.postponed")
def tell_speakers_of_postponing(payload: Payload, now: datetime) -> None:
    """Tell who is to be on stage that the event is postponed, with the date once known."""
    moved = "starts_at" in payload.get("changed", ())
    kind = Kind.SPEAKER_MOVED if moved else Kind.SPEAKER_POSTPONED
    _tell_speakers(payload, EventState.POSTPONED, kind, now)


@after("event.published")
def tell_speakers_that_it_takes_place(payload: Payload, now: datetime) -> None:
    """Tell the speakers of an event that had been postponed that it takes place."""
    if payload.get("from") == EventState.POSTPONED.value:
        _tell_speakers(payload, EventState.PUBLISHED, Kind.SPEAKER_BACK, now)


def _tell_speakers(payload: Payload, state: EventState, kind: Kind, now: datetime) -> None:
    event_id = UUID(payload["event_id"])
    key = f"{kind.value}:{event_id}:{payload['revision']}"
    tell_speakers(event_id, state, kind, key=key, now=now)
