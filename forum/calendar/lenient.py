"""iCalendar of others as it comes: broken lines mended, and each part read that can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from icalendar import Calendar, Component, Event

from forum.core.tables import UnreadableTable, text_of_bytes

_LINE = re.compile(r"[A-Za-z0-9-]+[;:]")
_EDGE = re.compile(r"(?im)^(BEGIN|END):VEVENT\r\n")
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError)


def text_of(content: bytes) -> str:
    """Return the file's text, in whatever encoding, with its lines mended."""
    try:
        text = text_of_bytes(content)
    except UnreadableTable:
        text = content.decode("latin-1")
    return _mended(text)


def parts_of(text: str, *names: str) -> Iterator[Component]:
    """Yield the components of these names; of a file broken as a whole each event that can be."""
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except _UNREADABLE:
        for begins, ends in _events_in(text):
            try:
                yield from Event.from_ical(text[begins:ends]).walk("VEVENT")
            except _UNREADABLE:
                continue
        return
    for calendar in calendars:
        for name in names:
            yield from calendar.walk(name)


def only_events(text: str, wanted: re.Pattern[str]) -> str:
    """Return the text without the events in which `wanted` is not found."""
    kept, after = [], 0
    for begins, ends in _events_in(text):
        if not wanted.search(text, begins, ends):
            kept.append(text[after:begins])
            after = ends
    return "".join([*kept, text[after:]])


def words_of(part: Component, name: str) -> str:
    """Return a property as text; of several the first."""
    value = first_of(part, name)
    return "" if value is None else str(value)


def first_of(part: Component, name: str) -> Any:  # noqa: ANN401 - what icalendar makes of a property
    """Return the first property of a name."""
    found = part.get(name)
    return (found[0] if found else None) if isinstance(found, list) else found


def time_of(part: Component, name: str) -> date | datetime | timedelta | None:
    """Return the value of a property of time as icalendar read it."""
    found = first_of(part, name)
    try:
        return getattr(found, "dt", None) or getattr(found, "td", None)
    except ValueError:
        return None


def moment_at(value: date | datetime, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC, a day's being its midnight; what floats is on the clocks of `zone`.

    None where it lies beyond the calendar's end.
    """
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - it gets its zone below
    try:
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _events_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each event begins and ends; what begins another before its end is none.

    One pass: a file of beginnings alone costs no more than any other.
    """
    begins = None
    for edge in _EDGE.finditer(text):
        if edge[1].upper() == "BEGIN":
            begins = edge.start()
        elif begins is not None:
            yield begins, edge.end()
            begins = None


def _mended(text: str) -> str:
    """Join what was broken without folding: a line that begins no property goes on the last one."""
    lines: list[str] = []
    for one in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if one[:1] in {" ", "\t"} or _LINE.match(one) or not lines:
            lines.append(one)
        elif one.strip():
            lines.append(f" \\n{one}")
    return "\r\n".join(lines) + "\r\n"
