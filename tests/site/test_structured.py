"""What search engines read: schema.org's own types and properties alone, with real addresses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories import make_appearance, make_event, make_room, make_session, make_speaker, text
from tests.site.stage import conference, half_day

pytestmark = pytest.mark.usefixtures("in_app")

THING = {"name", "description", "image", "url", "sameAs", "alternateName"}
KNOWN = {
    "Event": THING | {
        "startDate", "endDate", "eventStatus", "eventAttendanceMode", "location", "organizer",
        "performer", "offers", "subEvent", "superEvent", "inLanguage", "sponsor",
    },
    "Person": THING | {"jobTitle", "affiliation", "performerIn"},
    "Place": THING | {"address", "geo", "containedInPlace"},
    "GeoCoordinates": THING | {"latitude", "longitude"},
    "Organization": THING | {"logo"},
    "Offer": THING | {"price", "priceCurrency", "availability"},
}  # fmt: skip
"""The part of schema.org (version 29) that Forum speaks."""


def data_of(client: FlaskClient, path: str) -> dict[str, Any]:
    html = client.get(path).text
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data: dict[str, Any] = json.loads(found)
    assert data.pop("@context") == "https://schema.org"
    check(data)
    return data


def check(thing: dict[str, Any]) -> None:
    """Fail on a property that schema.org does not know for the thing's type, and on empty ones."""
    allowed = KNOWN[thing["@type"]]
    for name, value in thing.items():
        if name == "@type":
            continue
        assert name in allowed, f"{thing['@type']}.{name}"
        assert value not in ("", [], None), name
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                check(one)
        if name == "url":
            assert value.startswith("http")
        if name in {"startDate", "endDate"}:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d", value)


def test_an_event_names_its_sessions(client: FlaskClient) -> None:
    stage = half_day()
    data = data_of(client, stage.path)
    assert data["@type"] == "Event"
    assert [one["name"] for one in data["subEvent"]] == ["The opening keynote", "A sample panel"]
    assert data["subEvent"][0]["url"].endswith(f"/sessions/{stage.keynote.id}")


def test_a_long_programme_does_not_weigh_on_the_event_s_page(client: FlaskClient) -> None:
    event = conference(300, days=1, rooms=10)
    assert len(data_of(client, f"/en/e/{event.slug}/")["subEvent"]) == 60


def test_a_session_is_an_event_within_its_event_with_the_people_on_stage(
    client: FlaskClient,
) -> None:
    stage = half_day()
    data = data_of(client, f"{stage.path}sessions/{stage.panel.id}")
    assert data["@type"] == "Event"
    assert data["superEvent"]["name"] == "Sample Forum: a fresh look"
    assert data["superEvent"]["url"].endswith(stage.path)
    assert data["location"]["name"] == "Sample Hall"
    assert data["location"]["containedInPlace"]["name"] == "Sample Hall, Sample Centre"
    assert len(data["performer"]) == 5
    assert {one["@type"] for one in data["performer"]} == {"Person"}


def test_a_speaker_is_a_person_with_the_sessions_they_are_in(client: FlaskClient) -> None:
    event = make_event()
    who = make_speaker(
        event.organisation_id,
        slug="ada",
        name="Ada </script> Wong",
        name_zh="黃愛達",
        website="https://ada.example.com",
        links=[{"title": "Papers", "url": "https://papers.example.com"}],
        biography=text("Writes programmes."),
    )
    talk = make_session(event, room_id=make_room(event).id)
    make_appearance(talk, who)
    data = data_of(client, f"/zh-hant/e/{event.slug}/speakers/ada")
    assert data["@type"] == "Person"
    assert data["name"] == "黃愛達"
    assert data["alternateName"] == "Ada </script> Wong"
    assert data["sameAs"] == ["https://ada.example.com", "https://papers.example.com"]
    assert data["performerIn"][0]["url"].endswith(f"/sessions/{talk.id}")
