"""Where calendars are found: of an event and of its parts, of a series, a house, the whole site."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import writing
from forum.core.page_scopes import SITE, changed
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.events.previews import programme_preview_token
from forum.people.models import Organisation
from tests.calendar.every_feed import lay_another, lay_series
from tests.calendar.grammar import parse
from tests.calendar.stage import FEED, MADE, SLUG, START, Stage, lay, shown_change
from tests.site.stage import programme_of
from tests.site.test_event_page import plain

PAGE = f"/en/e/{SLUG}/calendar"
NAMES = ["room", "track", "kind", "speaker"]


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


def address(page: str) -> str:
    """Return the path that a page offers to subscribe to."""
    found = re.search(r'id="feed-address" readonly value="http://localhost([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def alternates(page: str) -> dict[str, str]:
    """Return by name the paths of the calendars that a page names in its head."""
    head = page.partition("</head>")[0]
    found = re.findall(r'type="text/calendar" href="http://localhost([^"]+)" title="([^"]+)"', head)
    return {html.unescape(name): html.unescape(path) for path, name in found}


def options(page: str, name: str) -> list[tuple[str, str]]:
    """Return what a choice of the form offers."""
    found = re.search(rf'<select[^>]* name="{name}">(.*?)</select>', page, re.DOTALL)
    assert found
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', found[1])


def asked(client: FlaskClient, **chosen: str) -> str:
    """Choose in the form as a browser without JavaScript does: every field is sent."""
    sent = client.get(f"{PAGE}?{urlencode({name: chosen.get(name, '') for name in NAMES})}")
    assert sent.status_code == 302
    return client.get(sent.headers["Location"]).text


def test_the_form_offers_what_guests_see_and_nothing_else(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), shown_change(stage) as rows:
        name = Text({"en": "Secret cellar"})
        rows.add(Room(event_id=stage.event, slug="cellar", name=name, position=5))
    page = client.get(PAGE).text
    assert f'<form method="get" action="{PAGE}"' in page
    assert options(page, "room") == [("", "All"), ("hall-1", "Hall 1"), ("hall-2", "Hall 2")]
    assert [value for value, _ in options(page, "kind")] == ["", "keynote", "panel", "meal"]
    assert options(page, "speaker")[1:] == [("lee", "Dr Lee Sample"), ("wong", "Wong Sample")]
    assert 'name="track"' not in page
    for slug in ("cellar", "nowhere", '"><script>x'):
        unknown = client.get(f"{PAGE}?{urlencode({'room': slug})}").text
        assert "Secret cellar" not in unknown
        assert "<script>x" not in unknown
        assert "No session answers to this" in unknown
        assert "webcal://" not in unknown


def test_one_choice_gives_the_calendar_of_that_alone_with_all_its_buttons(
    client: FlaskClient, stage: Stage
) -> None:
    for by, part, name, number in (
        ("room", "hall-2", "Hall 2", 1),
        ("track", "robots", "Robots, arms", 1),
        ("kind", "panel", "Panel discussion", 1),
        ("speaker", "lee", "Dr Lee Sample", 1),
    ):
        page = asked(client, **{by: part})
        path = f"/e/{SLUG}/{by}s/{part}.ics?lang=en"
        assert address(page) == path
        assert alternates(page)[f"Sample forum: factories · {name}"] == path
        assert f'href="webcal://localhost{path}"' in page
        assert page.count("webcal%3A%2F%2Flocalhost") >= 1
        assert "outlook.live.com" in page
        assert "outlook.office.com" in page
        assert f"{number} of 3 sessions" in plain(page)
        assert f"{by.title()}: {name}" in plain(page)
        assert f'value="{part}"' in page.partition(" selected")[0].rpartition("<option")[2]
        assert '<meta name="robots" content="noindex">' in page
        feed = parse(client.get(path).data)
        assert len(feed.inside("VEVENT")) == number
        assert feed.value("NAME") == f"Sample forum: factories · {name}".replace(",", "\\,")


def test_choices_combine_and_the_feed_is_called_by_all_of_them(
    client: FlaskClient, stage: Stage
) -> None:
    page = asked(client, room="hall-2", track="robots", speaker="lee")
    path = address(page)
    assert path == f"{FEED}?room=hall-2&track=robots&speaker=lee&lang=en"
    feed = parse(client.get(path).data)
    assert len(feed.inside("VEVENT")) == 1
    named = "Sample forum: factories · Hall 2 · Dr Lee Sample · Robots, arms"
    assert feed.value("NAME") == named.replace(",", "\\,")
    assert alternates(page)[named] == path


def test_what_nothing_answers_to_is_said_and_offers_no_calendar(
    client: FlaskClient, stage: Stage
) -> None:
    page = asked(client, room="hall-1", track="robots")
    assert "No session answers to this" in page
    assert "Room: Hall 1" in plain(page)
    assert f'<a class="btn main" href="{PAGE}">' in page
    assert "feed-address" not in page
    assert "webcal://" not in page


@pytest.mark.parametrize(
    ("lang", "key", "room", "kind"),
    [
        ("en", "en", "Hall 2", "Panel discussion"),
        ("zh-hant", "zh-Hant", "二號廳", "專題討論"),
        ("zh-hans", "zh-Hans", "Hall 2", "专题讨论"),
    ],
)
def test_it_speaks_the_language_of_the_page(
    client: FlaskClient, stage: Stage, lang: str, key: str, room: str, kind: str
) -> None:
    page = client.get(f"/{lang}/e/{SLUG}/calendar?room=hall-2").text
    assert ("hall-2", room) in options(page, "room")
    assert kind in page
    assert address(page) == f"/e/{SLUG}/rooms/hall-2.ics?lang={key}"
    assert f'action="/{lang}/e/{SLUG}/calendar"' in page


def test_a_page_for_one_reader_is_never_kept_for_all(client: FlaskClient, stage: Stage) -> None:
    whole = client.get(PAGE).text
    assert address(whole) == f"{FEED}?lang=en"
    assert '<meta name="robots"' not in whole
    for _ in range(2):
        assert address(client.get(f"{PAGE}?room=hall-1").text) != address(whole)
        assert client.get(PAGE).text == whole


def test_a_preview_offers_no_parts(app: Flask, client: FlaskClient, stage: Stage) -> None:
    with app.app_context():
        token = programme_preview_token(stage.event, 0)
    seen = client.get(f"{PAGE}?preview={token}&room=hall-2")
    assert seen.status_code == 200
    assert "<select" not in seen.text
    assert address(seen.text) == f"{FEED}?lang=en"


def test_an_events_calendar_page_names_the_calendars_with_more(
    client: FlaskClient, stage: Stage
) -> None:
    page = client.get(PAGE).text
    assert alternates(page) == {
        "Sample forum: factories": f"{FEED}?lang=en",
        "Sample rounds": "/series/sample-rounds.ics?lang=en",
        "Sample House": "/calendar/sample-house.ics?lang=en",
    }
    for path in alternates(page).values():
        assert client.get(path).status_code == 200
        assert f'href="http://localhost{path}"' in page.partition("</head>")[2]


@pytest.mark.parametrize("key", ["en", "zh-Hant", "zh-Hans"])
def test_the_list_of_events_and_a_series_lead_to_their_calendars(
    app: Flask, client: FlaskClient, stage: Stage, key: str
) -> None:
    def _home() -> tuple[dict[str, str], str]:
        page = client.get(f"/{key.lower()}/").text
        return alternates(page), page.partition("</head>")[2]

    events = {"en": "Events", "zh-Hant": "活動", "zh-Hans": "活动"}[key]
    house = "範例之家" if key == "zh-Hant" else "Sample House"
    site = f"/calendar/all-events.ics?lang={key}"
    assert _home()[0] == {f"{house} · {events}": site}
    assert f'href="http://localhost{site}"' in _home()[1]
    with app.app_context():
        other = lay_another(stage, 1)
        with writing() as rows:
            for slug in ("neighbours", "without-events"):
                house_beside = Organisation(
                    slug=slug,
                    name=Text({"en": slug.capitalize()}),
                    languages=["en"],
                    created_at=MADE,
                )
                rows.add(house_beside)
                rows.flush()
                if slug == "neighbours":
                    rows.get_one(Event, other.id).organisation_id = house_beside.id
            changed(rows, SITE)
    found, body = _home()
    assert found == {
        events: site,
        house: f"/calendar/sample-house.ics?lang={key}",
        "Neighbours": f"/calendar/neighbours.ics?lang={key}",
    }
    for path in found.values():
        assert client.get(path).status_code == 200
        assert f'href="http://localhost{path}"' in body
    series = client.get(f"/{key.lower()}/series/sample-rounds/").text
    assert list(alternates(series).values()) == [f"/series/sample-rounds.ics?lang={key}"]


def test_a_speakers_page_leads_to_the_calendar_of_their_sessions(
    client: FlaskClient, stage: Stage
) -> None:
    page = client.get(f"/en/e/{SLUG}/speakers/lee").text
    assert alternates(page) == {
        "Sample forum: factories · Dr Lee Sample": f"/e/{SLUG}/speakers/lee.ics?lang=en"
    }
    assert f'href="{PAGE}?speaker=lee"' in page
    assert "feed-address" in client.get(f"{PAGE}?speaker=lee").text


def test_a_part_runs_few_statements_however_long_the_programme(
    in_app: Flask, client: FlaskClient, reads
) -> None:
    counts = []
    for size in (1, 30):
        event = programme_of(size)
        with reads() as seen:
            page = client.get(f"/en/e/{event.slug}/calendar?kind=talk&speaker=nobody")
        assert page.status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8, counts
