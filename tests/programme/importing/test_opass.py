"""A programme file from outside becomes an event that its editors can go on with."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.core.zones import UnknownZone
from forum.events.models import Event
from forum.events.rules import FarYear
from forum.programme.importing.plans import Choices
from forum.programme.importing.shapes import UnreadableProgramme
from forum.programme.importing.storing import Imported, Wanted, import_event
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import LONGEST_ABSTRACT, LONGEST_TITLE, MOST_PARTS, MOST_SESSIONS
from tests.events.browsing import Member
from tests.factories import NOW

START, END = "2026-12-08T09:00:00+08:00", "2026-12-08T10:00:00+08:00"


def item(**given: Any) -> dict[str, Any]:
    values = {
        "id": "one",
        "type": "talk",
        "room": "hall",
        "start": START,
        "end": END,
        "en": {"title": "Sample talk", "description": "About it."},
        "zh": {"title": "示例演講", "description": "簡介。"},
        "speakers": ["1"],
    }
    return values | given


def person(key: str = "1", name: str = "Ada Sample", name_zh: str = "示例甲") -> dict[str, Any]:
    return {"id": key, "en": {"name": name, "bio": ""}, "zh": {"name": name_zh, "bio": ""}}


def file_of(*sessions: dict[str, Any], speakers: list[dict[str, Any]] | None = None) -> bytes:
    room = {"id": "hall", "en": {"name": "Hall"}, "zh": {"name": "禮堂"}}
    programme = {
        "sessions": list(sessions) or [item()],
        "speakers": [person()] if speakers is None else speakers,
        "rooms": [room],
    }
    return json.dumps(programme, ensure_ascii=False).encode()


def taken_in(
    house: SimpleNamespace,
    content: bytes,
    *,
    zone: str = "Asia/Hong_Kong",
    starts_on: date | None = None,
) -> Imported:
    wanted = Wanted(Text({"en": "Imported forum"}), zone, 200, publish=False, starts_on=starts_on)
    return import_event(SYSTEM, house.ours.id, content, wanted, Choices(), now=NOW)


def notes(done: Imported) -> tuple[str, ...]:
    return tuple(str(one) for one in done.warnings)


def number_of_events() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


@pytest.mark.parametrize("zone", ["asia/hong_kong", " ASIA/Hong Kong "])
def test_the_zone_is_stored_by_its_own_name_however_it_was_typed(
    app: Flask, house: SimpleNamespace, zone: str
) -> None:
    with app.app_context():
        done = taken_in(house, file_of(), zone=zone)
        event = db.session.get_one(Event, done.event_id)
        assert event.time_zone == "Asia/Hong_Kong"
        assert event.starts_at == datetime(2026, 12, 8, 1, tzinfo=UTC)
        with pytest.raises(UnknownZone):
            taken_in(house, file_of(item(id="two")), zone="Asia/Hongkong2")


@pytest.mark.parametrize(
    "far",
    [
        {"start": "0800-01-01T09:00:00+08:00", "end": "0800-01-01T10:00:00+08:00"},
        {"start": "0001-01-01T09:00:00", "end": "0001-01-01T10:00:00"},
        {"start": "0001-01-01T09:00:00+14:00", "end": END},
        {"start": "1969-12-31T09:00:00+08:00", "end": "1969-12-31T10:00:00+08:00"},
        {"start": START, "end": "2201-01-02T00:00:00+08:00"},
        {"start": START, "end": "2028-12-08T09:00:00+08:00"},
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Hong_Kong", "America/New_York"])
def test_a_session_in_an_impossible_year_is_left_out_with_a_note(
    app: Flask, house: SimpleNamespace, far: dict[str, str], zone: str
) -> None:
    with app.app_context():
        done = taken_in(house, file_of(item(), item(id="far", **far)), zone=zone)
        assert done.sessions == 1
        assert len(done.warnings) == 1
        assert notes(done)[0].startswith("session far: ")
        assert notes(done)[0].endswith(", left out")
        event = db.session.get_one(Event, done.event_id)
        assert (event.starts_at.year, event.ends_at.year) == (2026, 2026)


@pytest.mark.parametrize("moment", ["9999-12-31T22:00:00-08:00", "soon", "2026-13-40T09:00"])
def test_a_session_with_unreadable_times_waits_in_the_tray(
    app: Flask, house: SimpleNamespace, moment: str
) -> None:
    with app.app_context():
        done = taken_in(house, file_of(item(), item(id="odd", start=moment, end=moment)))
        assert notes(done) == ("session odd: has no readable start and end, kept without a time",)
        found = db.session.scalars(sa.select(Session.starts_at)).all()
        assert sorted(one is None for one in found) == [False, True]


def test_the_note_says_which_years_are_taken(app: Flask, house: SimpleNamespace) -> None:
    far = item(id="far", start="2999-01-01T09:00:00Z", end="2999-01-01T10:00:00Z")
    with app.app_context():
        done = taken_in(house, file_of(item(), far))
    assert notes(done) == ("session far: is not between the years 1970 and 2200, left out",)


def test_sessions_years_apart_make_no_event(app: Flask, house: SimpleNamespace) -> None:
    late = item(id="two", start="2030-12-08T09:00:00+08:00", end="2030-12-08T10:00:00+08:00")
    with app.app_context():
        before = number_of_events()
        with pytest.raises(UnreadableProgramme) as caught:
            taken_in(house, file_of(item(), late))
        assert "more than a year apart, from 2026-12-08 to 2030-12-08" in str(caught.value)
        db.session.rollback()
        assert number_of_events() == before


@pytest.mark.parametrize(
    "starts_on", [date(800, 1, 1), date(1969, 12, 31), date(2201, 1, 1), date.max]
)
def test_a_programme_cannot_be_moved_to_an_impossible_year(
    app: Flask, house: SimpleNamespace, starts_on: date
) -> None:
    with app.app_context(), pytest.raises(FarYear):
        taken_in(house, file_of(), starts_on=starts_on)


def test_a_moved_programme_ends_in_a_year_that_forms_take(
    app: Flask, house: SimpleNamespace
) -> None:
    second = item(id="two", start="2026-12-09T09:00:00+08:00", end="2026-12-09T10:00:00+08:00")
    with app.app_context():
        with pytest.raises(FarYear):
            taken_in(house, file_of(item(), second), starts_on=date(2200, 12, 31))
        done = taken_in(house, file_of(item(), second), starts_on=date(2200, 12, 30))
        assert db.session.get_one(Event, done.event_id).ends_at.year == 2200


def names_on_stage(event_id: Any) -> list[str]:
    found = db.session.scalars(
        sa.select(Speaker.name)
        .join(Appearance, Appearance.speaker_id == Speaker.id)
        .join(Session, Session.id == Appearance.session_id)
        .where(Session.event_id == event_id)
    )
    return sorted(found)


@pytest.mark.both_databases
def test_another_files_person_with_the_same_id_is_somebody_else(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        first = taken_in(house, file_of())
        second = taken_in(house, file_of(speakers=[person(name="Grace Other", name_zh="示例乙")]))
        assert names_on_stage(first.event_id) == ["Ada Sample"]
        assert names_on_stage(second.event_id) == ["Grace Other"]
        again = taken_in(house, file_of(item(id="x"), speakers=[person(name="Grace Other")]))
        assert names_on_stage(again.event_id) == ["Grace Other"]


def test_the_same_person_next_year_keeps_the_profile(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context():
        taken_in(house, file_of())
        speaker = db.session.scalars(sa.select(Speaker)).one()
        again = taken_in(house, file_of(item(id="next"), speakers=[person(name="ADA  Sample")]))
        assert names_on_stage(again.event_id) == ["ADA Sample"], "written as the file now has it"
        assert db.session.scalars(sa.select(Speaker.id)).all() == [speaker.id]


@pytest.mark.parametrize("length", [9_700, LONGEST_ABSTRACT, LONGEST_ABSTRACT + 1, 50_000])
def test_an_imported_session_is_saved_untouched_by_its_form(
    app: Flask, house: SimpleNamespace, owner: Member, length: int
) -> None:
    words = ("A line of words.\n" * (length // 17 + 1))[:length].replace(" ", "x")
    title = "T" * min(length, LONGEST_TITLE + 5)
    content = file_of(item(en={"title": title, "description": words}, zh={}))
    with app.app_context():
        done = taken_in(house, content)
        session = db.session.scalars(sa.select(Session)).one()
        assert len(session.title.get("en")) == LONGEST_TITLE
        assert len(session.abstract.get("en")) == min(length, LONGEST_ABSTRACT)
        path = f"/manage/{done.slug}/programme/{session.id}"
    said = [
        f"session one: a text is longer than {most:,} characters, its end left out"
        for most, given in ((LONGEST_TITLE, len(title)), (LONGEST_ABSTRACT, length))
        if given > most
    ]
    assert list(notes(done)) == said
    assert owner.fill(path, having="title-en").status_code == 303


def test_an_imported_speaker_is_saved_untouched_by_the_form(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    ada = person(name="Ada " + "S" * 300)
    ada["en"]["bio"] = "<p>" + "Words. " * 3_000 + "</p>"
    with app.app_context():
        done = taken_in(house, file_of(speakers=[ada]))
        slug = db.session.scalars(sa.select(Speaker.slug)).one()
    assert notes(done) == tuple(
        f"speaker 1: a text is longer than {most} characters, its end left out"
        for most in ("200", "10,000")
    )
    path = f"/manage/{done.slug}/speakers/{slug}"
    assert owner.fill(path, having="name").status_code == 303


def test_no_session_has_more_people_than_its_form_shows(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    crowd = [person(str(number), f"Sample {number}", "") for number in range(MOST_PARTS + 1)]
    wanted = [one["id"] for one in crowd]
    with app.app_context():
        done = taken_in(house, file_of(item(speakers=["?", *wanted, *wanted]), speakers=crowd))
        session = db.session.scalars(sa.select(Session)).one()
        assert len(names_on_stage(done.event_id)) == MOST_PARTS
    assert notes(done) == ("session one: has 61 speakers, the first 60 kept",)
    path = f"/manage/{done.slug}/programme/{session.id}"
    assert owner.fill(path, having="title-en").status_code == 303


def test_a_file_of_more_sessions_than_an_event_takes_is_refused(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context(), pytest.raises(UnreadableProgramme) as caught:
        taken_in(house, file_of(*({} for _ in range(MOST_SESSIONS + 1))))
    assert str(caught.value) == "The file has more than 2,000 sessions."
