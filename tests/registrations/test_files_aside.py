"""Files that wait for their forms: only of forms that people fill in, bounded, and not for long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.db import db
from forum.registrations.listeners import keep_no_file_aside
from forum.registrations.models import AnswerFile
from forum.registrations.rules import QuestionKind
from forum.registrations.service import answer_folder
from tests.factories import NOW, attendee, make_event
from tests.registrations.desk import guest, hidden_fields
from tests.registrations.questioning import make_question
from tests.site.parties import allow, book, contact, press

pytestmark = pytest.mark.both_databases
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"
SERVICE = "forum.registrations.service.answer_files"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def folder(instance: Path) -> Path:
    return answer_folder(instance / "uploads")


@pytest.fixture
def letter(app: Flask, clock: Any) -> tuple[str, str]:
    """The form's address, open for a second and a half at least, and the name of its file's box."""
    assert clock
    app.config["FORUM_SETTINGS"] = replace(app.config["FORUM_SETTINGS"], form_seconds=1.5)
    with app.app_context():
        event = make_event()
        asked = make_question(event.id, QuestionKind.FILE, "Your letter")
        return f"/en/e/{event.slug}/register", f"q-{asked.id}"


def send(client: FlaskClient, form: str, typed: dict[str, Any], *, ip: str = "") -> TestResponse:
    where = {"REMOTE_ADDR": ip} if ip else {}
    return client.post(
        form, data=typed, content_type="multipart/form-data", environ_overrides=where
    )


def aside(app: Flask) -> int:
    """Return how many files wait for their forms."""
    with app.app_context():
        wanted = sa.select(sa.func.count()).where(AnswerFile.booking_id.is_(None))
        return db.session.scalar(wanted) or 0


def filled(client: FlaskClient, letter: tuple[str, str], **typed: Any) -> dict[str, Any]:
    """Open the form and fill it in, but for the name: it comes back."""
    page = client.get(letter[0])
    return (
        hidden_fields(page.text)
        | guest(name="")
        | {letter[1]: (BytesIO(PDF), "letter.pdf")}
        | typed
    )


@pytest.mark.parametrize("how", ["quick", "old", "unsigned", "honeypot"])
def test_a_form_that_nobody_filled_in_leaves_no_file(
    app: Flask, client: FlaskClient, letter: tuple[str, str], clock: Any, how: str
) -> None:
    typed = filled(client, letter)
    clock.shift({"quick": 1.0, "old": 24 * 3600 + 1.0}.get(how, 5.0))
    typed |= {"unsigned": {"key": "A" * 40}, "honeypot": {"website": "x"}}.get(how, {})
    answer = send(client, letter[0], typed)
    assert answer.status_code == 422
    assert "Choose the file again" in answer.text
    assert "is kept." not in answer.text
    assert aside(app) == 0


def test_a_form_as_people_fill_it_in_keeps_the_file(
    app: Flask, client: FlaskClient, letter: tuple[str, str], clock: Any
) -> None:
    typed = filled(client, letter)
    clock.shift(5)
    answer = send(client, letter[0], typed)
    assert "“letter.pdf” is kept." in answer.text
    assert aside(app) == 1


def test_another_file_in_the_same_box_takes_the_place_of_the_first(
    app: Flask, client: FlaskClient, letter: tuple[str, str], clock: Any, folder: Path
) -> None:
    typed = filled(client, letter)
    clock.shift(5)
    page = send(client, letter[0], typed)
    again = hidden_fields(page.text) | guest(name="")
    again |= {letter[1]: (BytesIO(PDF + b" "), "newer.pdf")}
    assert "“newer.pdf” is kept." in send(client, letter[0], again).text
    assert aside(app) == 1
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("bound", ["MOST_OF_A_FORM", "MOST_OF_A_NETWORK", "MOST_ASIDE_BYTES"])
def test_what_waits_is_bounded_by_form_by_network_and_by_event(
    app: Flask,
    client: FlaskClient,
    letter: tuple[str, str],
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
) -> None:
    monkeypatch.setattr(f"{SERVICE}.{bound}", len(PDF) * 2)
    one = filled(client, letter)
    clock.shift(5)
    said = [_once_more(client, letter, one) for _ in range(3)]
    assert ["Files cannot be taken at this moment" in page for page in said] == [
        False,
        False,
        True,
    ]
    assert aside(app) == 2
    other = filled(client, letter)
    clock.shift(5)
    elsewhere = {letter[1]: (BytesIO(PDF), "b.pdf")}
    if bound == "MOST_OF_A_FORM":
        assert "is kept." in send(client, letter[0], other | elsewhere).text
    else:
        assert "is kept." not in send(client, letter[0], other | elsewhere).text
    elsewhere = {letter[1]: (BytesIO(PDF), "b.pdf")}
    page = send(client, letter[0], other | elsewhere, ip="203.0.113.9")
    assert ("is kept." in page.text) is (bound != "MOST_ASIDE_BYTES")


def _once_more(client: FlaskClient, letter: tuple[str, str], typed: dict[str, Any]) -> str:
    file = {letter[1]: (BytesIO(PDF), "a.pdf")}
    return send(client, letter[0], typed | file).text


def test_what_no_form_claims_is_gone_after_three_hours_with_its_bytes(
    app: Flask, client: FlaskClient, letter: tuple[str, str], clock: Any, folder: Path
) -> None:
    typed = filled(client, letter)
    clock.shift(5)
    page = send(client, letter[0], typed)
    assert len(list(folder.iterdir())) == 1
    with app.app_context():
        keep_no_file_aside(NOW + timedelta(hours=3, seconds=6))
    assert list(folder.iterdir()) == []
    assert aside(app) == 0
    again = send(client, letter[0], hidden_fields(page.text) | guest())
    assert "This file was kept for a while only. Choose it again." in again.text


def test_a_claimed_file_forgets_where_it_came_from(
    app: Flask, client: FlaskClient, letter: tuple[str, str], clock: Any
) -> None:
    typed = filled(client, letter, **guest())
    clock.shift(5)
    assert send(client, letter[0], typed).status_code == 303
    with app.app_context():
        one = db.session.scalars(sa.select(AnswerFile)).one()
        assert (one.from_form, one.from_network) == (b"", b"")


def test_a_personal_link_is_bounded_like_a_form(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{SERVICE}.MOST_OF_A_FORM", len(PDF) * 2)
    with app.app_context():
        event = make_event()
        allow(event.id)
        asked = make_question(event.id, QuestionKind.FILE, "Your letter")
        booked = book(event, attendee("ada"), attendee("ben"), by=contact())
    for number in range(3):
        file: dict[str, Any] = {f"q-{asked.id}": (BytesIO(PDF), "letter.pdf")}
        answer = press(client, booked.at(0, "change"), name="", organisation="", **file)
        assert ("is kept." in answer.text) is (number < 2)
