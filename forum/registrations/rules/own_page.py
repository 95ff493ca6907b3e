"""Pure decisions about the guest's page: what may still be changed, when guests are asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from forum.core.errors import Gone
from forum.core.i18n import sentence
from forum.registrations.rules.types import Access

MINUTES_BETWEEN_LINKS = 10
ADDED_TO = frozenset({Access.OPEN, Access.APPROVAL, Access.LINK})
"""Types whose guests may bring more people by themselves: nobody counted them one by one."""


class EventOver(Gone):
    """The event has ended."""

    code = "event_over"
    says = sentence("The event is over: nothing can be changed any more.")


def takes_changes(until: datetime | None, ends_at: datetime, now: datetime) -> bool:
    """Say whether guests may still change names and answers; until the end where nothing is set."""
    return now < ends_at and (until is None or now < until)


def takes_cancelling(ends_at: datetime, now: datetime) -> bool:
    """Say whether guests may still cancel: a seat can be given on until the event is over."""
    return now < ends_at


def asking_begins(starts_at: datetime, hours: int) -> datetime:
    """Return when guests are asked whether they still come."""
    return starts_at - timedelta(hours=hours)
