"""When a feed is looked at again, and how long what is past stays in it."""

from __future__ import annotations

from datetime import datetime, timedelta

USUAL_REFRESH = timedelta(hours=1)
REFRESH_NEAR_THE_EVENT = timedelta(minutes=15)
NEAR_THE_EVENT = timedelta(days=1)
KEPT_AFTER_THE_END = timedelta(days=60)
ABSENT_AFTER_THE_END = timedelta(days=30)
"""What was taken out of the times stays so long after its end, as cancelled."""


def refresh_interval(start: datetime, end: datetime, now: datetime) -> timedelta:
    """Return how soon to look again: every 15 minutes from the day before to the end."""
    near = start - NEAR_THE_EVENT <= now < end
    return REFRESH_NEAR_THE_EVENT if near else USUAL_REFRESH


def switch_moments(start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Return the moments at which an event's feed changes without anybody changing the event."""
    return start - NEAR_THE_EVENT, end, end + KEPT_AFTER_THE_END


def is_kept(end: datetime, now: datetime) -> bool:
    """Say whether a past event still stands in feeds: for 60 days."""
    return now < end + KEPT_AFTER_THE_END
