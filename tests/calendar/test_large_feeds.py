"""Feeds of a thousand sessions: written by the jobs process after a change, never on a poll."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.calendar import tasks
from forum.calendar.tasks import write_large_feeds
from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.programme.models import Appearance
from forum.programme.rules import AppearanceRole, SessionKind
from forum.programme.service import cancel_session
from tests.calendar.every_feed import lay_another, lay_series
from tests.calendar.stage import FEED, SLUG, START, Stage, a_session, lay, shown_change

WEEK_BEFORE = START - timedelta(days=7)
HALF_HOUR = timedelta(minutes=30)
TALKS = f"/e/{SLUG}/kinds/talk.ics"
OWN = [FEED, f"{FEED}?lang=en", f"{FEED}?lang=zh-Hant"]


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


def lay_talks(stage: Stage, number: int) -> None:
    """Lay so many more talks over four days, each with two people, an abstract and a room."""
    with shown_change(stage) as rows:
        event = rows.get_one(Event, stage.event)
        event.ends_at = START + timedelta(days=4)
        halls = [rows.get_one(Room, one) for one in stage.rooms]
        talks = [
            a_session(
                event,
                SessionKind.TALK,
                f"Sample talk {place}: what robots and people learn of each other",
                START + (place % 70) * HALF_HOUR,
                HALF_HOUR,
                room=halls[place % 2],
            )
            for place in range(number)
        ]
        for talk in talks:
            talk.abstract = Text({"en": "A sample of an abstract, invented. " * 20})
            talk.track_id = stage.track
        rows.add_all(talks)
        rows.flush()
        rows.add_all(
            Appearance(session_id=talk.id, speaker_id=who, role=role, position=place)
            for talk in talks
            for place, (who, role) in enumerate(
                [
                    (stage.moderator, AppearanceRole.CHAIR),
                    (stage.panellist, AppearanceRole.PRESENTER),
                ]
            )
        )


@pytest.mark.alone
def test_the_first_writing_of_a_thousand_sessions_takes_two_seconds_at_most(
    stage: Stage, client: FlaskClient
) -> None:
    lay_talks(stage, 1000)
    best = 9.0
    for _ in range(3):
        with shown_change(stage):
            pass
        began = time.perf_counter()
        response = client.get(FEED)
        best = min(best, time.perf_counter() - began)
        assert response.headers["Content-Length"] == str(len(response.data))
    assert best <= 2


def asked(client: FlaskClient, address: str) -> list[str]:
    """Ask for a feed, and return the statements that took."""
    with counted_statements(db.engine) as statements:
        assert client.get(address).status_code == 200
    return statements


@pytest.mark.both_databases
def test_large_feeds_are_written_before_anybody_asks(
    stage: Stage, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_MOST", 60.0)
    lay_talks(stage, 100)
    with time_machine.travel(WEEK_BEFORE, tick=False):
        write_large_feeds(WEEK_BEFORE)
        track = f"/e/{SLUG}/tracks/robots.ics"
        for address in (*OWN, TALKS, f"{TALKS}?lang=zh-Hant", track):
            assert asked(client, address) == []
        assert asked(client, f"/e/{SLUG}/rooms/hall-1.ics") != []


def test_they_are_written_again_after_each_change_and_each_lapse_but_not_without_rest(
    stage: Stage, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_MOST", 60.0)
    monkeypatch.setattr(tasks, "REST", 0.0)
    lay_talks(stage, 100)
    with time_machine.travel(WEEK_BEFORE, tick=False) as clock:
        write_large_feeds(WEEK_BEFORE)
        cancel_session(SYSTEM, stage.event, stage.panel, now=WEEK_BEFORE)
        write_large_feeds(WEEK_BEFORE)
        assert asked(client, FEED) == []
        assert b"STATUS:CANCELLED" in client.get(FEED).data
        day_before = START - timedelta(days=1)
        clock.move_to(day_before)
        write_large_feeds(day_before)
        assert asked(client, FEED) == []
        monkeypatch.setattr(tasks, "REST", 1e6)
        for expected in (True, False):
            with shown_change(stage):
                pass
            write_large_feeds(day_before)
            assert (asked(client, FEED) == []) is expected


def test_where_no_feed_is_large_a_look_is_two_statements_and_then_none(
    stage: Stage, client: FlaskClient
) -> None:
    for statements in (2, 0):
        with counted_statements(db.engine) as counted:
            write_large_feeds(WEEK_BEFORE)
        assert len([one for one in counted if one.startswith("SELECT")]) == statements
    assert asked(client, FEED) != []


def test_one_look_takes_about_a_second_and_leaves_the_rest_for_the_next(
    stage: Stage, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_MOST", 0.0)
    monkeypatch.setattr(tasks, "REST", 0.0)
    lay_talks(stage, 100)
    with time_machine.travel(WEEK_BEFORE, tick=False):
        write_large_feeds(WEEK_BEFORE)
        assert asked(client, OWN[0]) == []
        write_large_feeds(WEEK_BEFORE)
        assert asked(client, OWN[1]) == []
        assert asked(client, OWN[2]) != []


def test_a_draft_and_what_is_long_over_are_not_written(
    stage: Stage, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_talks(stage, 100)
    written: list[str] = []
    monkeypatch.setattr(tasks, "_write", written.append)
    write_large_feeds(START + timedelta(days=100))
    assert written == []


def test_feeds_of_a_hundred_events_are_written_too(
    stage: Stage, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_MOST", 60.0)
    lay_series(stage)
    for number in range(100):
        lay_another(stage, number)
    with time_machine.travel(WEEK_BEFORE, tick=False):
        write_large_feeds(WEEK_BEFORE)
        for address in ("/calendar/all-events.ics", "/calendar/sample-house.ics?lang=zh-Hant"):
            assert asked(client, address) == []
        assert asked(client, "/series/sample-rounds.ics") == []
