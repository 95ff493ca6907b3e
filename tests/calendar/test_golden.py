"""Calendars as they were looked at once, byte for byte.

Where one is meant to change, `FORUM_WRITE_GOLDEN=1 pytest tests/calendar/test_golden.py`
writes them anew, and the change is read before it is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.calendar.invitation import Attendee, frame
from forum.calendar.rules.answers import Answer, Method
from forum.calendar.shapes import Conference, EventStatus, FeedCalendar, FeedEvent, Mailbox, Picture
from forum.calendar.writer import written
from tests.calendar.every_feed import EVERY_FEED, lay_series
from tests.calendar.grammar import parse
from tests.calendar.samples import LONG_AGO, a_calendar, an_event
from tests.calendar.stage import START, Stage, lay
from tests.support.ground import IN_CI

GOLDEN = Path(__file__).with_name("golden")
WRITES = os.environ.get("FORUM_WRITE_GOLDEN") == "1"
LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
GUEST = Attendee("陳大文, Sample", "guest@example.com", Answer.ACCEPTED)
HOST = Mailbox("Sample House", "replies+token@example.com")


def span(start: datetime | date, lasts: timedelta, **more: object) -> FeedEvent:
    zone = getattr(start, "tzinfo", None) or ZoneInfo("Asia/Hong_Kong")
    return an_event(start=start, end=start + lasts, zone=str(zone), **more)


BY_HAND: dict[str, FeedCalendar] = {
    "nothing": a_calendar(last_modified=None),
    "odd-words": a_calendar(
        an_event(
            title='Cr\r nul\x00 C:\\New, "quoted"; \u2028 semi;colon, comma\\',
            description="<b>no</b>\r\nline\x85two\n\n\n\nthree\\n",
            location='Hall "1", 5/F; c/o\nSample',
            categories=("Talk, short", "機械臂"),
            organizer=Mailbox('Sample "House": a; b', "events@example.com"),
        ),
        an_event(1, title="論" * 500, description="壇" * 900, language="zh-Hant"),
        name='Odd, "words"; \\n',
    ),
    "three-minutes-and-three-weeks": a_calendar(
        span(datetime(2026, 12, 8, 9, 0, tzinfo=ZoneInfo("Asia/Hong_Kong")), timedelta(minutes=3)),
        span(date(2026, 12, 1), timedelta(days=21), uid=UUID(int=7), transparent=True),
    ),
    "clocks-put-on-and-back": a_calendar(
        span(datetime(2027, 3, 28, 0, 30, tzinfo=LONDON), timedelta(hours=1)),
        span(datetime(2027, 10, 31, 0, 30, tzinfo=LONDON), timedelta(hours=3), uid=UUID(int=8)),
        span(datetime(2027, 3, 14, 1, 30, tzinfo=NEW_YORK), timedelta(hours=1), uid=UUID(int=9)),
    ),
    "each-standing": a_calendar(
        *(
            an_event(number, status=status, sequence=number)
            for number, status in enumerate(EventStatus)
        ),
    ),
    "everything": a_calendar(
        an_event(
            geo=(22.2829, 114.173),
            conference=Conference("https://example.com/join?a=1,2", "Join, live"),
            picture=Picture("https://example.com/p.jpg", "image/jpeg"),
            url="https://example.com/論壇?q=é",
            transparent=True,
            alarm=timedelta(minutes=30),
        )
    ),
}


def same(name: str, octets: bytes) -> None:
    """Compare with the file of this name, or write it where that was asked for."""
    parse(octets)
    file = GOLDEN / f"{name}.ics"
    if WRITES and not IN_CI:
        GOLDEN.mkdir(exist_ok=True)
        file.write_bytes(octets)
    assert octets == file.read_bytes(), f"{file.name} is not as it was looked at"


@pytest.fixture
def _a_week_before() -> Iterator[None]:
    with time_machine.travel(START - timedelta(days=7), tick=False):
        yield


@pytest.mark.parametrize("name", BY_HAND)
def test_calendars_made_by_hand(name: str) -> None:
    same(f"by-hand-{name}", written(BY_HAND[name]))


@pytest.mark.usefixtures("_a_week_before")
def test_every_public_feed(in_app: Flask, client: FlaskClient) -> None:
    stage = lay()
    lay_series(stage)
    for name, address_of in EVERY_FEED.items():
        octets = client.get(address_of(stage)).data
        same(f"feed-{name.replace(' ', '-')}", with_fixed_ids(octets, stage))


@pytest.mark.parametrize(
    ("name", "method", "everybody", "ahead"),
    [
        ("request", Method.REQUEST, False, 0),
        ("cancel-one", Method.CANCEL, False, 1),
        ("cancel-all", Method.CANCEL, True, 0),
    ],
)
def test_what_mails_carry(name: str, method: Method, everybody: bool, ahead: int) -> None:
    part = frame(an_event(sequence=3), method, "en", everybody=everybody)
    same(f"mail-{name}", part.octets(GUEST, HOST, ahead=ahead, asked_at=LONG_AGO))


def test_no_feed_holds_what_no_feed_may_hold() -> None:
    """No guest, no file, no rule, no part that readers break on; a reminder only where chosen."""
    files = [one for one in GOLDEN.glob("*.ics") if not one.stem.startswith("mail-")]
    for file in files:
        calendar = parse(file.read_bytes())
        assert {part.name for part in calendar.parts} <= {"VTIMEZONE", "VEVENT"}
        assert calendar.all("UID") == []
        for event in calendar.inside("VEVENT"):
            names = {line.name for line in event.lines}
            assert not names & {"ATTENDEE", "ATTACH", "RRULE", "RDATE", "LINK", "STRUCTURED-DATA"}
            chosen = file.stem == "by-hand-everything"
            assert [part.name for part in event.parts] == (["VALARM"] if chosen else [])


def test_no_golden_file_is_left_over() -> None:
    feeds = {f"feed-{name.replace(' ', '-')}" for name in EVERY_FEED}
    mails = {"mail-request", "mail-cancel-one", "mail-cancel-all"}
    by_hand = {f"by-hand-{name}" for name in BY_HAND}
    assert {file.stem for file in GOLDEN.glob("*.ics")} == feeds | mails | by_hand


def with_fixed_ids(octets: bytes, stage: Stage) -> bytes:
    """Put ids of one length in the place of those that a fresh database gives, folds and all."""
    found = [getattr(stage, field.name) for field in fields(stage)]
    plain = [one for value in found for one in (value if isinstance(value, tuple) else (value,))]
    text = octets.decode()
    for number, one in enumerate(plain):
        folded = re.compile("(?:\r\n )?".join(str(one)))
        for shown in set(folded.findall(text)):
            fixed = iter(str(UUID(int=number)))
            text = text.replace(shown, "".join(c if c in "\r\n " else next(fixed) for c in shown))
    return text.encode()
