"""What goes from the programme stays in calendars for a while; what is postponed is not settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.text import Text
from forum.events.models import Event
from forum.events.service import NewDates, postpone, publish
from forum.programme.models import Session
from forum.programme.rules import SessionKind, SessionState
from tests.calendar.changes import LATER, edit, edit_event, raised, seen_at, utc
from tests.calendar.stage import FEED, SLUG, START, Stage, a_session, lay, shown_change

HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)
PANEL_ENDS = START + 2 * HOUR


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


def take_out(stage: Stage) -> None:
    """Take the panel out of the times."""
    edit(stage, stage.panel, starts_at=None, ends_at=None)


@pytest.mark.both_databases
def test_a_session_taken_out_of_the_times_stays_as_cancelled_where_it_stood(
    stage: Stage, client: FlaskClient
) -> None:
    before = seen_at(client)
    take_out(stage)
    after = seen_at(client)
    gone, was = after.part(stage.panel), before.part(stage.panel)
    assert after.changed(before) == {str(stage.panel)}
    assert gone.value("STATUS") == "CANCELLED"
    assert gone.value("TRANSP") == "TRANSPARENT"
    assert gone.value("SUMMARY") == "CANCELLED: A panel\\; on robots"
    assert gone.value("DTSTART") == was.value("DTSTART")
    assert gone.value("DTEND") == was.value("DTEND")
    assert raised(after, before, stage.panel) == 1
    assert gone.value("LAST-MODIFIED") == utc(LATER)
    assert gone.value("DESCRIPTION") == (
        "This session has no time at present. Once it has one\\, it stands here again."
        f"\\n\\nhttp://localhost/en/e/{SLUG}/"
    )
    own = seen_at(client, f"/e/{SLUG}/sessions/{stage.panel}/{SLUG}.ics")
    room = seen_at(client, f"/e/{SLUG}/rooms/hall-2.ics")
    uid = str(stage.panel)
    assert own.events[uid] == room.events[uid] == after.events[uid]


def test_once_it_has_a_time_again_it_is_confirmed_with_a_higher_sequence(
    stage: Stage, client: FlaskClient
) -> None:
    before = seen_at(client)
    take_out(stage)
    edit(stage, stage.panel, now=LATER + HOUR, starts_at=START, ends_at=START + HOUR)
    after = seen_at(client)
    assert after.part(stage.panel).value("STATUS") == "CONFIRMED"
    assert raised(after, before, stage.panel) == 2


def test_it_leaves_thirty_days_after_its_end_and_the_feed_says_that_it_changed(
    stage: Stage, client: FlaskClient
) -> None:
    take_out(stage)
    leaves = PANEL_ENDS + MONTH
    with time_machine.travel(leaves - timedelta(seconds=1), tick=False):
        assert str(stage.panel) in seen_at(client).events
        told = client.get(FEED).headers["Last-Modified"]
    with time_machine.travel(leaves, tick=False):
        assert set(seen_at(client).events) == {
            str(one) for one in (stage.event, stage.keynote, stage.lunch)
        }
        response = client.get(FEED, headers={"If-Modified-Since": told})
        assert response.status_code == 200
        assert response.headers["Last-Modified"] == leaves.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_a_later_title_is_not_told_of_what_has_no_time(stage: Stage, client: FlaskClient) -> None:
    take_out(stage)
    edit(stage, stage.panel, title=Text({"en": "Being rewritten"}))
    assert seen_at(client).part(stage.panel).value("SUMMARY") == ("CANCELLED: A panel\\; on robots")


def test_what_never_stood_in_a_calendar_is_not_missed(stage: Stage, client: FlaskClient) -> None:
    before = seen_at(client)
    edit(stage, stage.draft, starts_at=None, ends_at=None)
    edit(stage, stage.draft, confirm=True)
    edit(stage, stage.draft, title=Text({"en": "Named anew"}))
    assert set(seen_at(client).events) == set(before.events)
    assert client.get(f"/e/{SLUG}/sessions/{stage.draft}/{SLUG}.ics").status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_absences_are_read_in_one_statement(stage: Stage, client: FlaskClient, number: int) -> None:
    with shown_change(stage) as rows:
        event = rows.get_one(Event, stage.event)
        talks = [a_session(event, SessionKind.TALK, f"{n}", START, HOUR) for n in range(number)]
        rows.add_all(talks)
        rows.flush()
        ids = [talk.id for talk in talks]
    for one in ids:
        edit(stage, one, starts_at=None, ends_at=None)
    with counted_statements(db.engine) as statements:
        assert len(seen_at(client).events) == 4 + number
    selects = [one for one in statements if one.startswith("SELECT") and "page_" not in one]
    assert len(selects) == 5


def statuses(client: FlaskClient) -> dict[str, str]:
    """Return the STATUS of each entry by its UID."""
    seen = seen_at(client)
    return {uid: seen.part(uid).value("STATUS") for uid in seen.events}


def test_a_postponed_event_is_tentative_until_its_dates_are_known(
    stage: Stage, client: FlaskClient
) -> None:
    postpone(SYSTEM, stage.event, Text(), now=LATER)
    assert set(statuses(client).values()) == {"TENTATIVE"}
    before = seen_at(client)
    now = LATER + HOUR
    edit_event(stage.event, now=now, starts_at=START + MONTH, ends_at=START + MONTH + 4 * HOUR)
    edit(
        stage, stage.panel, now=now, starts_at=START + MONTH, ends_at=START + MONTH + HOUR, day=None
    )
    after = seen_at(client)
    assert statuses(client) == {
        str(stage.event): "CONFIRMED",
        str(stage.panel): "CONFIRMED",
        str(stage.keynote): "TENTATIVE",
        str(stage.lunch): "TENTATIVE",
    }
    assert after.changed(before) == set(before.events)
    assert all(raised(after, before, uid) >= 1 for uid in after.events)
    said = "This event was postponed. This is its new date."
    assert after.part(stage.event).value("DESCRIPTION").startswith(said)
    assert after.part(stage.panel).value("DESCRIPTION").startswith(said)
    assert after.part(stage.lunch).value("DESCRIPTION").startswith("This event is postponed. The")
    publish(SYSTEM, stage.event, now=now + HOUR)
    assert set(statuses(client).values()) == {"CONFIRMED"}


def test_an_event_postponed_to_new_dates_is_confirmed_there(
    stage: Stage, client: FlaskClient
) -> None:
    dates = NewDates(START + MONTH, START + MONTH + 4 * HOUR)
    postpone(SYSTEM, stage.event, Text({"en": "A typhoon."}), dates, now=LATER)
    event = seen_at(client).part(stage.event)
    assert event.value("STATUS") == "CONFIRMED"
    assert event.value("DTSTART") == "20270107T090000"
    assert statuses(client)[str(stage.panel)] == "TENTATIVE"


def test_a_cancelled_session_of_a_postponed_event_stays_cancelled(
    stage: Stage, client: FlaskClient
) -> None:
    with shown_change(stage) as rows:
        rows.get_one(Session, stage.panel).state = SessionState.CANCELLED
    postpone(SYSTEM, stage.event, Text(), now=LATER)
    assert statuses(client)[str(stage.panel)] == "CANCELLED"
