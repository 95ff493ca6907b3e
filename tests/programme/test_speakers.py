"""Speakers' profiles: made, found by a slug in any script, changed by two, removed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.db import counted_statements, db, writing
from forum.core.page_scopes import event_scope
from forum.programme.models import Appearance, Session, Speaker, SpeakerContact
from forum.programme.rules import SessionState
from tests import factories
from tests.events.browsing import Member

SPEAKERS = "/manage/sample-forum/speakers"
NEW = f"{SPEAKERS}/new"


def slugs(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Speaker.slug).order_by(Speaker.created_at)))


@pytest.mark.both_databases
def test_a_profile_has_an_address_whatever_script_the_name_is_in(
    app: Flask, owner: Member, house: SimpleNamespace
):
    for typed in (
        {"name": "Zoë O’Neill-王"},
        {"name_zh": "王小明"},
        {"name_zh": "王小明"},
        {"name": "!?!"},
    ):
        assert owner.fill(NEW, **typed).status_code == 303, typed
    assert slugs(app) == ["zoe-oneill-wang", "wang-xiao-ming", "wang-xiao-ming-2", "speaker"]


def test_bad_input_gets_a_sentence_and_loses_nothing(
    app: Flask, owner: Member, house: SimpleNamespace
):
    seen = owner.form(NEW)
    for typed, says in (
        ({}, "Enter a full name, or a name in Chinese"),
        ({"name": "\u200b\x00"}, "Enter a full name, or a name in Chinese"),
        ({"name": "x" * 10_000}, "at most 200 characters; it has 10000"),
        ({"name": "A", "website": "javascript:alert(1)"}, "Enter a web address"),
        ({"name": "A", "precedence": "first"}, "Enter a whole number from 0 to 9999"),
        ({"name": "A", "biography-zh_hant": "字" * 10_001}, "at most 10000 characters"),
    ):
        answer = owner.send(NEW, seen, **({"affiliation-en": "Kept House"} | typed))
        assert answer.status_code == 422, typed
        assert says in answer.text, typed
        assert "Kept House" in answer.text, typed
    assert slugs(app) == []


def test_a_name_is_shown_as_text(app: Flask, owner: Member, house: SimpleNamespace):
    owner.fill(NEW, name="<b>Bold</b> {{7*191}} \u202egnp.exe", **{"title-en": "{0.__class__}"})
    page = owner.get(SPEAKERS).text
    assert "&lt;b&gt;Bold&lt;/b&gt; {{7*191}} gnp.exe" in page
    assert "{0.__class__}" in page


@pytest.mark.both_databases
def test_two_editors_of_a_profile_lose_nothing(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    with app.app_context():
        slug = factories.make_speaker(house.ours.id).slug
    path = f"{SPEAKERS}/{slug}"
    seen = second.form(path)
    owner.fill(path, name="Ada’s spelling", post_nominals="GBS, JP")
    answer = second.send(path, seen, name="Ben’s spelling", **{"biography-en": "Ben’s words"})
    assert answer.status_code == 409
    assert "Ada’s spelling" in answer.text
    again = second.form_in(answer)
    shown = dict(again.values)
    assert shown["name"] == "Ben’s spelling"
    assert shown["post_nominals"] == "GBS, JP"
    assert second.send(path, again).status_code == 303
    with app.app_context():
        speaker = db.session.scalars(sa.select(Speaker)).one()
        assert (speaker.name, speaker.post_nominals) == ("Ben’s spelling", "GBS, JP")
        assert speaker.biography.get("en") == "Ben’s words"


def test_a_changed_profile_drops_the_pages_of_its_events_and_dates_its_sessions(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        speaker = factories.make_speaker(house.ours.id)
        session = factories.make_session(house.event)
        factories.make_appearance(session, speaker)
        slug, session_id, before = speaker.slug, session.id, session.changed_at
        scope = sa.text("SELECT revision FROM page_scope WHERE scope = :scope")
        was = db.session.scalar(scope, {"scope": event_scope(house.event_id)})
    owner.fill(f"{SPEAKERS}/{slug}", name="Another Name")
    with app.app_context():
        assert db.session.scalar(scope, {"scope": event_scope(house.event_id)}) > was
        found = db.session.get(Session, session_id)
        assert found.changed_at > before
        assert found.calendar_sequence == 0


@pytest.mark.both_databases
def test_removing_names_the_sessions_first_and_takes_the_person_off_the_stage(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        speaker = factories.make_speaker(house.ours.id)
        session = factories.make_session(house.event, title=factories.text("Lonely talk"))
        factories.make_appearance(session, speaker)
        slug = speaker.slug
    path = f"{SPEAKERS}/{slug}/remove"
    assert "Lonely talk" in owner.get(path).text
    assert owner.fill(path).status_code == 303
    assert slugs(app) == []
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Appearance)) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 1


@pytest.mark.both_databases
def test_before_a_person_or_a_room_goes_the_page_says_who_is_told(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        hall = factories.make_room(house.event)
        goes, *others = (factories.make_speaker(house.ours.id) for _ in range(3))
        for number in range(2):
            session = factories.make_session(house.event, after=60 * number, room_id=hall.id)
            for one in (goes, *others):
                factories.make_appearance(session, one)
        factories.make_session(house.event, room_id=hall.id, state=SessionState.DRAFT)
        with writing() as transaction:
            for one in (goes, *others):
                email = f"{one.slug}@example.com"
                transaction.add(SpeakerContact(speaker_id=one.id, email=email, lang="en"))
    page = owner.get(f"{SPEAKERS}/{goes.slug}/remove").text
    assert "Guests see that at once, also where changes wait for a release" in page
    assert "2</b> speakers are told by mail" in page
    page = owner.get(f"/manage/sample-forum/rooms/{hall.id}/remove").text
    assert "2</b> sessions lose their room" in page
    assert "3</b> speakers are told by mail" in page


@pytest.mark.parametrize("thing", ["speakers", "rooms"])
def test_who_is_told_is_counted_with_as_many_statements_for_one_session_as_for_thirty(
    app: Flask, owner: Member, house: SimpleNamespace, thing: str
):
    with app.app_context():
        hall, goes = factories.make_room(house.event), factories.make_speaker(house.ours.id)
        engine = db.engine
    name = goes.slug if thing == "speakers" else hall.id
    costs = []
    for number in (1, 29):
        with app.app_context():
            for place in range(number):
                talk = factories.make_session(house.event, after=10 * place, room_id=hall.id)
                for one in (goes, factories.make_speaker(house.ours.id)):
                    factories.make_appearance(talk, one)
        owner.get(f"/manage/sample-forum/{thing}/{name}/remove")
        with counted_statements(engine) as statements:
            owner.get(f"/manage/sample-forum/{thing}/{name}/remove")
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_guests_find_only_those_who_appear(app: Flask, house: SimpleNamespace):
    with app.app_context():
        shown, hidden = (factories.make_speaker(house.ours.id) for _ in range(2))
        session = factories.make_session(house.event)
        factories.make_appearance(session, shown)
    guest = app.test_client()
    seen = guest.get(f"/en/e/{house.slug}/speakers/{shown.slug}")
    assert seen.status_code == 200
    assert f"/sessions/{session.id}" in seen.text
    assert guest.get(f"/en/e/{house.slug}/speakers/{hidden.slug}").status_code == 404
    assert hidden.slug not in guest.get(f"/en/e/{house.slug}/").text


def test_an_empty_list_explains_and_offers_the_first_act(owner: Member, house: SimpleNamespace):
    page = owner.get(SPEAKERS).text
    assert "Nobody is on stage yet" in page
    assert f'href="{NEW}"' in page
