"""Calendars of one's own on the wire: validators, headers, what is kept of who reads them."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.calendar.models import PersonalFeed
from forum.calendar.rules.clients import WORDS, client_of
from forum.calendar.rules.personal import ASKED_AT_ONCE
from forum.core.db import db, writing
from forum.core.logs import redacted
from forum.core.page_scopes import changed, event_scope
from forum.events.models import Event
from forum.programme.models import Session
from forum.registrations.service.starring import keep_stars, take_star_off
from tests.calendar.own_calendars import OwnPage, titles
from tests.factories import NOW, make_session, text
from tests.registrations.own_schedule import Stage, built
from tests.support.statements import selects

pytestmark = pytest.mark.both_databases
GOOGLE = {"User-Agent": "Google-Calendar-Importer"}


@pytest.fixture
def stage(app: Flask) -> Stage:
    stage = built(app)
    with app.app_context():
        keep_stars(stage.guest_id, [stage.talk], now=NOW)
    return stage


@pytest.fixture
def page(client: FlaskClient, stage: Stage) -> OwnPage:
    return OwnPage(client, f"{stage.link}/calendar")


def move(app: Flask, stage: Stage, session_id: object) -> None:
    """Move a session by an hour, as its service would."""
    with app.app_context(), writing() as rows:
        found = rows.get_one(Session, session_id)
        assert found.starts_at is not None
        assert found.ends_at is not None
        found.starts_at += timedelta(hours=1)
        found.ends_at += timedelta(hours=1)
        found.changed_at += timedelta(minutes=5)
        found.calendar_sequence += 1
        changed(rows, event_scope(stage.event_id))


def test_it_is_for_one_reader_and_told_to_nobody_else(client: FlaskClient, page: OwnPage) -> None:
    feed = client.get(page.made())
    assert feed.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert feed.headers["Content-Disposition"].startswith("inline")
    assert feed.headers["Cache-Control"] == "private, max-age=300"
    assert feed.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert feed.headers["Referrer-Policy"] == "no-referrer"
    assert feed.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in feed.headers
    assert "Set-Cookie" not in feed.headers
    assert "Cookie" not in feed.headers.get("Vary", "")
    assert len(feed.data) == int(feed.headers["Content-Length"])


def test_head_equals_get_without_a_body(client: FlaskClient, page: OwnPage) -> None:
    address = page.made()
    got, headed = client.get(address), client.head(address)
    assert headed.data == b""
    for name in ("ETag", "Last-Modified", "Content-Length", "Content-Type", "Cache-Control"):
        assert headed.headers[name] == got.headers[name]


def test_it_is_the_same_to_the_byte_each_time(client: FlaskClient, page: OwnPage) -> None:
    address = page.made()
    first = client.get(address)
    with time_machine.travel(NOW + timedelta(hours=5), tick=False):
        again = client.get(address, headers={"User-Agent": "iOS/18.1 dataaccessd/1.0"})
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]


@pytest.mark.parametrize("number", [1, 30])
def test_not_modified_costs_three_statements_and_no_rendering(
    app: Flask,
    client: FlaskClient,
    stage: Stage,
    page: OwnPage,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    with app.app_context():
        event = db.session.get_one(Event, stage.event_id)
        more = [make_session(event, after=40 + at, title=text(f"T{at}")).id for at in range(number)]
        keep_stars(stage.guest_id, more, now=NOW)
    address = page.made()
    etag = client.get(address).headers["ETag"]

    def _never(*_args: object, **_values: object) -> None:
        raise AssertionError

    monkeypatch.setattr("forum.calendar.views.personal.write_personal_feed", _never)
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        with selects(app) as statements:
            answer = client.get(address, headers={"If-None-Match": known})
        assert answer.status_code == 304
        assert answer.data == b""
        assert answer.headers["ETag"] == etag
        assert answer.headers["Cache-Control"] == "private, max-age=300"
        assert len(statements) <= 3, statements


def test_if_modified_since_is_understood_and_nonsense_is_not(
    client: FlaskClient, page: OwnPage
) -> None:
    address = page.made()
    since = client.get(address).headers["Last-Modified"]
    assert client.get(address, headers={"If-Modified-Since": since}).status_code == 304
    too_large = ("Mon, 01 Jan 2024 00:00:00 +9999999999999", f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT")
    for nonsense in ("yesterday", "", "Tue, 99 Foo 2026 99:99:99 GMT", "0", *too_large):
        assert client.get(address, headers={"If-Modified-Since": nonsense}).status_code == 200
    both = {"If-Modified-Since": since, "If-None-Match": '"other"'}
    assert client.get(address, headers=both).status_code == 200


def test_a_change_of_what_is_in_it_changes_the_etag_and_one_elsewhere_does_not(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    address = page.made()
    before = client.get(address).headers
    move(app, stage, stage.later)
    since = {"If-Modified-Since": before["Last-Modified"]}
    assert client.get(address, headers=since).status_code == 304
    unmoved = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert unmoved.status_code == 304
    move(app, stage, stage.talk)
    moved = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert moved.status_code == 200
    assert moved.headers["ETag"] != before["ETag"]
    assert titles(moved)[1:] == ["Talk"]


def test_a_client_that_knows_only_dates_hears_of_what_was_left(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    address = page.made()
    since = client.get(address).headers["Last-Modified"]
    with app.app_context():
        take_star_off(stage.guest_id, stage.talk)
    left = client.get(address, headers={"If-Modified-Since": since})
    assert left.status_code == 200
    assert titles(left)[1:] == []
    again = client.get(address)
    assert again.headers["Last-Modified"] == left.headers["Last-Modified"]
    known = {"If-Modified-Since": left.headers["Last-Modified"]}
    assert client.get(address, headers=known).status_code == 304


def test_reading_it_changes_nothing_but_when_it_was_read(
    app: Flask, client: FlaskClient, page: OwnPage
) -> None:
    address = page.made()
    assert "Not read yet" in client.get(page.href).text
    with time_machine.travel(NOW, tick=False):
        client.get(address, headers=GOOGLE)
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        client.get(address, headers=GOOGLE)
    assert _fetched(app) == (NOW, "google")
    shown = client.get(page.href).text
    assert "Last read by Google Calendar" in shown
    assert "Not read yet" not in shown
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        client.get(address, headers=GOOGLE)
    assert _fetched(app) == (NOW + timedelta(minutes=61), "google")
    page.press("renew", generation="0")
    assert "Not read yet" in client.get(page.href).text


def _fetched(app: Flask) -> tuple[object, str]:
    with app.app_context():
        row = db.session.execute(sa.select(PersonalFeed.fetched_at, PersonalFeed.fetched_by)).one()
        return row[0], row[1]


def test_an_address_that_is_asked_for_too_often_is_told_to_wait(
    app: Flask, client: FlaskClient, page: OwnPage
) -> None:
    address = page.made()
    with time_machine.travel(NOW, tick=False):
        for _ in range(ASKED_AT_ONCE):
            assert client.get(address).status_code == 200
        with selects(app) as statements:
            refused = client.get(address)
    # Whoever asks too often is to cost less than whoever does not.
    assert len(statements) == 1, statements
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.mimetype == "text/plain"
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert client.get(address).status_code == 200
        assert client.get(address).status_code == 200
        assert client.get(address).status_code == 429


def test_the_token_is_in_no_log_line(
    client: FlaskClient, page: OwnPage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address = page.made()
    token = address.split("/")[2]
    client.get(address)
    client.get(address[:-8])
    assert token not in redacted(f"GET {address} 200")
    assert all(token not in redacted(line) for line in caplog.messages)


def test_posting_to_it_is_refused_and_other_methods_break_nothing(
    client: FlaskClient, page: OwnPage
) -> None:
    address = page.made()
    assert client.post(address).status_code == 405
    for method in ("OPTIONS", "PROPFIND", "REPORT"):
        status = client.open(address, method=method).status_code
        assert status in {200, 204, 405}


def test_a_large_calendar_is_gzipped_only_when_that_is_asked_for(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        event = db.session.get_one(Event, stage.event_id)
        more = [make_session(event, after=at, title=text(f"Talk {at}")).id for at in range(60)]
        keep_stars(stage.guest_id, more, now=NOW)
    address = page.made()
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    known = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"}
    again = client.get(address, headers=known)
    assert (again.status_code, again.headers["ETag"]) == (304, packed.headers["ETag"])


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Google-Calendar-Importer", "google"),
        ("Mozilla/5.0 (compatible; Google-Calendar-Importer)", "google"),
        ("iOS/18.1 (22B83) dataaccessd/1.0", "apple_phone"),
        ("Mac OS X/10.15.7 (19H2) CalendarAgent/930.5.1", "apple_mac"),
        ("macOS/15.1 (24B83) dataaccessd/1.0", "apple_mac"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)", "outlook"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4",
            "thunderbird",
        ),
        ("ICSx5/2.2.4 (ical4j/4.0 okhttp/4.12) Android/14", "icsx5"),
        ("Nextcloud Webcal Service", "nextcloud"),
        ("vdirsyncer/0.19.3", "vdirsyncer"),
        ("curl/8.5.0", "command"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "browser"),
        ("", "other"),
        ("\x00" * 5000, "other"),
        ("Something/1.0", "other"),
    ],
)
def test_a_client_is_named_by_what_it_says_of_itself(agent: str, name: str) -> None:
    assert client_of(agent) == name
    assert name in WORDS
