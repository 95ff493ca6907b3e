"""Odd titles and times through the whole feed: rows in, octets out, read by two foreign readers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.text import Text
from forum.events.models import Event, Room
from forum.programme.models import Session, Speaker, Track
from tests.calendar.grammar import parse, wire_faults
from tests.calendar.readers import by_ical, by_vobject
from tests.calendar.stage import FEED, MADE, SLUG, START, Stage, lay, shown_change

HOUR = timedelta(hours=1)
SMUGGLED = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:smuggled"

TITLES = {
    "Ends\rhere": "Ends here",
    "Ends\r\nhere": "Ends here",
    "A\x00B\x01C\x1b[31mD": "ABC[31mD",
    "C:\\New folder": "C:＼New folder",
    "One, two; three": "One, two; three",
    "Said \"so\" and 'so' ^n ^^": "Said \"so\" and 'so' ^n ^^",
    SMUGGLED: "x END:VEVENT BEGIN:VEVENT UID:smuggled",
    "\u2028Line\u0085marks\u2029": "Line marks",
    "論" * 500: "論" * 500,
    "🧑🏽‍🏭" * 60: "🧑🏽‍🏭" * 60,
    "\\" * 80 + ",;": "\\" * 80 + ",;",
    "\u0645\u0624 \u200fand\u200e Forum": "\u0645\u0624 \u200fand\u200e Forum",
    "  \t ": "–",
}


@pytest.fixture(autouse=True)
def _when_made() -> Iterator[None]:
    with time_machine.travel(MADE, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


@pytest.mark.parametrize("title", TITLES, ids=lambda title: ascii(title)[:30])
def test_a_title_comes_back_as_clients_can_show_it(
    stage: Stage, client: FlaskClient, title: str
) -> None:
    with shown_change(stage) as rows:
        rows.get_one(Session, stage.panel).title = Text({"en": title})
        rows.get_one(Session, stage.panel).abstract = Text({"en": title})
        rows.get_one(Event, stage.event).title = Text({"en": title})
        rows.get_one(Room, stage.rooms[1]).name = Text({"en": title})
        rows.get_one(Track, stage.track).name = Text({"en": title})
        rows.get_one(Speaker, stage.moderator).affiliation = Text({"en": title})
    for path in (f"{SLUG}.ics", "rooms/hall-2.ics", "tracks/robots.ics"):
        octets = client.get(f"/e/{SLUG}/{path}").data
        assert wire_faults(octets) == []
        assert all(len(line) <= 75 for line in octets.split(b"\r\n"))
        assert len(parse(octets).inside("VEVENT")) == octets.count(b"\r\nBEGIN:VEVENT\r\n")
        for read in (by_vobject, by_ical):
            (panel,) = (one for one in read(octets) if one.uid == str(stage.panel))
            assert panel.summary == TITLES[title]


def local(zone: str, *moment: int) -> datetime:
    """Return the moment that stands on the clocks of a zone."""
    return datetime(*moment, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc, arg-type]  # year to minute


SPANS = {
    "London, into summer": ("Europe/London", (2027, 3, 27, 22, 0), 6 * HOUR),
    "London, out of summer": ("Europe/London", (2027, 10, 30, 23, 30), 3 * HOUR),
    "New York, into summer": ("America/New_York", (2027, 3, 13, 23, 0), 8 * HOUR),
    "New York, out of summer": ("America/New_York", (2027, 11, 7, 0, 30), 5 * HOUR),
    "Hong Kong, New Year": ("Asia/Hong_Kong", (2026, 12, 31, 23, 59), timedelta(minutes=3)),
    "Hong Kong, three minutes": ("Asia/Hong_Kong", (2026, 12, 8, 9, 0), timedelta(minutes=3)),
    "London, three weeks": ("Europe/London", (2027, 3, 20, 9, 0), timedelta(weeks=3)),
    "New York, three weeks": ("America/New_York", (2027, 10, 25, 18, 0), timedelta(weeks=3)),
    "Lord Howe, half an hour": ("Australia/Lord_Howe", (2027, 4, 4, 0, 30), 3 * HOUR),
}


@pytest.mark.parametrize("name", SPANS)
def test_odd_spans_are_the_same_moments_for_every_reader(
    stage: Stage, client: FlaskClient, name: str
) -> None:
    zone, begins, lasts = SPANS[name]
    start = local(zone, *begins)
    with shown_change(stage) as rows:
        event, panel = rows.get_one(Event, stage.event), rows.get_one(Session, stage.panel)
        event.time_zone, event.starts_at, event.ends_at = zone, start, start + lasts
        panel.starts_at, panel.ends_at = start, start + lasts
    octets = client.get(FEED).data
    assert wire_faults(octets) == []
    for read in (by_vobject, by_ical):
        seen = {one.uid: one for one in read(octets)}
        panel_seen = seen[str(stage.panel)]
        assert panel_seen.start == f"{start:%Y-%m-%dT%H:%M:%SZ}"
        assert panel_seen.end == f"{start + lasts:%Y-%m-%dT%H:%M:%SZ}"
        whole = seen[str(stage.event)]
        days = {(start + at).astimezone(ZoneInfo(zone)).date() for at in (0 * HOUR, lasts)}
        if max(days) - min(days) > timedelta(days=1):
            assert whole.start == min(days).isoformat()
            assert whole.end == (max(days) + timedelta(days=1)).isoformat()


def test_a_session_longer_than_its_event_is_shown_as_it_stands(
    stage: Stage, client: FlaskClient
) -> None:
    with shown_change(stage) as rows:
        panel = rows.get_one(Session, stage.panel)
        panel.starts_at, panel.ends_at = START - timedelta(days=1), START + timedelta(days=2)
    (panel_seen,) = (one for one in by_ical(client.get(FEED).data) if one.uid == str(stage.panel))
    assert panel_seen.start == "2026-12-07T01:00:00Z"
    assert panel_seen.end == "2026-12-10T01:00:00Z"
