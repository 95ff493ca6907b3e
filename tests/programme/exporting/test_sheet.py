"""The editor's sheet: what is planned, as text and nothing but text, and back without a change."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from forum.core.actor import SYSTEM
from forum.core.permissions import Role
from forum.core.text import Text
from forum.programme.importing.reading import read_programme
from forum.programme.queries import planned_session
from forum.programme.rules import ReleaseMode
from forum.programme.service import Keeping, Place, keep_programme, place_session
from forum.programme.sheet_columns import SESSION_COLUMNS, SESSIONS, SPEAKER_COLUMNS, SPEAKERS
from tests.events.browsing import Member
from tests.factories import NOW, make_appearance, make_session, make_speaker
from tests.programme.exporting.stage import programme_of, two_days
from tests.support.statements import selects

EXPORT = "/manage/sample-forum/programme/export.xlsx"
HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def tables(body: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(body))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


@pytest.mark.both_databases
def test_the_sheet_has_every_session_and_everybody_in_them(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        two_days(house.ours)
    answer = owner.get("/manage/sample-days/programme/export.xlsx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith('sample-days-2026-11-22.xlsx"')
    assert answer.headers["Cache-Control"] == "no-store"
    found = tables(answer.data)
    assert list(found) == [SESSIONS, SPEAKERS]
    assert found[SESSIONS][0] == [column.header for column in SESSION_COLUMNS]
    assert found[SPEAKERS][0] == [column.header for column in SPEAKER_COLUMNS]
    titles = {row[2] for row in found[SESSIONS][1:]}
    assert {"Draft talk", "Cancelled talk", "Untimed talk", "After midnight"} <= titles
    assert len(found[SPEAKERS]) == 5


def test_our_own_reader_reads_it_back(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        stage = two_days(house.ours)
    body = owner.get("/manage/sample-days/programme/export.xlsx").data
    with app.test_request_context():
        read = read_programme(body, HONG_KONG)
    sessions = {one.key: one for one in read.sessions}
    assert len(sessions) == 7
    panel = sessions[str(stage.panel.id)]
    assert panel.title == stage.panel.title
    assert (panel.starts_at, panel.ends_at) == (stage.panel.starts_at, stage.panel.ends_at)
    assert [(one.role.value, one.part) for one in panel.cast] == [
        ("moderator", None),
        ("panellist", None),
        ("panellist", 0),
        ("panellist", 1),
    ]
    assert panel.delivered_in == ["yue", "en"]
    assert sessions[str(stage.night.id)].listed == stage.night.day
    assert not read.warnings


def test_what_waits_for_its_release_is_in_the_sheet(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        made = make_session(house.event, after=30, title=Text({"en": "Moved talk"}))
        keep_programme(SYSTEM, house.event_id, Keeping(ReleaseMode.HELD, (), 0, nod=True), now=NOW)
        planned = planned_session(house.event_id, made.id)
        place_session(
            SYSTEM,
            house.event_id,
            made.id,
            planned.revision,
            Place(made.starts_at.replace(hour=3), made.ends_at.replace(hour=4), None),
            now=NOW,
        )
    row = tables(owner.get(EXPORT).data)[SESSIONS][1]
    assert (row[2], row[8].hour) == ("Moved talk", 11)


@pytest.mark.parametrize(
    "typed", ["=1+1", "+85212345678", "-1", "@SUM(A1)", '=HYPERLINK("https://example.com")', "007"]
)
def test_what_looks_like_a_formula_stays_text(
    app: Flask, owner: Member, house: SimpleNamespace, typed: str
):
    with app.app_context():
        made = make_session(house.event, title=Text({"en": typed}))
        make_appearance(made, make_speaker(house.ours.id, name=typed, name_zh=""))
    body = owner.get(EXPORT).data
    found = tables(body)
    assert found[SESSIONS][1][2] == typed
    assert found[SPEAKERS][1][2] == typed
    with ZipFile(BytesIO(body)) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in packed.read(name)
                assert b"<hyperlink" not in packed.read(name)


def test_the_sheet_asks_as_much_for_three_hundred_sessions_as_for_one(
    app: Flask, owner: Member, house: SimpleNamespace
):
    numbers = []
    for size in (1, 300):
        with app.app_context():
            event = programme_of(size)
        editor = Member(app, SimpleNamespace(id=event.organisation_id))
        with selects(app) as asked:
            assert editor.get(f"/manage/{event.slug}/programme/export.xlsx").status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_the_sheet_is_for_editors_alone(app: Flask, house: SimpleNamespace):
    assert app.test_client().get(EXPORT).status_code == 303
    for role, status in ((Role.PROGRAMME, 200), (Role.DOOR, 403), (Role.VIEWER, 403)):
        assert Member(app, house.ours, role=role).get(EXPORT).status_code == status, role
    stranger = Member(app, house.theirs)
    for name in ("export", "export.xlsx", "export.pdf?in=en"):
        assert stranger.get(f"/manage/sample-forum/programme/{name}").status_code == 404
