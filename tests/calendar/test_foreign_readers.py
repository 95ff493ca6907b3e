"""Eight readers that share no code with the writer see what was written, whatever that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.calendar.invitation import Attendee, frame
from forum.calendar.rules.answers import Answer, Method
from forum.calendar.shapes import EventStatus, FeedEvent, Mailbox
from forum.calendar.writer import written
from tests.calendar.grammar import parse
from tests.calendar.libical import by_libical, faults_of
from tests.calendar.readers import (
    NODE_READERS,
    Reader,
    Seen,
    by_ical,
    by_ics,
    by_vobject,
)
from tests.calendar.samples import a_calendar, an_event
from tests.calendar.stage import FEED, lay

ZONES = (
    "Asia/Hong_Kong", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
    "America/Sao_Paulo", "Pacific/Auckland", "UTC",
)  # fmt: skip
ODD = (
    "\\n",
    "\\N",
    "\\",
    ";",
    ",",
    ":",
    '"',
    "^n",
    "\n",
    "\r",
    "\x00",
    "\x85",
    "\u2028",
    "會",
    "🎉",
)
TEXTS = st.text(min_size=1, max_size=60) | st.lists(
    st.sampled_from(ODD) | st.text(max_size=5), min_size=1, max_size=12
).map("".join)


@pytest.fixture(scope="session")
def readers(by_ical_js: Reader, by_node: Mapping[str, Reader]) -> dict[str, Reader]:
    """All eight, by their names."""
    return {
        "vobject": by_vobject,
        "ical (Python)": by_ical,
        "ics": by_ics,
        "libical": by_libical,
        "ical.js": by_ical_js,
        **by_node,
    }


@st.composite
def any_event(draw: st.DrawFn) -> FeedEvent:
    """An event with any words, of three minutes or three weeks, in winter, in summer, between."""
    zone = draw(st.sampled_from(ZONES))
    wall = draw(st.datetimes(date_time("2026-01-01"), date_time("2028-12-31")))
    start = wall.replace(second=0, microsecond=0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    lasts = draw(st.sampled_from([3, 45, 60 * 26, 60 * 24 * 21]))
    return an_event(
        zone=zone,
        start=start,
        end=start + timedelta(minutes=lasts),
        title="x" + draw(TEXTS),
        description="x" + draw(TEXTS),
        location="x" + draw(TEXTS),
        status=draw(st.sampled_from(EventStatus)),
        sequence=draw(st.integers(0, 99)),
        categories=("x" + draw(TEXTS),),
    )


date_time = datetime.fromisoformat


def words_alone(seen: Seen) -> Seen:
    """Return what cal-parser tells: lines and backslashes are lost on it."""
    texts = {name: getattr(seen, name) for name in ("summary", "description", "location")}
    return replace(
        seen, **{name: "".join(text.replace("\\", "").split()) for name, text in texts.items()}
    )


def test_there_are_eight(readers: Mapping[str, Reader]) -> None:
    assert len(readers) == 8
    assert set(NODE_READERS) < set(readers)


@given(any_event())
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_all_eight_see_the_same_event(readers: Mapping[str, Reader], event: FeedEvent) -> None:
    octets = written(a_calendar(event))
    strict = parse(octets).inside("VEVENT")[0]
    seen = {name: read(octets) for name, read in readers.items()}
    (reference,) = seen["libical"]
    assert reference.start == f"{event.start:%Y-%m-%dT%H:%M:%SZ}"
    assert reference.end == f"{event.end:%Y-%m-%dT%H:%M:%SZ}"
    assert reference.sequence == int(strict.value("SEQUENCE"))
    (loosely,) = seen.pop("cal-parser")
    assert seen == {name: [reference] for name in seen}
    assert words_alone(loosely) == words_alone(reference)


@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
def test_all_eight_read_the_same_event_feed(
    in_app: Flask, client: FlaskClient, readers: Mapping[str, Reader], lang: str
) -> None:
    lay()
    octets = client.get(f"{FEED}?lang={lang}").data
    assert len(parse(octets).inside("VEVENT")) == 4
    seen = {name: {one.uid: one for one in read(octets)} for name, read in readers.items()}
    loosely = seen.pop("cal-parser")
    assert seen == dict.fromkeys(seen, seen["libical"])
    reference = {uid: words_alone(one) for uid, one in seen["libical"].items()}
    assert {uid: words_alone(one) for uid, one in loosely.items()} == reference


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("zone", ZONES)
def test_all_eight_read_what_mails_carry(
    readers: Mapping[str, Reader], method: Method, zone: str
) -> None:
    start = datetime(2027, 7, 5, 1, tzinfo=UTC)
    event = an_event(zone=zone, start=start, end=start + timedelta(hours=2), sequence=4)
    guest = Attendee('陳大文; "Sample", x', "guest@example.com", Answer.ACCEPTED)
    host = Mailbox("Sample House", "replies+x@example.com")
    part = frame(event, method, "en", everybody=True)
    octets = part.octets(guest, host, ahead=1, asked_at=event.last_modified)
    assert faults_of(octets) == []
    seen = {name: read(octets) for name, read in readers.items()}
    (loosely,) = seen.pop("cal-parser")
    (reference,) = seen["libical"]
    assert (reference.start, reference.sequence) == ("2027-07-05T01:00:00Z", 5)
    assert seen == {name: [reference] for name in seen}
    assert words_alone(loosely) == words_alone(reference)


def test_days_without_times_are_days_for_all_who_know_them(readers: Mapping[str, Reader]) -> None:
    octets = written(a_calendar(an_event(start=date(2026, 12, 7), end=date(2026, 12, 10))))
    for name, read in readers.items():
        (seen,) = read(octets)
        assert (seen.start[:10], seen.end[:10]) == ("2026-12-07", "2026-12-10"), name


def test_an_event_is_not_doubled_or_lost_among_many(readers: Mapping[str, Reader]) -> None:
    uids = {str(an_event(number).uid) for number in range(60)}
    octets = written(a_calendar(*(an_event(number) for number in range(60))))
    for name, read in readers.items():
        found = [one.uid for one in read(octets)]
        assert (len(found), set(found)) == (60, uids), name


def test_libical_finds_the_faults_that_are_there() -> None:
    octets = written(a_calendar(an_event()))
    assert faults_of(octets) == []
    for wrong in (
        octets.replace(b"DTSTAMP:20261102T030405Z\r\n", b"", 1),
        octets.replace(b"END:VEVENT", b"ATTENDEE:mailto:one@example.com\r\nEND:VEVENT", 1),
        octets.replace(b"END:VEVENT", b"SUMMARY:Twice\r\nEND:VEVENT", 1),
    ):
        assert faults_of(wrong) != []
