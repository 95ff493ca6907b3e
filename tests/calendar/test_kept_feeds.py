"""What is kept of an answer: never under the address of another, however a query is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.http.pages import FEED_FILTERS
from forum.core.page_scopes import SITE, changed
from forum.events.previews import programme_preview_token
from tests.calendar.every_feed import lay_series
from tests.calendar.stage import FEED, SLUG, START, Stage, lay, shown_change

ASKED = {
    "kind": "panel",
    "room": "hall-1",
    "speaker": "lee",
    "track": "robots",
    "lang": "zh-Hant",
}
BESIDE = ("/series/sample-rounds.ics", "/calendar/sample-house.ics", "/calendar/all-events.ics")


@pytest.fixture(autouse=True)
def _a_week_before() -> Iterator[None]:
    with time_machine.travel(START - timedelta(days=7), tick=False):
        yield


@pytest.fixture
def stage(app: Flask) -> Stage:
    """The sample event, one of a series; each request has a context of its own."""
    with app.app_context():
        stage = lay()
        lay_series(stage)
    return stage


def spellings(name: str) -> Iterator[str]:
    """Write a name of a query in every way in which one of its letters is encoded."""
    for at, letter in enumerate(name):
        for code in (f"%{ord(letter):02x}", f"%{ord(letter):02X}"):
            yield f"{name[:at]}{code}{name[at + 1 :]}"


def forget_what_is_kept(app: Flask, stage: Stage) -> None:
    with app.app_context(), shown_change(stage) as rows:
        changed(rows, SITE)


def test_every_name_of_a_query_is_tried() -> None:
    assert set(ASKED) == {*FEED_FILTERS, "lang"}


@pytest.mark.parametrize("name", ASKED)
def test_an_encoded_name_is_that_name_and_never_the_whole_feed(
    app: Flask, client: FlaskClient, stage: Stage, name: str
) -> None:
    whole = client.get(FEED).data
    part = client.get(f"{FEED}?{name}={ASKED[name]}").data
    assert part != whole
    for spelling in spellings(name):
        forget_what_is_kept(app, stage)
        query = f"{spelling}={ASKED[name]}"
        assert client.get(f"{FEED}?{query}").data == part
        assert client.get(FEED).data == whole
        assert client.get(f"{FEED}?{query}").data == part


@pytest.mark.parametrize("feed", BESIDE)
def test_the_language_of_one_reader_is_not_that_of_the_next(
    app: Flask, client: FlaskClient, stage: Stage, feed: str
) -> None:
    whole = client.get(feed).data
    for spelling in spellings("lang"):
        forget_what_is_kept(app, stage)
        assert client.get(f"{feed}?{spelling}=zh-Hant").data != whole
        assert client.get(feed).data == whole


@pytest.mark.parametrize("page", ["programme", "calendar"])
def test_a_filtered_page_is_never_kept_as_the_whole(
    app: Flask, client: FlaskClient, stage: Stage, page: str
) -> None:
    path = f"/en/e/{SLUG}/{page}"
    whole = client.get(path).data
    for name in FEED_FILTERS:
        for spelling in spellings(name):
            forget_what_is_kept(app, stage)
            assert client.get(f"{path}?{spelling}={ASKED[name]}").data != whole
            assert client.get(path).data == whole


def test_a_preview_is_shown_however_its_name_is_written(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        token = programme_preview_token(stage.event, 0)
    path = f"/en/e/{SLUG}/programme"
    whole = client.get(path).data
    seen = client.get(f"{path}?preview={token}")
    assert seen.headers["Cache-Control"] == "no-store"
    for spelling in spellings("preview"):
        asked = client.get(f"{path}?{spelling}={token}")
        assert asked.data == seen.data
        assert client.get(path).data == whole


@pytest.mark.parametrize("path", [FEED, f"/en/e/{SLUG}/calendar", "/en/", "/robots.txt"])
def test_a_query_that_is_no_text_is_as_good_as_none(
    client: FlaskClient, stage: Stage, path: str
) -> None:
    whole = client.get(path).data
    for query in ("\xff", "\xff=1&x=%ff", "\xe4\xb8\xad=\xe6\x96\x87"):
        answer = client.get(path, environ_overrides={"QUERY_STRING": query})
        assert (answer.status_code, answer.data) == (200, whole)
    filtered = client.get(path, environ_overrides={"QUERY_STRING": "\xff=1&room=hall-2"})
    assert filtered.data == client.get(f"{path}?room=hall-2").data
