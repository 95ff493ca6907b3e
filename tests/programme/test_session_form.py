"""The form of a session: languages, rooms, parts of a panel, roles of one's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.programme import queries, service
from forum.programme.models import Session
from forum.programme.queries import Planned
from forum.programme.rules import AppearanceRole, ReleaseMode, SessionState
from tests import factories
from tests.events.browsing import Member

BOARD = "/manage/sample-forum/programme"
NEW = f"{BOARD}/new"


def typed(**given: Any) -> dict[str, Any]:
    values = {
        "kind": "panel",
        "title-en": "The factory in the city",
        "day": "2026-12-08",
        "start_time": "10:00",
        "end_time": "11:00",
    }
    return values | given


def only(app: Flask, house: SimpleNamespace) -> Planned:
    with app.app_context():
        (found,) = queries.planned_sessions(house.event_id)
        return found


def made(app: Flask, owner: Member, house: SimpleNamespace, **given: Any) -> str:
    answer = owner.fill(NEW, **typed(**given))
    assert answer.status_code == 303, answer.text
    return f"{BOARD}/{only(app, house).id}"


@pytest.mark.both_databases
def test_languages_of_stage_and_interpretation_are_ticked_or_picked(
    app: Flask, owner: Member, house: SimpleNamespace
):
    place = made(
        app,
        owner,
        house,
        delivered_in=["yue", "en"],
        delivered_more="ja",
        interpreted_into=["cmn", "sgn", "xx"],
    )
    found = only(app, house)
    assert found.delivered_in == ["yue", "en", "ja"]
    assert found.interpreted_into == ["cmn", "sgn"]
    form = owner.form(place)
    assert [value for name, value in form.values if name == "delivered_in"] == ["en", "yue", "ja"]
    assert owner.send(place, form).status_code == 303
    assert only(app, house).delivered_in == ["yue", "en", "ja"]
    owner.fill(place, delivered_in=["ja"], interpreted_into=[])
    assert only(app, house).delivered_in == ["ja"]
    assert only(app, house).interpreted_into == []


def test_the_button_beside_the_list_adds_a_box_and_saves_nothing(
    app: Flask, owner: Member, house: SimpleNamespace
):
    page = owner.send(
        NEW, owner.form(NEW), **typed(delivered_in=["en"], delivered_more="fr"), act="language"
    )
    assert page.status_code == 200
    form = owner.form_in(page)
    assert [value for name, value in form.values if name == "delivered_in"] == ["en", "fr"]
    assert ("delivered_more", "") in form.values
    assert ("title-en", "The factory in the city") in form.values
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 0


def test_a_session_can_be_shown_in_further_rooms(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        rooms = [factories.make_room(house.event) for _ in range(3)]
        strange = factories.make_room(house.other)
    ids = [str(room.id) for room in rooms]
    place = made(
        app, owner, house, room=ids[0], also_in=[ids[0], ids[2], str(strange.id), "nonsense"]
    )
    assert only(app, house).also_in == [ids[2]]
    assert owner.fill(place, also_in=[ids[1], ids[2]]).status_code == 303
    assert only(app, house).also_in == [ids[2], ids[1]]


@pytest.mark.both_databases
def test_a_panel_has_parts_and_people_belong_to_them(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        people = [factories.make_speaker(house.ours.id) for _ in range(2)]
    page = owner.send(NEW, owner.form(NEW), **typed(), act="part-add")
    page = owner.send(NEW, owner.form_in(page), act="part-add")
    page = owner.send(NEW, owner.form_in(page), act="add")
    rows = {
        "parts-0-title-en": "First round",
        "parts-0-title-zh_hant": "第一回合",
        "parts-0-minutes": "２５",
        "parts-1-title-en": "Second round",
        "cast-0-speaker": str(people[0].id),
        "cast-0-role": "moderator",
        "cast-1-speaker": str(people[1].id),
        "cast-1-role": "panellist",
        "cast-1-part": "1",
    }
    assert owner.send(NEW, owner.form_in(page), **rows).status_code == 303
    found = only(app, house)
    assert found.parts == [
        {"title": {"en": "First round", "zh-Hant": "第一回合"}, "minutes": 25},
        {"title": {"en": "Second round"}, "minutes": None},
    ]
    assert [one.part for one in found.appearances] == [None, 1]
    place = f"{BOARD}/{found.id}"
    page = owner.send(place, owner.form(place), act="part-up-1")
    shown = dict(owner.form_in(page).values)
    assert (shown["parts-0-title-en"], shown["cast-1-part"]) == ("Second round", "0")
    page = owner.send(place, owner.form_in(page), act="part-remove-0")
    assert dict(owner.form_in(page).values)["cast-1-part"] == ""
    owner.send(place, owner.form_in(page))
    found = only(app, house)
    assert [one["title"]["en"] for one in found.parts] == ["First round"]
    assert [one.part for one in found.appearances] == [None, None]


def test_an_empty_part_counts_for_nothing(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        person = factories.make_speaker(house.ours.id)
    page = owner.send(NEW, owner.form(NEW), **typed(), act="part-add")
    page = owner.send(NEW, owner.form_in(page), act="part-add")
    rows = {
        "parts-1-title-en": "The only round",
        "cast-0-speaker": str(person.id),
        "cast-0-part": "1",
    }
    owner.send(NEW, owner.form_in(page), **rows)
    found = only(app, house)
    assert [one["title"]["en"] for one in found.parts] == ["The only round"]
    assert found.appearances[0].part == 0


def test_a_role_of_ones_own_has_its_words(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        person = factories.make_speaker(house.ours.id, name="Ada Sample")
    rows = {
        "cast-0-speaker": str(person.id),
        "cast-0-role": "other",
        "cast-0-called-en": "Timekeeper",
        "cast-0-called-zh_hant": "計時員",
    }
    place = made(app, owner, house, **rows)
    (one,) = only(app, house).appearances
    assert one.role is AppearanceRole.OTHER
    assert dict(one.called.by_language) == {"en": "Timekeeper", "zh-Hant": "計時員"}
    assert dict(owner.form(place).values)["cast-0-called-en"] == "Timekeeper"
    owner.fill(place, **{"cast-0-role": "mc"})
    (one,) = only(app, house).appearances
    assert not one.called


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"cast-0-role": "other"}, "Enter what the role is called, in one language at least"),
        ({"cast-0-role": "other", "cast-0-called-en": "x" * 81}, "Shorten this to at most 80"),
        ({"parts-0-minutes": "20"}, "Enter the title of the part, in one language at least"),
        (
            {"parts-0-title-en": "One", "parts-0-minutes": "0"},
            "Enter a whole number from 1 to 1440",
        ),
        ({"parts-0-title-en": "x" * 301}, "Shorten this to at most 300"),
        ({"cast-0-part": "7"}, "Choose one from the list"),
        ({"stream_url": "javascript:alert(1)"}, "Enter a web address in the correct format"),
        ({"listed_day": "2026-12-01"}, "Choose the day on which it starts, or the day before"),
        ({"end_time": "09:00"}, ""),
    ],
)
def test_whatever_is_wrong_nothing_typed_is_lost(
    app: Flask, owner: Member, house: SimpleNamespace, wrong: dict[str, str], says: str
):
    with app.app_context():
        rooms = [str(factories.make_room(house.event).id) for _ in range(2)]
        person = factories.make_speaker(house.ours.id)
    page = owner.send(NEW, owner.form(NEW), **typed(), act="part-add")
    rows = {
        "title-zh_hans": "城市里的工厂",
        "room": rooms[0],
        "also_in": [rooms[1]],
        "delivered_in": ["en", "yue"],
        "delivered_more": "de",
        "interpreted_into": ["cmn"],
        "interpreted_more": "fr",
        "cast-0-speaker": str(person.id),
        "cast-0-role": "moderator",
        "cast-0-part": "0",
        "parts-0-title-zh_hant": "第一回合",
        "parts-0-minutes": "",
        "stream_url": "https://example.com/stream",
        "abstract-en": "Kept words",
        "listed_day": "2026-12-07",
    }
    if "parts-0-minutes" in wrong and "parts-0-title-en" not in wrong:
        rows["parts-0-title-zh_hant"] = ""
    answer = owner.send(NEW, owner.form_in(page), **(rows | wrong))
    assert answer.status_code == 422, answer.text
    assert says in answer.text
    shown = owner.form_in(answer).values
    for name, value in (rows | wrong).items():
        if name in {"delivered_more", "interpreted_more", "cast-0-part"}:
            continue
        for one in value if isinstance(value, list) else [value]:
            assert (name, one) in shown, (name, one)
    assert ("delivered_in", "de") in shown
    assert ("interpreted_into", "fr") in shown
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 0


def test_two_editors_read_every_new_box_in_words(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    with app.app_context():
        hall, annex = (
            factories.make_room(house.event, name=factories.text(name))
            for name in ("Great hall", "Annex")
        )
        track = service.add_track(
            SYSTEM,
            house.event_id,
            service.TrackDetails(factories.text("Robotics")),
            now=factories.NOW,
        )
        person = factories.make_speaker(house.ours.id, name="Ada Sample")
    place = made(app, owner, house)
    theirs = second.form(place)
    page = owner.send(place, owner.form(place), act="part-add")
    rows = {
        "delivered_in": ["yue"],
        "interpreted_into": ["en", "sgn"],
        "room": str(hall.id),
        "also_in": [str(annex.id)],
        "track": str(track.id),
        "kind": "workshop",
        "parts-0-title-en": "First round",
        "parts-0-minutes": "20",
        "cast-0-speaker": str(person.id),
        "cast-0-role": "other",
        "cast-0-called-en": "Timekeeper",
        "day": "2026-12-09",
    }
    assert owner.send(place, owner.form_in(page), **rows).status_code == 303
    met = second.send(place, theirs, **{"delivered_in": ["ja"], "title-en": "My own title"})
    assert met.status_code == 409
    for words in (
        "Cantonese",
        "English and sign language",
        "Great hall",
        "Annex",
        "Robotics",
        "Workshop",
        "First round (20 min)",
        "Ada Sample (Timekeeper)",
        "Wednesday 9 December",
    ):
        assert words in met.text, words
    shown = second.form_in(met).values
    assert ("title-en", "My own title") in shown
    assert [value for name, value in shown if name == "delivered_in"] == ["ja"]
    assert "Yours stands in the form" in met.text
    for name, value in rows.items():
        if name != "delivered_in":
            for one in value if isinstance(value, list) else [value]:
                assert (name, one) in shown, (name, one)
    assert second.send(place, second.form_in(met), delivered_in=["yue"]).status_code == 303
    found = only(app, house)
    assert found.title.get("en") == "My own title"
    assert found.also_in == [str(annex.id)]


def test_where_changes_are_held_back_saving_says_so(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
        service.keep_programme(SYSTEM, house.event_id, keeping, now=factories.NOW)
    place = made(app, owner, house)
    assert "Guests see it with the next release." in owner.get(BOARD).text
    found = only(app, house)
    assert (found.public.state, found.state) == (SessionState.DRAFT, SessionState.CONFIRMED)
    page = owner.get(place).text
    assert "Unreleased changes" in page
    assert "Delete the draft" in page
