"""Programmes of public conferences, where they are at hand: every session, speaker and room."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Room
from forum.programme.importing.plans import Choices
from forum.programme.importing.reading import read_programme
from forum.programme.importing.storing import Wanted, import_event, import_into
from forum.programme.models import Session, Speaker, Track
from tests.factories import NOW

FOLDER = Path(os.environ.get("FORUM_SHARED_DATA", "../shared/data")) / "programmes"

COUNTS = {
    "31c3-schedule.xml": ("Europe/Berlin", 138, 198, 4, 4),
    "coscup2023-session.json": ("Asia/Taipei", 352, 415, 28, 2),
    "frab-camp2019.json": ("Europe/Berlin", 79, 90, 2, 5),
    "hkoscon2024-opass-timetable.json": ("Asia/Hong_Kong", 49, 33, 3, 2),
    "kotlinconf2025-sessionize.json": ("Europe/Copenhagen", 112, 105, 12, 3),
    "moca2024.ics": ("Europe/Rome", 88, 69, 4, 3),
    "pretalx-democon.json": ("Europe/Berlin", 36, 27, 2, 3),
}


@pytest.mark.skipif(not FOLDER.exists(), reason="the folder is not part of a release")
@pytest.mark.both_databases
@pytest.mark.parametrize("name", COUNTS)
def test_a_real_programme_goes_in_whole_and_only_once(
    app: Flask, house: SimpleNamespace, name: str
) -> None:
    zone, sessions, speakers, rooms, days = COUNTS[name]
    content = (FOLDER / name).read_bytes()
    with app.app_context():
        wanted = Wanted(Text({"en": "Sample"}), zone, 200, publish=True)
        done = import_event(SYSTEM, house.ours.id, content, wanted, Choices(), now=NOW)
        assert (done.sessions, done.speakers, done.rooms, done.days) == (
            sessions,
            speakers,
            rooms,
            days,
        )
        stored = [
            db.session.scalar(sa.select(sa.func.count()).select_from(one)) or 0
            for one in (Session, Speaker, Room)
        ]
        assert stored == [sessions, speakers, rooms]
        assert db.session.scalars(sa.select(Track)).all() or "frab" not in name
        file = read_programme(content, ZoneInfo(zone))
        again = import_into(SYSTEM, done.event_id, file, Choices(), None, now=NOW)
        assert (again.made, again.changed) == (0, 0)
