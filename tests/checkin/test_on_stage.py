"""The door says what is on and what comes next, and how late it runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from forum.checkin import queries
from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme import queries as programme
from forum.programme import service as schedule
from forum.programme.rules import ReleaseMode, SessionKind, SessionState
from tests.checkin.conftest import NewPhone, Phone, run_late
from tests.factories import STARTS, make_room, make_session, text

ON = STARTS + timedelta(minutes=45)


@pytest.fixture(autouse=True)
def _during() -> Iterator[None]:
    with time_machine.travel(ON, tick=False):
        yield


@pytest.fixture
def mei(phone: NewPhone) -> Phone:
    return phone("Mei")


def _said(phone: Phone, lang: str = "en") -> list[str]:
    found: dict[str, Any] = phone.call(f"state?lang={lang}").get_json()["programme"]
    return ["".join(piece["text"] for piece in line) for line in found["lines"]]


def test_an_event_without_a_programme_says_nothing(mei: Phone) -> None:
    assert _said(mei) == []
    assert 'id="programme" data-at="09:45" hidden' in mei.client.get("/door/").text


def test_what_is_on_and_next_stand_there_in_three_languages(event: Event, mei: Phone) -> None:
    room = make_room(event, name=text("Main Hall"))
    make_session(event, title=text("Opening address"), room_id=room.id)
    make_session(event, after=60, title=Text({"en": "Panel"}))
    assert _said(mei) == [
        "Now · 9:30–10:00 am · Main Hall · Opening address",
        "Up next · 10:00 am · Panel",
    ]
    assert _said(mei, "zh-Hant") == [
        "現在 · 09:30–10:00 · Main Hall（繁） · Opening address（繁）",
        "接着 · 10:00 · Panel",
    ]
    assert _said(mei, "zh-Hans")[0].endswith("Main Hall（简） · Opening address（简）")
    found = mei.call("state?lang=zh-Hant").get_json()["programme"]
    assert found["at"] == "09:45"
    assert found["lines"][1][-1] == {"text": "Panel", "lang": "en", "strong": False}
    page = mei.client.get("/door/?lang=zh-Hant").text
    assert '<span lang="en">Panel</span>' in page


def test_a_delay_is_there_at_the_next_poll_and_gone_when_taken_back(
    event: Event, mei: Phone
) -> None:
    talk = make_session(event, title=text("Opening address"))
    make_session(event, after=60, title=text("Panel"))
    assert not [line for line in _said(mei) if "late" in line]
    run_late(event.id, talk.id, 8, now=ON)
    assert _said(mei) == [
        "Now · 9:30–10:08 am · 8 min late · Opening address",
        "Up next · 10:08 am · 8 min late · Panel",
    ]
    assert "延遲8分鐘" in _said(mei, "zh-Hant")[0]
    release = programme.last_late_release(event.id)
    assert release is not None
    schedule.undo_late(SYSTEM, event.id, release.number, now=ON)
    assert _said(mei)[0] == "Now · 9:30–10:00 am · Opening address"


def test_of_several_at_once_the_late_one_is_named_and_a_break_last(
    event: Event, mei: Phone
) -> None:
    rooms = [make_room(event) for _ in range(3)]
    make_session(event, title=text("In time"), room_id=rooms[0].id)
    late = make_session(event, title=text("Late one"), room_id=rooms[1].id)
    make_session(event, kind=SessionKind.BREAK, title=text("Tea"), room_id=rooms[2].id)
    make_session(event, after=90, kind=SessionKind.BREAK, title=text("Lunch"))
    run_late(event.id, late.id, 5, now=ON)
    now, coming = _said(mei)
    assert " · 5 min late · " in now
    assert now.endswith(" · Late one · 2 more")
    assert coming == "Up next · 10:30 am · Lunch"


def test_drafts_cancelled_sessions_and_what_waits_for_release_are_not_told(
    event: Event, mei: Phone
) -> None:
    make_session(event, state=SessionState.DRAFT)
    make_session(event, state=SessionState.CANCELLED)
    keeping = schedule.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    talk = make_session(event, after=60, title=text("Panel"))
    schedule.keep_programme(SYSTEM, event.id, keeping, now=ON)
    known = programme.planned_session(event.id, talk.id)
    place = schedule.Place(
        STARTS + timedelta(minutes=90), STARTS + timedelta(minutes=120), known.room_id
    )
    schedule.place_session(SYSTEM, event.id, talk.id, known.revision, place, now=ON)
    assert _said(mei) == ["Up next · 10:00 am · Panel"]


def test_what_comes_on_another_day_says_which(event: Event, mei: Phone) -> None:
    make_session(event, after=24 * 60, title=text("Second day"))
    assert _said(mei) == ["Up next · 9 December 9:00 am · Second day"]


@pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.POSTPONED])
def test_an_event_that_does_not_take_place_has_nothing_on(event: Event, state: EventState) -> None:
    make_session(event)
    event.state = state
    assert queries.on_stage(event, ON) == queries.OnStage()


@pytest.mark.both_databases
def test_it_takes_two_statements_with_one_session_or_many(event: Event) -> None:
    counts = []
    for number in (1, 29):
        for place in range(number):
            room = make_room(event)
            talk = make_session(event, title=text(f"{place}"), room_id=room.id)
            run_late(event.id, talk.id, 8, now=ON)
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            found = queries.on_stage(event, ON)
        assert found.now is not None
        assert (found.now.late, found.now.others + 1) == (8, 30 if number > 1 else 1)
        counts.append(len(seen))
    assert counts == [2, 2]
