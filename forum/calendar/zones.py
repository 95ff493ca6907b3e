"""VTIMEZONE by our own hand: one STANDARD, one DAYLIGHT with a yearly rule, equal to IANA's zones.

What libraries write (lists of RDATE, or nothing) puts events an hour off in Thunderbird and
Outlook: CALENDAR.md, "Traps" and T01-T05.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vDatetime, vUTCOffset

from forum.calendar.wire import Value, one_line, text_value

ANCHOR_YEAR = 1970
BEGINNING = datetime(ANCHOR_YEAR, 1, 1)  # noqa: DTZ001 - a wall time, as RFC 5545 §3.6.5 wants it
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAYS_IN_WEEK = 7
ORDINALS = (1, 2, 3, 4, -1)
CHANGES_WITH_SUMMER_TIME = 2
_FIXED = ("Etc/", "GMT", "UTC", "UCT", "Zulu", "Universal", "Greenwich", "Factory")


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which a zone's offset changes; `wall` is what clocks show just before it."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str


@dataclass(frozen=True, slots=True)
class Observance:
    """One STANDARD or DAYLIGHT part; without a `rule` it begins once."""

    daylight: bool
    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    rule: str = ""


def is_plain_utc(zone: str) -> bool:
    """Say whether a zone is UTC or a fixed offset and no place; its times go out as UTC."""
    return zone.startswith(_FIXED)


def timezone_component(zone: str, first_year: int, last_year: int) -> Timezone:
    """Return the VTIMEZONE of an IANA zone that holds from the first year to the last."""
    component = Timezone()
    component["TZID"] = Value(zone)
    for observance in observances(zone, first_year, last_year):
        part = TimezoneDaylight() if observance.daylight else TimezoneStandard()
        part["DTSTART"] = vDatetime(observance.onset)
        part["TZOFFSETFROM"] = vUTCOffset(observance.before)
        part["TZOFFSETTO"] = vUTCOffset(observance.after)
        if observance.rule:
            part["RRULE"] = Value(observance.rule)
        if observance.name.isalpha():
            part["TZNAME"] = text_value(one_line(observance.name))
        component.add_component(part)
    return component


@lru_cache(maxsize=512)
def observances(zone: str, first_year: int, last_year: int) -> tuple[Observance, ...]:
    """Return a zone's parts: one, or two with yearly rules, or one a change if no rule fits."""
    info = ZoneInfo(zone)
    changes = _changes(info, first_year, last_year)
    if not changes:
        moment = datetime(first_year, 1, 1, tzinfo=info)
        offset = _offset(moment)
        return (_first_observance(moment.tzname(), offset),)
    yearly = _yearly(changes, first_year, last_year)
    return yearly or _one_by_one(info, changes, first_year)


def _offset(moment: datetime) -> timedelta:
    return timedelta(minutes=round((moment.utcoffset() or timedelta()).total_seconds() / 60))


def _changes(info: ZoneInfo, first_year: int, last_year: int) -> tuple[Change, ...]:
    midnights = []
    day = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    while day.year <= last_year or day.timetuple().tm_yday <= CHANGES_WITH_SUMMER_TIME:
        midnights.append(day)
        day += timedelta(days=1)
    return tuple(
        change
        for low, high in pairwise(midnights)
        if _offset(low.astimezone(info)) != _offset(high.astimezone(info))
        for change in [_change_between(info, low, high)]
        if first_year <= change.wall.year <= last_year
    )


def _change_between(info: ZoneInfo, low: datetime, high: datetime) -> Change:
    before = _offset(low.astimezone(info))
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        if _offset(middle.astimezone(info)) == before:
            low = middle
        else:
            high = middle
    after = high.astimezone(info)
    wall = high.astimezone(timezone(before)).replace(tzinfo=None)
    return Change(wall, before, _offset(after), after.tzname() or "")


def _yearly(changes: tuple[Change, ...], first_year: int, last_year: int) -> tuple[Observance, ...]:
    years = last_year - first_year + 1
    later = [change for change in changes if change.after > change.before]
    earlier = [change for change in changes if change.after < change.before]
    if len(later) != years or len(earlier) != years:
        return ()
    parts = []
    for same in (earlier, later):
        one = same[0]
        alike = all(
            (other.wall.time(), other.before, other.after, other.name)
            == (one.wall.time(), one.before, one.after, one.name)
            for other in same
        )
        rule = _rule([change.wall for change in same]) if alike else None
        if rule is None or len({change.wall.year for change in same}) != years:
            return ()
        text, onset = rule
        parts.append(Observance(same is later, onset, one.before, one.after, one.name, text))
    return tuple(parts)


def _rule(walls: list[datetime]) -> tuple[str, datetime] | None:
    months, weekdays = {wall.month for wall in walls}, {wall.weekday() for wall in walls}
    if len(months) != 1 or len(weekdays) != 1:
        return None
    month, weekday = months.pop(), weekdays.pop()
    for ordinal in reversed(ORDINALS):
        if all(_nth(wall.year, month, weekday, ordinal) == wall.day for wall in walls):
            anchor_day = _nth(ANCHOR_YEAR, month, weekday, ordinal)
            onset = walls[0].replace(year=ANCHOR_YEAR, day=anchor_day)
            return f"FREQ=YEARLY;BYMONTH={month};BYDAY={ordinal}{WEEKDAYS[weekday]}", onset
    return None


def _nth(year: int, month: int, weekday: int, ordinal: int) -> int:
    first = 1 + (weekday - datetime(year, month, 1, tzinfo=UTC).weekday()) % DAYS_IN_WEEK
    if ordinal > 0:
        return first + DAYS_IN_WEEK * (ordinal - 1)
    next_month = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    length = (next_month - timedelta(days=1)).day
    return first + DAYS_IN_WEEK * ((length - first) // DAYS_IN_WEEK)


def _first_observance(name: str | None, offset: timedelta) -> Observance:
    return Observance(
        daylight=False,
        onset=BEGINNING,
        before=offset,
        after=offset,
        name=name or "",
    )


def _one_by_one(
    info: ZoneInfo,
    changes: tuple[Change, ...],
    first_year: int,
) -> tuple[Observance, ...]:
    start = datetime(first_year, 1, 1, tzinfo=info)
    smallest = min(change.after for change in changes)
    first = _first_observance(start.tzname(), changes[0].before)
    rest = (
        Observance(change.after > smallest, change.wall, change.before, change.after, change.name)
        for change in changes
    )
    return first, *rest
