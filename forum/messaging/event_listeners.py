"""What messages do when an event changes: tell its guests, move and stop what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.outbox import Payload, after, within
from forum.messaging.service.changes import gather, stop_gathering, tell_of_changes
from forum.messaging.service.scheduling import follow_event, stop_being_sent, stop_planned

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
    """Let planned mails follow an event to another time."""
    if MOMENTS & set(payload["changed"]):
        follow_event(session, UUID(payload["event_id"]), now)


@within("event.postponed")
@within("event.published")
def move_or_wait(session: Session, payload: Payload, now: datetime) -> None:
    """Let planned mails follow an event to its new date, or wait until there is one."""
    follow_event(session, UUID(payload["event_id"]), now)


@within("event.cancelled")
def stop_what_is_planned(session: Session, payload: Payload, now: datetime) -> None:
    """Plan nothing more around an event that is off."""
    stop_planned(session, UUID(payload["event_id"]), now)


@after("event.cancelled")
def stop_what_is_being_sent(payload: Payload, now: datetime) -> None:
    """Stop half-way what is being sent around an event that is off."""
    stop_being_sent(UUID(payload["event_id"]), now=now)
