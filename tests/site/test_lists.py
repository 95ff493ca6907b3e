"""Home, series, and what robots read."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
import time_machine
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.page_scopes import SITE, changed
from forum.events.rules import EventState
from forum.people.service import NewOrganisation, create_organisation
from tests.factories import (
    ENDS,
    NOW,
    make_event,
    make_organisation,
    make_series,
    make_session,
    text,
)
from tests.site.stage import half_day

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ("zh-HK,zh;q=0.9", "/zh-hant/"),
        ("zh-TW", "/zh-hant/"),
        ("zh-CN", "/zh-hans/"),
        ("fr", "/en/"),
        ("", "/en/"),
    ],
)
def test_the_front_leads_to_the_readers_language(client: FlaskClient, wish: str, path: str) -> None:
    answer = client.get("/", headers={"Accept-Language": wish})
    assert answer.status_code == 302
    assert answer.headers["Location"] == path
    assert "Accept-Language" in answer.headers["Vary"]


def test_an_empty_home_says_so(client: FlaskClient) -> None:
    with writing() as session:
        changed(session, SITE)
    assert "Nothing is planned at the moment" in client.get("/en/").text


def test_home_shows_what_is_coming_before_what_was(client: FlaskClient) -> None:
    ours = make_organisation(name=text("The Sample Society"))
    make_event(ours, title=text("Coming up"))
    make_event(ours, title=text("A draft"), state=EventState.DRAFT)
    make_event(ours, title=text("Called off"), state=EventState.CANCELLED)
    past = ENDS - timedelta(days=400)
    make_event(ours, title=text("Long ago"), starts_at=past - timedelta(hours=2), ends_at=past)
    html = client.get("/en/").text
    assert html.index("Coming up") < html.index("Past events") < html.index("Long ago")
    assert "A draft" not in html
    assert "Cancelled" in html
    assert "The Sample Society" in html


def test_an_event_moves_down_once_it_is_over(client: FlaskClient) -> None:
    make_event(title=text("Coming up"))
    assert "Past events" not in client.get("/en/").text
    with time_machine.travel(ENDS + timedelta(minutes=1)):
        assert "Past events" in client.get("/en/").text


def test_a_series_holds_its_own_events(client: FlaskClient) -> None:
    ours = make_organisation()
    series = make_series(ours, title=text("Yearly"))
    make_event(ours, series_id=series.id, title=text("This year"))
    make_event(ours, title=text("Something else"))
    html = client.get(f"/zh-hant/series/{series.slug}/").text
    assert "This year" in html
    assert "Something else" not in html
    assert f"/series/{series.slug}.ics?lang=zh-Hant" in html


@pytest.mark.parametrize("path", ["/en/", "/en/series/{series}/"])
def test_lists_run_few_statements_however_many_events(
    client: FlaskClient, reads, path: str
) -> None:
    ours = make_organisation()
    series = make_series(ours, slug="yearly")
    path = path.format(series="yearly")
    counts = []
    for more in (1, 29):
        for _ in range(more):
            make_event(ours, series_id=series.id)
        with reads() as seen:
            assert client.get(path).status_code == 200
        counts.append(len([one for one in seen if "page_bytes" not in one]))
    assert counts[0] == counts[1] <= 6


def test_robots_are_let_in_but_for_what_is_personal(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /r/" in answer.text
    assert "Disallow: /e/" not in answer.text
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text


def test_the_site_map_is_read_once_until_something_changes(client: FlaskClient, reads) -> None:
    event = make_event()
    first = client.get("/sitemap.xml")
    with reads() as seen:
        again = client.get("/sitemap.xml")
    assert [one for one in seen if "page_bytes" not in one] == []
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert again.headers["Cache-Control"] == "public, max-age=3600"
    newer = make_event()
    listed = client.get("/sitemap.xml").text
    assert listed.index(f"/en/e/{newer.slug}/") < listed.index("</urlset>")
    assert f"/en/e/{event.slug}/" in listed


def test_the_first_organisations_name_stands_on_the_home_page_at_once(client: FlaskClient) -> None:
    with writing() as session:
        changed(session, SITE)
    assert "Nothing is planned at the moment" in client.get("/en/").text
    new = NewOrganisation("sample-society", text("The Sample Society"))
    create_organisation(SYSTEM, new, now=NOW)
    assert "The Sample Society" in client.get("/en/").text


def test_the_site_map_names_every_public_page_in_every_language(client: FlaskClient) -> None:
    stage = half_day()
    draft = make_event(state=EventState.DRAFT)
    answer = client.get("/sitemap.xml")
    ET.fromstring(answer.data)
    for lang in ("en", "zh-hant", "zh-hans"):
        assert f"<loc>http://localhost/{lang}/e/{stage.event.slug}/</loc>" in answer.text
    assert f"sessions/{stage.panel.id}" in answer.text
    assert "/programme/2026" not in answer.text, "it has one day"
    assert "speakers/sun-dong" in answer.text
    assert draft.slug not in answer.text


def test_an_events_colours_are_a_style_sheet_of_their_own(client: FlaskClient) -> None:
    event = make_event(accent="#7a2e8a")
    sheet = client.get(f"/e/{event.slug}/theme.css")
    assert sheet.mimetype == "text/css"
    assert "--accent:light-dark(#7a2e8a" in sheet.text
    assert "max-age=86400" in sheet.headers["Cache-Control"]
    assert f"/e/{event.slug}/theme.css?v=7a2e8a" in client.get(f"/en/e/{event.slug}/").text


def test_the_drawn_cover_is_small_and_stays_the_same(client: FlaskClient) -> None:
    event = make_event()
    drawn = client.get(f"/e/{event.slug}/cover.svg", headers={"Accept-Encoding": "gzip"})
    assert drawn.mimetype == "image/svg+xml"
    assert len(drawn.data) <= 8192
    again = client.get(f"/e/{event.slug}/cover.svg", headers={"Accept-Encoding": "gzip"})
    assert again.data == drawn.data


def test_the_site_map_names_each_day_of_a_longer_programme(client: FlaskClient) -> None:
    event = make_event()
    for after in (30, 1440 + 30):
        make_session(event, after=after)
    answer = client.get("/sitemap.xml")
    days = re.findall(
        rf"<loc>http://localhost(/en/e/{event.slug}/programme/[^<]+)</loc>", answer.text
    )
    assert len(days) == 2
    for day in days:
        assert client.get(day).status_code == 200
