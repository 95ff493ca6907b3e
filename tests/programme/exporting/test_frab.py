"""The programme as conference apps read it: valid, stable, nothing in it that guests don't see."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4
from xml.etree.ElementTree import Element, fromstring
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import time_machine
import xmlschema
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from forum.core.db import writing
from forum.core.page_scopes import changed, event_scope
from forum.programme.exporting.frab_json import hours_and_minutes
from forum.programme.exporting.frab_xml import duration_in_words
from forum.programme.exporting.outline import LARGEST_ID, change_of_day, id_of, ids_of
from forum.programme.frab_ids import guid_in_room
from forum.programme.importing.reading import read_programme
from forum.programme.importing.shapes import ImportedProgramme
from forum.programme.models import Session
from tests.factories import NOW, make_event, make_session
from tests.programme.exporting.frab_schema import SCHEMA
from tests.programme.exporting.stage import Stage, programme_of, two_days
from tests.support.statements import selects

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def xsd() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(HERE / "schedule.xsd"))


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    return two_days()


def fetch(app: Flask, ending: str, slug: str = "sample-days", lang: str = "") -> Any:
    query = f"?lang={lang}" if lang else ""
    return app.test_client().get(f"/e/{slug}/schedule.{ending}{query}")


def xml_of(app: Flask, **asked: str) -> Element:
    return fromstring(fetch(app, "xml", **asked).data)


def json_of(app: Flask, **asked: str) -> dict[str, Any]:
    return json.loads(fetch(app, "json", **asked).data)["schedule"]


def events_in(schedule: dict[str, Any]) -> list[dict[str, Any]]:
    days = schedule["conference"]["days"]
    return [one for day in days for room in day["rooms"].values() for one in room]


@pytest.mark.parametrize("lang", ["", "en", "zh-Hant", "zh-Hans", "tlh"])
def test_both_files_hold_to_their_schemas(
    app: Flask, stage: Stage, xsd: xmlschema.XMLSchema, lang: str
):
    answer = fetch(app, "xml", lang=lang)
    assert answer.content_type.startswith("application/xml")
    xsd.validate(answer.text)
    jsonschema.validate(json.loads(fetch(app, "json", lang=lang).data), SCHEMA)


def test_an_event_without_a_session_holds_to_them_too(
    app: Flask, in_app: Flask, xsd: xmlschema.XMLSchema
):
    make_event(slug="sample-empty")
    xsd.validate(fetch(app, "xml", slug="sample-empty").text)
    jsonschema.validate(json.loads(fetch(app, "json", slug="sample-empty").data), SCHEMA)


def test_what_guests_do_not_see_is_in_neither_file(app: Flask, stage: Stage):
    for ending in ("xml", "json"):
        body = fetch(app, ending).text
        for said in stage.untold:
            assert said not in body, (ending, said)
        assert "@example.com" not in body
        assert "Shown slides" in body


def test_a_session_after_midnight_stands_under_its_evening(app: Flask, stage: Stage):
    first, second = xml_of(app).findall("day")
    assert (first.get("date"), second.get("date")) == ("2026-12-08", "2026-12-09")
    assert first.get("start") == "2026-12-08T06:00:00+08:00"
    assert first.get("end") == second.get("start") == "2026-12-09T06:00:00+08:00"
    night = next(one for one in first.iter("event") if one.get("guid") == str(stage.night.id))
    assert night.findtext("date") == "2026-12-09T00:30:00+08:00"
    assert night.findtext("start") == "00:30"


def test_a_session_in_two_rooms_stands_in_both_with_guids_of_their_own(app: Flask, stage: Stage):
    shown = [one for one in events_in(json_of(app)) if one["title"] == "Shown in two rooms"]
    assert [one["room"] for one in shown] == ["Hall", "Gallery"]
    assert shown[0]["guid"] == str(stage.relayed.id)
    assert shown[1]["guid"] == str(guid_in_room(stage.relayed.id, stage.gallery.id))
    assert shown[0]["url"] == shown[1]["url"]


def test_rooms_of_one_name_are_told_apart_and_have_their_guids(app: Flask, stage: Stage):
    rooms = json_of(app)["conference"]["rooms"]
    assert [one["name"] for one in rooms] == ["Hall", "Gallery", "Gallery (2)"]
    assert [one["capacity"] for one in rooms] == [300, None, 20]
    named = {
        one.get("name"): one.get("guid") for one in xml_of(app).iter("room") if one.get("name")
    }
    assert named["Hall"] == str(stage.hall.id) == rooms[0]["guid"]


def test_a_panel_names_its_people_in_order_its_track_and_its_parts(app: Flask, stage: Stage):
    (panel,) = (one for one in events_in(json_of(app)) if one["guid"] == str(stage.panel.id))
    assert panel["title"] == "A <panel> & its “parts”"
    assert panel["abstract"] == "One.\n\nTwo ]]> three."
    assert panel["description"] == "First (20′)\nSecond"
    assert (panel["type"], panel["track"], panel["language"]) == ("panel", "Making", "yue")
    assert len(panel["persons"]) == 4
    assert panel["persons"][0]["biography"] == "A life"
    assert panel["do_not_record"] is True
    assert [one["title"] for one in panel["attachments"]] == ["Shown slides"]
    assert [one["title"] for one in panel["links"]] == ["Shown link"]
    (night,) = (one for one in events_in(json_of(app)) if one["guid"] == str(stage.night.id))
    assert len(night["persons"]) == 1


def test_each_language_has_its_own_words_and_the_same_numbers(app: Flask, stage: Stage):
    english, chinese = json_of(app, lang="en"), json_of(app, lang="zh-Hant")
    ids = [[(one["id"], one["guid"]) for one in events_in(file)] for file in (english, chinese)]
    assert ids[0] == ids[1]
    assert "專題討論" in {one["title"] for one in events_in(chinese)}
    assert "示例講者" in {
        one["public_name"] for each in events_in(chinese) for one in each["persons"]
    }


def test_numbers_stay_when_sessions_come_and_go(app: Flask, stage: Stage):
    before = {one["guid"]: one["id"] for one in events_in(json_of(app))}
    with writing() as session:
        session.delete(session.get_one(Session, stage.night.id))
        changed(session, event_scope(stage.event.id))
    make_session(stage.event, after=120)
    after = {one["guid"]: one["id"] for one in events_in(json_of(app))}
    assert str(stage.night.id) not in after
    assert all(after[guid] == number for guid, number in before.items() if guid in after)


def test_files_are_answered_from_bytes_until_something_changes(app: Flask, stage: Stage):
    first = fetch(app, "xml")
    assert "immutable" not in first.headers["Cache-Control"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    with selects(app) as asked:
        again = app.test_client().get(
            "/e/sample-days/schedule.xml", headers={"If-None-Match": first.headers["ETag"]}
        )
    assert (again.status_code, again.data, asked) == (304, b"", [])
    with writing() as session:
        session.get_one(Session, stage.night.id).title = stage.hall.name
        changed(session, event_scope(stage.event.id))
    assert fetch(app, "xml").headers["ETag"] != first.headers["ETag"]


def test_slides_appear_at_their_hour(app: Flask, stage: Stage):
    assert "Waiting slides" not in fetch(app, "json").text
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        assert "Waiting slides" in fetch(app, "json").text


def test_a_draft_has_no_files_and_a_former_address_keeps_them(app: Flask, in_app: Flask):
    make_event(slug="sample-draft", state="draft", published_at=None)
    for ending in ("xml", "json"):
        assert fetch(app, ending, slug="sample-draft").status_code == 404
        assert fetch(app, ending, slug="none-such").status_code == 404


def test_files_ask_as_much_for_three_hundred_sessions_as_for_one(app: Flask, in_app: Flask):
    numbers = []
    for size in (1, 300):
        event = programme_of(size)
        with selects(app) as asked:
            assert fetch(app, "json", slug=event.slug).status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 14


def _read_back(app: Flask, ending: str, slug: str = "sample-days") -> ImportedProgramme:
    return read_programme(fetch(app, ending, slug=slug).data, HONG_KONG)


@pytest.mark.parametrize("ending", ["xml", "json"])
def test_our_own_reader_reads_the_same_programme_back(app: Flask, stage: Stage, ending: str):
    read = _read_back(app, ending)
    assert read.source.zone_name == "Asia/Hong_Kong"
    assert not read.warnings
    sessions = {UUID(one.key): one for one in read.sessions}
    assert len(sessions) == 4
    panel = sessions[stage.panel.id]
    assert (panel.title.get("en"), panel.kind, panel.track) == (
        "A <panel> & its “parts”",
        stage.panel.kind,
        "Making",
    )
    assert (panel.starts_at, panel.ends_at) == (stage.panel.starts_at, stage.panel.ends_at)
    assert panel.delivered_in == ["yue"]
    assert len(panel.cast) == 4
    assert {one.url for one in panel.links} == {
        "https://example.com/slides.pdf",
        "https://example.com/read",
    }
    assert sessions[stage.night.id].listed == stage.night.day
    relayed = sessions[stage.relayed.id]
    assert (relayed.room, list(relayed.also_in)) == ("Hall", ["Gallery"])
    hackathon = next(one for one in read.sessions if one.title.get("en") == "Hackathon")
    assert hackathon.room is None
    assert hackathon.ends_at is not None
    assert hackathon.starts_at is not None
    assert hackathon.ends_at - hackathon.starts_at == timedelta(hours=26)
    assert len(read.speakers) == 4
    assert [track.colour for track in read.tracks] == ["#0b5563"]


@pytest.mark.parametrize("ending", ["xml", "json"])
def test_a_thousand_sessions_are_written_and_read_back(
    app: Flask, in_app: Flask, xsd: xmlschema.XMLSchema, ending: str
):
    event = programme_of(1000)
    answer = fetch(app, ending, slug=event.slug)
    assert len(answer.data) < 3_000_000
    if ending == "xml":
        xsd.validate(answer.text)
    read = read_programme(answer.data, HONG_KONG)
    assert len({one.key for one in read.sessions}) == 1000
    assert len(read.rooms) == 20


@given(st.lists(st.uuids(version=4), max_size=60, unique=True))
def test_numbers_are_each_another_and_fit_thirty_two_bits(guids: list[UUID]):
    found = ids_of(guids)
    assert len(set(found.values())) == len(guids)
    assert all(1 <= number <= LARGEST_ID for number in found.values())
    assert ids_of(reversed(guids)) == found


def test_two_uuids_with_one_number_get_two(monkeypatch: pytest.MonkeyPatch):
    older, newer = sorted([uuid4(), uuid4()])
    monkeypatch.setattr("forum.programme.exporting.outline.id_of", lambda _: LARGEST_ID)
    assert ids_of([newer, older]) == {older: LARGEST_ID, newer: 1}
    assert id_of(older) != id_of(newer)


@pytest.mark.parametrize(
    ("minutes", "in_xml", "in_json"),
    [
        (5, "00:05", "00:05"),
        (90, "01:30", "01:30"),
        (24 * 60, "1:00:00", "24:00"),
        (26 * 60 + 5, "1:02:05", "26:05"),
        (5 * 24 * 60, "5:00:00", "120:00"),
    ],
)
def test_lengths_are_written_as_readers_know_them(minutes: int, in_xml: str, in_json: str):
    length = timedelta(minutes=minutes)
    assert (duration_in_words(length), hours_and_minutes(length)) == (in_xml, in_json)


@pytest.mark.parametrize(
    ("starts", "change"),
    [
        ([], time(6)),
        ([(9, 0, 0)], time(6)),
        ([(9, 0, 0), (1, 30, 1)], time(6)),
        ([(5, 30, 0), (1, 30, 1)], time(5, 30)),
        ([(9, 0, 0), (7, 0, 1)], time(9)),
    ],
)
def test_the_day_changes_between_the_last_of_the_night_and_the_first_of_the_morning(
    starts: list[tuple[int, int, int]], change: time
):
    moments = [
        (moment, moment.date() - timedelta(days=before))
        for hour, minute, before in starts
        if (moment := datetime(2026, 12, 9, hour, minute, tzinfo=UTC))
    ]
    assert change_of_day(moments) == change


def test_letters_that_no_xml_may_hold_are_left_out(app: Flask, in_app: Flask, house_of: Any):
    event = house_of("\ufffe Sample \U0001f600 talk")
    assert xml_of(app, slug=event.slug).findtext(".//title[1]")
    titles = [one.findtext("title") for one in xml_of(app, slug=event.slug).iter("event")]
    assert titles == [" Sample \U0001f600 talk"]


@pytest.fixture
def house_of(in_app: Flask) -> Any:
    def make(title: str) -> SimpleNamespace:
        from_text = make_event(slug="sample-letters")
        make_session(from_text, title=type(from_text.title)({"en": title}))
        return SimpleNamespace(slug=from_text.slug)

    return make
