"""The programme's board: what waits for a release comes first, and nothing drowns the clashes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from forum.core.db import counted_statements, db
from forum.core.text import Text
from forum.events.models import Event
from forum.programme.models import SpeakerContact
from forum.programme.rules import SessionKind
from tests import factories
from tests.events.browsing import Member
from tests.programme.releasing import hold, move

BOARD = "/manage/sample-forum/programme"
RELEASE = f'href="{BOARD}/release"'


def drawn(page: str) -> Any:
    """Return what the schedule editor's script reads."""
    (found,) = re.findall(r'<script type="application/json" id="sched-grid">(.*?)</script>', page)
    return json.loads(found)


def test_releasing_is_the_main_act_while_something_waits_and_says_who_is_told(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        talk = factories.make_session(house.event)
        speaker = factories.make_speaker(house.ours.id)
        factories.make_appearance(talk, speaker)
        factories._stored(SpeakerContact(speaker_id=speaker.id, email="s@example.com"))
    at_once = owner.get(BOARD).text
    assert RELEASE not in at_once
    with app.app_context():
        hold(house.event)
    assert RELEASE not in owner.get(BOARD).text
    with app.app_context():
        move(house.event, talk, 10)
    page = owner.get(BOARD).text
    assert re.search(rf'<a class="btn main slim" {RELEASE}>Release and tell one person</a>', page)
    assert page.count('class="btn main') == 1


def test_what_nobody_is_told_of_is_released_by_the_number_of_changes(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        talks = [factories.make_session(house.event, after=after) for after in (30, 90)]
        hold(house.event)
        for talk in talks:
            move(house.event, talk, 10)
    assert "Release 2 changes" in owner.get(BOARD).text


def test_the_board_costs_the_same_however_much_waits(
    app: Flask, owner: Member, house: SimpleNamespace
):
    def statements(sessions: int) -> int:
        with app.app_context():
            for _ in range(sessions):
                made = factories.make_session(house.event)
                factories.make_appearance(made, factories.make_speaker(house.ours.id))
                move(house.event, made, 10)
            with counted_statements(db.engine) as counted:
                assert owner.get(BOARD).status_code == 200
        return len(counted)

    with app.app_context():
        hold(house.event)
    assert statements(1) == statements(29)


def test_the_run_sheet_is_reached_from_one_place(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        factories.make_session(house.event)
    assert owner.get(BOARD).text.count('href="/manage/sample-forum/run-sheet"') == 1


@pytest.mark.parametrize(("nights", "says"), [(0, "Tuesday 8 December 2026"), (1, "–Wednesday 9")])
def test_the_side_column_says_every_day_of_the_event(
    app: Flask, owner: Member, house: SimpleNamespace, nights: int, says: str
):
    with app.app_context():
        db.session.get_one(Event, house.event_id).ends_at += timedelta(days=nights)
        db.session.commit()
    side = owner.get(BOARD).text.split("<main")[0]
    assert says in side


def test_a_missing_translation_is_counted_once_and_marks_no_session(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        for after in (30, 60, 90):
            factories.make_session(house.event, after=after, title=Text({"en": "English only"}))
        factories.make_session(house.event, after=120, kind=SessionKind.PANEL)
    page = owner.get(BOARD).text
    assert "3 sessions lack a translation" in page
    assert "One reminder" in page
    marks = {one["kind"]: one["marked"] for one in drawn(page)["conflicts"]}
    assert marks == {"translation": False, "no_moderator": True}


def test_each_kind_of_conflict_stands_once_with_the_step_that_mends_it(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        untold = [
            factories.make_session(house.event, after=30 * n, title=Text({"en": f"Talk {n}"}))
            for n in range(1, 4)
        ]
        panel = factories.make_session(house.event, after=120, kind=SessionKind.PANEL)
        late = factories.make_session(house.event, after=1000)
    page = owner.get(f"{BOARD}/conflicts").text
    assert page.count('id="k-translation"') == 1
    assert "Many at once go fastest in a sheet" in page
    for session in untold:
        assert f'href="{BOARD}/{session.id}#title-en">Add the translation' in page
        assert f"{BOARD}/{session.id}/move" not in page
    assert f'href="{BOARD}/{panel.id}#people">Name a moderator' in page
    assert f'href="{BOARD}/{late.id}/move">Move' in page
    form = owner.get(f"{BOARD}/{panel.id}").text
    assert 'id="people"' in form
    assert 'id="title-en"' in form


def test_people_of_this_event_are_offered_before_all_others(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        factories.make_speaker(house.ours.id, name="Aaron Elsewhere")
        here = factories.make_speaker(house.ours.id, name="Zoe Here")
        talk = factories.make_session(house.event)
        factories.make_appearance(talk, here)
    page = owner.get(f"{BOARD}/{talk.id}").text
    (select,) = re.findall(r'<select[^>]*name="cast-0-speaker".*?</select>', page, re.DOTALL)
    assert re.search(
        r'<optgroup label="At this event">.*Zoe Here.*</optgroup>'
        r'<optgroup label="Known from other events">.*Aaron Elsewhere',
        select,
        re.DOTALL,
    )
    assert f'<option selected value="{here.id}">' in select


def test_the_export_page_names_the_address_of_each_format_in_each_language(
    app: Flask, owner: Member, house: SimpleNamespace
):
    page = owner.get("/manage/sample-forum/programme/export").text
    for ending in ("xml", "json"):
        for key in ("en", "zh-Hant", "zh-Hans"):
            assert f"/e/sample-forum/schedule.{ending}?lang={key}" in page
