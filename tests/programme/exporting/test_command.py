"""`forum event export`: the programme as a file, which goes in again by `forum event import`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import fromstring

import jsonschema
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from forum.cli import cli
from forum.core.tables import is_workbook
from forum.core.text import Text
from forum.settings import Settings
from tests.factories import make_event, make_session
from tests.programme.exporting.frab_schema import SCHEMA

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, settings: Settings) -> Run:
    with app.app_context():
        event = make_event(slug="sample-forum")
        make_session(event, title=Text({"en": "Sample talk", "zh-Hant": "示例演講"}))

    def _run(*words: str) -> Result:
        return CliRunner().invoke(
            cli,
            ["--instance", str(settings.instance), "event", *words],
            env={"FORUM_DATABASE_URL": settings.database_url, "FORUM_BASE_URL": "http://localhost"},
        )

    return _run


def export(run: Run, form: str, *words: str) -> Result:
    return run("export", "sample-forum", "--as", form, *words)


def test_frab_goes_to_standard_output_in_the_language_asked_for(run: Run) -> None:
    xml = export(run, "frab-xml")
    assert xml.exit_code == 0
    assert "Sample talk" in "".join(fromstring(xml.stdout_bytes).itertext())
    chinese = json.loads(export(run, "frab-json", "--language", "zh-Hant").stdout_bytes)
    jsonschema.validate(chinese, SCHEMA)
    assert "示例演講" in json.dumps(chinese, ensure_ascii=False)


def test_a_sheet_is_written_to_a_file_and_brings_nothing_new_when_it_comes_back(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "programme.xlsx"
    done = export(run, "xlsx", "--out", str(file))
    assert (done.exit_code, done.stdout) == (0, f"{file}: {file.stat().st_size:,} bytes\n")
    assert is_workbook(file.read_bytes())
    again = run("import", str(file), "--into", "sample-forum", "--dry-run")
    assert "sessions: 0 new, 0 changed, 1 as they are" in again.stdout


def test_what_cannot_be_done_is_one_sentence(run: Run, tmp_path: Path) -> None:
    nowhere = export(run, "xlsx", "--out", str(tmp_path / "none" / "a.xlsx"))
    assert nowhere.exit_code == 1
    assert "cannot be written" in nowhere.stderr
    assert run("export", "sample-forum", "--as", "word").exit_code == 2
    assert run("export", "no-such", "--as", "xlsx").exit_code != 0
