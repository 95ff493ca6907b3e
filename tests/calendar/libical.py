"""libical, which GNOME, KDE and Cyrus read calendars with: its parser, and its rules (RFC 5546)."""

from __future__ import annotations

import ctypes
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.calendar.readers import Seen
from tests.support.ground import missing

LIBRARY = "libical.so.3"


class _Time(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    )


@cache
def _library() -> Any:
    try:
        found = ctypes.CDLL(LIBRARY)
    except OSError:
        missing("There is no libical here (Debian: libical3).")
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "icalparser_parse_string": (pointer, [text]),
        "icalcomponent_free": (None, [pointer]),
        "icalcomponent_string_to_kind": (number, [text]),
        "icalproperty_string_to_kind": (number, [text]),
        "icalcomponent_count_errors": (number, [pointer]),
        "icalrestriction_check": (number, [pointer]),
        "icalcomponent_get_first_component": (pointer, [pointer, number]),
        "icalcomponent_get_next_component": (pointer, [pointer, number]),
        "icalcomponent_get_first_property": (pointer, [pointer, number]),
        "icalcomponent_as_ical_string": (text, [pointer]),
        "icalproperty_get_value_as_string": (text, [pointer]),
        "icalcomponent_get_dtstart": (_Time, [pointer]),
        "icalcomponent_get_dtend": (_Time, [pointer]),
        "icaltime_as_timet_with_zone": (ctypes.c_long, [_Time, pointer]),
        "icalcomponent_get_sequence": (number, [pointer]),
        **{
            f"icalcomponent_get_{name}": (text, [pointer])
            for name in ("uid", "summary", "description", "location")
        },
    }
    for name, (answers, takes) in signatures.items():
        function = getattr(found, name)
        function.restype, function.argtypes = answers, takes
    return found


def faults_of(octets: bytes) -> list[str]:
    """Return what libical cannot parse, and what breaks its restrictions, as it words them."""
    library = _library()
    calendar = library.icalparser_parse_string(octets)
    assert calendar, "no calendar"
    try:
        library.icalrestriction_check(calendar)
        if not library.icalcomponent_count_errors(calendar):
            return []
        lines = library.icalcomponent_as_ical_string(calendar).decode().replace("\r\n ", "")
        return [line for line in lines.splitlines() if line.startswith("X-LIC-ERROR")]
    finally:
        library.icalcomponent_free(calendar)


def by_libical(octets: bytes) -> list[Seen]:
    """Read with libical; raises AssertionError where it finds a fault."""
    assert faults_of(octets) == []
    library = _library()
    calendar = library.icalparser_parse_string(octets)
    kind = library.icalcomponent_string_to_kind(b"VEVENT")
    found = []
    try:
        event = library.icalcomponent_get_first_component(calendar, kind)
        while event:
            found.append(_seen(event))
            event = library.icalcomponent_get_next_component(calendar, kind)
    finally:
        library.icalcomponent_free(calendar)
    return found


def _seen(event: int) -> Seen:
    library = _library()
    texts = {
        name: (getattr(library, f"icalcomponent_get_{name}")(event) or b"").decode()
        for name in ("uid", "summary", "description", "location")
    }
    status = library.icalcomponent_get_first_property(
        event, library.icalproperty_string_to_kind(b"STATUS")
    )
    return Seen(
        **texts,
        start=_moment(library.icalcomponent_get_dtstart(event)),
        end=_moment(library.icalcomponent_get_dtend(event)),
        status=library.icalproperty_get_value_as_string(status).decode() if status else "",
        sequence=library.icalcomponent_get_sequence(event),
    )


def _moment(time: _Time) -> str:
    if time.is_date:
        return f"{time.year:04}-{time.month:02}-{time.day:02}"
    seconds = _library().icaltime_as_timet_with_zone(time, time.zone)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
