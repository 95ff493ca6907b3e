"""What the event's feed says, in what language, and of whom it keeps silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import counted_statements, db
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme.models import Session
from forum.programme.rules import SessionKind, SessionState
from tests.calendar.grammar import Part, parse
from tests.calendar.readers import by_ical, by_vobject
from tests.calendar.stage import FEED, SLUG, START, Stage, a_session, lay, shown_change

WEEK_BEFORE = START - timedelta(days=7)


@pytest.fixture(autouse=True)
def _a_week_before() -> Iterator[None]:
    with time_machine.travel(WEEK_BEFORE, tick=False):
        yield


def parts_of(client: FlaskClient) -> dict[str, Part]:
    """Return the events of the feed by UID."""
    return {part.value("UID"): part for part in parse(client.get(FEED).data).inside("VEVENT")}


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


def test_both_readers_see_the_event_and_its_public_sessions(
    stage: Stage, client: FlaskClient
) -> None:
    octets = client.get(FEED).data
    for read in (by_vobject, by_ical):
        seen = {event.uid: event for event in read(octets)}
        assert set(seen) == {
            str(one) for one in (stage.event, stage.keynote, stage.panel, stage.lunch)
        }
        assert seen[str(stage.panel)].summary == "A panel; on robots"
        assert seen[str(stage.panel)].start == "2026-12-08T02:00:00Z"


def test_a_session_says_where_who_what_and_ends_with_its_page(
    stage: Stage, client: FlaskClient
) -> None:
    calendar = parse(client.get(FEED).data)
    parts = {part.value("UID"): part for part in calendar.inside("VEVENT")}
    panel = parts[str(stage.panel)]
    page = f"http://localhost/en/e/{SLUG}/sessions/{stage.panel}"
    assert panel.value("LOCATION") == "Hall 2\\, Sample Centre\\, 1 Sample Road\\, Hong Kong"
    assert panel.value("GEO") == "22.282900;114.173000"
    assert panel.value("CATEGORIES") == "Panel discussion,Robots\\, arms"
    assert panel.value("URL") == page
    assert panel.value("DESCRIPTION") == (
        "Moderator: Dr Lee Sample\\, Sample Director\\, Sample Works"
        "\\nPanellist: Wong Sample\\, Sample Director\\, Sample Works"
        "\\nLanguage: English\\, interpreted into Cantonese"
        "\\n\\nFollow it online: https://stream.example.com/robots"
        f"\\n\\nWho needs whom?\\n• People\\n\\n{page}"
    )
    assert panel.value("RELATED-TO") == str(stage.event)
    assert panel.all("ORGANIZER")[0].value == "mailto:events@example.com"
    assert parts[str(stage.event)].value("DESCRIPTION") == (
        f"A sample\\, invented.\\n\\nhttp://localhost/en/e/{SLUG}/"
    )
    assert calendar.value("X-WR-CALNAME") == "Sample forum: factories"
    assert calendar.value("SOURCE") == f"http://localhost{FEED}"


def test_drafts_and_guests_never_leak(stage: Stage, client: FlaskClient) -> None:
    octets = client.get(FEED).data
    assert b"Secret draft" not in octets
    assert str(stage.draft).encode() not in octets
    assert b"ATTENDEE" not in octets


def test_the_link_that_the_page_shows_to_everybody_is_there_until_the_session_is_cancelled(
    stage: Stage, client: FlaskClient
) -> None:
    (link,) = parts_of(client)[str(stage.panel)].all("CONFERENCE")
    assert link.value == "https://stream.example.com/robots"
    assert link.params == {
        "VALUE": "URI", "FEATURE": "AUDIO,VIDEO", "LABEL": "Follow it online"
    }  # fmt: skip
    assert b"stream.example.com" in client.get(f"/en/e/{SLUG}/sessions/{stage.panel}").data
    with shown_change(stage) as rows:
        rows.get_one(Session, stage.panel).state = SessionState.CANCELLED
    assert b"stream.example.com" not in client.get(FEED).data
    assert b"stream.example.com" not in client.get(f"/en/e/{SLUG}/sessions/{stage.panel}").data


def test_a_session_that_is_online_alone_takes_place_at_its_link(
    stage: Stage, client: FlaskClient
) -> None:
    with shown_change(stage) as rows:
        rows.get_one(Event, stage.event).venue_id = None
        rows.get_one(Session, stage.panel).room_id = None
    assert parts_of(client)[str(stage.panel)].value("LOCATION") == (
        "https://stream.example.com/robots"
    )


def test_the_event_has_a_picture_and_a_session_names_its_further_rooms(
    stage: Stage, client: FlaskClient
) -> None:
    with shown_change(stage) as rows:
        rows.get_one(Session, stage.keynote).also_in = [str(stage.rooms[1])]
    parts = parts_of(client)
    (picture,) = parts[str(stage.event)].all("IMAGE")
    assert picture.value == f"http://localhost/e/{SLUG}/share.png"
    assert picture.params["FMTTYPE"] == "image/png"
    assert client.get(f"/e/{SLUG}/share.png").content_type == "image/png"
    assert parts[str(stage.keynote)].value("DESCRIPTION").startswith("Also shown in: Hall 2\\n")
    assert parts[str(stage.keynote)].value("LOCATION").startswith("Hall 1\\, ")


def test_the_language_is_asked_for_and_never_the_browsers(
    stage: Stage, client: FlaskClient
) -> None:
    own = client.get(FEED, headers={"Accept-Language": "zh-HK"})
    assert "Vary" not in own.headers
    assert parse(own.data).value("NAME") == "Sample forum: factories"
    chinese = client.get(f"{FEED}?lang=zh-Hant")
    calendar = parse(chinese.data)
    assert calendar.value("NAME") == "範例論壇：工廠"
    assert calendar.value("SOURCE") == f"http://localhost{FEED}?lang=zh-Hant"
    assert f"http://localhost/zh-hant/e/{SLUG}/" in chinese.text
    assert "二號廳\\, 範例中心\\, 香港範例道一號".encode() in chinese.data
    assert "李範例".encode() in chinese.data
    assert chinese.headers["ETag"] != own.headers["ETag"]
    assert client.get(f"{FEED}?lang=en").data == own.data
    assert client.get(f"{FEED}?lang=zh-Hans").status_code == 200


@pytest.mark.parametrize(
    "query", ["lang=xx", "lang=", "cache=17", "lang=&x=%00", "alarm=PT30M", "lang=en%00"]
)
def test_what_it_does_not_know_in_the_query_is_ignored(
    stage: Stage,
    client: FlaskClient,
    query: str,
) -> None:
    assert client.get(f"{FEED}?{query}").data == client.get(FEED).data


def test_two_languages_asked_at_once_do_not_mix_up_the_cache(
    stage: Stage, client: FlaskClient
) -> None:
    mixed = client.get(f"{FEED}?lang=en&lang=zh-Hant").data
    assert client.get(f"{FEED}?lang=zh-Hant").data != mixed
    assert client.get(f"{FEED}?lang=en").data == mixed == client.get(FEED).data


def test_an_old_slug_is_answered_at_the_address_it_always_had(
    stage: Stage, client: FlaskClient
) -> None:
    old = client.get("/e/older-forum/older-forum.ics")
    assert (old.status_code, old.data) == (200, client.get(FEED).data)


@pytest.mark.parametrize(
    "path",
    [
        "/e/never-was/never-was.ics",
        f"/e/{SLUG}/other.ics",
        "/e/older-forum/sample-forum.ics",
        "/e/%00/%00.ics",
        "/e/Sample-Forum/Sample-Forum.ics",
        f"/e/{'x' * 300}/{'x' * 300}.ics",
    ],
)
def test_what_never_was_is_not_found(stage: Stage, client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_draft_is_not_found_as_if_it_never_was(in_app: Flask, client: FlaskClient) -> None:
    lay(state=EventState.DRAFT)
    draft, unknown = client.get(FEED), client.get("/e/never-was/never-was.ics")
    assert draft.status_code == unknown.status_code == 404
    assert draft.data == unknown.data


@pytest.mark.parametrize("sessions", [1, 30])
def test_it_takes_five_statements_however_many_sessions(
    stage: Stage,
    client: FlaskClient,
    sessions: int,
) -> None:
    with shown_change(stage) as rows:
        event = rows.get_one(Event, stage.event)
        for number in range(sessions):
            rows.add(
                a_session(event, SessionKind.TALK, f"Talk {number}", START, timedelta(hours=1))
            )
    with counted_statements(db.engine) as rendered:
        client.get(FEED)
    reads = [
        statement
        for statement in rendered
        if statement.startswith("SELECT") and "page_bytes" not in statement
    ]
    assert len([read for read in reads if "page_scope.revision" not in read]) == 4
    with counted_statements(db.engine) as kept:
        client.get(FEED)
    assert kept == []


@pytest.mark.both_databases
def test_the_feed_is_the_same_on_both_databases(stage: Stage, client: FlaskClient) -> None:
    for _ in range(2):
        response = client.get(FEED)
        assert response.status_code == 200
        assert len(by_vobject(response.data)) == 4
        tag = response.headers["ETag"]
        assert client.get(FEED, headers={"If-None-Match": tag}).status_code == 304
