"""An editor places sessions: by the small form, and as the grid's script sends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from forum.core import conflicts as shared
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.core.text import Text
from forum.programme.models import Unavailability
from forum.programme.rules import EngagementState, SessionKind
from tests import factories
from tests.events.browsing import Member
from tests.programme.placing import engage, fill, grid, place, stored

BOARD = "/manage/sample-forum/programme"


@pytest.fixture
def room(app: Flask, house: SimpleNamespace) -> UUID:
    with app.app_context():
        return factories.make_room(house.event, name=Text({"en": "Hall"}), capacity=50).id


@pytest.fixture
def session(app: Flask, house: SimpleNamespace) -> UUID:
    with app.app_context():
        return factories.make_session(house.event).id


def test_the_grid_places_a_session_and_hears_how_it_stands(
    app: Flask, owner: Member, house: SimpleNamespace, session: UUID, room: UUID
):
    answer = place(owner, session, room=str(room))
    assert answer.status_code == 200
    found = answer.get_json()
    assert found["session"]["start"] == 660
    assert found["session"]["minutes"] == 45
    assert found["session"]["room"] == str(room)
    assert found["session"]["revision"] == 2
    assert found["conflicts"] == []
    kept = stored(app, session)
    assert kept.starts_at == datetime(2026, 12, 8, 3, 0, tzinfo=UTC)
    assert kept.ends_at == datetime(2026, 12, 8, 3, 45, tzinfo=UTC)
    answer = place(owner, session, made_from=2, starts_at=None, day=None)
    assert answer.get_json()["session"]["day"] is None
    assert stored(app, session).day is None


def test_after_midnight_the_grid_keeps_a_session_under_its_evening(
    app: Flask, owner: Member, session: UUID
):
    answer = place(owner, session, starts_at="2026-12-09T00:30", day="2026-12-08")
    assert answer.get_json()["session"]["start"] == 1470
    assert str(stored(app, session).day) == "2026-12-08"
    answer = place(owner, session, made_from=2, starts_at="2026-12-09T00:30", day="2026-12-01")
    assert answer.status_code == 422
    assert "the day before" in answer.get_json()["message"]


def test_who_comes_second_hears_who_was_first_and_where_it_stands(
    app: Flask, owner: Member, second: Member, session: UUID
):
    assert place(second, session).status_code == 200
    answer = place(owner, session, starts_at="2026-12-08T12:00")
    assert answer.status_code == 409
    said = answer.get_json()
    assert said["message"] == "Ben Sample changed it meanwhile. It stands as they left it."
    assert said["session"]["start"] == 660
    assert said["session"]["revision"] == 2


@pytest.mark.parametrize(
    "nonsense",
    [
        {"made_from": "x"},
        {"made_from": None},
        {"minutes": 0},
        {"minutes": 10**9},
        {"minutes": "a lot"},
        {"minutes": [30]},
        {"starts_at": "yesterday"},
        {"starts_at": 7},
        {"starts_at": "2026-12-08T11:00+08:00"},
        {"starts_at": "0001-01-01T00:00"},
        {"starts_at": "9999-12-31T23:59"},
        {"room": "None"},
        {"room": {"a": 1}},
        {"day": "2026-02-30"},
    ],
)
def test_what_no_page_sends_is_refused_with_a_sentence(
    app: Flask, owner: Member, session: UUID, nonsense: dict[str, Any]
):
    answer = place(owner, session, **nonsense)
    assert answer.status_code == 422
    assert answer.get_json()["message"]
    assert stored(app, session).revision == 1


def test_a_body_that_is_no_object_a_strange_room_and_a_lost_session_are_refused(
    app: Flask, owner: Member, house: SimpleNamespace, session: UUID
):
    with app.app_context():
        foreign = factories.make_room(house.other).id
    assert place(owner, session, room=str(foreign)).status_code == 404
    assert place(owner, uuid4()).status_code == 404
    assert place(owner, uuid4()).get_json()["message"]
    token = re.search(r'data-token="([^"]+)"', owner.get(BOARD).text)
    for body in (b"", b"[]", b"null", b"{", b"\xff\xfe"):
        answer = owner.client.post(
            f"{BOARD}/{session}/place",
            data=body,
            content_type="application/json",
            headers={"X-CSRFToken": token[1] if token else ""},
        )
        assert answer.status_code == 422, body


def test_without_the_page_s_token_nothing_is_placed(app: Flask, owner: Member, session: UUID):
    answer = owner.client.post(f"{BOARD}/{session}/place", json={})
    assert answer.status_code == 400
    assert stored(app, session).revision == 1


def test_only_who_edits_the_programme_may_place(
    app: Flask, house: SimpleNamespace, owner: Member, session: UUID
):
    viewer = Member(app, house.ours, role=Role.VIEWER)
    stranger = Member(app, house.theirs)
    for member, expected in ((viewer, 403), (stranger, 404)):
        assert member.get(BOARD).status_code == expected
        assert member.get(f"{BOARD}/live").status_code == expected
        assert member.get(f"{BOARD}/conflicts").status_code == expected
        assert member.get(f"{BOARD}/{session}/move").status_code == expected


def test_a_skipped_hour_takes_no_session_and_one_that_comes_twice_keeps_its_second(
    app: Flask, owner: Member, house: SimpleNamespace
):
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with app.app_context():
        event = factories.make_event(
            house.ours,
            slug="sample-night",
            time_zone="Europe/Berlin",
            starts_at=second_half_past_two - timedelta(days=1),
            ends_at=second_half_past_two + timedelta(days=300),
        )
        one = factories.make_session(
            event, starts_at=second_half_past_two, ends_at=second_half_past_two + timedelta(hours=1)
        )
    there = "/manage/sample-night/programme"
    token = re.search(r'data-token="([^"]+)"', owner.get(there).text)

    def send(**values: Any) -> TestResponse:
        return owner.client.post(
            f"{there}/{one.id}/place",
            json={"room": None, "minutes": 60, **values},
            headers={"X-CSRFToken": token[1] if token else ""},
        )

    answer = send(made_from=1, starts_at="2026-10-25T02:30", day="2026-10-25", minutes=90)
    assert answer.status_code == 200
    assert stored(app, one.id).starts_at == second_half_past_two
    answer = send(made_from=2, starts_at="2027-03-28T02:30", day="2027-03-28")
    assert answer.status_code == 422
    assert "the clock is put forward" in answer.get_json()["message"]
    shift = {day["day"]: day["shift"] for day in grid(owner.get(there).text)["days"]}
    assert shift["2026-10-25"] == {"at": 180, "by": -60}


def test_the_page_asks_whether_anything_has_changed_for_two_statements(
    app: Flask, owner: Member, house: SimpleNamespace, session: UUID
):
    mark = grid(owner.get(BOARD).text)["mark"]
    assert owner.get(f"{BOARD}/live?mark={mark}").get_json() == {"mark": mark}
    with app.app_context(), counted_statements(db.engine) as few:
        owner.get(f"{BOARD}/live?mark={mark}")
    assert place(owner, session).status_code == 200
    news = owner.get(f"{BOARD}/live?mark={mark}").get_json()
    assert news["mark"] != mark
    assert news["sessions"][0]["start"] == 660
    with app.app_context(), counted_statements(db.engine) as many:
        owner.get(f"{BOARD}/live?mark={mark}")
    assert len(few) < len(many)
    assert len(few) <= 6, few


def test_the_small_form_moves_a_session_and_leads_back_to_it(
    app: Flask, owner: Member, session: UUID, room: UUID
):
    form = f"{BOARD}/{session}/move"
    seen = dict(owner.form(form).values)
    assert (seen["day"], seen["start_time"], seen["minutes"]) == ("2026-12-08", "09:30", "30")
    answer = owner.fill(form, start_time="14:05", minutes="20", room=str(room))
    assert answer.status_code == 303
    assert answer.location.endswith(f"{BOARD}#s-{session}")
    found = stored(app, session)
    assert found.room_id == room
    assert found.starts_at == datetime(2026, 12, 8, 6, 5, tzinfo=UTC)
    assert owner.fill(form, day="", start_time="").status_code == 303
    assert stored(app, session).day is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"day": ""}, "Enter the date"),
        ({"start_time": ""}, "Enter when it starts"),
        ({"minutes": ""}, "Enter how many minutes it lasts"),
        ({"minutes": "0"}, "Enter a whole number"),
        ({"minutes": "99999"}, "Enter a whole number"),
        ({"start_time": "25:00"}, "Enter a time from"),
        ({"room": "None"}, "Choose one from the list"),
    ],
)
def test_the_small_form_says_what_is_missing(
    app: Flask, owner: Member, session: UUID, typed: dict[str, str], says: str
):
    answer = owner.fill(f"{BOARD}/{session}/move", **typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert stored(app, session).revision == 1


def test_two_small_forms_at_once_show_what_the_other_did_and_keep_what_was_typed(
    app: Flask, owner: Member, second: Member, session: UUID, room: UUID
):
    form = f"{BOARD}/{session}/move"
    seen = owner.form(form)
    assert second.fill(form, room=str(room)).status_code == 303
    answer = owner.send(form, seen, start_time="15:00")
    assert answer.status_code == 409
    assert "Ben Sample" in answer.text
    shown = dict(owner.form_in(answer).values)
    assert (shown["start_time"], shown["room"]) == ("15:00", str(room))
    assert owner.send(form, owner.form_in(answer)).status_code == 303
    found = stored(app, session)
    assert found.room_id == room
    assert found.starts_at == datetime(2026, 12, 8, 7, 0, tzinfo=UTC)


def test_the_list_of_conflicts_names_each_and_can_be_narrowed(
    app: Flask, owner: Member, house: SimpleNamespace, room: UUID
):
    with app.app_context():
        for title in ("One", "Other"):
            factories.make_session(house.event, room_id=room, title=Text({"en": title}))
        factories.make_session(house.event, after=120, kind=SessionKind.PANEL)
        away = factories.make_speaker(house.ours.id, name="Dee Sample")
        gone = factories.make_speaker(house.ours.id, name="Eve Sample")
        talk = factories.make_session(house.event, after=180)
        for who in (away, gone):
            factories.make_appearance(talk, who)
        engaged = engage(house, away.id)
        engage(house, gone.id, EngagementState.DECLINED)
        factories._stored(
            Unavailability(
                engagement_id=engaged.id,
                starts_at=house.event.starts_at,
                ends_at=house.event.ends_at,
            )
        )
    page = owner.get(f"{BOARD}/conflicts").text
    for says in (
        "Hall holds two sessions at once, 9:30–10:00 am.",
        "Dee Sample is not available, 12:00–12:30 pm.",
        "Eve Sample has declined, and is still on stage.",
        "This panel has no moderator.",
        "Words are missing in 繁體中文, 简体中文.",
    ):
        assert says in page, says
    narrowed = owner.get(f"{BOARD}/conflicts?kind=no_moderator").text
    assert "This panel has no moderator." in narrowed
    assert "Hall holds two sessions" not in narrowed
    assert "Nothing of this kind" in owner.get(f"{BOARD}/conflicts?kind=%00nonsense").text
    chinese = owner.get(f"{BOARD}/conflicts?lang=zh-Hant")
    assert chinese.status_code == 200


def test_guests_signed_up_for_two_at_once_are_counted_by_the_room_above(
    app: Flask, owner: Member, house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    with app.app_context():
        one, other = (factories.make_session(house.event) for _ in range(2))
    monkeypatch.setattr(shared, "_COUNTERS", [])
    shared.counts_conflicts(lambda _session, _event: {(other.id, one.id): 12})
    assert "12 guests have signed up for both" in owner.get(f"{BOARD}/conflicts").text


@pytest.mark.both_databases
def test_the_board_costs_the_same_statements_for_one_session_and_for_three_hundred(
    app: Flask, owner: Member, house: SimpleNamespace
):
    def count() -> int:
        with app.app_context(), counted_statements(db.engine) as statements:
            assert owner.get(BOARD).status_code == 200
        return len(statements)

    with app.app_context():
        factories.make_session(house.event, room_id=factories.make_room(house.event).id)
    few = count()
    fill(app, house, 300)
    assert count() == few
    took = []
    for _ in range(3):
        begins = perf_counter()
        page = owner.get(BOARD)
        took.append(perf_counter() - begins)
    assert len(grid(page.text)["sessions"]) == 301
    # Within a second is asked for; the bound is loose, as others may be at work on this machine.
    assert min(took) < 4
