"""Three readers that share no code with the writer: vobject, ical, and ical.js in Node."""

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

import vobject
from ical.calendar_stream import IcsCalendarStream

from tests.support.front_end import FrontEnd

SCRIPT = Path(__file__).with_name("icaljs_reader.mjs")
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


def _moment(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()
