"""What an event's state and the clock do to its feed: postponed, cancelled, several days, past."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.page_scopes import SITE, changed
from forum.core.text import Text
from forum.events.models import Event, Series
from forum.events.service import cancel, postpone, publish
from forum.programme.models import Session
from tests.calendar.grammar import Part, parse
from tests.calendar.stage import FEED, MADE, SLUG, START, Stage, lay, shown_change

END = START + timedelta(hours=4)


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


def parts_of(client: FlaskClient, address: str = FEED) -> dict[str, Part]:
    """Return the events of a feed by UID."""
    response = client.get(address)
    assert response.status_code == 200
    return {part.value("UID"): part for part in parse(response.data).inside("VEVENT")}


def test_a_published_event_is_confirmed_with_all_its_sessions(
    stage: Stage, client: FlaskClient
) -> None:
    with time_machine.travel(MADE, tick=False):
        parts = parts_of(client)
    assert {part.value("STATUS") for part in parts.values()} == {"CONFIRMED"}
    (event,) = (part for part in parts.values() if not part.all("RELATED-TO"))
    assert event.value("UID") == str(stage.event)


def test_a_postponed_event_is_tentative_and_says_so(stage: Stage, client: FlaskClient) -> None:
    now = MADE + timedelta(days=3)
    with time_machine.travel(now, tick=False):
        sequence = int(parts_of(client)[str(stage.event)].value("SEQUENCE"))
        postpone(SYSTEM, stage.event, Text({"en": "A typhoon is near."}), now=now)
        parts = parts_of(client)
        event = parts[str(stage.event)]
        assert {part.value("STATUS") for part in parts.values()} == {"TENTATIVE"}
        assert int(event.value("SEQUENCE")) == sequence + 1
        assert event.value("LAST-MODIFIED") == now.strftime("%Y%m%dT%H%M%SZ")
        assert event.value("DESCRIPTION").startswith(
            "This event is postponed. The new date will stand here.\\nA typhoon is near."
        )
        publish(SYSTEM, stage.event, now=now)
        assert {part.value("STATUS") for part in parts_of(client).values()} == {"CONFIRMED"}


def test_a_cancelled_event_stays_with_all_its_sessions_as_cancelled(
    stage: Stage, client: FlaskClient
) -> None:
    now = MADE + timedelta(days=3)
    with time_machine.travel(now, tick=False):
        before = parts_of(client)
        cancel(SYSTEM, stage.event, Text(), now=now)
        after = parts_of(client)
        assert set(after) == set(before)
        for uid, part in after.items():
            assert part.value("STATUS") == "CANCELLED"
            assert part.value("TRANSP") == "TRANSPARENT"
            assert part.value("SUMMARY") == "CANCELLED: " + before[uid].value("SUMMARY")
            assert part.value("DTSTART") == before[uid].value("DTSTART")
            assert int(part.value("SEQUENCE")) > int(before[uid].value("SEQUENCE"))
            assert part.value("LAST-MODIFIED") > before[uid].value("LAST-MODIFIED")
        chinese = parts_of(client, f"{FEED}?lang=zh-Hant")[str(stage.event)]
        assert chinese.value("SUMMARY") == "已取消：範例論壇：工廠"


def test_an_event_of_several_days_is_whole_days_that_block_nothing(
    in_app: Flask, client: FlaskClient
) -> None:
    stage = lay(ends_at=START + timedelta(days=1, hours=8))
    with time_machine.travel(MADE, tick=False):
        parts = parts_of(client)
    event = parts[str(stage.event)]
    assert [(line.value, line.params) for line in event.all("DTSTART") + event.all("DTEND")] == [
        ("20261208", {"VALUE": "DATE"}),
        ("20261210", {"VALUE": "DATE"}),
    ]
    assert event.value("TRANSP") == "TRANSPARENT"
    assert parts[str(stage.panel)].value("TRANSP") == "OPAQUE"


def test_an_evening_past_midnight_is_still_one_day(in_app: Flask, client: FlaskClient) -> None:
    stage = lay(starts_at=START + timedelta(hours=10), ends_at=START + timedelta(hours=16))
    with time_machine.travel(MADE, tick=False):
        event = parts_of(client)[str(stage.event)]
    assert (event.value("DTSTART"), event.value("DTEND")) == ("20261208T190000", "20261209T010000")


def test_the_clock_alone_changes_the_feed_at_the_right_moments(
    stage: Stage, client: FlaskClient
) -> None:
    second = timedelta(seconds=1)
    seen = []
    for moment in (START - timedelta(days=1), END, END + timedelta(days=60)):
        for now in (moment - second, moment):
            with time_machine.travel(now, tick=False):
                response = client.get(FEED)
                calendar = parse(response.data)
                seen.append(
                    (
                        calendar.value("REFRESH-INTERVAL"),
                        len(calendar.inside("VEVENT")),
                        response.headers["Last-Modified"]
                        == moment.strftime("%a, %d %b %Y %H:%M:%S GMT"),
                    )
                )
    assert seen == [
        ("PT1H", 4, False),
        ("PT15M", 4, True),
        ("PT15M", 4, False),
        ("PT1H", 4, True),
        ("PT1H", 4, False),
        ("PT1H", 0, True),
    ]


def test_a_session_without_a_time_is_in_no_calendar(stage: Stage, client: FlaskClient) -> None:
    with shown_change(stage) as rows:
        lunch = rows.get_one(Session, stage.lunch)
        lunch.starts_at = lunch.ends_at = lunch.day = None
    assert str(stage.lunch) not in parts_of(client)


def test_one_session_has_a_feed_of_its_own_and_is_the_same_there(
    stage: Stage, client: FlaskClient
) -> None:
    with time_machine.travel(MADE, tick=False):
        whole = client.get(FEED).data
        own = client.get(f"/e/{SLUG}/sessions/{stage.panel}/{SLUG}.ics").data
    (panel,) = own.split(b"BEGIN:VEVENT")[1:]
    assert panel.removesuffix(b"END:VCALENDAR\r\n") in whole
    assert parse(own).value("X-WR-CALNAME") == "A panel\\; on robots"
    for path in (f"{stage.draft}/{SLUG}.ics", f"{stage.event}/{SLUG}.ics", f"{stage.panel}/x.ics"):
        assert client.get(f"/e/{SLUG}/sessions/{path}").status_code == 404


def test_a_series_has_a_feed_of_its_public_events(stage: Stage, client: FlaskClient) -> None:
    address = "/series/sample-series.ics"
    with shown_change(stage) as rows:
        event = rows.get_one(Event, stage.event)
        series = Series(
            organisation_id=stage.organisation,
            slug="sample-series",
            title=Text({"en": "Sample series"}),
            created_at=MADE,
        )
        rows.add(series)
        rows.flush()
    assert client.get(address).status_code == 404
    with shown_change(stage) as rows:
        rows.get_one(Event, stage.event).series_id = series.id
        changed(rows, SITE)
    with time_machine.travel(MADE, tick=False):
        parts = parts_of(client, address)
        in_event = parts_of(client)
        calendar = parse(client.get(address).data)
    assert set(parts) == {str(event.id)}
    assert parts[str(event.id)].value("CATEGORIES") == "Sample series"
    assert parts[str(event.id)].lines == in_event[str(event.id)].lines
    assert calendar.value("NAME") == "Sample series"
    assert calendar.value("URL") == "http://localhost/en/series/sample-series/"
