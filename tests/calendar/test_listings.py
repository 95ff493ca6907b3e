"""Feeds of events: of a series, of an organisation, of the whole site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.page_scopes import SITE, changed
from forum.core.text import Text
from forum.events.rules import EventState
from forum.events.service import cancel, publish
from forum.people.models import Organisation
from forum.people.service import OrganisationDetails, update_organisation
from tests.calendar.changes import LATER, seen_at
from tests.calendar.every_feed import lay_another, lay_series
from tests.calendar.grammar import parse
from tests.calendar.stage import MADE, START, Stage, lay

SITE_FEED, HOUSE_FEED = "/calendar/all-events.ics", "/calendar/sample-house.ics"
SERIES_FEED = "/series/sample-rounds.ics"
LISTINGS = (SITE_FEED, HOUSE_FEED, SERIES_FEED)
END = START + timedelta(hours=4)
GONE = END + timedelta(days=60)


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event, one of a series."""
    stage = lay()
    lay_series(stage)
    return stage


def lay_house(slug: str) -> Organisation:
    """Lay another organisation."""
    with writing() as rows:
        house = Organisation(
            slug=slug, name=Text({"en": f"House {slug}"}), languages=["en"], created_at=MADE
        )
        rows.add(house)
        changed(rows, SITE)
    return house


def test_each_shows_events_alone_and_as_their_own_feeds_do(
    stage: Stage, client: FlaskClient
) -> None:
    own = seen_at(client).events[str(stage.event)]
    other = lay_another(stage, 1)
    for feed in LISTINGS:
        seen = seen_at(client, feed)
        assert set(seen.events) == {str(stage.event), str(other.id)}
        assert seen.events[str(stage.event)] == own


def test_each_has_a_telling_name(stage: Stage, client: FlaskClient) -> None:
    def _names() -> list[str]:
        return [parse(client.get(feed).data).value("NAME") for feed in LISTINGS]

    assert _names() == ["Sample House · Events", "Sample House", "Sample rounds"]
    lay_house("neighbours")
    assert _names() == ["localhost · Events", "Sample House", "Sample rounds"]
    chinese = parse(client.get(f"{HOUSE_FEED}?lang=zh-Hant").data)
    assert chinese.value("NAME") == "範例之家"
    assert chinese.value("URL") == "http://localhost/zh-hant/"


def test_an_organisation_shows_its_own_events_and_no_others(
    stage: Stage, client: FlaskClient
) -> None:
    house = lay_house("neighbours")
    theirs = lay_another(stage, 1, organisation_id=house.id, series_id=None)
    assert set(seen_at(client, "/calendar/neighbours.ics").events) == {str(theirs.id)}
    assert set(seen_at(client, HOUSE_FEED).events) == {str(stage.event)}
    assert len(seen_at(client, SITE_FEED).events) == 2


def test_one_with_nothing_public_is_as_if_it_never_was(stage: Stage, client: FlaskClient) -> None:
    house = lay_house("neighbours")
    draft = lay_another(
        stage, 1, organisation_id=house.id, state=EventState.DRAFT, published_at=None
    )
    unknown = client.get("/calendar/never-was.ics")
    response = client.get("/calendar/neighbours.ics")
    assert response.status_code == unknown.status_code == 404
    assert response.data == unknown.data
    publish(SYSTEM, draft.id, now=LATER)
    assert set(seen_at(client, "/calendar/neighbours.ics").events) == {str(draft.id)}


def test_a_site_without_events_has_an_empty_calendar(in_app: Flask, client: FlaskClient) -> None:
    response = client.get(SITE_FEED)
    assert response.status_code == 200
    assert parse(response.data).inside("VEVENT") == []
    tag = response.headers["ETag"]
    assert client.get(SITE_FEED, headers={"If-None-Match": tag}).status_code == 304


def test_a_change_reaches_them_at_once(stage: Stage, client: FlaskClient) -> None:
    before = [seen_at(client, feed) for feed in LISTINGS]
    cancel(SYSTEM, stage.event, Text(), now=LATER)
    for feed, was in zip(LISTINGS, before, strict=True):
        assert seen_at(client, feed).changed(was) == {str(stage.event)}
    house = db.session.get_one(Organisation, stage.organisation, populate_existing=True)
    known = {field.name: getattr(house, field.name) for field in fields(OrganisationDetails)}
    details = OrganisationDetails(**{**known, "name": Text({"en": "Renamed House"})})
    update_organisation(SYSTEM, house.id, house.revision, details, now=LATER)
    assert parse(client.get(HOUSE_FEED).data).value("NAME") == "Renamed House"


@pytest.mark.both_databases
def test_past_events_leave_after_sixty_days_and_the_feed_stays(
    stage: Stage, client: FlaskClient
) -> None:
    other = lay_another(stage, 5)
    for feed in LISTINGS:
        with time_machine.travel(GONE - timedelta(seconds=1), tick=False):
            before = client.get(feed)
            assert len(seen_at(client, feed).events) == 2
        with time_machine.travel(GONE, tick=False):
            told = {"If-Modified-Since": before.headers["Last-Modified"]}
            response = client.get(feed, headers=told)
            assert response.status_code == 200
            assert response.headers["Last-Modified"] == GONE.strftime("%a, %d %b %Y %H:%M:%S GMT")
            assert set(seen_at(client, feed).events) == {str(other.id)}
        with time_machine.travel(GONE + timedelta(days=9), tick=False):
            assert client.get(feed).status_code == 200
            assert seen_at(client, feed).events == {}


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("feed", LISTINGS)
def test_each_takes_as_many_statements_for_one_event_as_for_thirty(
    stage: Stage, client: FlaskClient, feed: str, number: int
) -> None:
    for one in range(number):
        lay_another(stage, one + 1)
    with counted_statements(db.engine) as statements:
        assert len(seen_at(client, feed).events) == number + 1
    selects = [one for one in statements if one.startswith("SELECT") and "page_" not in one]
    assert len(selects) == 3


def test_the_sites_own_feed_is_no_organisations(stage: Stage, client: FlaskClient) -> None:
    lay_house("all-events")
    assert str(stage.event) in seen_at(client, SITE_FEED).events
