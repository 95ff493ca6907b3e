"""How the event feed answers (CALENDAR.md, H01-H24): bytes, conditions, methods, headers."""

from __future__ import annotations

import gzip
import re
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
from forum.programme.rules import SessionKind
from tests.calendar.grammar import parse, wire_faults
from tests.calendar.readers import by_ical, by_vobject
from tests.calendar.stage import FEED, MADE, SLUG, START, Stage, a_session, lay, shown_change

WEEK_BEFORE = START - timedelta(days=7)


@pytest.fixture(autouse=True)
def _a_week_before() -> Iterator[None]:
    with time_machine.travel(WEEK_BEFORE, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


@pytest.fixture
def long_stage(stage: Stage) -> Stage:
    """The sample event with 60 more sessions, so that its feed is long enough to be packed."""
    with shown_change(stage) as rows:
        event = rows.get_one(Event, stage.event)
        for number in range(60):
            rows.add(
                a_session(
                    event, SessionKind.TALK, f"Sample talk {number}", START, timedelta(hours=1)
                )
            )
    return stage


def test_the_feed_is_at_its_own_address_for_everybody(stage: Stage, client: FlaskClient) -> None:
    response = client.get(FEED)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Content-Disposition"] == f'inline; filename="{SLUG}.ics"'
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for absent in ("Set-Cookie", "Content-Encoding", "X-Robots-Tag"):
        assert absent not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
    assert wire_faults(response.data) == []


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
        f"\\n\\nWho needs whom?\\n• People\\n\\n{page}"
    )
    assert panel.value("RELATED-TO") == str(stage.event)
    assert panel.all("ORGANIZER")[0].value == "mailto:events@example.com"
    assert parts[str(stage.event)].value("DESCRIPTION") == (
        f"A sample\\, invented.\\n\\nhttp://localhost/en/e/{SLUG}/"
    )
    assert calendar.value("X-WR-CALNAME") == "Sample forum: factories"
    assert calendar.value("SOURCE") == f"http://localhost{FEED}"


def test_drafts_and_join_links_never_leak(stage: Stage, client: FlaskClient) -> None:
    octets = client.get(FEED).data
    assert b"Secret draft" not in octets
    assert b"stream.example.com" not in octets
    assert b"ATTENDEE" not in octets


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


def test_an_unchanged_feed_is_answered_with_304(stage: Stage, client: FlaskClient) -> None:
    first = client.get(FEED)
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]+"', tag)
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = client.get(FEED, headers={"If-None-Match": asked})
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert client.get(FEED, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_last_change_is_told_and_understood(stage: Stage, client: FlaskClient) -> None:
    changed_at = MADE + timedelta(days=2)
    with shown_change(stage) as rows:
        rows.get_one(Session, stage.lunch).changed_at = changed_at
    shown = client.get(FEED).headers["Last-Modified"]
    assert shown == changed_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    same = {"If-Modified-Since": shown}
    assert client.get(FEED, headers=same).status_code == 304
    assert client.get(FEED, headers={**same, "If-None-Match": '"x"'}).status_code == 200
    for other in (
        "Mon, 02 Nov 2020 00:00:00 GMT",
        "yesterday",
        "0",
        "Tue, 99 Foo 2026 25:00:00 GMT",
    ):
        assert client.get(FEED, headers={"If-Modified-Since": other}).status_code == 200


def test_head_tells_what_get_would(stage: Stage, client: FlaskClient) -> None:
    get, head = client.get(FEED), client.head(FEED)
    assert head.data == b""
    assert {**head.headers} == {**get.headers}


def test_a_long_feed_is_packed_only_for_who_names_gzip(
    long_stage: Stage, client: FlaskClient
) -> None:
    plain = client.get(FEED)
    packed = client.get(FEED, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert len(plain.data) > 16 * 1024
    assert len(plain.data) / len(packed.data) > 8
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for unnamed in ("*", "identity", "br", "gzip;q=0", ""):
        response = client.get(FEED, headers={"Accept-Encoding": unnamed})
        assert "Content-Encoding" not in response.headers
    again = client.get(
        FEED, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    )
    assert (again.status_code, again.headers["Vary"]) == (304, "Accept-Encoding")


@pytest.mark.parametrize(
    "agent",
    [
        "Google-Calendar-Importer",
        "Microsoft.Exchange/15.20",
        "iOS/26.1 dataaccessd",
        "Mozilla/5.0 Thunderbird/145.0",
        "ICSx5/2.4",
        "Nextcloud-Calendar/6",
        "",
    ],
)
def test_every_client_gets_the_same_bytes(stage: Stage, client: FlaskClient, agent: str) -> None:
    expected = client.get(FEED).data
    headers = {
        "User-Agent": agent,
        "Accept": "text/html;q=0.1",
        "Authorization": "Bearer stray",
        "Cookie": "session=stray",
    }
    response = client.get(FEED, headers=headers, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert (response.status_code, response.data) == (200, expected)


def test_other_methods_are_refused_calmly(stage: Stage, client: FlaskClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PROPFIND", "REPORT"):
        response = client.open(FEED, method=method)
        assert response.status_code == 405
        assert {"GET", "HEAD"} <= set(response.headers["Allow"].split(", "))
    options = client.options(FEED)
    assert options.status_code == 200
    assert {"GET", "HEAD"} <= set(options.headers["Allow"].split(", "))


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
