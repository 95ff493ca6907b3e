"""When a room is taken elsewhere, read from an iCalendar file (RFC 5545): rules are followed.

Run as a process of its own, for a strange file can ask for a computation without an end:
`python -m forum.calendar.busy` reads one line of JSON and then the file, and writes JSON.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr
from icalendar import Component

from forum.calendar.lenient import (
    first_of,
    moment_at,
    only_events,
    parts_of,
    text_of,
    time_of,
    words_of,
)
from forum.core.text import clean_line

OPEN_END = timedelta(hours=1)
"""What a booking is given whose file names no end."""

LONGEST = timedelta(days=400)
"""A booking that began longer ago than this is over, whatever its file says."""

MOST_SECONDS = 20
"""So much of a processor's time this process may take; whoever asked it may be gone."""

MOST_BYTES = 512 * 1024 * 1024
"""So much memory it may take."""

MOST_TIMES = 2_000
LONGEST_TITLE = 200
_DAY = timedelta(days=1)
_PRIVATE = {"PRIVATE", "CONFIDENTIAL"}
_FREE_PERIODS = {"FREE", "X-FREE"}
_ENTRY = re.compile(r"(?im)^BEGIN:(?:VEVENT|VFREEBUSY)\b")
_REPEATS = ("RRULE", "RDATE")

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """A time at which the room is taken; no title where the file calls it private."""

    starts_at: datetime
    ends_at: datetime
    title: str
    uid: str


@dataclass(slots=True)
class Reading:
    """What was found: times in order; how many entries there are, and how many of each oddity."""

    times: list[Busy] = field(default_factory=list)
    entries: int = 0
    odd: Counter[str] = field(default_factory=Counter)
    zones: set[str] = field(default_factory=set)


class TooMany(Exception):
    """More times than anybody would look through, within one event."""


def read_busy(content: bytes, zone: tzinfo, first: datetime, last: datetime) -> Reading:
    """Return the times within a span; floating ones and whole days are on the clocks of `zone`.

    What is cancelled or marked as free blocks nothing. Raises TooMany.
    """
    found = Reading()
    text = text_of(content)
    found.entries = len(_ENTRY.findall(text))
    parts = list(parts_of(only_events(text, _near(first, last)), "VEVENT", "VFREEBUSY"))
    reader = _Reader(zone, (first, last), found)
    times: set[Busy] = set()
    series: dict[str, dict[datetime, Component]] = {}
    for part in parts:
        at = time_of(part, "RECURRENCE-ID")
        moment = moment_at(at, zone) if isinstance(at, date) else None
        if moment is not None:
            series.setdefault(words_of(part, "UID"), {})[moment] = part
    for part in parts:
        spans = reader.periods(part) if part.name == "VFREEBUSY" else reader.spans(part, series)
        try:
            for starts_at, ends_at in spans:
                if starts_at < last and ends_at > first:
                    times.add(Busy(starts_at, ends_at, _title(part), words_of(part, "UID")[:200]))
                    if len(times) > MOST_TIMES:
                        raise TooMany
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
            found.odd["unreadable"] += 1
    found.times = sorted(times)
    return found


class _Reader:
    """Turns one entry after the other into spans of time."""

    def __init__(self, zone: tzinfo, window: Span, found: Reading) -> None:
        self._zone = zone
        self._window = window
        self._found = found

    def periods(self, part: Component) -> Iterator[Span]:
        """Yield the periods of a VFREEBUSY that are not free."""
        lists = part.get("FREEBUSY")
        for period in lists if isinstance(lists, list) else [lists] if lists else []:
            if str(period.params.get("FBTYPE", "BUSY")).upper() not in _FREE_PERIODS:
                yield self._period(period.dt)

    def spans(
        self, event: Component, series: Mapping[str, Mapping[datetime, Component]]
    ) -> Iterator[Span]:
        """Yield when an event takes place: once, or as its rules and exceptions say."""
        begins = time_of(event, "DTSTART")
        if not isinstance(begins, date):
            self._found.odd["without_time"] += 1
            return
        self._note_zone(event, begins)
        starts_at = self._moment(begins)
        length = self._length(event, begins, starts_at)
        if first_of(event, "RECURRENCE-ID") is not None:
            if _is_taken(event):
                yield starts_at, starts_at + length
            return
        if not _is_taken(event):
            self._found.odd["free"] += 1
            return
        if not any(first_of(event, name) is not None for name in _REPEATS):
            yield starts_at, starts_at + length
            return
        exceptions = series.get(words_of(event, "UID"), {})
        yield from self._repeated(event, begins, length, exceptions)

    def _repeated(
        self,
        event: Component,
        begins: date,
        length: timedelta,
        exceptions: Mapping[datetime, Component],
    ) -> Iterator[Span]:
        zone = (begins.tzinfo if isinstance(begins, datetime) else None) or self._zone
        rules, periods = self._rules(event, begins, zone)
        left_out = self._left_out(event, begins)
        changes = [(since, exceptions[since]) for since in sorted(exceptions)]
        changes = [(since, one) for since, one in changes if _ranges_on(one)]
        early, late = (_wall(one, zone) for one in self._window)
        # Walls and lengths differ from moments by what a zone's clock may be put on or back, and
        # a change of all that follow may move the series by days.
        reach = length + 2 * _DAY + max((abs(_shift(one)) for _, one in changes), default=_DAY)
        for wall in rules.xafter(early - reach, inc=True):
            if wall > late + reach:
                break
            moment = self._moment(wall.replace(tzinfo=zone))
            if moment in exceptions or {moment, wall.date()} & left_out:
                continue
            change = next((one for since, one in reversed(changes) if since < moment), None)
            if change is None:
                yield moment, moment + length
            elif _is_taken(change):
                yield self._moved(change, wall, zone)
        for moment, span in periods.items():
            if moment not in exceptions and moment not in left_out:
                yield span

    def _rules(
        self, event: Component, begins: date, zone: tzinfo
    ) -> tuple[rruleset, dict[datetime, Span]]:
        """Return when an event repeats on the clock, and the further periods it names."""
        rules, periods = rruleset(), {}
        first = _wall(begins, zone)
        rules.rdate(first)
        for rule in _all(event, "RRULE"):
            rules.rrule(_rule(rule, first, zone))
        for one in _dates(event, "RDATE"):
            if isinstance(one, tuple):
                span = self._period(one)
                periods[span[0]] = span
            else:
                rules.rdate(_wall(one, zone))
        return rules, periods

    def _left_out(self, event: Component, begins: date) -> set[date]:
        """Return the moments that EXDATE takes away, and the days it takes away whole."""
        return {
            self._moment(one)
            if isinstance(one, datetime) or not isinstance(begins, datetime)
            else one
            for one in _dates(event, "EXDATE")
        }

    def _moved(self, change: Component, wall: datetime, zone: tzinfo) -> Span:
        begins = time_of(change, "DTSTART")
        moment = self._moment((wall + _shift(change)).replace(tzinfo=zone))
        if not isinstance(begins, date):
            return moment, moment + OPEN_END
        return moment, moment + self._length(change, begins, self._moment(begins))

    def _length(self, event: Component, begins: date, starts_at: datetime) -> timedelta:
        ends, lasts = time_of(event, "DTEND"), time_of(event, "DURATION")
        length = timedelta()
        if isinstance(ends, date):
            length = self._moment(ends) - starts_at
        elif isinstance(lasts, timedelta):
            length = lasts
        if length > timedelta():
            return min(length, LONGEST)
        if not isinstance(begins, datetime):
            return _DAY
        self._found.odd["without_end"] += 1
        return OPEN_END

    def _period(self, period: tuple[datetime, datetime | timedelta]) -> Span:
        starts_at, until = self._moment(period[0]), period[1]
        return starts_at, starts_at + until if isinstance(until, timedelta) else self._moment(until)

    def _moment(self, value: date) -> datetime:
        moment = moment_at(value, self._zone)
        if moment is None:
            message = "beyond the calendar's end"
            raise ValueError(message)
        return moment

    def _note_zone(self, event: Component, begins: date) -> None:
        if not isinstance(begins, datetime):
            self._found.odd["days"] += 1
        elif begins.tzinfo is None:
            self._found.odd["floating"] += 1
            named = getattr(first_of(event, "DTSTART"), "params", {}).get("TZID")
            if named:
                self._found.zones.add(clean_line(str(named))[:64])


def _near(first: datetime, last: datetime) -> re.Pattern[str]:
    """Return what tells events worth reading: they repeat, or begin on a day that may matter."""
    begins, ends = (first - LONGEST).date(), (last + 2 * _DAY).date()
    days = (begins + timedelta(days=n) for n in range((ends - begins).days + 1))
    dates = "|".join(f"{day:%Y%m%d}" for day in days)
    return re.compile(rf"(?im)^(?:RRULE|RDATE|RECURRENCE-ID|DTSTART[^:\r\n]*:(?:{dates}))")


def _is_taken(event: Component) -> bool:
    free = words_of(event, "TRANSP").upper() == "TRANSPARENT"
    outlook = words_of(event, "X-MICROSOFT-CDO-BUSYSTATUS").upper() == "FREE"
    return not (free or outlook or words_of(event, "STATUS").upper() == "CANCELLED")


def _title(part: Component) -> str:
    if words_of(part, "CLASS").upper() in _PRIVATE:
        return ""
    return clean_line(words_of(part, "SUMMARY"))[:LONGEST_TITLE]


def _all(event: Component, name: str) -> list[Any]:
    found = event.get(name)
    return found if isinstance(found, list) else [] if found is None else [found]


def _dates(event: Component, name: str) -> Iterator[Any]:
    for some in _all(event, name):
        yield from (one.dt for one in some.dts)


def _ranges_on(exception: Component) -> bool:
    params = getattr(first_of(exception, "RECURRENCE-ID"), "params", {})
    return str(params.get("RANGE", "")).upper() == "THISANDFUTURE"


def _shift(change: Component) -> timedelta:
    """Return by how much an exception moves what it stands for."""
    begins, stood = time_of(change, "DTSTART"), time_of(change, "RECURRENCE-ID")
    if isinstance(begins, datetime) and isinstance(stood, datetime):
        if bool(begins.tzinfo) == bool(stood.tzinfo):
            return begins - stood
    elif isinstance(begins, date) and isinstance(stood, date):
        return _wall(begins, UTC) - _wall(stood, UTC)
    return timedelta()


def _rule(rule: Any, first: datetime, zone: tzinfo) -> Any:  # noqa: ANN401 - published without types
    """Return a rule that counts in wall time: 9 o'clock stays 9 o'clock when the clock is put."""
    until = rule.get("UNTIL")
    bounded = {name: value for name, value in rule.items() if name.upper() != "UNTIL"}
    text = type(rule)(bounded).to_ical().decode()
    found = rrulestr(text, dtstart=first)
    if not until:
        return found
    last = until[0]
    if not isinstance(last, datetime):
        return found.replace(until=datetime.combine(last, time.max))
    return found.replace(until=_wall(last, zone))


def _wall(value: date, zone: tzinfo) -> datetime:
    """Return what clocks in `zone` show, without a zone."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return (value.astimezone(zone) if value.tzinfo else value).replace(tzinfo=None)


def answer(asked: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return what `read_busy` finds as JSON can hold it."""
    first, last = (datetime.fromisoformat(asked[name]) for name in ("first", "last"))
    try:
        found = read_busy(content, ZoneInfo(asked["zone"]), first, last)
    except TooMany:
        return {"refused": "too_many"}
    return {
        "times": [
            [one.starts_at.isoformat(), one.ends_at.isoformat(), one.title, one.uid]
            for one in found.times
        ],
        "entries": found.entries,
        "odd": dict(found.odd),
        "zones": sorted(found.zones),
    }


def bound() -> None:
    """Have the system stop this process where it takes more than any calendar needs."""
    most = {
        resource.RLIMIT_CPU: MOST_SECONDS,
        resource.RLIMIT_AS: MOST_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for limit, number in most.items():
        with suppress(ValueError, OSError):  # a narrower one holds, or the system has none
            resource.setrlimit(limit, (number, number))


def main(read: Callable[[], bytes], write: Callable[[bytes], object]) -> None:
    """Answer one question."""
    try:
        asked, _, content = read().partition(b"\n")
        found = answer(json.loads(asked), content)
    except MemoryError:
        found = {"refused": "too_long"}
    write(json.dumps(found).encode())


if __name__ == "__main__":
    bound()
    main(sys.stdin.buffer.read, sys.stdout.buffer.write)
