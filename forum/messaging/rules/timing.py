"""When a mail goes: at once, at a moment, or so long before or after an event, by its own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

from forum.core.dates import last_day, local_day
from forum.core.errors import Invalid
from forum.core.i18n import Sentence, sentence, sentences
from forum.messaging.rules.announcements import Anchor, Timing

MOST_DAYS = 366
"""So far from an event, before or after, a mail may go."""

MOST_HOURS = 7 * 24
MINUTES_IN_AN_HOUR = 60


class UntimelyMail(Invalid):
    """The moment of a mail is not one that it can go at."""

    code = "untimely_mail"


class Dates(Protocol):
    """When an event takes place; `dates_open` while it is postponed and no new date is known."""

    starts_at: datetime
    ends_at: datetime
    dates_open: bool

    @property
    def zone(self) -> tzinfo:
        """The event's own zone."""


@dataclass(frozen=True, slots=True)
class When:
    """The moment of a mail: `at` one, or `days` and `minutes` from the anchor (before: below 0).

    With a `clock`, it is at that time of the event's zone on the day so many days from that of the
    anchor. Without, days keep the anchor's own time of day, and minutes are as they pass.
    """

    timing: Timing
    at: datetime | None = None
    anchor: Anchor = Anchor.START
    days: int = 0
    clock: time | None = None
    minutes: int = 0


class Timed(Protocol):
    """A row that holds the moment of a mail."""

    timing: Timing
    at: datetime | None
    anchor: Anchor | None
    days: int | None
    clock: str | None
    minutes: int | None


def when_of(row: Timed) -> When:
    """Return the moment that a row holds."""
    return When(
        row.timing,
        row.at,
        row.anchor or Anchor.START,
        row.days or 0,
        time.fromisoformat(row.clock) if row.clock else None,
        row.minutes or 0,
    )


def due_at(when: When, event: Dates) -> datetime | None:
    """Return the moment in UTC; None for what goes at once, and while the event has no date.

    A wall time that the clock leaps over is as long after the leap as it would have been before
    it, one that comes twice is the first of both (RFC 5545 §3.3.5).
    """
    if when.timing is Timing.AT:
        return when.at
    if when.timing is Timing.NOW or event.dates_open:
        return None
    zone = event.zone
    anchor = event.starts_at if when.anchor is Anchor.START else event.ends_at
    if when.clock is not None:
        day = _day_of(when.anchor, event) + timedelta(days=when.days)
        wall = datetime.combine(day, when.clock)
    elif when.days:
        wall = anchor.astimezone(zone).replace(tzinfo=None) + timedelta(days=when.days)
    else:
        return anchor.astimezone(UTC) + timedelta(minutes=when.minutes)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC) + timedelta(minutes=when.minutes)


def check_when(when: When, event: Dates, now: datetime) -> None:
    """Raise UntimelyMail for a moment that is past, or too far from the event."""
    if abs(when.days) > MOST_DAYS:
        raise UntimelyMail(
            sentence("Enter a number of days up to %(most)s", most=MOST_DAYS), field="days"
        )
    if abs(when.minutes) > MOST_HOURS * MINUTES_IN_AN_HOUR:
        raise UntimelyMail(
            sentence("Enter a number of hours up to %(most)s", most=MOST_HOURS),
            field="hours",
        )
    due = due_at(when, event)
    if due is not None and due <= now:
        raise UntimelyMail(
            sentence("That moment has passed. Choose one that is still to come"), field="days"
        )


def in_words(when: When) -> Sentence:
    """Say a moment that is reckoned from the event, such as “1 day before, at 10:00”."""
    if when.timing is Timing.NOW:
        return sentence("At once")
    if when.timing is Timing.AT:
        return sentence("On a day of its own")
    if when.clock is not None:
        return _on_a_day(when, f"{when.clock:%H:%M}")
    if when.days:
        return _days_away(when)
    return _minutes_away(when)


def _day_of(anchor: Anchor, event: Dates) -> date:
    if anchor is Anchor.START:
        return local_day(event.starts_at, event.zone)
    return last_day(event.starts_at, event.ends_at, event.zone)


def _on_a_day(when: When, clock: str) -> Sentence:
    if not when.days:
        on = _ON_THE_DAY if when.anchor is Anchor.START else _ON_THE_LAST_DAY
        return sentence(on.text, clock=clock)
    return _counted(_ON_A_DAY[when.anchor, when.days < 0], abs(when.days), clock=clock)


def _days_away(when: When) -> Sentence:
    return _counted(_DAYS[when.anchor, when.days < 0], abs(when.days))


def _minutes_away(when: When) -> Sentence:
    hours, rest = divmod(abs(when.minutes), MINUTES_IN_AN_HOUR)
    if not hours and not rest:
        return _AT_START if when.anchor is Anchor.START else _AT_END
    side = when.anchor, when.minutes < 0
    return _counted(_MINUTES[side], abs(when.minutes)) if rest else _counted(_HOURS[side], hours)


def _counted(words: Sentence, number: int, **more: object) -> Sentence:
    return sentences(words.text, words.many, number, count=number, **more)


_ON_THE_DAY = sentence("On the day, at %(clock)s")
_ON_THE_LAST_DAY = sentence("On the last day, at %(clock)s")
_AT_START = sentence("When it starts")
_AT_END = sentence("When it ends")
_ON_A_DAY = {
    (Anchor.START, True): sentences(
        "%(count)s day before, at %(clock)s", "%(count)s days before, at %(clock)s", 1
    ),
    (Anchor.START, False): sentences(
        "%(count)s day after the first day, at %(clock)s",
        "%(count)s days after the first day, at %(clock)s",
        1,
    ),
    (Anchor.END, True): sentences(
        "%(count)s day before the last day, at %(clock)s",
        "%(count)s days before the last day, at %(clock)s",
        1,
    ),
    (Anchor.END, False): sentences(
        "%(count)s day after, at %(clock)s", "%(count)s days after, at %(clock)s", 1
    ),
}
_DAYS = {
    (Anchor.START, True): sentences(
        "%(count)s day before the start", "%(count)s days before the start", 1
    ),
    (Anchor.START, False): sentences(
        "%(count)s day after the start", "%(count)s days after the start", 1
    ),
    (Anchor.END, True): sentences(
        "%(count)s day before the end", "%(count)s days before the end", 1
    ),
    (Anchor.END, False): sentences(
        "%(count)s day after the end", "%(count)s days after the end", 1
    ),
}
_HOURS = {
    (Anchor.START, True): sentences(
        "%(count)s hour before the start", "%(count)s hours before the start", 1
    ),
    (Anchor.START, False): sentences(
        "%(count)s hour after the start", "%(count)s hours after the start", 1
    ),
    (Anchor.END, True): sentences(
        "%(count)s hour before the end", "%(count)s hours before the end", 1
    ),
    (Anchor.END, False): sentences(
        "%(count)s hour after the end", "%(count)s hours after the end", 1
    ),
}
_MINUTES = {
    (Anchor.START, True): sentences(
        "%(count)s minute before the start", "%(count)s minutes before the start", 1
    ),
    (Anchor.START, False): sentences(
        "%(count)s minute after the start", "%(count)s minutes after the start", 1
    ),
    (Anchor.END, True): sentences(
        "%(count)s minute before the end", "%(count)s minutes before the end", 1
    ),
    (Anchor.END, False): sentences(
        "%(count)s minute after the end", "%(count)s minutes after the end", 1
    ),
}
"""What is said of each anchor, before it or after."""
