"""A session that lost its time stays as cancelled in its guests' own calendars."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.programme import queries
from forum.programme.service import Place, place_session
from tests.calendar.own_calendars import OwnPage, titles
from tests.factories import ENDS, NOW
from tests.registrations.own_schedule import Stage, built
from tests.registrations.signing_up import sign_up

pytestmark = pytest.mark.both_databases
LONG_AFTER = timedelta(days=31)
GONE = "CANCELLED: Later"


@pytest.fixture
def stage(app: Flask) -> Stage:
    return built(app)


@pytest.fixture
def address(app: Flask, client: FlaskClient, stage: Stage) -> str:
    with app.app_context():
        sign_up(stage.guest_id, stage.later)
    return OwnPage(client, f"{stage.link}/calendar").made()


def take_the_time_away(app: Flask, stage: Stage) -> None:
    with app.app_context():
        known = queries.planned_session(stage.event_id, stage.later)
        nowhere = Place(None, None, known.room_id)
        place_session(SYSTEM, stage.event_id, stage.later, known.revision, nowhere, now=NOW)
        db.session.remove()


def entry(feed: str, title: str) -> str:
    (found,) = (one for one in feed.split("BEGIN:VEVENT")[1:] if title in one)
    return found[: found.index("END:VEVENT")]


def test_it_stays_as_cancelled_the_same_as_in_the_events_feed(
    app: Flask, client: FlaskClient, stage: Stage, address: str
) -> None:
    before = client.get(address)
    take_the_time_away(app, stage)
    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert titles(after)[1:] == [GONE]
    everybody = client.get(f"/e/{stage.slug}/{stage.slug}.ics").text
    assert entry(after.text, GONE) == entry(everybody, GONE)
    assert "STATUS:CANCELLED" in entry(after.text, GONE)
    same = client.get(address, headers={"If-None-Match": after.headers["ETag"]})
    assert same.status_code == 304


def test_it_leaves_a_month_after_its_old_end_and_the_client_is_told(
    app: Flask, client: FlaskClient, stage: Stage, address: str
) -> None:
    take_the_time_away(app, stage)
    shown = client.get(address)
    with time_machine.travel(ENDS + LONG_AFTER, tick=False):
        left = client.get(address, headers={"If-None-Match": shown.headers["ETag"]})
        assert left.status_code == 200
        assert titles(left)[1:] == []
