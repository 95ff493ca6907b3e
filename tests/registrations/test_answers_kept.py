"""How long answers and files are kept, who is given them, and whose they stop being."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import db
from forum.core.permissions import Role
from forum.people.models import Organisation
from forum.registrations import service
from forum.registrations.models import Answer, AnswerFile
from forum.registrations.queries.answers import answers_of_registrations
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.recount import recount
from forum.registrations.rules import DataClass, QuestionKind
from forum.registrations.service import AnswerGiven, FileGone, Filled, forgetting
from forum.registrations.service.answer_files import (
    NoRoomForFiles,
    SentFile,
    answer_folder,
    keep_answer_file,
    sweep_answer_files,
)
from forum.registrations.service.changing import NameForms
from forum.registrations.service.forgetting import erase_old_answers
from tests.factories import ENDS, NOW, attendee, make_event, make_member
from tests.people.signing_in import sign_in
from tests.registrations.questioning import answer, make_lunch, make_question, taken

pytestmark = pytest.mark.both_databases
PDF = b"%PDF-1.7\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def folder(instance: Path) -> Path:
    return answer_folder(instance / "uploads")


def send(event_id: UUID, one: AskedQuestion, folder: Path) -> AnswerGiven:
    """Keep a file as a form does, and answer with it."""
    sent = SentFile(io.BytesIO(PDF), "letter.pdf")
    kept = keep_answer_file(event_id, one.id, sent, folder, now=NOW)
    return AnswerGiven(one.id, one.version_id, ({"file": str(kept.id), "name": kept.name},))


def register(event_id: UUID, *answers: AnswerGiven, name: str = "one") -> UUID:
    done = service.register(
        ANONYMOUS, event_id, attendee(name, answers=answers), form_key=None, now=NOW
    )
    return done.registration_id


def names_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def test_answers_and_files_go_when_their_days_are_over(in_app: Flask, folder: Path) -> None:
    event_id = make_event().id
    letter = make_question(event_id, QuestionKind.FILE, "Letter", keep_days=14)
    lunch = make_lunch(event_id, keep_days=14)
    job = make_question(event_id, label="Job title", keep_days=30)
    who = register(
        event_id, send(event_id, letter, folder), answer(lunch, 0), answer(job, "Engineer")
    )
    assert erase_old_answers(folder, now=ENDS + timedelta(days=13, hours=23)) == 0
    assert len(names_in(folder)) == 1
    assert erase_old_answers(folder, now=ENDS + timedelta(days=14)) == 2
    left = answers_of_registrations([who], sensitive=True)[who]
    assert [one.value for one in left] == [("Engineer",)]
    assert names_in(folder) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AnswerFile)) == 0
    assert taken(lunch) == (0, 0)
    assert all(one.agrees for one in recount())
    noted = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "answers.erased"))
    assert [one.details for one in noted] == [{"questions": 2, "answers": 2, "files": 1}]
    assert erase_old_answers(folder, now=ENDS + timedelta(days=15)) == 0
    assert erase_old_answers(folder, now=ENDS + timedelta(days=31)) == 1


def test_an_event_that_goes_meanwhile_keeps_nothing_of_the_others(
    in_app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id, gone = make_event().id, UUID(int=0)
    job = make_question(event_id, QuestionKind.TEXT, "Job", keep_days=30)
    register(event_id, answer(job, "Engineer"))
    due = forgetting._due
    monkeypatch.setattr(forgetting, "_due", lambda now: {gone: [job.id], **due(now)})
    assert erase_old_answers(folder, now=ENDS + timedelta(days=31)) == 1


def test_files_that_no_booking_holds_go_after_three_hours(in_app: Flask, folder: Path) -> None:
    event_id = make_event().id
    letter = make_question(event_id, QuestionKind.FILE, "Letter")
    send(event_id, letter, folder)
    register(event_id, send(event_id, letter, folder))
    (folder / "notes.txt").write_text("of somebody else")
    for name in names_in(folder):
        os.utime(folder / name, (NOW.timestamp(), NOW.timestamp()))
    assert sweep_answer_files(folder, NOW + timedelta(hours=3)) == 0
    assert sweep_answer_files(folder, NOW + timedelta(hours=3, seconds=1)) == 1
    assert len(names_in(folder)) == 2


def test_a_file_answers_for_one_booking_only(in_app: Flask, folder: Path) -> None:
    event_id, elsewhere = make_event().id, make_event().id
    letter = make_question(event_id, QuestionKind.FILE, "Letter")
    given = send(event_id, letter, folder)
    with pytest.raises(FileGone):
        register(elsewhere, given)
    who = register(event_id, given)
    with pytest.raises(FileGone):
        register(event_id, given, name="two")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 1
    again = Filled([send(event_id, letter, folder)], {letter.id}, "en")
    assert service.change_answers(ANONYMOUS, who, again, now=NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AnswerFile)) == 1


def test_what_waits_for_forms_cannot_fill_the_disk(
    in_app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = make_event().id
    letter = make_question(event_id, QuestionKind.FILE, "Letter")
    monkeypatch.setattr(
        "forum.registrations.service.answer_files.MOST_ASIDE_BYTES", len(PDF) * 2 + 1
    )
    register(event_id, send(event_id, letter, folder))
    for _ in range(2):
        send(event_id, letter, folder)
    with pytest.raises(NoRoomForFiles):
        send(event_id, letter, folder)
    assert len(names_in(folder)) == 3


def test_who_takes_over_a_seat_does_not_take_over_the_answers(in_app: Flask, folder: Path) -> None:
    event_id = make_event().id
    diet = make_question(event_id, label="Diet", data_class=DataClass.SENSITIVE)
    letter, lunch = make_question(event_id, QuestionKind.FILE, "Letter"), make_lunch(event_id)
    who = register(
        event_id, answer(diet, "No nuts"), answer(lunch, 0), send(event_id, letter, folder)
    )
    other = NameForms("Another Guest", "", "Sample Robotics")
    service.put_in_place(SYSTEM, who, other, "another@example.com", revision=1, now=NOW)
    left = answers_of_registrations([who], sensitive=True)[who]
    assert [one.question_id for one in left] == [lunch.id]
    assert taken(lunch) == (1, 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AnswerFile)) == 0


def test_a_file_is_given_to_those_who_may_see_it_and_never_shown_by_a_browser(
    app: Flask, folder: Path
) -> None:
    with app.app_context():
        event = make_event()
        slug, organisation_id = event.slug, event.organisation_id
        letter = make_question(event.id, QuestionKind.FILE, "Letter")
        scan = make_question(event.id, QuestionKind.FILE, "Scan", data_class=DataClass.SENSITIVE)
        open_id, secret_id = (
            UUID(given.value[0]["file"])
            for given in (send(event.id, letter, folder), send(event.id, scan, folder))
        )
        waiting = send(event.id, letter, folder).value[0]["file"]
        answers = [
            AnswerGiven(one.id, one.version_id, ({"file": str(file_id), "name": "letter.pdf"},))
            for one, file_id in ((letter, open_id), (scan, secret_id))
        ]
        register(event.id, *answers)
        other = make_event(db.session.get_one(Organisation, organisation_id)).slug
    base = f"/manage/{slug}/registrations/answers/files"

    def _client(role: Role) -> FlaskClient:
        client = app.test_client()
        with app.app_context():
            organisation = db.session.get_one(Organisation, organisation_id)
            sign_in(client, make_member(organisation, role))
        return client

    registrar = _client(Role.REGISTRAR)
    given = registrar.get(f"{base}/{open_id}")
    assert given.status_code == 200
    assert given.data == PDF
    assert given.headers["Content-Type"] == "application/pdf"
    assert given.headers["Content-Disposition"] == "attachment; filename=letter.pdf"
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "no-store"
    assert "sandbox" in given.headers["Content-Security-Policy"]
    given.close()
    registrar.get(f"{base}/{secret_id}").close()
    assert registrar.get(f"{base}/{waiting}").status_code == 404
    elsewhere = f"/manage/{other}/registrations/answers/files/{open_id}"
    assert registrar.get(elsewhere).status_code == 404
    assert _client(Role.DOOR).get(f"{base}/{open_id}").status_code == 403
    assert app.test_client().get(f"{base}/{open_id}").status_code == 303
    with app.app_context():
        opened = sa.select(sa.func.count()).where(AuditEntry.action == "answer.file_opened")
        assert db.session.scalar(opened) == 2
