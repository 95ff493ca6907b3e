"""Before a change is saved that guests would want to hear of, its maker is asked what to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.events.rules import EventState
from forum.messaging.models import EventNews
from tests.events.browsing import Member
from tests.factories import NOW, STARTS, make_event, make_organisation, make_venue, text
from tests.messaging.conftest import Register

SETTINGS, VENUE = "/manage/sample-forum/settings", "/manage/sample-forum/venue"
ASKS = "Tell your guests?"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@dataclass(frozen=True)
class House:
    """An event at a place with three guests, another place, and who edits it."""

    owner: Member
    event_id: UUID
    organisation_id: UUID
    hall_id: UUID
    other_id: UUID


@pytest.fixture
def house(app: Flask, register: Register) -> House:
    with app.app_context():
        organisation = make_organisation()
        hall = make_venue(organisation)
        other = make_venue(organisation, name=text("Other Hall"))
        event = make_event(organisation, slug="sample-forum", venue_id=hall.id)
        for number in range(3):
            register(event, number=number)
        ids = event.id, organisation.id, hall.id, other.id
        return House(Member(app, organisation), *ids)


def stored(app: Flask, house: House) -> Event:
    with app.app_context():
        return db.session.get_one(Event, house.event_id)


def news(app: Flask) -> list[EventNews]:
    with app.app_context():
        return list(db.session.scalars(sa.select(EventNews)))


def answer(house: House, asked: TestResponse, at: str = SETTINGS, **typed: Any) -> TestResponse:
    """Press the first button, which tells; or another."""
    return house.owner.send(at, house.owner.form_in(asked, having="asked"), **{"tell": "y"} | typed)


def test_another_time_is_asked_about_shown_and_saved_with_the_answer(
    app: Flask, house: House
) -> None:
    page = house.owner.fill(SETTINGS, start_time="10:00", end_time="14:00")
    assert page.status_code == 200
    assert ASKS in page.text
    assert "9:00 am–1:00 pm (HKT)" in page.text
    assert "10:00 am–2:00 pm (HKT)" in page.text
    assert '<b class="num">3</b> with a seat are told by mail' in page.text
    assert stored(app, house).starts_at == STARTS
    done = answer(house, page, **{"note-en": "The hall opens later.", "note-zh_hant": "稍後開放。"})
    assert done.status_code == 303
    assert "3 people are told by mail in 5 minutes" in house.owner.get(SETTINGS).text
    assert stored(app, house).starts_at > STARTS
    (waiting,) = news(app)
    assert waiting.notes == [{"en": "The hall opens later.", "zh-Hant": "稍後開放。"}]
    assert waiting.by == "Sample Member"


def test_all_else_that_was_typed_is_saved_too(app: Flask, house: House) -> None:
    page = house.owner.fill(
        SETTINGS,
        **{
            "title-en": "A better title",
            "summary-en": 'One line.\r\n\r\n<b>Another</b> & "more"',
            "languages": ["zh-Hant", "en"],
            "contact_email": "ada@example.com",
        },
    )
    assert ASKS in page.text
    assert answer(house, page).status_code == 303
    event = stored(app, house)
    assert event.title.get("en") == "A better title"
    assert event.summary.get("en") == 'One line.\n\n<b>Another</b> & "more"'
    assert set(event.languages) == {"zh-Hant", "en"}
    assert event.contact_email == "ada@example.com"


@pytest.mark.parametrize("pressed", ["", []])
def test_the_second_button_tells_nobody(app: Flask, house: House, pressed: object) -> None:
    page = house.owner.fill(SETTINGS, start_time="10:00")
    assert "Save and tell 3 people" in page.text
    assert "Save and tell nobody" in page.text
    assert answer(house, page, tell=pressed).status_code == 303
    assert stored(app, house).starts_at > STARTS
    assert news(app) == []


def test_the_way_back_leads_to_what_was_typed(app: Flask, house: House) -> None:
    page = house.owner.fill(SETTINGS, start_time="10:30", **{"title-en": "Kept words"})
    back = answer(house, page, back="yes")
    assert back.status_code == 200
    assert "Kept words" in back.text
    assert 'value="10:30"' in back.text
    assert stored(app, house).title == text("Sample Forum: a fresh look")
    again = house.owner.send(SETTINGS, house.owner.form_in(back, having="start_time"))
    assert ASKS in again.text


def test_words_that_are_too_long_are_kept_and_nothing_is_saved(app: Flask, house: House) -> None:
    page = house.owner.fill(SETTINGS, start_time="10:00")
    refused = answer(house, page, **{"note-en": "x" * 1001, "note-zh_hans": "保留"})
    assert refused.status_code == 422
    assert "<title>Error:" in refused.text
    assert "at most 1000 characters; it has 1001" in refused.text
    assert "保留" in refused.text
    assert stored(app, house).starts_at == STARTS
    assert answer(house, refused, **{"note-en": "Short."}).status_code == 303


@pytest.mark.parametrize(
    "typed",
    [
        {"summary-en": "Other words"},
        {"contact_email": "ada@example.com"},
        {"closes_at": "2026-12-01T09:00"},
    ],
)
def test_what_is_no_news_is_saved_without_a_question(
    app: Flask, house: House, typed: dict[str, Any]
) -> None:
    assert house.owner.fill(SETTINGS, **typed).status_code == 303
    assert news(app) == []


def test_nobody_is_asked_where_nobody_would_hear(app: Flask, house: House) -> None:
    with app.app_context():
        organisation_id = house.organisation_id
        quiet = make_event(slug="quiet", organisation_id=organisation_id)
        draft = make_event(
            slug="draft",
            organisation_id=organisation_id,
            state=EventState.DRAFT,
            published_at=None,
        )
        slugs = quiet.slug, draft.slug
    for slug in slugs:
        at = f"/manage/{slug}/settings"
        assert house.owner.fill(at, start_time="10:00").status_code == 303


def test_a_form_that_was_overtaken_is_merged_before_anybody_is_asked(
    app: Flask, house: House
) -> None:
    seen = house.owner.form(SETTINGS)
    house.owner.fill(SETTINGS, **{"summary-en": "Theirs"})
    met = house.owner.send(SETTINGS, seen, start_time="10:00")
    assert met.status_code == 409
    assert "Theirs" in met.text
    page = house.owner.send(SETTINGS, house.owner.form_in(met, having="start_time"))
    assert ASKS in page.text
    house.owner.fill(SETTINGS, **{"summary-en": "Theirs again"})
    assert answer(house, page).status_code == 409
    assert news(app) == []


def test_another_place_from_the_list_is_asked_about(app: Flask, house: House) -> None:
    pick = house.owner.form(VENUE, having="venue")
    page = house.owner.send(VENUE, pick, venue=str(house.other_id))
    assert ASKS in page.text
    assert "Sample Hall, Sample Centre" in page.text
    assert "Other Hall" in page.text
    assert answer(house, page, at=pick.action).status_code == 303
    assert stored(app, house).venue_id == house.other_id
    assert len(news(app)) == 1
    pick = house.owner.form(VENUE, having="venue")
    page = house.owner.send(VENUE, pick, venue=str(house.hall_id))
    assert answer(house, page, at=pick.action, back="yes").location.endswith("/venue")
    assert stored(app, house).venue_id == house.other_id


def test_other_words_on_a_place_name_every_event_held_there(
    app: Flask, house: House, register: Register
) -> None:
    with app.app_context():
        organisation_id = house.organisation_id
        other = make_event(
            slug="other", organisation_id=organisation_id, venue_id=house.hall_id,
            title=text("The other one"),
        )  # fmt: skip
        register(other, number="other")
        other_id = other.id
    page = house.owner.fill(VENUE, having="address-en", **{"address-en": "Level 9, Central"})
    assert ASKS in page.text
    assert "The other one" in page.text
    assert "Level 9, Central" in page.text
    assert answer(house, page, at=VENUE).status_code == 303
    assert {one.event_id for one in news(app)} == {house.event_id, other_id}
    assert (
        house.owner.fill(VENUE, having="address-en", **{"access-en": "A lift"}).status_code == 303
    )
    assert len(news(app)) == 2


def test_a_new_place_is_news_to_those_who_knew_of_none(
    app: Flask, house: House, register: Register
) -> None:
    with app.app_context():
        nowhere = make_event(slug="nowhere", organisation_id=house.organisation_id)
        register(nowhere, number="nowhere")
    at = "/manage/nowhere/venue"
    page = house.owner.fill(at, having="name-en", **{"name-en": "A new hall"})
    assert ASKS in page.text
    assert answer(house, page, at=at).status_code == 303
    (waiting,) = news(app)
    assert waiting.before["place"] == {}


def test_a_postponed_event_is_asked_about_too(app: Flask, house: House) -> None:
    with app.app_context():
        events.postpone(SYSTEM, house.event_id, Text(), now=NOW)
    page = house.owner.fill(SETTINGS, first_day="2027-01-12")
    assert ASKS in page.text
    assert "12 January 2027" in page.text


def test_pressed_twice_it_is_saved_once(app: Flask, house: House) -> None:
    page = house.owner.fill(SETTINGS, start_time="10:00")
    seen = house.owner.form_in(page, having="asked")
    first, second = (house.owner.send(SETTINGS, seen, tell="y") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(news(app)) == 1
    with app.app_context():
        wanted = sa.select(sa.func.count()).where(AuditEntry.action == "event.changed")
        assert db.session.scalar(wanted) == 1


@pytest.mark.parametrize("number", [1, 30])
def test_the_question_reads_the_same_number_of_rows_for_any_number_of_guests(
    app: Flask, house: House, register: Register, number: int
) -> None:
    with app.app_context():
        event = db.session.get_one(Event, house.event_id)
        for more in range(number):
            register(event, number=f"more-{more}")
    seen = house.owner.form(SETTINGS)
    with app.app_context(), counted_statements(db.engine) as statements:
        page = house.owner.send(SETTINGS, seen, start_time="10:00")
    assert ASKS in page.text
    assert len(statements) <= 16
