"""A room, a track or a person goes: guests see it in a version, and what waits forgets it too."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db, writing
from forum.core.revisions import fingerprint
from forum.core.text import Text
from forum.events.queries import rooms_of
from forum.events.service import RoomDetails, change_room, remove_room
from forum.people.models import Organisation
from forum.programme import queries, service
from forum.programme.models import Release, Session, SessionDraft
from forum.programme.rules import AppearanceRole, ReleaseCause, SessionState
from tests import factories
from tests.events.browsing import Member
from tests.programme.releasing import LATER, hold, move, public, release, unreleased


@pytest.fixture
def event(in_app: Flask) -> Any:
    return factories.make_event(factories.make_organisation())


def versions(event: Any) -> list[tuple[ReleaseCause, list[list[str]]]]:
    """Return of each version, the newest first, its cause and the kinds of its changes."""
    db.session.rollback()
    return [
        (one.cause, [change.kinds for change in one.changes])
        for one in queries.releases_of(event.id)
    ]


@pytest.mark.both_databases
def test_sessions_of_a_removed_room_are_told_of_as_one_version(event):
    hall = factories.make_room(event)
    talks = [factories.make_session(event, room_id=hall.id, after=40 * one) for one in range(2)]
    elsewhere = factories.make_session(event, after=120)
    remove_room(SYSTEM, event.id, hall.id, now=LATER)
    assert versions(event) == [(ReleaseCause.SAVED, [["room"], ["room"]])]
    for one in talks:
        shown = public(one.id)
        assert (shown.room_id, shown.calendar_sequence, shown.revision) == (None, 1, 2)
    assert public(elsewhere.id).revision == 1
    (change, _) = queries.releases_of(event.id)[0].changes
    assert (change.before["room_id"], change.after["room_id"]) == (str(hall.id), None)


@pytest.mark.both_databases
def test_a_further_room_that_goes_is_forgotten_in_both_layers(event):
    hall, annexe = (factories.make_room(event) for _ in range(2))
    talk = factories.make_session(event, room_id=hall.id, also_in=[str(annexe.id)])
    hold(event)
    move(event, talk, 10)
    seen = unreleased(event)
    remove_room(SYSTEM, event.id, annexe.id, now=LATER)
    shown = public(talk.id)
    assert (shown.room_id, shown.also_in, shown.calendar_sequence) == (hall.id, [], 1)
    assert db.session.get_one(SessionDraft, talk.id).also_in == []
    why = service.Why(ReleaseCause.RELEASED)
    with pytest.raises(service.ProgrammeChangedMeanwhile):
        service.release_programme(SYSTEM, event.id, seen, why, now=LATER)
    release(event)
    assert versions(event) == [
        (ReleaseCause.RELEASED, [["time"]]),
        (ReleaseCause.SAVED, [["room"]]),
    ]


def test_what_waits_in_a_room_that_goes_is_seen_to_have_changed(event):
    hall = factories.make_room(event)
    talk = factories.make_session(event)
    hold(event)
    move(event, talk, 0, room_id=hall.id)
    seen = unreleased(event)
    assert seen != service.seen_of([])
    remove_room(SYSTEM, event.id, hall.id, now=LATER)
    assert unreleased(event) == service.seen_of([]), "it says what guests see anyway"
    assert public(talk.id).revision == 3
    assert versions(event) == []


def test_another_name_of_a_further_room_reaches_calendars(event):
    annexe = factories.make_room(event)
    talk = factories.make_session(event, also_in=[str(annexe.id)])
    (room,) = rooms_of(event.id)
    details = RoomDetails(factories.text("Annexe"), room.capacity)
    seen = fingerprint({"name": room.name, "capacity": room.capacity})
    change_room(SYSTEM, event.id, annexe.id, seen, details, now=LATER)
    assert public(talk.id).calendar_sequence == 1


@pytest.mark.both_databases
def test_who_is_removed_leaves_the_stage_for_all_to_see(event, tmp_path: Path):
    other = factories.make_event(db.session.get_one(Organisation, event.organisation_id))
    gone, stays = (factories.make_speaker(event.organisation_id) for _ in range(2))
    talk, there = factories.make_session(event), factories.make_session(other)
    for one in (talk, there):
        factories.make_appearance(one, gone)
    factories.make_appearance(talk, stays)
    service.remove_speaker(SYSTEM, event.organisation_id, gone.id, tmp_path, now=LATER)
    for one in (event, other):
        assert versions(one) == [(ReleaseCause.SAVED, [["people"]])]
    assert public(talk.id).revision == 2
    assert [one.speaker_id for one in queries.session_of(event.id, talk.id).appearances] == [
        stays.id
    ]


def test_who_is_removed_leaves_what_waits_and_its_release_is_looked_at_again(event, tmp_path: Path):
    gone = factories.make_speaker(event.organisation_id)
    talk = factories.make_session(event)
    hold(event)
    move(event, talk, 10)
    with writing() as transaction:
        draft = transaction.get_one(SessionDraft, talk.id)
        draft.cast = [[str(gone.id), "presenter", {}, None]]
    seen = unreleased(event)
    service.remove_speaker(SYSTEM, event.organisation_id, gone.id, tmp_path, now=LATER)
    assert unreleased(event) != seen
    assert db.session.get_one(SessionDraft, talk.id, populate_existing=True).cast == []
    assert versions(event) == []


def test_a_track_that_goes_makes_a_version_too(event):
    details = service.TrackDetails(factories.text("Law"))
    track = service.add_track(SYSTEM, event.id, details, now=LATER)
    talk = factories.make_session(event, track_id=track.id)
    service.remove_track(SYSTEM, event.id, track.id, now=LATER)
    assert versions(event) == [(ReleaseCause.SAVED, [["details"]])]
    shown = public(talk.id)
    assert (shown.track_id, shown.calendar_sequence) == (None, 0)


@pytest.mark.parametrize("number", [1, 30])
def test_a_room_goes_with_as_many_reads_for_one_session_as_for_thirty(event, number):
    hall = factories.make_room(event)
    for place in range(number):
        factories.make_session(event, room_id=hall.id, after=10 * place)
    db.session.rollback()
    with counted_statements(db.engine) as statements:
        remove_room(SYSTEM, event.id, hall.id, now=LATER)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 9
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Release)) == 1
    assert set(db.session.scalars(sa.select(Session.room_id))) == {None}


def test_a_cancelled_session_whose_room_goes_changes_in_details_and_is_told_to_nobody(event):
    hall = factories.make_room(event)
    factories.make_session(event, room_id=hall.id, state=SessionState.CANCELLED)
    remove_room(SYSTEM, event.id, hall.id, now=LATER)
    assert versions(event) == [(ReleaseCause.SAVED, [["details"]])]


def test_the_version_and_the_trail_say_who_removed_the_room(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        hall = factories.make_room(house.event)
        factories.make_session(house.event, room_id=hall.id)
        room_id = hall.id
    assert owner.fill(f"/manage/{house.slug}/rooms/{room_id}/remove").status_code == 303
    with app.app_context():
        assert [one.by for one in queries.releases_of(house.event_id)] == ["Ada Sample"]
        trail = sa.select(AuditEntry.actor_name).where(AuditEntry.action == "session.changed")
        assert set(db.session.scalars(trail)) == {"Ada Sample"}


SAID = {
    "en": (
        "Without a room for now",
        "Room, no longer",
        "Great hall",
        "No longer on stage",
        "New on stage",
    ),
    "zh-Hant": ("房間待定", "房間（不再是）", "Great hall", "不再上台", "新上台"),
    "zh-Hans": ("房间待定", "房间（不再是）", "Great hall", "不再上台", "新上台"),
}


@pytest.mark.parametrize("lang", SAID)
@pytest.mark.parametrize(
    "page", ["/{path}/e/sample-forum/programme/changes", "/e/sample-forum/changes.atom?lang={lang}"]
)
def test_what_goes_or_comes_is_said_in_words_on_the_page_and_in_the_feed(
    app: Flask, owner: Member, house: SimpleNamespace, tmp_path: Path, lang: str, page: str
):
    with app.app_context():
        event = house.event
        hall = factories.make_room(event, name=Text({"en": "Great hall"}))
        gone, comes = (factories.make_speaker(event.organisation_id) for _ in range(2))
        talk = factories.make_session(event, room_id=hall.id)
        factories.make_appearance(talk, gone)
        talk_id = talk.id
        service.remove_speaker(SYSTEM, event.organisation_id, gone.id, tmp_path, now=LATER)
        remove_room(SYSTEM, event.id, hall.id, now=LATER)
        known = queries.planned_session(event.id, talk_id)
        names = service.SessionDetails.__dataclass_fields__.keys() - {"cast"}
        details = service.SessionDetails(
            **{name: getattr(known, name) for name in names},
            cast=[service.Part(comes.id, AppearanceRole.PRESENTER, factories.text(""), None)],
        )
        service.update_session(SYSTEM, event.id, talk_id, known.revision, details, now=LATER)
    said = owner.get(page.format(path=lang.lower(), lang=lang)).text
    for words in SAID[lang]:
        assert words in said
    assert "a former room" not in said
