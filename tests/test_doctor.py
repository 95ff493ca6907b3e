"""`forum doctor`: it says what is wrong and what to do, on any instance, and exits 1 then."""

from __future__ import annotations

import logging
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask

from forum import cli
from forum.core import audit, outbox
from forum.core.actor import ANONYMOUS
from forum.core.audit import AuditEntry
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.outbox import TRIED_IN_VAIN, OutboxRow
from forum.registrations import service
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout
from forum.settings import Settings
from tests.factories import NOW, attendee, make_event, make_workshop

LINE = re.compile(r"(ok  |BAD ) (\w+): (.+)")
ALL = [
    "schema",
    "database",
    "seats",
    "audit",
    "effects",
    "letters",
    "disk",
    "address",
    "mail",
    "pdf",
]


class Told(NamedTuple):
    """What a command came to: its status, the findings by name, and what went to stderr."""

    status: int
    good: dict[str, bool]
    says: dict[str, str]
    error: str


Doctor = Callable[..., Told]


@pytest.fixture
def forum(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Run `forum …` as an operator does, in this process."""

    def _run(instance: Path, database_url: str = "", *words: str) -> Told:
        if database_url:
            monkeypatch.setenv("FORUM_DATABASE_URL", database_url)
        chosen = words or ("doctor",)
        monkeypatch.setattr(sys, "argv", ["forum", "--instance", str(instance), *chosen])
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        found = [match.groups() for match in map(LINE.fullmatch, out.splitlines()) if match]
        return Told(
            status,
            {what: state == "ok  " for state, what, _ in found},
            {what: says for _, what, says in found},
            err,
        )

    return _run


@pytest.fixture
def doctor(forum: Doctor, settings: Settings) -> Callable[[], Told]:
    """Run `forum doctor` on the instance under test."""
    return lambda: forum(settings.instance, settings.database_url)


@pytest.fixture
def failing() -> Iterator[str]:
    def _fail(_payload: dict[str, Any], _now: datetime) -> None:
        raise ConnectionError

    outbox.after("sample.happened")(_fail)
    yield "sample.happened"
    outbox._AFTER.pop("sample.happened")


@pytest.mark.both_databases
def test_a_sound_instance_is_told_so_from_top_to_bottom(
    app: Flask, doctor: Callable[[], Told]
) -> None:
    with app.app_context():
        event = make_event()
        service.register(ANONYMOUS, event.id, attendee(), form_key=None, now=NOW)
    told = doctor()
    assert (told.status, told.error) == (0, "")
    assert told.good == dict.fromkeys(ALL, True)
    assert "no FORUM_SMTP_URL" in told.says["mail"]


def test_an_empty_instance_is_told_what_to_do_first(forum: Doctor, tmp_path: Path) -> None:
    told = forum(tmp_path / "new")
    assert told.status == 1
    assert told.says["schema"] == "at nothing; run: forum db upgrade"
    assert told.good.pop("schema") is False
    assert told.good == dict.fromkeys(["disk", "address", "mail", "pdf"], True)
    assert told.error == ""


def test_an_empty_postgresql_is_told_what_to_do_first(
    forum: Doctor, tmp_path: Path, empty_postgres_url: str
) -> None:
    told = forum(tmp_path / "new", empty_postgres_url)
    assert (told.status, told.error) == (1, "")
    assert told.says["schema"] == "at nothing; run: forum db upgrade"
    assert "seats" not in told.says


def test_after_what_it_said_was_done_all_is_well(forum: Doctor, tmp_path: Path) -> None:
    assert forum(tmp_path / "new", "", "db", "upgrade").status == 0
    told = forum(tmp_path / "new")
    assert (told.status, told.good) == (0, dict.fromkeys(ALL, True))


@pytest.mark.both_databases
def test_a_schema_of_another_version_is_named(app: Flask, doctor: Callable[[], Told]) -> None:
    with app.app_context(), writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = 'of old'"))
    told = doctor()
    assert told.status == 1
    assert told.says["schema"] == "at of old; run: forum db upgrade"


def test_a_database_that_does_not_answer_is_a_finding_among_others(
    forum: Doctor, tmp_path: Path
) -> None:
    nobody = "postgresql://forum:secret-word@127.0.0.1:9/forum?connect_timeout=2"
    told = forum(tmp_path / "new", nobody)
    assert told.status == 1
    assert told.says["database"].startswith("does not answer: ")
    assert told.good == {
        "database": False,
        "disk": True,
        "address": True,
        "mail": True,
        "pdf": True,
    }
    assert "secret-word" not in f"{told}"


def test_a_file_that_is_no_database_is_a_finding(forum: Doctor, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "forum.sqlite3").write_bytes(b"Minutes of the last meeting." * 400)
    told = forum(tmp_path / "new")
    assert told.status == 1
    assert told.says["database"] == "does not answer: file is not a database"


def test_other_commands_say_in_one_sentence_that_it_is_no_database(
    forum: Doctor, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "forum.sqlite3").write_bytes(b"Minutes of the last meeting." * 400)
    told = forum(tmp_path / "new", "", "user", "list")
    assert told.status == 1
    assert told.error == "forum: The database refused: file is not a database\n"


@pytest.mark.both_databases
def test_a_counter_that_the_rows_do_not_bear_out_is_named_with_its_event(
    app: Flask, doctor: Callable[[], Told]
) -> None:
    with app.app_context():
        slug = make_event().slug
        with writing() as session:
            session.execute(sa.update(SeatPool).values(taken=3))
    told = doctor()
    assert told.status == 1
    assert not told.good["seats"]
    assert f"{slug}: 3 taken, 0 seated" in told.says["seats"]


@pytest.mark.both_databases
def test_places_that_the_rows_do_not_bear_out_are_named_with_their_session(
    app: Flask, doctor: Callable[[], Told]
) -> None:
    with app.app_context():
        event = make_event()
        slug, session_id = event.slug, make_workshop(event, places=9).id
        with writing() as session:
            session.execute(
                sa.update(SeatPool).where(SeatPool.about == PoolAbout.SESSION).values(taken=2)
            )
    told = doctor()
    assert not told.good["seats"]
    assert f"{slug}, session {session_id}: 2 taken, 0 seated" in told.says["seats"]


@pytest.mark.both_databases
def test_an_audit_trail_that_was_tampered_with_is_told_with_the_place(
    app: Flask, doctor: Callable[[], Told]
) -> None:
    with app.app_context():
        with writing() as session:
            for number in range(3):
                audit.record(
                    session, ANONYMOUS, "sample", ("event", uuid7()), None, {"n": number}, NOW
                )
        assert audit.seal() == 3
        with writing() as session:
            session.execute(
                sa.update(AuditEntry).where(AuditEntry.seal_number == 2).values(details={"n": 9})
            )
    told = doctor()
    assert told.status == 1
    assert told.says["audit"] == "the audit trail is broken at entry 2"
    assert not told.good["audit"]


@pytest.mark.both_databases
def test_an_effect_that_fails_for_ever_is_named_by_its_topic(
    app: Flask, doctor: Callable[[], Told], failing: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with app.app_context():
        with writing() as session:
            outbox.emit(session, failing, {}, key="one", now=NOW)
        due = NOW
        for _ in range(TRIED_IN_VAIN):
            assert outbox.deliver_due(due) == 1
            with writing() as session:
                due = session.scalars(sa.select(OutboxRow.due_at)).one()
    told = doctor()
    assert told.status == 1
    assert f"{failing} (1)" in told.says["effects"]
    assert not told.good["effects"]


def test_rows_that_point_at_nothing_are_counted(app: Flask, doctor: Callable[[], Told]) -> None:
    with app.app_context():
        event = make_event()
        with writing() as session:
            connection = session.connection()
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
            connection.execute(sa.text("DELETE FROM event WHERE slug = :it"), {"it": event.slug})
    told = doctor()
    assert not told.good["database"]
    assert re.search(r", [1-9]\d* broken references$", told.says["database"])


def test_a_disk_that_is_nearly_full_is_told(
    doctor: Callable[[], Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        total: int
        used: int
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000, 951, 49))
    told = doctor()
    assert (told.status, told.says["disk"]) == (1, "5% free")


def test_an_address_that_no_phone_can_reach_is_told_but_no_fault(
    doctor: Callable[[], Told],
) -> None:
    told = doctor()
    assert "phones cannot reach it" in told.says["address"]
    assert told.good["address"]
