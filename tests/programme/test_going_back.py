"""Going back to a version: nobody's work is lost unseen, and the new version says what it is."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.events.models import Room
from forum.events.service import remove_room
from forum.programme import queries, service
from forum.programme.rules import ReleaseCause
from tests import factories
from tests.events.browsing import Member
from tests.programme.releasing import LATER, go_back, hold, move, public, release, unreleased

BACK = "/manage/sample-forum/programme/versions/1/back"
VERSIONS = "/manage/sample-forum/programme/versions"


@pytest.fixture
def event(in_app: Flask) -> Any:
    return factories.make_event(factories.make_organisation())


def twice_released(event: Any, *sessions: Any) -> None:
    hold(event)
    for _ in range(2):
        for one in sessions:
            move(event, one, 5)
        release(event)


@pytest.mark.both_databases
def test_what_somebody_saved_while_the_page_was_read_is_not_replaced_unseen(event):
    talk = factories.make_session(event)
    at = talk.starts_at
    twice_released(event, talk)
    seen = unreleased(event)
    move(event, talk, 90)
    mine = queries.planned_session(event.id, talk.id).starts_at
    with pytest.raises(service.ProgrammeChangedMeanwhile):
        service.roll_back(SYSTEM, event.id, 1, seen, now=LATER)
    assert queries.planned_session(event.id, talk.id).starts_at == mine
    assert go_back(event, 1) == 1
    back = queries.planned_session(event.id, talk.id).starts_at
    assert back == at + timedelta(minutes=5)


def test_the_page_says_what_is_replaced_and_what_goes_out_with_it(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        talk, other = (factories.make_session(house.event, after=30 * one) for one in (1, 4))
        at = talk.starts_at
        talk = SimpleNamespace(id=talk.id)
        twice_released(house.event, talk)
        move(house.event, talk, 90)
        move(house.event, other, 10)
    page = owner.get(BACK).text
    assert "One of them has unreleased changes. Where the version differs, they are" in page
    assert "One other session has unreleased changes. They stay, and go out with" in page
    form = owner.form(BACK)
    with app.app_context():
        move(house.event, talk, 10)
    answer = owner.send(BACK, form)
    assert answer.status_code == 303
    assert answer.location.endswith(BACK)
    assert "The programme was changed while you were reading." in owner.get(BACK).text
    assert owner.fill(BACK).location.endswith("/programme/release")
    with app.app_context():
        assert public(talk.id).starts_at == at + timedelta(minutes=10)
        planned = queries.planned_session(house.event.id, talk.id)
        assert planned.starts_at == at + timedelta(minutes=5)


@pytest.mark.both_databases
def test_the_version_that_comes_of_it_says_to_which_it_went_back(event):
    talk = factories.make_session(event)
    twice_released(event, talk)
    go_back(event, 1)
    release(event)
    newest = queries.releases_of(event.id)[0]
    assert (newest.number, newest.cause, newest.back_to) == (3, ReleaseCause.ROLLED_BACK, 1)
    move(event, talk, 10)
    release(event)
    newest = queries.releases_of(event.id)[0]
    assert (newest.number, newest.cause, newest.back_to) == (4, ReleaseCause.RELEASED, None)


def test_a_version_that_was_prepared_and_then_edited_or_mixed_is_no_way_back(event):
    talk = factories.make_session(event)
    twice_released(event, talk)
    go_back(event, 1)
    move(event, talk, 45)
    release(event)
    assert queries.releases_of(event.id)[0].cause is ReleaseCause.RELEASED
    other = factories.make_session(event, after=120)
    move(event, other, 5)
    release(event)
    go_back(event, 3)
    move(event, talk, 5)
    go_back(event, 1)
    release(event)
    assert queries.releases_of(event.id)[0].back_to == 1


def test_a_version_that_brings_one_back_and_changes_more_is_a_release(event):
    talk, other = (factories.make_session(event, after=90 * one) for one in range(2))
    twice_released(event, talk)
    go_back(event, 1)
    move(event, other, 5)
    release(event)
    newest = queries.releases_of(event.id)[0]
    assert (newest.cause, newest.back_to) == (ReleaseCause.RELEASED, None)
    assert len(newest.changes) == 2


def test_the_list_of_versions_says_so(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        twice_released(house.event, factories.make_session(house.event))
        go_back(house.event, 1)
        release(house.event)
    assert "Back to version 1" in owner.get(VERSIONS).text


def test_rooms_and_people_that_are_no_more_do_not_come_back(event, tmp_path):
    hall, annexe = (factories.make_room(event) for _ in range(2))
    gone = factories.make_speaker(event.organisation_id)
    talk = factories.make_session(event, room_id=hall.id, also_in=[str(annexe.id)])
    factories.make_appearance(talk, gone)
    twice_released(event, talk)
    service.remove_speaker(SYSTEM, event.organisation_id, gone.id, tmp_path, now=LATER)
    for room in (hall, annexe):
        remove_room(SYSTEM, event.id, room.id, now=LATER)
    go_back(event, 1)
    release(event)
    shown = public(talk.id)
    assert (shown.room_id, shown.also_in) == (None, [])
    assert queries.session_of(event.id, talk.id).appearances == []
    assert db.session.query(Room).count() == 0


@pytest.mark.parametrize("number", [1, 30])
def test_going_back_reads_as_often_for_one_session_as_for_thirty(event, number):
    hall, speaker = factories.make_room(event), factories.make_speaker(event.organisation_id)
    sessions = [
        factories.make_session(event, room_id=hall.id, after=10 * place) for place in range(number)
    ]
    for one in sessions:
        factories.make_appearance(one, speaker)
    twice_released(event, *sessions)
    seen = unreleased(event)
    db.session.rollback()
    with counted_statements(db.engine) as statements:
        assert service.roll_back(SYSTEM, event.id, 1, seen, now=LATER) == number
    reads = [one for one in statements if one.startswith("SELECT")]
    assert len(reads) <= 12
    assert len(statements) <= 18
