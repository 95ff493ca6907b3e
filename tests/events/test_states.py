"""Publishing, postponing, cancelling: each says first what it does, and is done once."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.page_scopes import SITE, event_scope
from forum.events import service
from forum.events.models import Event
from forum.events.rules import MOVES, EventState, IllegalMove
from forum.registrations.service import register
from tests import factories
from tests.events.browsing import Member

STATE = "/manage/sample-forum/state"


def stored(app: Flask, house: SimpleNamespace) -> Event:
    with app.app_context():
        found = db.session.get(Event, house.event_id)
        assert found is not None
        return found


def set_state(app: Flask, house: SimpleNamespace, state: EventState) -> None:
    with app.app_context(), writing() as session:
        session.execute(
            sa.update(Event)
            .where(Event.id == house.event_id)
            .values(state=state, published_at=None if state is EventState.DRAFT else factories.NOW),
        )


@pytest.mark.both_databases
def test_a_draft_is_published_after_a_page_that_says_what_happens(
    app: Flask, owner: Member, house: SimpleNamespace
):
    set_state(app, house, EventState.DRAFT)
    page = owner.get(f"{STATE}/publish")
    assert "public at once" in page.text
    assert stored(app, house).state is EventState.DRAFT
    assert owner.fill(f"{STATE}/publish").status_code == 303
    event = stored(app, house)
    assert event.state is EventState.PUBLISHED
    assert event.published_at is not None
    assert (event.revision, event.calendar_sequence) == (2, 0)
    assert "The event is published." in owner.get(STATE).text


def test_what_a_guest_would_miss_is_named_but_stops_nobody(
    app: Flask, owner: Member, house: SimpleNamespace
):
    page = owner.get(STATE)
    assert "No place is named." in page.text
    assert "Nothing says what personal data is used for." in page.text


@pytest.mark.both_databases
def test_postponing_keeps_the_dates_where_no_new_ones_are_known(
    app: Flask, owner: Member, house: SimpleNamespace
):
    before = stored(app, house).starts_at
    answer = owner.fill(f"{STATE}/postpone", **{"note-en": "A typhoon.", "note-zh_hant": "颱風。"})
    assert answer.status_code == 303
    event = stored(app, house)
    assert event.state is EventState.POSTPONED
    assert event.starts_at == before
    assert event.state_note.get("zh-Hant") == "颱風。"
    assert event.calendar_sequence == 1


def test_postponing_to_new_dates_moves_the_event_and_publishing_again_opens_it(
    app: Flask, owner: Member, house: SimpleNamespace
):
    owner.fill(f"{STATE}/postpone", first_day="2027-01-12", start_time="14:00", end_time="18:00")
    event = stored(app, house)
    assert event.starts_at.isoformat() == "2027-01-12T06:00:00+00:00"
    assert owner.fill(f"{STATE}/publish").status_code == 303
    event = stored(app, house)
    assert event.state is EventState.PUBLISHED
    assert not event.state_note
    assert event.calendar_sequence == 2


def test_new_dates_must_make_sense(app: Flask, owner: Member, house: SimpleNamespace):
    for typed, says in (
        ({"first_day": "2027-01-12"}, "Enter when it starts"),
        (
            {"first_day": "2027-01-12", "start_time": "14:00", "end_time": "13:00"},
            "Enter an end that is after the start",
        ),
        (
            {"first_day": "soon", "start_time": "14:00", "end_time": "15:00"},
            "Enter a day of the calendar",
        ),
        ({"last_day": "2027-01-13"}, "Enter the new date"),
    ):
        answer = owner.fill(f"{STATE}/postpone", **({"note-en": "Kept note"} | typed))
        assert answer.status_code == 422, typed
        assert says in answer.text, typed
        assert "Kept note" in answer.text, typed
    assert stored(app, house).state is EventState.PUBLISHED


@pytest.mark.both_databases
def test_cancelling_is_for_good(app: Flask, owner: Member, house: SimpleNamespace):
    page = owner.get(f"{STATE}/cancel")
    assert "This cannot be undone." in page.text
    seen = owner.form(f"{STATE}/cancel")
    assert owner.send(f"{STATE}/cancel", seen, **{"note-en": "Sorry."}).status_code == 303
    assert stored(app, house).state is EventState.CANCELLED
    assert owner.send(f"{STATE}/cancel", seen).status_code == 409
    assert owner.get(f"{STATE}/publish").status_code == 409
    assert stored(app, house).calendar_sequence == 1


def test_the_button_says_how_many_people_are_mailed(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        for number in range(3):
            register(
                SYSTEM, house.event_id, factories.attendee(number), form_key=None, now=factories.NOW
            )
    assert "Cancel the event and mail 3 people" in owner.get(f"{STATE}/cancel").text


def test_a_move_drops_the_pages_of_the_event_and_of_the_site(
    app: Flask, owner: Member, house: SimpleNamespace
):
    scopes = sa.text("SELECT scope, revision FROM page_scope ORDER BY scope")
    with app.app_context():
        before = dict(tuple(row) for row in db.session.execute(scopes))
    owner.fill(f"{STATE}/cancel")
    with app.app_context():
        after = dict(tuple(row) for row in db.session.execute(scopes))
    for scope in (event_scope(house.event_id), SITE):
        assert after[scope] > before[scope]


def test_the_table_of_moves_is_the_whole_truth(in_app: Flask):
    moves = {
        EventState.PUBLISHED: lambda event_id: service.publish(SYSTEM, event_id, now=factories.NOW),
        EventState.POSTPONED: lambda event_id: service.postpone(
            SYSTEM, event_id, factories.text("Note"), now=factories.NOW
        ),
        EventState.CANCELLED: lambda event_id: service.cancel(
            SYSTEM, event_id, factories.text("Note"), now=factories.NOW
        ),
    }
    organisation = factories.make_organisation()
    for state, legal in MOVES.items():
        for wanted, move in moves.items():
            event = factories.make_event(organisation, state=state)
            if wanted in legal:
                assert move(event.id).state is wanted
            else:
                with pytest.raises(IllegalMove):
                    move(event.id)


@pytest.mark.parametrize("page", [STATE, "/manage/sample-forum/"])
def test_a_draft_can_be_shown_to_others_by_its_link(
    app: Flask, owner: Member, house: SimpleNamespace, page: str
):
    assert "preview=" not in owner.get(page).text
    set_state(app, house, EventState.DRAFT)
    links = re.findall(r'href="([^"]*preview=[^"]*)"', owner.get(page).text)
    assert len(links) == 1
    seen = app.test_client().get(links[0])
    assert seen.status_code == 200
    assert "Sample Forum" in seen.text
    assert app.test_client().get(links[0].partition("?")[0]).status_code == 404
