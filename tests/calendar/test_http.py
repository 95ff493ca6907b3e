"""How every public feed answers (CALENDAR.md, H01-H24): bytes, conditions, methods, headers."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.app import create_app
from forum.core.db import counted_statements, db
from forum.core.page_scopes import SITE, changed
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme.rules import SessionKind
from forum.settings import Settings
from tests.calendar.every_feed import EVERY_FEED, lay_series
from tests.calendar.grammar import parse, wire_faults
from tests.calendar.stage import FEED, SLUG, START, Stage, a_session, lay, shown_change

WEEK_BEFORE = START - timedelta(days=7)
AGENTS = (
    "Google-Calendar-Importer",
    "Microsoft.Exchange/15.20",
    "iOS/26.1 dataaccessd",
    "Mozilla/5.0 Thunderbird/145.0",
    "ICSx5/2.4",
    "Nextcloud-Calendar/6",
    "",
)


@pytest.fixture(autouse=True)
def _a_week_before() -> Iterator[None]:
    with time_machine.travel(WEEK_BEFORE, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event, one of a series."""
    stage = lay()
    lay_series(stage)
    return stage


@pytest.fixture(params=EVERY_FEED)
def feed(request: pytest.FixtureRequest, stage: Stage) -> str:
    """The address of each public feed in turn."""
    return EVERY_FEED[request.param](stage)


def test_it_is_at_its_own_address_for_everybody(feed: str, client: FlaskClient) -> None:
    response = client.get(feed)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert re.fullmatch(
        r'inline; filename="[a-z0-9-]+\.ics"', response.headers["Content-Disposition"]
    )
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for absent in ("Set-Cookie", "Content-Encoding", "X-Robots-Tag", "Vary", "Location"):
        assert absent not in response.headers
    assert wire_faults(response.data) == []
    calendar = parse(response.data)
    assert calendar.value("NAME") == calendar.value("X-WR-CALNAME") != ""
    assert calendar.value("SOURCE") == f"http://localhost{feed}"
    head = client.head(feed)
    assert head.data == b""
    assert {**head.headers} == {**response.headers}


def test_an_unchanged_one_is_answered_with_304(feed: str, client: FlaskClient) -> None:
    first = client.get(feed)
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]+"', tag)
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = client.get(feed, headers={"If-None-Match": asked})
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert client.get(feed, headers={"If-None-Match": '"other"'}).status_code == 200
    same = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(feed, headers=same).status_code == 304
    assert client.get(feed, headers={**same, "If-None-Match": '"x"'}).status_code == 200
    with counted_statements(db.engine) as kept:
        assert client.get(feed).data == first.data
    assert kept == []


def test_every_client_gets_the_same_bytes(feed: str, client: FlaskClient) -> None:
    expected = client.get(feed).data
    for agent in AGENTS:
        response = client.get(
            feed,
            headers={
                "User-Agent": agent,
                "Accept": "text/html;q=0.1",
                "Accept-Language": "zh-HK",
                "Authorization": "Bearer stray",
                "Cookie": "session=stray",
            },
            environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"},
        )
        assert (response.status_code, response.data) == (200, expected)
    joint = "&" if "?" in feed else "?"
    for stray in ("cache=17", "lang=xx" if "lang" not in feed else "x=%00", "alarm=PT30M", "room="):
        assert client.get(f"{feed}{joint}{stray}").data == expected


def test_other_methods_are_refused_calmly(feed: str, client: FlaskClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PROPFIND", "REPORT"):
        response = client.open(feed, method=method)
        assert response.status_code == 405
        assert {"GET", "HEAD"} <= set(response.headers["Allow"].split(", "))
    options = client.options(feed)
    assert options.status_code == 200
    assert {"GET", "HEAD"} <= set(options.headers["Allow"].split(", "))


@pytest.mark.parametrize("kind", [one for one in EVERY_FEED if "Chinese" not in one])
def test_it_speaks_the_language_asked_for_and_makes_no_row_twice(
    kind: str, stage: Stage, client: FlaskClient
) -> None:
    feed = EVERY_FEED[kind](stage)
    joint = "&" if "?" in feed else "?"
    own, chinese, simplified = (
        parse(client.get(f"{feed}{end}").data)
        for end in ("", f"{joint}lang=zh-Hant", f"{joint}lang=zh-Hans")
    )
    assert own.value("SOURCE") == f"http://localhost{feed}"
    assert chinese.value("SOURCE") == f"http://localhost{feed}{joint}lang=zh-Hant"
    uids = [part.value("UID") for part in own.inside("VEVENT")]
    for other in (chinese, simplified):
        assert [part.value("UID") for part in other.inside("VEVENT")] == uids
    if uids:
        (first, *_), (said, *_) = (one.inside("VEVENT") for one in (own, chinese))
        assert said.value("URL") == first.value("URL").replace("/en/", "/zh-hant/")
        assert said.value("SEQUENCE") == first.value("SEQUENCE")


@pytest.mark.parametrize("kind", EVERY_FEED)
def test_a_draft_event_is_in_none_of_them(kind: str, in_app: Flask, client: FlaskClient) -> None:
    stage = lay(state=EventState.DRAFT)
    lay_series(stage)
    feed = EVERY_FEED[kind](stage)
    unknown = client.get("/e/never-was/never-was.ics")
    response = client.get(feed)
    if kind == "whole site":
        assert response.status_code == 200
        assert parse(response.data).inside("VEVENT") == []
        assert b"Sample forum" not in response.data
    else:
        assert response.status_code == unknown.status_code == 404
        assert response.data == unknown.data


@pytest.mark.parametrize(
    "malformed",
    [
        "yesterday", "0", "", " ", "Tue, 99 Foo 2026 25:00:00 GMT", "Mon, 02 Nov 2020 00:00:00 GMT",
        "Tue, 01 Dec 99999 00:00:00 GMT", "1 Jan 1 00:00 +2400", "Tue, 01 Dec 2026 09:00:00 +9999",
        "\xb2", "Thu, 01 Jan 1 00:00:00 +1400", "Tue, 01 Dec 2026 09:00:61 GMT", "GMT", "-1", ",",
        "Mon, 01 Jan 2024 00:00:00 +9999999999999", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Tue, 01 Dec 2026", "9" * 400, "2026-12-01T00:00:00Z,", "Tue, 1 Dec -5 00:00:00 GMT",
    ],
)  # fmt: skip
def test_a_date_that_is_none_gets_the_feed(
    stage: Stage, client: FlaskClient, malformed: str
) -> None:
    for _ in range(2):
        response = client.get(FEED, headers={"If-Modified-Since": malformed})
        assert response.status_code == 200


def _lengthen(stage: Stage) -> None:
    """Lay so many more talks that the feed is long enough to be packed."""
    with shown_change(stage) as rows:
        event = rows.get_one(Event, stage.event)
        for number in range(60):
            rows.add(
                a_session(
                    event, SessionKind.TALK, f"Sample talk {number}", START, timedelta(hours=1)
                )
            )
        changed(rows, SITE)


def test_a_long_feed_is_packed_only_for_who_names_gzip(stage: Stage, client: FlaskClient) -> None:
    _lengthen(stage)
    for feed in (FEED, f"/e/{SLUG}/kinds/talk.ics"):
        plain = client.get(feed)
        packed = client.get(feed, headers={"Accept-Encoding": "br, gzip;q=0.8"})
        assert len(plain.data) > 16 * 1024
        assert len(plain.data) / len(packed.data) > 8
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Content-Length"] == str(len(packed.data))
        assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
        assert plain.headers["ETag"] != packed.headers["ETag"]
        for unnamed in ("*", "identity", "br", "gzip;q=0", ""):
            response = client.get(feed, headers={"Accept-Encoding": unnamed})
            assert "Content-Encoding" not in response.headers
        again = client.get(
            feed, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
        )
        assert (again.status_code, again.headers["Vary"]) == (304, "Accept-Encoding")


def test_a_client_that_cannot_unpack_is_never_sent_a_packed_feed(settings: Settings) -> None:
    app = create_app(replace(settings, feeds_unzipped=("microsoft.exchange",)))
    client = app.test_client()
    with app.app_context():
        stage = lay()
        _lengthen(stage)
    for agent, packed in (("Microsoft.Exchange/15.20", False), ("ICSx5/2.4", True)):
        for _ in range(2):
            headers = {"User-Agent": agent, "Accept-Encoding": "gzip"}
            response = client.get(FEED, headers=headers)
            assert ("Content-Encoding" in response.headers) is packed


def test_robots_may_read_every_public_feed(stage: Stage, client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.status_code == 200
    barred = re.findall(r"Disallow: (\S+)", response.text)
    for feed in EVERY_FEED.values():
        assert not any(feed(stage).startswith(path) for path in barred)
