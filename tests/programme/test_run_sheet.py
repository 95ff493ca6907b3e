"""The run sheet over HTTP: now and next, cues, a delay that is looked at, made and taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.core.revisions import fingerprint
from forum.programme import service
from forum.programme.models import Appearance, Session, SpeakerContact
from forum.programme.rules import AppearanceRole, CueFor, SessionKind, SessionState
from tests import factories
from tests.events.browsing import Member

ON_THE_DAY = factories.STARTS + timedelta(minutes=50)
SHEET = "/manage/sample-forum/run-sheet"


@pytest.fixture
def day(app: Flask, house: SimpleNamespace) -> SimpleNamespace:
    """Two talks, a break and a talk in the hall, one talk in the studio; two cues."""
    with app.app_context():
        hall = factories.make_room(house.event, slug="hall", name=factories.text("Hall"))
        studio = factories.make_room(house.event, slug="studio", name=factories.text("Studio"))
        made = [
            factories.make_session(
                house.event,
                after=after,
                minutes=minutes,
                kind=kind,
                room_id=room.id,
                title=factories.text(title),
            )
            for title, after, minutes, kind, room in (
                ("Opening", 30, 30, SessionKind.KEYNOTE, hall),
                ("Robots", 60, 30, SessionKind.PANEL, hall),
                ("Coffee", 90, 20, SessionKind.BREAK, hall),
                ("Sensors", 110, 30, SessionKind.TALK, hall),
                ("Elsewhere", 60, 30, SessionKind.TALK, studio),
            )
        ]
        speaker = factories.make_speaker(house.ours.id, name="Mei Sample")
        factories.make_appearance(made[1], speaker, AppearanceRole.MODERATOR)
        lines = [
            service.CueLine(CueFor.MC, -5, "Seats please"),
            service.CueLine(CueFor.AV, 0, "Slides up"),
        ]
        seen = fingerprint(service.cue_values([]))
        service.keep_cues(SYSTEM, house.event_id, made[1].id, seen, lines, now=factories.NOW)
        return SimpleNamespace(ids=[one.id for one in made], late=f"{SHEET}/{made[0].id}/late")


@pytest.fixture(autouse=True)
def _on_the_day(_frozen: None):
    with time_machine.travel(ON_THE_DAY, tick=True):
        yield


def clock_of(app: Flask, session_id) -> list[str]:
    with app.app_context():
        session = db.session.get_one(Session, session_id)
        return [f"{one:%H:%M}" for one in (session.starts_at, session.ends_at)]


def test_it_shows_what_is_on_what_comes_next_and_the_cues_as_times_of_day(owner, day):
    page = owner.get(SHEET).text
    assert re.search(r"Now</p><h3>Opening", page)
    assert re.search(r"Up next</p><h3>Robots", page)
    assert re.search(r"9:55 am</b> <span class=\"tag\">MC</span> <span>Seats please", page)
    assert re.search(r"10:00 am</b> <span class=\"tag\">AV</span> <span>Slides up", page)
    assert re.search(r"<b>Moderator</b>:\s+Mei Sample", page)
    assert "Elsewhere" not in page
    assert "Elsewhere" in owner.get(f"{SHEET}?room=studio").text


def test_a_crew_sees_its_own_cues_alone(owner, day):
    page = owner.get(f"{SHEET}?cues=av").text
    assert "Slides up" in page
    assert "Seats please" not in page


def test_all_rooms_stand_on_one_page_for_printing(owner, day):
    page = owner.get(f"{SHEET}?room=all").text
    assert page.count('class="sheet stack"') == 2
    assert "Elsewhere" in page
    assert "Opening" in page


@pytest.mark.parametrize("query", ["?day=nonsense", "?day=1999-01-01", "?room=none", "?cues=x"])
def test_an_odd_address_shows_the_day_all_the_same(owner, day, query):
    assert "Opening" in owner.get(SHEET + query).text


def test_a_member_who_may_only_look_sees_no_buttons(app, house, day):
    viewer = Member(app, house.ours, role=Role.VIEWER)
    page = viewer.get(SHEET)
    assert page.status_code == 200
    assert "Opening" in page.text
    assert "/late" not in page.text
    assert viewer.get(day.late).status_code == 403


def test_looking_at_a_delay_changes_nothing(app, owner, day):
    page = owner.get(f"{day.late}?minutes=8")
    assert page.status_code == 200
    assert "10:00–10:30 am" in page.text
    assert "10:08–10:38 am" in page.text
    assert "Move 3 sessions" in page.text
    assert "Elsewhere" not in page.text
    assert clock_of(app, day.ids[0]) == ["01:30", "02:00"]


def test_a_delay_is_made_and_taken_back_with_one_click(app, owner, day):
    seen = owner.form(f"{day.late}?minutes=8", having="seen")
    answer = owner.send(day.late, seen, act="move")
    assert answer.status_code == 303
    assert clock_of(app, day.ids[1]) == ["02:08", "02:38"]
    assert clock_of(app, day.ids[2]) == ["02:38", "02:50"]
    assert clock_of(app, day.ids[3]) == ["02:50", "03:20"]
    done = owner.get(answer.location)
    assert "3 sessions moved" in done.text
    said = re.findall(r'class="n st num">([^<]+)<', done.text)
    assert said == ["+8", "+8", "+8"], "the first ends 8 minutes later, though it began in time"
    sheet = owner.get(SHEET).text
    assert "8 minutes late" in sheet
    assert answer.location in sheet
    undone = owner.press(answer.location, f"{answer.location}/undo")
    assert undone.status_code == 303
    assert clock_of(app, day.ids[1]) == ["02:00", "02:30"]
    assert "8 minutes late" not in owner.get(SHEET).text


def test_a_delay_can_be_taken_back_once(app, owner, day):
    answer = owner.send(day.late, owner.form(f"{day.late}?minutes=8", having="seen"), act="move")
    form = next(one for one in [owner.form(answer.location)] if one.action.endswith("/undo"))
    owner.send(answer.location, form)
    again = owner.client.post(
        form.action, data={"csrf_token": dict(form.values)["csrf_token"], "once": "other"}
    )
    assert again.status_code == 303
    assert "changed since" in owner.get(SHEET).text
    assert clock_of(app, day.ids[0]) == ["01:30", "02:00"]


def test_a_day_long_over_offers_no_undo_and_one_pressed_too_late_is_told_so(app, owner, house, day):
    answer = owner.send(day.late, owner.form(f"{day.late}?minutes=8", having="seen"), act="move")
    with time_machine.travel(ON_THE_DAY + timedelta(hours=11), tick=True):
        form = owner.form(answer.location)
    with time_machine.travel(ON_THE_DAY + timedelta(days=2), tick=True):
        later = Member(app, house.ours)
        shown = later.get(answer.location).text
        assert "/undo" not in shown
        assert "This day is over" in shown
        token = dict(later.form(day.late, having="seen").values)["csrf_token"]
        pressed = later.client.post(form.action, data={"csrf_token": token})
        assert (pressed.status_code, pressed.location) == (303, SHEET)
        assert "This day is over" in later.get(SHEET).text
    assert clock_of(app, day.ids[0]) == ["01:30", "02:08"]


def test_what_was_moved_is_read_at_once_however_many_days_there_are(app, owner, house, day):
    there = owner.send(
        day.late, owner.form(f"{day.late}?minutes=8", having="seen"), act="move"
    ).location
    costs = []
    for days in (0, 30):
        with app.app_context():
            for number in range(days):
                factories.make_session(house.event, after=1440 * (number + 1))
            engine = db.engine
        owner.get(there)
        with counted_statements(engine) as statements:
            assert owner.get(there).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_another_choice_is_shown_before_it_is_made(app, owner, day):
    """A break that no longer absorbs moves more than the page had shown: it is shown first."""
    seen = owner.form(f"{day.late}?minutes=8", having="seen")
    refused = owner.send(day.late, seen, act="move", absorbing=[])
    assert refused.status_code == 409
    assert "Move 4 sessions" in refused.text
    assert clock_of(app, day.ids[1]) == ["02:00", "02:30"]
    again = owner.form_in(refused, having="seen")
    assert owner.send(day.late, again, act="move").status_code == 303
    assert clock_of(app, day.ids[3]) == ["02:58", "03:28"]


def test_what_stays_is_said_and_can_be_taken_back(owner, day):
    seen = owner.form(f"{day.late}?minutes=8", having="seen")
    page = owner.send(day.late, seen, act="look", staying=[str(day.ids[1])])
    assert page.status_code == 200
    assert "Move one session" in page.text
    assert re.search(rf'name="staying" value="{day.ids[1]}" checked', page.text)
    assert "Hall holds two sessions at once" in page.text


def test_what_ends_after_the_event_is_said(owner, day):
    page = owner.get(f"/manage/sample-forum/run-sheet/{day.ids[3]}/late?minutes=120")
    assert "Ends after the event’s own end:" in page.text
    assert "The day ends at 1:20 pm instead of 11:20 am." in page.text


def test_the_page_says_what_runs_late_and_who_is_told(app, house, owner, day):
    with app.app_context():
        part = db.session.scalars(sa.select(Appearance)).one()
        factories._stored(SpeakerContact(speaker_id=part.speaker_id, email="mei@example.com"))
    page = owner.get(f"{day.late}?minutes=8").text
    assert re.search(r"<h1>Runs late: <span>Opening</span></h1>", page)
    assert "One person is told by mail." in page
    nobody = owner.get(f"/manage/sample-forum/run-sheet/{day.ids[3]}/late?minutes=8").text
    assert "Nobody is told by mail." in nobody


def test_a_break_in_another_room_that_a_delay_runs_into_is_said(app, house, owner, day):
    with app.app_context():
        foyer = factories.make_room(house.event, name=factories.text("Foyer"))
        factories.make_session(
            house.event,
            after=140,
            kind=SessionKind.BREAK,
            room_id=foyer.id,
            title=factories.text("Tea"),
        )
    page = owner.get(f"/manage/sample-forum/run-sheet/{day.ids[3]}/late?minutes=8").text
    assert re.search(r"Sensors\s+now runs into a break elsewhere: Tea, Foyer", page)


def test_each_room_says_on_paper_what_it_is_of_and_when_it_held(owner, day):
    page = owner.get(f"{SHEET}?room=all").text
    heads = re.findall(r'<p class="paper-head">(.*?)</p>', page)
    assert len(heads) == 2
    assert all("Tuesday 8 December 2026 · Run sheet · as of 8 Dec, 9:50 am" in one for one in heads)
    assert "data-print" in page


def test_other_minutes_are_typed(owner, day):
    empty = owner.form(day.late, having="seen")
    page = owner.send(day.late, empty, act="look", minutes="８")
    assert "Move 3 sessions" in page.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"minutes": ""}, "Enter a whole number of minutes from 1 to 240"),
        ({"minutes": "0"}, "Enter a whole number from 1 to 240"),
        ({"minutes": "9999999999"}, "Enter a whole number from 1 to 240"),
        ({"minutes": "soon"}, "Enter a whole number from 1 to 240"),
        ({"minutes": "30", "way": "earlier"}, "It would end before it begins"),
        ({"way": "sideways"}, "Choose one from the list"),
        ({"shortest": "-3"}, "Enter a whole number from 0 to 120"),
    ],
)
def test_what_makes_no_sense_is_answered_by_a_sentence(app, owner, day, typed, says):
    seen = owner.form(f"{day.late}?minutes=8", having="seen")
    answer = owner.send(day.late, seen, act="move", **typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert clock_of(app, day.ids[0]) == ["01:30", "02:00"]


def test_odd_ids_in_the_form_count_for_nothing(owner, day):
    seen = owner.form(f"{day.late}?minutes=8", having="seen")
    answer = owner.send(day.late, seen, act="look", staying=["<script>", "1"], absorbing=["?"])
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace('<script type="module"', "")


def test_two_editors_who_press_the_same_delay_make_it_once(app, owner, second, day):
    one = owner.form(f"{day.late}?minutes=8", having="seen")
    two = second.form(f"{day.late}?minutes=8", having="seen")
    assert owner.send(day.late, one, act="move").status_code == 303
    late = second.send(day.late, two, act="move")
    assert late.status_code == 409
    assert "Look at what moves now" in late.text
    assert clock_of(app, day.ids[0]) == ["01:30", "02:08"]


def test_a_session_that_does_not_take_place_cannot_run_late(app, owner, house, day):
    with app.app_context():
        cancelled = factories.make_session(house.event, state=SessionState.CANCELLED)
        draft = factories.make_session(house.event, state=SessionState.DRAFT)
        theirs = factories.make_session(house.other)
    for one in (cancelled, draft, theirs):
        assert owner.get(f"{SHEET}/{one.id}/late").status_code == 404
    assert owner.get(f"{SHEET}/late/99").status_code == 404


def test_ending_earlier_brings_nothing_forward_unless_told(owner, day):
    page = owner.get(f"{day.late}?minutes=8&way=earlier")
    assert "Move one session" in page.text


def test_cues_are_written_row_by_row(owner, day):
    there = f"/manage/sample-forum/programme/{day.ids[0]}/cues"
    form = owner.form(there, having="seen")
    answer = owner.send(
        there, form, **{"cues-0-minutes": "-2", "cues-0-said": "Lights", "cues-0-audience": "stage"}
    )
    assert answer.status_code == 303
    assert "9:28 am</b>" in owner.get(SHEET).text
    again = owner.form(there, having="seen")
    assert dict(again.values)["cues-0-said"] == "Lights"
    emptied = owner.send(there, again, **{"cues-0-said": ""})
    assert emptied.status_code == 303
    assert "Lights" not in owner.get(SHEET).text


def test_a_cue_out_of_bounds_is_answered_by_a_sentence(owner, day):
    there = f"/manage/sample-forum/programme/{day.ids[0]}/cues"
    form = owner.form(there, having="seen")
    answer = owner.send(there, form, **{"cues-0-minutes": "5000", "cues-0-said": "x" * 400})
    assert answer.status_code == 422
    assert "Enter a whole number from -240 to 1440" in answer.text
    assert "Shorten this to at most 300 characters" in answer.text


def test_two_who_edit_cues_lose_nothing_typed(owner, second, day):
    there = f"/manage/sample-forum/programme/{day.ids[0]}/cues"
    one, two = owner.form(there, having="seen"), second.form(there, having="seen")
    owner.send(there, one, **{"cues-0-said": "Mine"})
    answer = second.send(there, two, **{"cues-0-said": "Theirs"})
    assert answer.status_code == 409
    assert 'value="Theirs"' in answer.text
    assert "Mine" in answer.text


def test_the_sheet_takes_as_many_statements_for_thirty_sessions_as_for_few(app, owner, house, day):
    def _statements() -> int:
        with app.app_context(), counted_statements(db.engine) as seen:
            owner.get(f"{SHEET}?room=all")
        return len(seen)

    few = _statements()
    with app.app_context():
        for number in range(30):
            factories.make_session(house.event, after=300 + 30 * number)
    assert _statements() == few


@pytest.mark.parametrize("lang", ["zh-Hant", "zh-Hans"])
def test_every_page_speaks_chinese(owner, day, lang):
    for path in (SHEET, f"{day.late}?minutes=8"):
        assert owner.get(f"{path}{'&' if '?' in path else '?'}lang={lang}").status_code == 200


def test_an_event_without_sessions_says_what_a_run_sheet_is(owner, house):
    assert "Nothing has a time yet" in owner.get(SHEET).text
