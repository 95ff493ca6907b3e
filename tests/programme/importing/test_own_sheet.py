"""Our own sheet: written, edited, read again, and only the edits are new."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Event
from forum.events.queries import rooms_of
from forum.programme import queries, service
from forum.programme.importing.plans import Choices, ImportPlan, Standing
from forum.programme.importing.reading import read_programme
from forum.programme.importing.storing import import_into, plan_into
from forum.programme.models import Session, Speaker, Track
from forum.programme.rules import AppearanceRole, SessionKind
from forum.programme.service import Part, SessionDetails
from forum.programme.sheet_cells import names_in_cells, session_cells, speaker_cells
from forum.programme.sheet_columns import SESSION_COLUMNS, SPEAKER_COLUMNS
from tests.factories import NOW, make_room, make_speaker
from tests.programme.importing import files

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
Rows = list[dict[str, Any]]


@pytest.fixture
def written(app: Flask, house: SimpleNamespace) -> SimpleNamespace:
    """A programme with everything that a sheet can hold."""
    with app.app_context():
        event = db.session.get_one(Event, house.event_id)
        hall = make_room(event, name=Text({"en": "Hall", "zh-Hant": "禮堂"}))
        foyer = make_room(event, name=Text({"en": "Foyer"}))
        track = Track(event_id=event.id, slug="harbour", name=Text({"en": "Harbour"}))
        db.session.add(track)
        db.session.commit()
        ada = make_speaker(
            house.ours.id,
            name="Ada Sample",
            name_zh="示例甲",
            post_nominals="JP",
            precedence=5,
            title=Text({"en": "Head", "zh-Hans": "主任"}),
            biography=Text({"en": "Two\n\nparagraphs."}),
            website="https://example.com",
            links=[{"title": "Blog", "url": "https://example.com/ada"}],
        )
        twins = [make_speaker(house.ours.id, name="Ben Sample") for _ in range(2)]
        starts = datetime(2026, 12, 8, 23, 30, tzinfo=HONG_KONG)
        details = SessionDetails(
            kind=SessionKind.PANEL,
            title=Text({"en": "=Panel; with signs", "zh-Hant": "座談"}),
            abstract=Text({"en": "First line\n\n- second", "zh-Hant": "簡介"}),
            delivered_in=["yue", "en"],
            interpreted_into=["cmn"],
            room_id=hall.id,
            also_in=[foyer.id],
            track_id=track.id,
            parts=[
                {"title": {"en": "Opening", "zh-Hant": "開場"}, "minutes": 20},
                {"title": {"en": "A | B"}, "minutes": None},
            ],
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            day=date(2026, 12, 8),
            stream_url="https://example.com/live",
            cast=[
                Part(ada.id, AppearanceRole.MODERATOR),
                Part(twins[0].id, AppearanceRole.PANELLIST, part=1),
                Part(ada.id, AppearanceRole.OTHER, Text({"zh-Hant": "主持"})),
                Part(twins[1].id, AppearanceRole.OTHER, Text({"en": "Host"})),
            ],
        )
        service.create_session(SYSTEM, event.id, details, confirmed=True, now=NOW)
        tray = SessionDetails(
            **{
                **{name: getattr(details, name) for name in SessionDetails.__slots__},
                "title": Text({"en": "In the tray"}),
                "kind": SessionKind.TALK,
                "starts_at": None,
                "ends_at": None,
                "day": None,
                "room_id": None,
                "also_in": [],
                "track_id": None,
                "cast": [],
                "parts": [],
            }
        )
        service.create_session(SYSTEM, event.id, tray, confirmed=False, now=NOW)
    return house


def rows_of(house: SimpleNamespace) -> tuple[Rows, Rows]:
    """Return the rows of both tables by their headers, as the export writes them."""
    event = db.session.get_one(Event, house.event_id)
    people = list(db.session.scalars(sa.select(Speaker).order_by(Speaker.id)))
    names, rooms = names_in_cells(people), {room.id: room for room in rooms_of(event.id)}
    sessions = [
        session_cells(one, zone=event.zone, rooms=rooms, names=names, order=event.languages)
        for one in queries.planned_sessions(event.id)
    ]
    return (
        [{column.header: row[column.name] for column in SESSION_COLUMNS} for row in sessions],
        [
            {column.header: cells[column.name] for column in SPEAKER_COLUMNS}
            for cells in map(speaker_cells, people)
        ],
    )


def plan_of(house: SimpleNamespace, sessions: Rows, speakers: Rows) -> ImportPlan:
    file = read_programme(files.sheet_xlsx(sessions, speakers), HONG_KONG)
    assert file.warnings == (), [str(one) for one in file.warnings]
    return plan_into(db.session.get_one(Event, house.event_id), file)


def take(house: SimpleNamespace, sessions: Rows, speakers: Rows, **choices: Any) -> Any:
    file = read_programme(files.sheet_xlsx(sessions, speakers), HONG_KONG)
    return import_into(SYSTEM, house.event_id, file, Choices(**choices), None, now=NOW)


def differences(plan: ImportPlan) -> list[tuple[str, Any]]:
    return [
        (change.path, change.theirs)
        for one in (*plan.sessions, *plan.speakers)
        for change in one.changes
    ]


def test_a_sheet_that_nobody_edited_changes_nothing(app: Flask, written: SimpleNamespace) -> None:
    with app.app_context():
        plan = plan_of(written, *rows_of(written))
        assert differences(plan) == []
        assert {one.standing for one in (*plan.sessions, *plan.speakers)} == {Standing.SAME}
        assert (plan.gone, [one for one in (*plan.rooms, *plan.tracks) if one.is_new]) == ([], [])


def test_only_the_edits_are_shown_and_taken(app: Flask, written: SimpleNamespace) -> None:
    with app.app_context():
        sessions, speakers = rows_of(written)
        sessions[0]["Title (en)"] = "Edited"
        sessions[0]["End"] = time(0, 45)
        sessions[1]["Day"], sessions[1]["Start"] = date(2026, 12, 8), time(9, 0)
        sessions[1]["End"] = time(9, 30)
        speakers[0]["Job title (en)"] = "Chief"
        found = dict(differences(plan_of(written, sessions, speakers)))
        assert found.keys() == {"title.en", "time"}
        assert take(written, sessions, speakers).changed == 2
        edited = {one.title.get("en"): one for one in queries.planned_sessions(written.event_id)}
        assert edited["Edited"].title.get("zh-Hant") == "座談"
        assert edited["In the tray"].starts_at
        assert len(edited["Edited"].appearances) == 4


def test_a_row_without_a_key_is_new_once_and_known_ever_after(
    app: Flask, written: SimpleNamespace
) -> None:
    with app.app_context():
        sessions, speakers = rows_of(written)
        row = {
            "Title (en)": "Added in the sheet",
            "Day": date(2026, 12, 9),
            "Start": time(9),
            "End": time(10),
            "Room": "禮堂",
            "People": "Cai Sample",
        }
        done = [take(written, [*sessions, row], speakers).made for _ in range(2)]
        assert done == [1, 0]
        found = db.session.scalars(sa.select(Speaker).where(Speaker.name == "Cai Sample")).all()
        assert len(found) == 1


def test_what_was_edited_here_after_the_export_is_not_overwritten(
    app: Flask, written: SimpleNamespace
) -> None:
    with app.app_context():
        sessions, speakers = rows_of(written)
        one = next(one for one in queries.planned_sessions(written.event_id) if not one.starts_at)
        details = SessionDetails(
            **{
                **{
                    name: getattr(one, name)
                    for name in SessionDetails.__slots__
                    if name not in {"cast", "title"}
                },
                "title": Text({"en": "Edited here"}),
                "cast": [],
            }
        )
        service.update_session(SYSTEM, written.event_id, one.id, one.revision, details, now=NOW)
        assert differences(plan_of(written, sessions, speakers)) == []
        sessions[1]["Title (en)"] = "Edited there"
        (change,) = plan_of(written, sessions, speakers).sessions[1].conflicts
        assert (change.ours, change.theirs) == ("Edited here", "Edited there")
        assert take(written, sessions, speakers).changed == 0
        assert take(written, sessions, speakers, take_all=True).changed == 0, "it was decided"


def test_a_row_taken_out_is_gone_and_columns_taken_out_say_nothing(
    app: Flask, written: SimpleNamespace
) -> None:
    with app.app_context():
        sessions, speakers = rows_of(written)
        assert len(plan_of(written, sessions[:1], speakers).gone) == 1
        few = files.sheet_csv(
            *({"Key": row["Key"], "Title (en)": row["Title (en)"]} for row in sessions)
        )
        plan = plan_into(
            db.session.get_one(Event, written.event_id), read_programme(few, HONG_KONG)
        )
        assert differences(plan) == []
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 2
