"""Readers that share no code with the writer: vobject, ical, ics, and four of Node."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ics
import vobject
from ical.calendar_stream import IcsCalendarStream

from tests.support.front_end import FrontEnd

SCRIPT = Path(__file__).with_name("icaljs_reader.mjs")
NODE_SCRIPT = Path(__file__).with_name("node_readers.mjs")
NODE_READERS = ("node-ical", "cal-parser", "ts-ics")
ICAL_JS = Path("ical.js", "dist", "ical.js")


@dataclass(frozen=True)
class Seen:
    """One event as a client sees it; moments in UTC as text, all-day ones as dates."""

    uid: str
    summary: str
    description: str
    location: str
    start: str
    end: str
    status: str
    sequence: int


Reader = Callable[[bytes], list[Seen]]


def by_vobject(octets: bytes) -> list[Seen]:
    """Read with vobject (which khal's and Radicale's users know)."""
    calendar = vobject.readOne(octets.decode())
    return [
        Seen(
            uid=event.uid.value,
            summary=event.summary.value,
            description=_value(event, "description"),
            location=_value(event, "location"),
            start=_moment(event.dtstart.value),
            end=_moment(event.dtend.value),
            status=event.status.value,
            sequence=int(event.sequence.value),
        )
        for event in calendar.contents.get("vevent", [])
    ]


def by_ical(octets: bytes) -> list[Seen]:
    """Read with ical (which Home Assistant uses)."""
    calendar = IcsCalendarStream.calendar_from_ics(octets.decode())
    return [
        Seen(
            uid=event.uid,
            summary=event.summary or "",
            description=event.description or "",
            location=event.location or "",
            start=_moment(event.dtstart),
            end=_moment(event.dtend),
            status=event.status.value if event.status else "",
            sequence=event.sequence or 0,
        )
        for event in calendar.events
    ]


def by_ics(octets: bytes) -> list[Seen]:
    """Read with ics (which bots and static sites use)."""
    calendar = ics.Calendar(octets.decode())
    return [
        Seen(
            uid=event.uid,
            summary=event.name or "",
            description=event.description or "",
            location=event.location or "",
            start=_arrow(event.begin, whole=event.all_day),
            end=_arrow(event.end, whole=event.all_day),
            status=event.status or "",
            sequence=next(int(one.value) for one in event.extra if one.name == "SEQUENCE"),
        )
        for event in sorted(calendar.events)
    ]


@contextmanager
def node_readers(front_end: FrontEnd) -> Iterator[dict[str, Reader]]:
    """Read with node-ical, cal-parser and ts-ics, in one Node process."""
    command = [str(front_end.node.node), str(NODE_SCRIPT), str(front_end.modules.parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        asked, told = process.stdin, process.stdout

        def _reader(name: str) -> Reader:
            def _read(octets: bytes) -> list[Seen]:
                question = {"reader": name, "octets": base64.b64encode(octets).decode()}
                asked.write(json.dumps(question).encode() + b"\n")
                asked.flush()
                answer: dict[str, Any] = json.loads(told.readline())
                assert "error" not in answer, answer["error"]
                return [Seen(**{**one, **_on_clocks(one)}) for one in answer["events"]]

            return _read

        yield {name: _reader(name) for name in NODE_READERS}
        asked.close()


@contextmanager
def ical_js(front_end: FrontEnd) -> Iterator[Reader]:
    """Read with ical.js, Thunderbird's own reader, in one Node process."""
    command = [str(front_end.node.node), str(SCRIPT), str(front_end.modules / ICAL_JS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        asked, told = process.stdin, process.stdout

        def _read(octets: bytes) -> list[Seen]:
            asked.write(base64.b64encode(octets) + b"\n")
            asked.flush()
            answer: dict[str, Any] = json.loads(told.readline())
            assert "error" not in answer, answer["error"]
            return [Seen(**event) for event in answer["events"]]

        yield _read
        asked.close()


def _value(event: Any, name: str) -> str:
    return str(event.contents[name][0].value) if name in event.contents else ""


def _on_clocks(event: dict[str, str]) -> dict[str, str]:
    """Return start and end as moments where a reader tells the clock and names the zone."""
    found = {}
    for name in ("start", "end"):
        shown, _, zone = event[name].partition("[")
        if zone:
            wall = datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(zone.removesuffix("]")))
            found[name] = _moment(wall)
    return found


def _arrow(value: Any, *, whole: bool) -> str:
    return value.format("YYYY-MM-DD") if whole else _moment(value.datetime)


def _moment(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()
