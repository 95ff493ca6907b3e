"""Discreet events: what a new person is refused for, a known one is refused for alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS
from forum.core.db import db, writing
from forum.core.errors import DomainError
from forum.core.outbox import OutboxRow
from forum.registrations import service
from forum.registrations.models import AccessCode, Registration
from forum.registrations.rules import Access, QuestionKind, TypeClosed, WrongCode
from forum.registrations.service import ChoiceFull, Party, Result
from forum.registrations.service.answer_files import FileGone
from forum.registrations.service.codes import new_code
from tests.factories import NOW, attendee, make_event
from tests.registrations.desk import guest, hidden_fields
from tests.registrations.questioning import answer, make_lunch, make_question, taken
from tests.registrations.signing_up import registered
from tests.registrations.ticket_types import make_type

pytestmark = pytest.mark.both_databases
KNOWN, NEW = "known", "new"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def code_of(event_id: UUID, type_id: UUID, *, used: int = 0) -> str:
    """Make a code for one person."""
    typed = new_code()
    with writing() as session:
        one = AccessCode(event_id=event_id, ticket_type_id=type_id, code=typed, created_at=NOW)
        one.uses, one.used = 1, used
        session.add(one)
    return typed


def a_type_that_is_closed(event_id: UUID) -> dict[str, Any]:
    over = NOW - timedelta(hours=1)
    return {"type_id": make_type(event_id, "Early", closes_at=over)}


def a_type_that_is_not_chosen(event_id: UUID) -> dict[str, Any]:
    return {"type_id": make_type(event_id, "By link", access=Access.LINK)}


def a_code_that_is_unknown(event_id: UUID) -> dict[str, Any]:
    return {"type_id": make_type(event_id, "Coded", access=Access.CODE), "code": "WRONG"}


def a_code_that_is_used_up(event_id: UUID) -> dict[str, Any]:
    type_id = make_type(event_id, "Coded", access=Access.CODE)
    return {"type_id": type_id, "code": code_of(event_id, type_id, used=1)}


def a_choice_that_is_full(event_id: UUID) -> dict[str, Any]:
    lunch = make_lunch(event_id, places=1)
    eats = replace(attendee("eater"), answers=(answer(lunch, 0),))
    service.register(ANONYMOUS, event_id, eats, form_key=None, now=NOW)
    return {"answers": (answer(lunch, 0),)}


def a_file_that_is_gone(event_id: UUID) -> dict[str, Any]:
    asked = make_question(event_id, QuestionKind.FILE, "Portrait")
    return {"answers": (answer(asked, {"file": str(uuid4()), "name": "a.pdf"}),)}


REFUSED = (
    (a_type_that_is_closed, TypeClosed),
    (a_type_that_is_not_chosen, TypeClosed),
    (a_code_that_is_unknown, WrongCode),
    (a_code_that_is_used_up, WrongCode),
    (a_choice_that_is_full, ChoiceFull),
    (a_file_that_is_gone, FileGone),
)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(("why", "error"), REFUSED)
def test_a_known_person_is_refused_for_what_a_new_one_is(
    why: Callable[[UUID], dict[str, Any]], error: type[DomainError]
) -> None:
    event_id = make_event(discreet=True).id
    registered(event_id, KNOWN)
    given = why(event_id)
    for name in (KNOWN, NEW):
        with pytest.raises(error):
            send(event_id, name, **given)
    again = OutboxRow.topic == "registration.again"
    assert db.session.scalar(sa.select(sa.func.count()).where(again)) == 0


@pytest.mark.usefixtures("in_app")
def test_who_is_known_and_not_refused_takes_nothing() -> None:
    """The code stays as it was, and so do the choice and the number of guests."""
    event_id = make_event(discreet=True).id
    registered(event_id, KNOWN)
    type_id = make_type(event_id, "Coded", access=Access.CODE)
    lunch = make_lunch(event_id, places=1)
    given: dict[str, Any] = {"type_id": type_id, "code": code_of(event_id, type_id)}
    given["answers"] = (answer(lunch, 0),)
    assert send(event_id, KNOWN, **given) is Result.KNOWN
    assert (taken(lunch), uses(event_id), people(event_id)) == ((0, 0), 0, 1)
    assert send(event_id, NEW, **given) is Result.NEW
    assert (taken(lunch), uses(event_id), people(event_id)) == ((1, 1), 1, 2)


def test_the_form_answers_alike_where_the_last_lunch_is_gone(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event(discreet=True)
        registered(event.id, KNOWN)
        given = a_choice_that_is_full(event.id)
        (lunch,) = given["answers"]
        form = f"/en/e/{event.slug}/register"
    pages = []
    for name in (KNOWN, NEW):
        typed = guest(name) | {f"q-{lunch.question_id}": lunch.value[0]}
        sent = client.post(form, data=hidden_fields(client.get(form).text) | typed)
        assert sent.status_code == 409
        assert "has just been taken" in sent.text
        pages.append(sent.text.partition("<main")[2].replace(name, NEW).count("<"))
    assert pages[0] == pages[1]


def send(event_id: UUID, name: str, **given: Any) -> Result:
    """Register one person, as the form does."""
    answers = given.pop("answers", ())
    party = Party((replace(attendee(name), answers=answers),), **given)
    done = service.register_party(ANONYMOUS, event_id, party, form_key=None, now=NOW)
    return done.result


def uses(event_id: UUID) -> int:
    """Return how often the event's codes were used."""
    wanted = sa.select(sa.func.sum(AccessCode.used)).where(AccessCode.event_id == event_id)
    return db.session.scalar(wanted) or 0


def people(event_id: UUID) -> int:
    """Return how many registrations an event has."""
    wanted = sa.select(sa.func.count()).where(Registration.event_id == event_id)
    return db.session.scalar(wanted) or 0
