"""Moments and spans of other people's files, and which of them no programme can hold."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from forum.core.i18n import Sentence, sentence
from forum.events.rules import EARLIEST_YEAR, LATEST_YEAR, LONGEST_EVENT
from forum.programme.importing.shapes import Notes

OPEN_END = timedelta(minutes=30)
"""What a session is given whose file names no end."""

LONGEST_EXPECTED = timedelta(days=2)
"""A session that lasts longer is taken, and named: it may be a slip."""

_DURATION = re.compile(r"^(?:(\d{1,3}):)?(\d{1,3}):([0-5]?\d)(?::([0-5]?\d))?$")
_CLOCK = re.compile(r"^([01]?\d|2[0-3])[:.]([0-5]\d)(?::[0-5]\d)?$")
_LONGEST_STAMP = 40


def moment_of(value: object, zone: tzinfo) -> datetime | None:
    """Return an ISO moment in UTC; one without an offset is on the clocks of `zone`."""
    if not isinstance(value, str) or len(value) > _LONGEST_STAMP:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day_of(value: object) -> date | None:
    """Return the day of an ISO date or date-time."""
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def duration_of(value: object) -> timedelta | None:
    """Return a frab duration: HH:MM, by habit also D:HH:MM, HH:MM:SS, D:HH:MM:SS, or minutes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return timedelta(minutes=value) if 0 < value <= LONGEST_EVENT.days * 1440 else None
    found = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    first, second, third, fourth = (int(part) if part else 0 for part in found.groups())
    if found[4] is None and len(found[1] or "") == len("HH"):
        return timedelta(hours=first, minutes=second, seconds=third)
    return timedelta(days=first, hours=second, minutes=third, seconds=fourth)


def later(moment: datetime, by: timedelta) -> datetime:
    """Return a moment so much later; the last one there is where the calendar ends before."""
    try:
        return moment + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def clock_on(day: date, value: object, zone: tzinfo) -> datetime | None:
    """Return the moment of a clock time (HH:MM) on a day."""
    found = _CLOCK.match(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    wall = datetime(day.year, day.month, day.day, int(found[1]), int(found[2]), tzinfo=zone)
    try:
        return wall.astimezone(UTC)
    except OverflowError:
        return None


def problem_of(
    starts_at: datetime | None, ends_at: datetime | None, zone: tzinfo
) -> Sentence | None:
    """Return why a span cannot be a session's, or None; none at all is a session without a time."""
    if starts_at is None and ends_at is None:
        return None
    if starts_at is None or ends_at is None:
        return sentence("has no readable start and end, left out")
    if is_far(starts_at, zone) or is_far(ends_at, zone):
        return sentence(
            "is not between the years %(first)s and %(last)s, left out",
            first=EARLIEST_YEAR,
            last=LATEST_YEAR,
        )
    if ends_at <= starts_at:
        return sentence("ends before it starts, left out")
    if ends_at - starts_at > LONGEST_EVENT:
        return sentence("lasts longer than a year, left out")
    return None


def end_of(key: str, starts_at: datetime, notes: Notes) -> datetime:
    """Return an end for a session whose file names none, and say so."""
    minutes = OPEN_END // timedelta(minutes=1)
    notes.session(key, sentence("has no end; it was given %(minutes)s minutes", minutes=minutes))
    return later(starts_at, OPEN_END)


def note_long(key: str, starts_at: datetime | None, ends_at: datetime | None, notes: Notes) -> None:
    """Name a session that lasts for days."""
    if starts_at and ends_at and ends_at - starts_at > LONGEST_EXPECTED:
        days = round((ends_at - starts_at) / timedelta(days=1))
        notes.session(key, sentence("lasts %(days)s days. Is that so?", days=days))


def is_far(moment: datetime, zone: tzinfo) -> bool:
    """Say whether a moment lies in a year that no event can be in."""
    try:
        year = moment.astimezone(zone).year
    except OverflowError:
        return True
    return not EARLIEST_YEAR <= year <= LATEST_YEAR
