"""The whole job on a real programme: import, 300 guests for 200 seats, door, feed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from forum.checkin import service as checkin
from forum.cli import cli
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.ids import uuid7
from forum.events.queries import public_event
from forum.settings import Settings
from tests.calendar.readers import Seen, by_ical, by_vobject
from tests.factories import make_organisation
from tests.journeys import programmes
from tests.registrations.desk import form_of, guest, register

SHARED = Path(os.environ.get("FORUM_SHARED_DATA", "../shared/data"))
REAL = SHARED / "programmes" / "hkoscon2024-opass-timetable.json"
BEFORE_IT = datetime(2024, 6, 20, 3, 0, tzinfo=UTC)
GUESTS, SEATS, CANCEL, COME, TWICE = 300, 200, 40, 150, 10
TICKET = re.compile(r'<span class="code">([0-9A-Z]{4}-[0-9A-Z]{4})</span>')


@dataclass
class Desk:
    """The command line of the instance under test."""

    settings: Settings
    runner: CliRunner

    def run(self, *words: str) -> str:
        """Run a `forum` command and return what it prints."""
        environment = {
            "FORUM_DATABASE_URL": self.settings.database_url,
            "FORUM_BASE_URL": "http://localhost",
        }
        done = self.runner.invoke(
            cli,
            ["--instance", str(self.settings.instance), *words],
            env=environment,
            catch_exceptions=False,
        )
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    with time_machine.travel(BEFORE_IT, tick=True):
        yield Desk(settings, CliRunner())


def programme_file(folder: Path, *, real: bool = False) -> Path:
    """Return the real file where it is wanted and here, else one with the same traps."""
    if real and REAL.exists():
        return REAL
    made = folder / "session.json"
    made.write_bytes(programmes.trapped_programme())
    return made


@pytest.mark.timeout(240)
@pytest.mark.both_databases
def test_every_count_agrees_from_the_import_to_the_feed(
    app: Flask, desk: Desk, tmp_path: Path
) -> None:
    file = programme_file(tmp_path, real=desk.settings.database_url.startswith("sqlite"))
    with app.app_context():
        make_organisation()
    told = json.loads(
        desk.run(
            "event",
            "import",
            str(file),
            "--title",
            "Sample Conference",
            "--time-zone",
            "Asia/Hong_Kong",
            "--capacity",
            str(SEATS),
            "--publish",
            "--json",
        )
    )
    wanted = (programmes.SESSIONS, programmes.SPEAKERS, programmes.ROOMS, programmes.DAYS)
    assert (told["sessions"], told["speakers"], told["rooms"], told["days"]) == wanted
    slug = told["slug"]
    client = app.test_client()
    assert client.get(f"/en/e/{slug}/programme").status_code == 200

    places = [register(client, slug, guest(number)).headers["Location"] for number in range(GUESTS)]
    assert len(set(places)) == GUESTS
    seats = json.loads(desk.run("seats", slug, "--json"))
    assert (seats["taken"], seats["waiting"], seats["agrees"]) == (SEATS, GUESTS - SEATS, True)

    for place in places[:CANCEL]:
        assert (
            client.post(f"{place}/cancel", data=form_of(client, f"{place}/cancel")).status_code
            == 303
        )
    seats = json.loads(desk.run("seats", slug, "--json"))
    assert (seats["confirmed"], seats["waitlisted"], seats["cancelled"]) == (
        SEATS,
        GUESTS - SEATS - CANCEL,
        CANCEL,
    )
    assert seats["agrees"]
    assert "You’re registered" in client.get(places[SEATS]).text
    assert "You are number 1" in client.get(places[SEATS + CANCEL]).text

    door = _paired_phone(app, slug)
    codes = [_code(client, place) for place in places[CANCEL : CANCEL + COME]]
    verdicts = [_scan(door, code) for code in codes]
    again = [_scan(door, code) for code in codes[:TWICE]]
    assert {verdict["reason"] for verdict in verdicts} == {"admitted"}
    assert {verdict["reason"] for verdict in again} == {"already_in"}
    counted = door.get("/door/api/state", headers={"X-Forum-Door": "1"}).get_json()["count"]
    assert (counted["admitted"], counted["expected"]) == (COME, SEATS)

    feed = client.get(f"/e/{slug}/{slug}.ics").data
    first, second = by_vobject(feed), by_ical(feed)
    assert len(first) == len(second) == programmes.SESSIONS + 1
    assert _times(first) == _times(second)


def test_the_same_file_twice_is_refused_in_a_sentence_and_changes_nothing(
    app: Flask, desk: Desk, tmp_path: Path
) -> None:
    with app.app_context():
        make_organisation()
    words = ["event", "import", str(programme_file(tmp_path)), "--title", "Sample"]
    desk.run(*words)
    listed = desk.run("event", "list")
    done = desk.runner.invoke(
        cli,
        ["--instance", str(desk.settings.instance), *words],
        env={
            "FORUM_DATABASE_URL": desk.settings.database_url,
            "FORUM_BASE_URL": "http://localhost",
        },
    )
    assert "was imported before" in str(done.exception)
    assert desk.run("event", "list") == listed


FOREIGN = {
    "not JSON": b"<schedule/>",
    "a list": b"[]",
    "no sessions": b'{"speakers": []}',
    "UTF-16": "{}".encode("utf-16"),
    "nothing usable": b'{"sessions": [{"id": 1}]}',
    "nested without end": b"[" * 100_000,
    "empty": b"",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_file_gets_a_sentence_and_leaves_nothing(
    app: Flask, desk: Desk, tmp_path: Path, content: bytes
) -> None:
    with app.app_context():
        make_organisation()
    file = tmp_path / "foreign.json"
    file.write_bytes(content)
    before = desk.run("event", "list")
    done = desk.runner.invoke(
        cli,
        [
            "--instance",
            str(desk.settings.instance),
            "event",
            "import",
            str(file),
            "--title",
            "Sample",
        ],
        env={
            "FORUM_DATABASE_URL": desk.settings.database_url,
            "FORUM_BASE_URL": "http://localhost",
        },
    )
    assert done.exception is not None
    assert type(done.exception).__name__ == "UnreadableProgramme"
    assert desk.run("event", "list") == before


def _paired_phone(app: Flask, slug: str) -> FlaskClient:
    with app.app_context():
        event = public_event(slug)[0]
        checkpoint_id = checkin.main_checkpoint(SYSTEM, event, now=clock.now())
        link = checkin.make_pairing_link(SYSTEM, event, checkpoint_id, now=clock.now())
    phone = app.test_client()
    address = f"/door/pair/{link.secret}"
    answer = phone.post(address, data=form_of(phone, address) | {"name": "Sample Helper"})
    assert answer.status_code == 303
    return phone


def _code(client: FlaskClient, place: str) -> str:
    found = TICKET.search(client.get(place).text)
    assert found is not None
    return found.group(1)


def _scan(door: FlaskClient, code: str) -> dict[str, object]:
    answer = door.post(
        "/door/api/scan",
        json={"scan_id": str(uuid7()), "code": code, "way": "typed"},
        headers={"X-Forum-Door": "1"},
    )
    assert answer.status_code == 200, answer.text
    verdict: dict[str, object] = answer.get_json()["verdict"]
    return verdict


def _times(seen: list[Seen]) -> list[tuple[str, str, str]]:
    return sorted((one.uid, one.start, one.end) for one in seen)
