"""What is written to who was invited by calendar: how the event stands, and that it is over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.outbox import Payload, after
from forum.events.rules import EventState
from forum.messaging.rules import Kind
from forum.messaging.service.inviting import (
    Withdrawn,
    salutation_and_name,
    write_of_declining,
    write_of_withdrawing,
    write_to_asked,
)

if TYPE_CHECKING:
    from forum.events.models import Event


@after("event.cancelled")
def tell_invited_of_cancelling(payload: Payload, now: datetime) -> None:
    """Tell who was invited by calendar that the event is off."""
    _tell_invited(payload, EventState.CANCELLED, Kind.EVENT_CANCELLED, now)


@after("event.postponed")
def tell_invited_of_postponing(payload: Payload, now: datetime) -> None:
    """Tell who was invited by calendar that the event is postponed, with the date once known."""
    moved = "starts_at" in payload.get("changed", ())
    kind = Kind.EVENT_MOVED if moved else Kind.EVENT_POSTPONED
    _tell_invited(payload, EventState.POSTPONED, kind, now)


@after("event.published")
def tell_invited_that_it_takes_place(payload: Payload, now: datetime) -> None:
    """Tell who was invited by calendar that a postponed event takes place."""
    if payload.get("from") == EventState.POSTPONED.value:
        _tell_invited(payload, EventState.PUBLISHED, Kind.EVENT_BACK, now)


@after("invitation.declined")
def take_a_declined_one_out(payload: Payload, now: datetime) -> None:
    """Take the event out of the calendar of who declined."""
    invitation_id = UUID(payload["invitation_id"])
    key = f"guest_declined:{invitation_id}:{payload['revision']}"
    write_of_declining(invitation_id, key=key, now=now)


@after("invitation.removed")
def take_a_withdrawn_one_out(payload: Payload, now: datetime) -> None:
    """Take the event out of the calendar of who is invited no more."""
    lang = payload["lang"]
    name = salutation_and_name(payload["salutation"], payload["name"], payload["name_zh"], lang)
    gone = Withdrawn(UUID(payload["event_id"]), name.strip(), payload["email"], lang)
    write_of_withdrawing(gone, key=f"guest_withdrawn:{payload['invitation_id']}", now=now)


def _tell_invited(payload: Payload, state: EventState, kind: Kind, now: datetime) -> None:
    event_id = UUID(payload["event_id"])

    def choose(event: Event) -> Kind | None:
        return kind if event.state is state else None

    key = f"{kind.value}_invited:{event_id}:{payload['revision']}"
    write_to_asked(event_id, choose, key=key, now=now)
