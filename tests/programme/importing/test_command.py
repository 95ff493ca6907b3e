"""`forum event import`: a new event or one brought up to date, and first of all a dry run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from forum.cli import cli
from forum.core.db import db
from forum.events.models import Event
from forum.programme.models import Session
from forum.settings import Settings
from tests.factories import make_event, make_organisation
from tests.programme.importing import files


class Desk:
    """The command line of an instance."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder

    def run(self, content: bytes, *words: str) -> str:
        """Import a file and return what is printed."""
        file = self._folder / "schedule"
        file.write_bytes(content)
        environment = {
            "FORUM_DATABASE_URL": self._settings.database_url,
            "FORUM_BASE_URL": "http://localhost",
        }
        done = CliRunner().invoke(
            cli,
            ["--instance", str(self._settings.instance), "event", "import", str(file), *words],
            env=environment,
            catch_exceptions=False,
        )
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture
def desk(app: Flask, settings: Settings, tmp_path: Path) -> Desk:
    with app.app_context():
        make_organisation()
    return Desk(settings, tmp_path)


def counted(app: Flask) -> tuple[int, ...]:
    with app.app_context():
        return tuple(
            db.session.scalar(sa.select(sa.func.count()).select_from(one)) or 0
            for one in (Event, Session)
        )


@pytest.mark.parametrize(
    "content",
    [
        files.frab_xml(),
        files.frab_json(),
        files.sessionize(),
        files.calendar(),
        files.sheet_csv(
            {"Title (en)": "Sample talk", "Day": "2026-12-08", "Start": "9:00", "End": "9:45"}
        ),
    ],
    ids=["frab XML", "frab JSON", "Sessionize", "iCalendar", "CSV"],
)
def test_every_format_makes_an_event_after_a_dry_run_that_writes_nothing(
    app: Flask, desk: Desk, content: bytes
) -> None:
    said = desk.run(content, "--title", "Sample", "--dry-run")
    assert "1 sessions" in said
    assert said.endswith("Nothing was written.\n")
    assert counted(app) == (0, 0)
    made = json.loads(desk.run(content, "--title", "Sample", "--json"))
    assert (made["sessions"], made["new"], made["days"]) == (1, 1, 1)
    assert counted(app) == (1, 1)


@pytest.mark.both_databases
def test_the_languages_of_an_event_stay_unless_the_files_are_asked_for(
    app: Flask, desk: Desk
) -> None:
    with app.app_context():
        make_event(slug="sample-forum", languages=["zh-Hant", "en"])
    stayed = json.loads(desk.run(files.frab_xml(), "--into", "sample-forum", "--json"))
    assert stayed["languages"] == ["zh-Hant", "en"]
    said = desk.run(files.frab_xml(), "--into", "sample-forum", "--take-languages")
    assert said.endswith("Languages of the pages: English\n")
    with app.app_context():
        wanted = sa.select(Event.languages).where(Event.slug == "sample-forum")
        assert db.session.scalar(wanted) == ["en"]


def test_a_file_that_names_its_title_needs_none(app: Flask, desk: Desk) -> None:
    assert json.loads(desk.run(files.frab_xml(), "--json"))["slug"] == "sample-conference"


def test_an_event_is_brought_up_to_date_and_the_dry_run_says_how(app: Flask, desk: Desk) -> None:
    slug = json.loads(desk.run(files.frab_xml(), "--json"))["slug"]
    changed = files.frab_xml(
        files.frab_event(title="Another title", room="Garden"),
        files.frab_event(guid="new", id=2, title="New talk"),
    )
    said = desk.run(changed, "--into", slug, "--dry-run")
    assert "sessions: 1 new, 1 changed, 0 as they are" in said
    assert "new rooms: Garden" in said
    assert "session “Another title”: title.en, taken" in said
    assert counted(app) == (1, 1)
    done = json.loads(desk.run(changed, "--into", slug, "--json"))
    assert (done["new"], done["changed"]) == (1, 1)
    assert counted(app) == (1, 2)
