"""An editor writes the programme: sessions of all kinds, who is on stage, cancelling."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.programme import queries
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from tests import factories
from tests.events.browsing import Member

BOARD = "/manage/sample-forum/programme"
NEW = f"{BOARD}/new"


def typed(**given: Any) -> dict[str, Any]:
    values = {
        "kind": "panel",
        "title-en": "The factory in the city",
        "title-zh_hant": "城中工廠",
        "day": "2026-12-08",
        "start_time": "10:00",
        "end_time": "11:00",
    }
    return values | given


def only_session(app: Flask) -> Session:
    with app.app_context():
        return db.session.scalars(sa.select(Session)).one()


def cast_of(app: Flask, session_id: UUID) -> list[tuple[str, AppearanceRole]]:
    with app.app_context():
        rows = db.session.execute(
            sa.select(Speaker.name, Speaker.name_zh, Appearance.role)
            .join(Speaker, Speaker.id == Appearance.speaker_id)
            .where(Appearance.session_id == session_id)
            .order_by(Appearance.position),
        )
        return [(name or name_zh, role) for name, name_zh, role in rows]


def speakers(app: Flask, house: SimpleNamespace, number: int = 4) -> list[Speaker]:
    with app.app_context():
        return [factories.make_speaker(house.ours.id) for _ in range(number)]


@pytest.mark.both_databases
def test_a_panel_has_a_moderator_and_panellists_in_their_order(
    app: Flask, owner: Member, house: SimpleNamespace
):
    known = speakers(app, house, 2)
    page = owner.send(NEW, owner.form(NEW), **typed(), act="add")
    assert page.status_code == 200
    page = owner.send(NEW, owner.form_in(page), act="add")
    answer = owner.send(
        NEW,
        owner.form_in(page),
        **{
            "cast-0-speaker": str(known[0].id),
            "cast-0-role": "moderator",
            "cast-0-place": "3",
            "cast-1-speaker": str(known[1].id),
            "cast-1-role": "panellist",
            "cast-1-place": "1",
            "cast-2-new_name": "王小明",
            "cast-2-role": "panellist",
            "cast-2-place": "2",
        },
    )
    assert answer.status_code == 303, answer.text
    session = only_session(app)
    assert session.kind is SessionKind.PANEL
    assert session.state is SessionState.CONFIRMED
    assert session.starts_at is not None
    assert session.starts_at.isoformat() == "2026-12-08T02:00:00+00:00"
    assert str(session.day) == "2026-12-08"
    assert cast_of(app, session.id) == [
        (known[1].name, AppearanceRole.PANELLIST),
        ("王小明", AppearanceRole.PANELLIST),
        (known[0].name, AppearanceRole.MODERATOR),
    ]
    board = owner.get(BOARD).text
    assert "The factory in the city" in board
    assert f"{known[0].name} (Moderator)".replace(known[0].name, "") in board


def test_buttons_move_rows_without_saving_and_keep_every_word(
    app: Flask, owner: Member, house: SimpleNamespace
):
    known = speakers(app, house, 2)
    page = owner.send(NEW, owner.form(NEW), **typed(**{"abstract-en": "Kept"}), act="add")
    rows = {"cast-0-speaker": str(known[0].id), "cast-1-new_name": "Somebody New"}
    page = owner.send(NEW, owner.form_in(page), **rows, act="down-0")
    shown = dict(owner.form_in(page).values)
    assert shown["cast-0-new_name"] == "Somebody New"
    assert shown["cast-1-speaker"] == str(known[0].id)
    assert shown["abstract-en"] == "Kept"
    assert shown["start_time"] == "10:00"
    page = owner.send(NEW, owner.form_in(page), act="up-1")
    page = owner.send(NEW, owner.form_in(page), act="remove-1")
    shown = dict(owner.form_in(page).values)
    assert shown["cast-0-speaker"] == str(known[0].id)
    assert "cast-1-speaker" not in shown
    for act in ("up-99", "down--1", "remove-x", "nonsense", "up-0", "\x00"):
        assert owner.send(NEW, owner.form_in(page), act=act).status_code == 200
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 0


def test_every_kind_of_session_can_be_made(app: Flask, owner: Member, house: SimpleNamespace):
    for kind in SessionKind:
        assert owner.fill(NEW, **typed(kind=kind.value)).status_code == 303, kind
    with app.app_context():
        made = set(db.session.scalars(sa.select(Session.kind)))
    assert made == set(SessionKind)


def test_without_a_time_a_session_waits_in_the_tray(
    app: Flask, owner: Member, house: SimpleNamespace
):
    assert owner.fill(NEW, **typed(day="", start_time="", end_time="")).status_code == 303
    assert only_session(app).day is None
    assert "Not scheduled" in owner.get(BOARD).text


def test_after_midnight_a_session_can_stand_under_the_evening_before(
    app: Flask, owner: Member, house: SimpleNamespace
):
    owner.fill(
        NEW,
        **typed(day="2026-12-09", start_time="00:30", end_time="01:30", listed_day="2026-12-08"),
    )
    session = only_session(app)
    assert str(session.day) == "2026-12-08"
    seen = dict(owner.form(f"{BOARD}/{session.id}").values)
    assert seen["day"] == "2026-12-09"
    assert seen["listed_day"] == "2026-12-08"


def test_a_session_over_midnight_ends_the_next_day(
    app: Flask, owner: Member, house: SimpleNamespace
):
    owner.fill(NEW, **typed(start_time="23:00", end_time="00:30"))
    session = only_session(app)
    assert session.starts_at is not None
    assert session.ends_at is not None
    assert (session.ends_at - session.starts_at).total_seconds() == 5400


BAD = [
    ({"title-en": "", "title-zh_hant": ""}, "Enter a title in one language at least"),
    ({"title-en": "x" * 10_000}, "at most 300 characters"),
    ({"abstract-en": "x" * 10_001}, "at most 10000 characters"),
    ({"day": ""}, "Enter the date, or leave both times empty"),
    ({"start_time": ""}, "Enter when it starts"),
    ({"end_time": ""}, "Enter when it ends"),
    ({"end_time": "10:00"}, "Enter an end that is after the start"),
    ({"end_time": "09:00"}, "Enter an end that is after the start"),
    ({"day": "2026-13-01"}, "Enter a day of the calendar"),
    ({"start_time": "ten"}, "Enter a time from 00:00 to 23:59"),
    ({"listed_day": "2026-12-01"}, "Choose the day on which it starts, or the day before"),
    ({"kind": "party"}, "Choose one from the list"),
    ({"state": "cancelled"}, "Choose one from the list"),
    ({"room": "11111111-1111-1111-1111-111111111111"}, "Choose one from the list"),
    ({"stream_url": "javascript:alert(1)"}, "Enter a web address"),
    ({"cast-0-speaker": "11111111-1111-1111-1111-111111111111"}, "Choose one from the list"),
    ({"cast-0-role": "king"}, "Choose one from the list"),
    ({"cast-0-new_name": "x" * 201}, "at most 200 characters"),
]


def test_bad_input_gets_a_sentence_and_loses_nothing(
    app: Flask, owner: Member, house: SimpleNamespace
):
    seen = owner.form(NEW)
    for wrong, says in BAD:
        answer = owner.send(NEW, seen, **(typed(**{"abstract-zh_hant": "Kept words"}) | wrong))
        assert answer.status_code == 422, wrong
        assert says in answer.text, wrong
        assert "There is a problem" in answer.text, wrong
        assert "Kept words" in answer.text, wrong
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 0


def test_a_gap_of_summer_time_is_named(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        factories.make_event(house.ours, slug="london-forum", time_zone="Europe/London")
    answer = owner.fill(
        "/manage/london-forum/programme/new",
        **typed(day="2027-03-28", start_time="01:30", end_time="03:00"),
    )
    assert answer.status_code == 422
    assert "01:30 on that day does not exist in Europe/London" in answer.text


def test_the_same_person_twice_in_one_role_is_refused(
    app: Flask, owner: Member, house: SimpleNamespace
):
    known = speakers(app, house, 1)[0]
    page = owner.send(NEW, owner.form(NEW), **typed(), act="add")
    answer = owner.send(
        NEW,
        owner.form_in(page),
        **{
            "cast-0-speaker": str(known.id),
            "cast-0-role": "panellist",
            "cast-1-speaker": str(known.id),
            "cast-1-role": "panellist",
        },
    )
    assert answer.status_code == 422
    assert "twice in the same role" in answer.text


@pytest.mark.both_databases
def test_calendars_hear_of_a_time_but_not_of_an_abstract(
    app: Flask, owner: Member, house: SimpleNamespace
):
    owner.fill(NEW, **typed())
    session = only_session(app)
    path = f"{BOARD}/{session.id}"
    start = session.calendar_sequence
    owner.fill(path, **{"abstract-en": "More words"})
    assert only_session(app).calendar_sequence == start
    owner.fill(path, start_time="10:15")
    assert only_session(app).calendar_sequence == start + 1
    revision = only_session(app).revision
    owner.fill(path)
    assert only_session(app).revision == revision


@pytest.mark.both_databases
def test_a_session_is_cancelled_and_held_after_all(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        session_id = factories.make_session(house.event).id
    path = f"{BOARD}/{session_id}"
    assert "marks it as cancelled" in owner.get(f"{path}/cancel").text
    assert only_session(app).state is SessionState.CONFIRMED
    assert owner.fill(f"{path}/cancel").status_code == 303
    session = only_session(app)
    assert (session.state, session.calendar_sequence) == (SessionState.CANCELLED, 1)
    assert "Cancelled" in owner.get(BOARD).text
    assert owner.press(path, f"{path}/reinstate").status_code == 303
    session = only_session(app)
    assert (session.state, session.calendar_sequence) == (SessionState.CONFIRMED, 2)


def test_a_draft_can_be_shown_to_guests_or_deleted_a_seen_session_cannot(
    app: Flask, owner: Member, house: SimpleNamespace
):
    owner.fill(NEW, **typed(state="draft"))
    session = only_session(app)
    assert (session.state, session.calendar_sequence) == (SessionState.DRAFT, 0)
    path = f"{BOARD}/{session.id}"
    with app.app_context():
        assert queries.sessions_of(house.event_id) == []
    ask = owner.form(f"{path}/delete")
    owner.fill(path, state="confirmed")
    assert only_session(app).state is SessionState.CONFIRMED
    assert owner.send(f"{path}/delete", ask).status_code == 409
    owner.fill(NEW, **typed(state="draft", **{"title-en": "A second draft"}))
    with app.app_context():
        draft = db.session.scalars(
            sa.select(Session.id).where(Session.state == SessionState.DRAFT),
        ).one()
    assert owner.fill(f"{BOARD}/{draft}/delete").status_code == 303
    assert only_session(app).state is SessionState.CONFIRMED


@pytest.mark.both_databases
def test_two_editors_of_a_session_lose_nothing(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    known = speakers(app, house, 2)
    with app.app_context():
        session_id = factories.make_session(house.event).id
    path = f"{BOARD}/{session_id}"
    seen = second.form(path)
    owner.fill(
        path,
        **{
            "title-en": "Ada’s title",
            "start_time": "11:00",
            "end_time": "11:30",
            "cast-0-speaker": str(known[0].id),
            "cast-0-role": "chair",
        },
    )
    answer = second.send(path, seen, **{"title-en": "Ben’s title", "abstract-en": "Ben’s words"})
    assert answer.status_code == 409
    assert "Ada Sample" in answer.text
    again = second.form_in(answer, having="title-en")
    shown = dict(again.values)
    assert shown["title-en"] == "Ben’s title"
    assert shown["abstract-en"] == "Ben’s words"
    assert shown["start_time"] == "11:00"
    assert shown["cast-0-speaker"] == str(known[0].id)
    assert second.send(path, again).status_code == 303
    assert only_session(app).title.get("en") == "Ben’s title"
    assert cast_of(app, session_id) == [(known[0].name, AppearanceRole.CHAIR)]


def test_clashes_and_a_panel_without_moderator_are_named_and_stop_nobody(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        hall = factories.make_room(house.event, name=factories.text("Great hall"))
        person = factories.make_speaker(house.ours.id, name="Dora Double")
        first = factories.make_session(
            house.event, title=factories.text("First talk"), room_id=hall.id, kind=SessionKind.PANEL
        )
        second = factories.make_session(
            house.event, after=45, title=factories.text("Second talk"), room_id=hall.id
        )
        gone = factories.make_session(
            house.event, title=factories.text("Gone"), room_id=hall.id, state=SessionState.CANCELLED
        )
        factories.make_session(house.event, after=600, title=factories.text("At night"))
        for session in (first, second, gone):
            factories.make_appearance(session, person)
    board = owner.get(BOARD).text
    assert "Sample" in board
    assert "Dora Double is in two sessions at once, 9:45–10:00 am." in board
    assert "Great hall holds two sessions at once, 9:45–10:00 am." in board
    assert "This panel has no moderator." in board
    listed = owner.get(f"{BOARD}/conflicts").text
    assert "This session lies outside the event’s own time." in listed
    assert listed.count("is in two sessions at once") == 1


def test_only_programme_roles_edit_sessions(app: Flask, house: SimpleNamespace):
    assert Member(app, house.ours, role=Role.PROGRAMME).get(BOARD).status_code == 200
    for role in (Role.REGISTRAR, Role.DOOR, Role.VIEWER):
        member = Member(app, house.ours, role=role)
        for path in (BOARD, NEW, "/manage/sample-forum/speakers"):
            assert member.get(path).status_code == 403, (role, path)


def test_other_organisations_sessions_and_people_do_not_exist(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        theirs = factories.make_session(house.other).id
        stranger = factories.make_speaker(house.theirs.id, name="Stranger Danger")
        stranger_id, stranger_slug = stranger.id, stranger.slug
    assert owner.get("/manage/other-forum/programme").status_code == 404
    for path in (f"{BOARD}/{theirs}", f"{BOARD}/{theirs}/cancel", f"{BOARD}/{theirs}/delete"):
        assert owner.get(path).status_code == 404
    assert "Stranger Danger" not in owner.get(NEW).text
    answer = owner.fill(NEW, **typed(**{"cast-0-speaker": str(stranger_id)}))
    assert answer.status_code == 422
    assert owner.get(f"/manage/sample-forum/speakers/{stranger_slug}").status_code == 404
    assert owner.get(f"{BOARD}/nonsense").status_code == 404


def test_thirty_sessions_cost_as_many_statements_as_one(
    app: Flask, owner: Member, house: SimpleNamespace
):
    def make(number: int) -> None:
        with app.app_context():
            for place in range(number):
                room = factories.make_room(house.event)
                session = factories.make_session(house.event, after=place, room_id=room.id)
                factories.make_appearance(session, factories.make_speaker(house.ours.id))

    def cost(path: str) -> int:
        with app.app_context(), counted_statements(db.engine) as seen:
            assert owner.get(path).status_code == 200
        return len(seen)

    make(1)
    paths = (BOARD, "/manage/sample-forum/speakers", NEW)
    owner.get(BOARD)
    before = [cost(path) for path in paths]
    make(29)
    assert [cost(path) for path in paths] == before
    assert max(before) <= 12
    with app.app_context(), counted_statements(db.engine) as seen:
        sessions = queries.sessions_of(house.event_id)
        assert all(one.appearances[0].speaker.name for one in sessions)
        assert len(sessions) == 30
    assert len(seen) <= 4
