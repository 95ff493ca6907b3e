"""The same source again: updated by its keys, never doubled, and nobody's edits are lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.programme import queries, service
from forum.programme.importing.plans import Choices, ImportPlan, Standing
from forum.programme.importing.reading import read_programme
from forum.programme.importing.storing import (
    ImportChangedMeanwhile,
    Imported,
    import_into,
    plan_into,
)
from forum.programme.models import ImportedThing, Material, Release, Session, Speaker
from forum.programme.queries import Planned
from forum.programme.rules import ReleaseCause, ReleaseMode, SessionState
from forum.programme.service import Keeping, Place
from forum.programme.service.conflicting import StrictConflict
from tests.factories import NOW, make_session, make_speaker
from tests.programme.importing import files

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
ONE, TWO = "11111111-aaaa-4aaa-8aaa-000000000001", "11111111-aaaa-4aaa-8aaa-000000000002"


def event_of(number: int = 1, **given: Any) -> dict[str, Any]:
    usual = {"guid": f"11111111-aaaa-4aaa-8aaa-00000000000{number}", "id": number}
    hour = 8 + number
    return files.frab_event(
        **{**usual, "date": f"2026-12-08T{hour:02}:00:00+08:00", "title": f"Talk {number}", **given}
    )


def taken(
    house: SimpleNamespace,
    *events: dict[str, Any],
    content: bytes | None = None,
    **choices: Any,
) -> Imported:
    file = read_programme(content or files.frab_xml(*events), HONG_KONG)
    return import_into(SYSTEM, house.event_id, file, Choices(**choices), None, now=NOW)


def planned(house: SimpleNamespace, *events: dict[str, Any], content: bytes = b"") -> ImportPlan:
    file = read_programme(content or files.frab_xml(*events), HONG_KONG)
    return plan_into(db.session.get_one(Event, house.event_id), file)


def sessions(house: SimpleNamespace) -> dict[str, Planned]:
    return {one.title.get("en"): one for one in queries.planned_sessions(house.event_id)}


def retitle(house: SimpleNamespace, one: Planned, **columns: Any) -> None:
    found = {
        "kind": one.kind,
        "title": one.title,
        "abstract": one.abstract,
        "delivered_in": one.delivered_in,
        "interpreted_into": one.interpreted_into,
        "room_id": one.room_id,
        "also_in": [UUID(room) for room in one.also_in],
        "track_id": one.track_id,
        "parts": one.parts,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "day": one.day,
        "stream_url": one.stream_url,
        "cast": [
            service.Part(person.speaker_id, person.role, person.called, person.part)
            for person in one.appearances
        ],
    }
    details = service.SessionDetails(**{**found, **columns})
    service.update_session(SYSTEM, house.event_id, one.id, one.revision, details, now=NOW)


def number_of(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def releases(house: SimpleNamespace) -> list[Release]:
    return [
        one for one in queries.releases_of(house.event_id) if one.cause is ReleaseCause.IMPORTED
    ]


@pytest.mark.both_databases
def test_the_same_file_again_changes_nothing(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context():
        first = taken(house, event_of(1), event_of(2))
        counts = [number_of(one) for one in (Session, Speaker, Room, Material, ImportedThing)]
        again = taken(house, event_of(1), event_of(2))
        assert (first.made, again.made, again.changed) == (2, 0, 0)
        assert counts == [
            number_of(one) for one in (Session, Speaker, Room, Material, ImportedThing)
        ]
        assert [one.revision for one in sessions(house).values()] == [1, 1]


@pytest.mark.both_databases
def test_what_the_file_changed_is_taken_and_what_was_edited_here_stays(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1), event_of(2))
        mine = sessions(house)["Talk 1"]
        retitle(house, mine, abstract=Text({"en": "My own words.", "zh-Hant": "我的話"}))
        done = taken(house, event_of(1, title="Talk 1, renamed"), event_of(2, duration="01:30"))
        found = sessions(house)
        assert (done.made, done.changed) == (0, 2)
        renamed = found["Talk 1, renamed"]
        assert renamed.abstract.by_language == {"en": "My own words.", "zh-Hant": "我的話"}
        longer = found["Talk 2"]
        assert longer.starts_at
        assert longer.ends_at == longer.starts_at + timedelta(minutes=90)


@pytest.mark.both_databases
def test_where_both_changed_the_editor_is_asked_and_ours_is_the_default(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1))
        retitle(house, sessions(house)["Talk 1"], title=Text({"en": "Mine"}))
        theirs = event_of(1, title="Theirs")
        (conflict,) = planned(house, theirs).sessions[0].conflicts
        assert (conflict.ours, conflict.theirs) == ("Mine", "Theirs")
        taken(house, theirs)
        assert set(sessions(house)) == {"Mine"}
        assert planned(house, theirs).sessions[0].changes == (), "it is not asked twice"
        again = event_of(1, title="Theirs again")
        taken(house, again, take=frozenset({f"session/{ONE}/title.en"}))
        assert set(sessions(house)) == {"Theirs again"}


def test_all_conflicts_can_be_decided_at_once(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context():
        taken(house, event_of(1), event_of(2))
        for one in list(sessions(house).values()):
            retitle(house, one, title=Text({"en": f"Mine {one.title.get('en')}"}))
        taken(house, event_of(1, title="A"), event_of(2, title="B"), take_all=True)
        assert set(sessions(house)) == {"A", "B"}


def test_a_session_gone_from_the_file_stays_unless_it_is_dropped(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1), event_of(2))
        (gone,) = planned(house, event_of(1)).gone
        assert taken(house, event_of(1)).dropped == 0
        assert len(sessions(house)) == 2
        assert taken(house, event_of(1), drop=frozenset({gone.id})).dropped == 1
        assert sessions(house)["Talk 2"].state is SessionState.CANCELLED
        assert planned(house, event_of(1)).gone == []


def test_a_draft_gone_from_the_file_is_deleted_when_it_is_dropped(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1), event_of(2), confirmed=False)
        assert {one.state for one in sessions(house).values()} == {SessionState.DRAFT}
        (gone,) = planned(house, event_of(1)).gone
        taken(house, event_of(1), drop=frozenset({gone.id}))
        assert set(sessions(house)) == {"Talk 1"}


def test_what_was_removed_here_comes_back_only_when_asked(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1), event_of(2), confirmed=False)
        service.delete_draft(SYSTEM, house.event_id, sessions(house)["Talk 2"].id, now=NOW)
        taken(house, event_of(1), event_of(2))
        assert set(sessions(house)) == {"Talk 1"}
        taken(house, event_of(1), event_of(2), again=frozenset({TWO}))
        assert set(sessions(house)) == {"Talk 1", "Talk 2"}
        assert taken(house, event_of(1), event_of(2)).made == 0


def test_a_person_removed_here_is_not_made_again(
    app: Flask, house: SimpleNamespace, tmp_path: Path
) -> None:
    with app.app_context():
        taken(house, event_of(1))
        speaker = db.session.scalars(sa.select(Speaker)).one()
        service.remove_speaker(SYSTEM, speaker.organisation_id, speaker.id, tmp_path, now=NOW)
        done = taken(house, event_of(1))
        assert done.changed == 0
        assert number_of(Speaker) == 0
        assert sessions(house)["Talk 1"].appearances == []


def test_a_session_typed_in_by_hand_is_known_by_its_title_and_start(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        event = db.session.get_one(Event, house.event_id)
        starts = datetime(2026, 12, 8, 1, tzinfo=UTC)
        make_session(
            event,
            title=Text({"en": "talk 1"}),
            starts_at=starts,
            ends_at=starts + timedelta(minutes=45),
            day=starts.date(),
        )
        plan = planned(house, event_of(1))
        assert plan.sessions[0].by_likeness
        assert taken(house, event_of(1)).made == 0
        assert number_of(Session) == 1


def test_a_person_of_the_same_name_is_proposed_and_can_be_somebody_else(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        known = make_speaker(house.ours.id, name="Ada Sample")
        (person,) = planned(house, event_of(1)).speakers
        assert (person.ref, person.candidates) == (str(known.id), (str(known.id),))
        taken(house, event_of(1), people={"7": "new"})
        assert number_of(Speaker) == 2
        (person,) = planned(house, event_of(1)).speakers
        assert person.ref != str(known.id), "what was decided is remembered"
        assert person.candidates == ()


def test_two_of_one_name_here_are_not_guessed_between(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context():
        ids = {str(make_speaker(house.ours.id, name="Ada Sample").id) for _ in range(2)}
        (person,) = planned(house, event_of(1)).speakers
        assert person.standing is Standing.NEW
        assert set(person.candidates) == ids


def test_a_profile_follows_the_file_and_keeps_what_was_edited(
    app: Flask, house: SimpleNamespace
) -> None:
    def with_words(words: str) -> bytes:
        person = {"id": 7, "public_name": "Ada Sample", "biography": words}
        return files.frab_json(event_of(1, persons=[person]))

    with app.app_context():
        taken(house, content=with_words("First."))
        taken(house, content=with_words("Second."))
        speaker = db.session.scalars(sa.select(Speaker)).one()
        assert (speaker.biography.get("en"), speaker.revision) == ("Second.", 2)
        speaker.biography = Text({"en": "Mine."})
        db.session.commit()
        taken(house, content=with_words("Third."))
        assert db.session.get_one(Speaker, speaker.id).biography.get("en") == "Mine."


@pytest.mark.both_databases
def test_guests_get_one_version_of_a_whole_import(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context():
        service_publish(house)
        done = taken(house, event_of(1), event_of(2))
        taken(house, event_of(1, room="Garden"), event_of(2))
        second, first = releases(house)
        assert (first.number, done.number) == (done.number, first.number)
        assert [one.kinds for one in first.changes] == [["new"], ["new"]]
        assert [one.kinds for one in second.changes] == [["room"]]


@pytest.mark.both_databases
def test_where_changes_are_held_guests_see_nothing_before_the_release(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        service_publish(house)
        keep(house, mode=ReleaseMode.HELD)
        taken(house, event_of(1), event_of(2))
        assert queries.sessions_of(house.event_id) == []
        assert {one.state for one in sessions(house).values()} == {SessionState.CONFIRMED}
        assert releases(house) == []
        taken(house, event_of(1, title="Renamed"), event_of(2))
        assert set(sessions(house)) == {"Renamed", "Talk 2"}
        waiting = service.seen_of_planned(queries.planned_sessions(house.event_id))
        why = service.Why(ReleaseCause.RELEASED)
        service.release_programme(SYSTEM, house.event_id, waiting, why, now=NOW)
        assert len(queries.sessions_of(house.event_id)) == 2


def test_a_strict_conflict_stops_the_whole_import(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context():
        service_publish(house)
        keep(house, strict=("room_twice",))
        twice = event_of(2, date="2026-12-08T09:15:00+08:00", persons=[])
        with pytest.raises(StrictConflict):
            taken(house, event_of(1), twice)
        db.session.rollback()
        assert [number_of(one) for one in (Session, Speaker, Room, ImportedThing)] == [0, 0, 0, 0]


def test_a_preview_that_has_grown_old_is_not_carried_out(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1))
        theirs = event_of(1, title="Theirs")
        seen = planned(house, theirs).seen
        retitle(house, sessions(house)["Talk 1"], title=Text({"en": "Mine"}))
        file = read_programme(files.frab_xml(theirs), HONG_KONG)
        with pytest.raises(ImportChangedMeanwhile):
            import_into(SYSTEM, house.event_id, file, Choices(), seen, now=NOW)


def test_a_session_that_moved_into_the_tray_in_the_file_follows(
    app: Flask, house: SimpleNamespace
) -> None:
    item = {"id": "1", "title": "One", "startsAt": "2026-12-08T09:00", "endsAt": "2026-12-08T10:00"}
    with app.app_context():
        taken(house, content=files.sessionize(item))
        taken(house, content=files.sessionize(item | {"startsAt": None, "endsAt": None}))
        assert sessions(house)["One"].starts_at is None
        taken(house, content=files.sessionize(item))
        assert sessions(house)["One"].starts_at == datetime(2026, 12, 8, 1, tzinfo=UTC)


def test_what_an_editor_moved_stays_where_the_file_did_not_move_it(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1))
        one = sessions(house)["Talk 1"]
        assert one.starts_at
        later = one.starts_at + timedelta(hours=3)
        place = Place(later, later + timedelta(hours=1), one.room_id)
        service.place_session(SYSTEM, house.event_id, one.id, one.revision, place, now=NOW)
        taken(house, event_of(1, title="Renamed"))
        assert sessions(house)["Renamed"].starts_at == later


def test_the_number_of_statements_does_not_grow_with_the_file(
    app: Flask, house: SimpleNamespace
) -> None:
    def many(number: int, **given: Any) -> list[dict[str, Any]]:
        return [
            files.frab_event(
                guid=f"g{one}",
                id=one,
                date=f"2026-12-08T{one % 14 + 8:02}:00:00+08:00",
                room=f"Room {one % 3}",
                title=f"Talk {one}",
                persons=[{"id": one, "public_name": f"Sample {one}"}],
                **given,
            )
            for one in range(number)
        ]

    with app.app_context():
        service_publish(house)
        taken(house, *many(3))
        counts = []
        for length, number in (("00:50", 3), ("00:55", 60), ("00:40", 120)):
            if number > 3:
                taken(house, *many(number))
            with counted_statements(db.engine) as seen:
                taken(house, *many(number, subtitle=length))
            counts.append(len(seen))
        assert max(counts) - min(counts) <= 4, counts


def service_publish(house: SimpleNamespace) -> None:
    event = db.session.get_one(Event, house.event_id)
    if event.published_at is None:
        event.published_at = NOW
        db.session.commit()


def keep(house: SimpleNamespace, **given: Any) -> None:
    usual = Keeping(ReleaseMode.AT_ONCE, (), 0, nod=True)
    service.keep_programme(SYSTEM, house.event_id, replace(usual, **given), now=NOW)
