"""Kinds of conflict that the organiser made strict: what they stop, and what they do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.text import Text
from forum.events.models import Event
from forum.programme import queries, service
from forum.programme.rules import (
    AppearanceRole,
    ConflictKind,
    ReleaseCause,
    ReleaseMode,
    SessionKind,
)
from tests import factories
from tests.events.browsing import Member
from tests.programme.placing import keep, place, stored

BOARD = "/manage/sample-forum/programme"


@pytest.fixture
def room(app: Flask, house: SimpleNamespace) -> UUID:
    with app.app_context():
        return factories.make_room(house.event, name=Text({"en": "Hall"}), capacity=50).id


@pytest.fixture
def session(app: Flask, house: SimpleNamespace) -> UUID:
    with app.app_context():
        return factories.make_session(house.event).id


@pytest.fixture
def strict(app: Flask, house: SimpleNamespace, room: UUID) -> Callable[..., list[UUID]]:
    def make(mode: ReleaseMode = ReleaseMode.AT_ONCE) -> list[UUID]:
        with app.app_context():
            found = [
                factories.make_session(
                    house.event, after=60 * n, room_id=room, title=Text({"en": f"Talk {n}"})
                ).id
                for n in range(3)
            ]
        keep(app, house.event_id, mode, "room_twice")
        return found

    return make


def test_a_strict_conflict_stops_the_save_that_causes_it(
    app: Flask, owner: Member, strict: Callable[..., list[UUID]], room: UUID
):
    one, other, _ = strict()
    answer = place(owner, other, starts_at="2026-12-08T09:10", room=str(room))
    assert answer.status_code == 422
    said = answer.get_json()
    assert said["error"] == "strict_conflict"
    assert said["message"].startswith("A room used twice: ")
    assert "Talk 1" in said["message"]
    assert stored(app, other).revision == 1
    form = owner.fill(f"{BOARD}/{one}/move", start_time="10:10", room=str(room))
    assert form.status_code == 422
    assert "This kind of conflict is strict here" in form.text
    assert place(owner, other, starts_at="2026-12-08T13:00", room=str(room)).status_code == 200


def test_a_strict_conflict_that_stood_before_stops_nothing_else(
    app: Flask, owner: Member, strict: Callable[..., list[UUID]], house: SimpleNamespace, room: UUID
):
    one, other, third = strict()
    keep(app, house.event_id, ReleaseMode.AT_ONCE)
    assert place(owner, other, starts_at="2026-12-08T09:10", room=str(room)).status_code == 200
    keep(app, house.event_id, ReleaseMode.AT_ONCE, "room_twice")
    assert place(owner, third, starts_at="2026-12-08T12:30", room=str(room)).status_code == 200
    answer = place(owner, other, made_from=2, starts_at="2026-12-08T09:15", room=str(room))
    assert answer.status_code == 200, "it is no worse than before"
    assert place(owner, one, starts_at="2026-12-08T16:00", room=str(room)).status_code == 200


def test_where_changes_wait_a_strict_conflict_stops_the_release(
    app: Flask, owner: Member, strict: Callable[..., list[UUID]], house: SimpleNamespace, room: UUID
):
    _, other, _ = strict(ReleaseMode.HELD)
    assert place(owner, other, starts_at="2026-12-08T09:10", room=str(room)).status_code == 200

    def release() -> service.Released:
        seen = service.seen_of_planned(queries.planned_sessions(house.event_id))
        why = service.Why(ReleaseCause.RELEASED)
        return service.release_programme(SYSTEM, house.event_id, seen, why, now=factories.NOW)

    with app.app_context():
        with pytest.raises(service.StrictConflict) as refused:
            release()
        assert [one.kind.value for one in refused.value.found] == ["room_twice"]
        assert queries.planned_session(house.event_id, other).unreleased
    answer = place(owner, other, made_from=2, starts_at="2026-12-08T13:00", room=str(room))
    assert answer.status_code == 200
    with app.app_context():
        assert release().sessions == 1


def test_a_draft_may_stand_anywhere_until_guests_are_to_see_it(
    app: Flask, owner: Member, strict: Callable[..., list[UUID]], house: SimpleNamespace, room: UUID
):
    strict()
    new = f"{BOARD}/new"
    typed = {
        "kind": "talk",
        "title-en": "Draft talk",
        "day": "2026-12-08",
        "start_time": "09:15",
        "end_time": "09:45",
        "room": str(room),
    }
    assert owner.fill(new, **typed, state="confirmed").status_code == 422
    made = owner.fill(new, **typed, state="draft")
    assert made.status_code == 303
    draft = made.location.partition("#s-")[2]
    assert owner.fill(f"{BOARD}/{draft}", state="confirmed").status_code == 422
    assert owner.fill(f"{BOARD}/{draft}", state="confirmed", room="").status_code == 303


def test_places_beyond_the_room_and_a_room_below_the_places_are_stopped_where_that_is_strict(
    app: Flask, owner: Member, house: SimpleNamespace, room: UUID, session: UUID
):
    assert place(owner, session, starts_at="2026-12-08T09:10", room=str(room)).status_code == 200
    keep(app, house.event_id, ReleaseMode.AT_ONCE, "too_many_places")
    many = owner.fill(f"{BOARD}/{session}/places", places="51")
    assert many.status_code == 422
    assert "This kind of conflict is strict here" in many.text
    assert stored(app, session).pool_id is None
    assert owner.fill(f"{BOARD}/{session}/places", places="50").status_code == 303
    assert owner.fill(f"{BOARD}/{session}/places", places="51").status_code == 422
    hall = f"/manage/sample-forum/rooms/{room}"
    small = owner.fill(hall, capacity="49")
    assert small.status_code == 422
    assert "This kind of conflict is strict here" in small.text
    assert owner.fill(hall, capacity="60").status_code == 303
    keep(app, house.event_id, ReleaseMode.AT_ONCE)
    assert owner.fill(hall, capacity="10").status_code == 303
    assert owner.fill(f"{BOARD}/{session}/places", places="70").status_code == 303
    keep(app, house.event_id, ReleaseMode.AT_ONCE, "too_many_places")
    assert owner.fill(hall, capacity="11").status_code == 303, "it is no worse than before"


@pytest.mark.both_databases
def test_a_moderator_s_profile_is_not_removed_from_a_panel_where_that_is_strict(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        moderator = factories.make_speaker(house.ours.id, name="Mei Sample")
        panel = factories.make_session(
            house.event, kind=SessionKind.PANEL, title=Text({"en": "Round table"})
        )
        factories.make_appearance(panel, moderator, AppearanceRole.MODERATOR)
    keep(app, house.event_id, ReleaseMode.HELD, "no_moderator")
    page = f"/manage/sample-forum/speakers/{moderator.slug}/remove"
    refused = owner.fill(page)
    assert (refused.status_code, refused.location) == (303, page)
    said = owner.get(page).text
    assert "This kind of conflict is strict here" in said
    assert "Round table" in said
    with app.app_context():
        assert queries.session_of(house.event_id, panel.id).appearances
    keep(app, house.event_id, ReleaseMode.HELD, "room_twice")
    assert owner.fill(page).location == "/manage/sample-forum/speakers"
    with app.app_context():
        assert not queries.session_of(house.event_id, panel.id).appearances


@pytest.mark.parametrize("kind", [one.value for one in ConflictKind])
def test_no_kind_of_conflict_is_caused_by_a_room_that_goes(
    app: Flask, owner: Member, strict: Callable[..., list[UUID]], room: UUID, kind: str,
    house: SimpleNamespace,
):  # fmt: skip
    strict()
    keep(app, house.event_id, ReleaseMode.AT_ONCE, kind)
    assert owner.fill(f"/manage/sample-forum/rooms/{room}/remove").status_code == 303


@pytest.mark.both_databases
def test_strictness_costs_a_constant_number_of_statements_and_none_where_nothing_is_strict(
    app: Flask, house: SimpleNamespace
):
    def cost(session_id: UUID, after: int) -> int:
        with app.app_context():
            event = db.session.get_one(Event, house.event_id)
            found = queries.planned_session(house.event_id, session_id)
            starts = event.starts_at + timedelta(minutes=after)
            wanted = service.Place(starts, starts + timedelta(minutes=5), None)
            with counted_statements(db.engine) as statements:
                service.place_session(
                    SYSTEM, house.event_id, session_id, found.revision, wanted, now=factories.NOW
                )
            return len(statements)

    with app.app_context():
        one = factories.make_session(house.event).id
    keep(app, house.event_id, ReleaseMode.AT_ONCE)
    plain = cost(one, 10)
    keep(app, house.event_id, ReleaseMode.AT_ONCE, "room_twice")
    strict = cost(one, 20)
    with app.app_context():
        speaker = factories.make_speaker(house.ours.id)
        for n in range(30):
            made = factories.make_session(house.event, after=n)
            factories.make_appearance(made, speaker)
    assert cost(one, 30) == strict
    keep(app, house.event_id, ReleaseMode.AT_ONCE)
    assert cost(one, 40) == plain
    assert plain < strict
