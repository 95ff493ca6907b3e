"""Accepting an invitation where the organiser needs answers: asked on its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.registrations import service
from forum.registrations.models import Answer, AnswerFile, Registration
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.rules import AskedPer, QuestionKind
from forum.registrations.service import sending
from tests.factories import NOW, attendee, make_event
from tests.registrations.desk import hidden_fields
from tests.registrations.inviting import coming, made_list, one_invited, seats_agree
from tests.registrations.questioning import make_lunch, make_question, taken
from tests.registrations.ticket_types import make_type

pytestmark = pytest.mark.both_databases
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"
CAME = [("Sample Invited solo", "confirmed")]


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Invited:
    """A guest with the link, at an event that asks."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        """Make the event and the invitation."""
        self.app, self.client = app, client
        with app.app_context():
            self.event_id = make_event(capacity=20).id
            who = one_invited(self.event_id, made_list(self.event_id, companions=2))
            sending.send(SYSTEM, self.event_id, who, now=NOW)
            self.link = f"/i/{derive(Purpose.GUEST_INVITATION, who)}"

    def ask(self, label: str, kind: QuestionKind = QuestionKind.TEXT, **given: Any) -> Any:
        with self.app.app_context():
            return make_question(self.event_id, kind, label, **given)

    def ask_all(self, label: str) -> Any:
        return self.ask(label, per=AskedPer.BOOKING, required=True)

    def came_by_form(self) -> None:
        """Register the guest by the form, before anything was asked."""
        address = "invited.solo@example.com"
        who = attendee(name="Sample Invited solo", email=address, email_key=address)
        with self.app.app_context():
            service.register(ANONYMOUS, self.event_id, who, form_key=None, now=NOW)

    def lunch(self, **given: Any) -> AskedQuestion:
        with self.app.app_context():
            return make_lunch(self.event_id, **given)

    def page(self) -> str:
        return self.client.get(self.link).text

    def accept(self, **typed: Any) -> TestResponse:
        return self.client.post(f"{self.link}/accept", data=hidden_fields(self.page()) | typed)

    def came(self) -> list[tuple[str, str]]:
        with self.app.app_context():
            assert seats_agree()
            return coming(self.event_id)

    def answers(self) -> dict[tuple[str, UUID], list[Any]]:
        """Return what was answered, by who (nobody: the booking) and question."""
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Registration.name, Answer.question_id, Answer.value)
                .select_from(Answer)
                .outerjoin(Registration, Registration.id == Answer.registration_id)
            )
            return {(name or "", question): value for name, question, value in rows}


@pytest.fixture
def guest(app: Flask, client: FlaskClient) -> Invited:
    return Invited(app, client)


def test_one_click_is_enough_where_no_answer_has_to_be_given(guest: Invited) -> None:
    guest.ask("Job title")
    assert "Job title" not in guest.page()
    assert guest.accept().status_code == 303
    assert guest.came() == CAME


def test_questions_of_other_types_are_not_asked(guest: Invited) -> None:
    with guest.app.app_context():
        other = make_type(guest.event_id, "Media")
    guest.ask("Which paper?", required=True, type_ids=frozenset({other}))
    assert "Which paper?" not in guest.page()
    assert guest.accept().status_code == 303


def test_what_has_to_be_answered_is_asked_with_the_rest(guest: Invited) -> None:
    diet = guest.ask("Dietary needs", required=True)
    job = guest.ask("Job title")
    page = guest.page()
    assert page.index("Dietary needs") < page.index("Accept the invitation")
    assert "Job title" in page
    refused = guest.accept()
    assert refused.status_code == 422
    assert "Enter an answer to “Dietary needs”" in refused.text
    assert refused.text.count("<title>Error:") == 1
    assert guest.came() == []
    assert guest.accept(**{f"q-{diet.id}": "No nuts"}).status_code == 303
    assert guest.came() == CAME
    assert guest.answers() == {("Sample Invited solo", diet.id): ["No nuts"]}
    assert job.id


def test_a_refused_reply_keeps_everything_typed(guest: Invited) -> None:
    diet, job = guest.ask("Dietary needs", required=True), guest.ask("Job title")
    typed = {
        "companions": "2",
        "names-0": "Sample Companion",
        "delegate_name": "Sample Delegate",
        f"q-{job.id}": "Director",
        f"companion-0-q-{job.id}": "Adviser",
        f"companion-1-q-{job.id}": "Kept though nobody is named",
    }
    page = guest.accept(**typed)
    assert page.status_code == 422
    for kept in ("Sample Companion", "Sample Delegate", "Director", "Adviser", "Kept though"):
        assert kept in page.text
    assert re.search(r'<option value="2" selected', page.text)
    assert page.text.count("Enter an answer to “Dietary needs”") == 4
    assert f'id="companion-0-q-{diet.id}-error"' in page.text
    assert f'id="companion-1-q-{diet.id}-error"' not in page.text


def test_companions_who_are_named_answer_and_the_others_are_asked_later(guest: Invited) -> None:
    diet = guest.ask("Dietary needs", required=True)
    typed = {
        "companions": "2",
        f"q-{diet.id}": "None",
        "names-0": "",
        "names-1": "Sample Companion",
    }
    refused = guest.accept(**typed)
    assert refused.status_code == 422
    typed[f"companion-1-q-{diet.id}"] = "Halal"
    accepted = guest.accept(**typed)
    assert accepted.status_code == 303
    assert guest.came() == [*CAME, ("Sample Companion", "confirmed"), ("", "confirmed")]
    assert guest.answers() == {
        ("Sample Invited solo", diet.id): ["None"],
        ("Sample Companion", diet.id): ["Halal"],
    }


def test_the_booking_is_asked_once_and_a_delegate_answers_for_themselves(guest: Invited) -> None:
    diet = guest.ask("Dietary needs", required=True)
    car = guest.ask("Licence plate", per=AskedPer.BOOKING)
    typed = {
        "delegate_name": "Sample Delegate",
        "delegate_email": "delegate@example.com",
        f"q-{diet.id}": "Vegan",
        f"all-q-{car.id}": "AB 1234",
    }
    assert "What you answered above is then about this person." in guest.page()
    assert guest.accept(**typed).status_code == 303
    assert guest.answers() == {
        ("Sample Delegate", diet.id): ["Vegan"],
        ("", car.id): ["AB 1234"],
    }


def test_a_question_that_depends_on_an_answer_has_to_be_answered_only_then(guest: Invited) -> None:
    needs = guest.ask("Do you need help?", QuestionKind.YES_NO)
    what = guest.ask("What help?", required=True, needs_id=needs.id, needs_values=("yes",))
    assert guest.accept(**{f"q-{needs.id}": "yes"}).status_code == 422
    assert guest.accept(**{f"q-{needs.id}": "no"}).status_code == 303
    assert ("Sample Invited solo", what.id) not in guest.answers()


def test_the_last_lunch_is_taken_once_and_said_at_its_box(guest: Invited) -> None:
    lunch = guest.lunch(places=1, required=True)
    fish, none = (str(one.id) for one in lunch.options)
    typed = {"companions": "1", "names-0": "Sample Companion", f"q-{lunch.id}": fish}
    both = guest.accept(**typed, **{f"companion-0-q-{lunch.id}": fish})
    assert both.status_code == 409
    assert "has just been taken" in both.text
    assert guest.came() == []
    assert guest.accept(**typed, **{f"companion-0-q-{lunch.id}": none}).status_code == 303
    with guest.app.app_context():
        assert taken(lunch) == (1, 1)


def test_a_file_is_kept_while_the_reply_comes_back(guest: Invited) -> None:
    asked = guest.ask("Your portrait", QuestionKind.FILE, required=True)
    assert 'enctype="multipart/form-data"' in guest.page()
    file = {f"q-{asked.id}": (BytesIO(PDF), "portrait.pdf"), "delegate_name": "Sample Delegate"}
    refused = guest.client.post(f"{guest.link}/accept", data=hidden_fields(guest.page()) | file)
    assert "“portrait.pdf” is kept." in refused.text
    again = guest.client.post(f"{guest.link}/accept", data=hidden_fields(refused.text))
    assert again.status_code == 303
    with guest.app.app_context():
        assert db.session.scalars(sa.select(AnswerFile)).one().booking_id is not None


def test_more_names_than_companions_are_refused_in_words(guest: Invited) -> None:
    diet = guest.ask("Dietary needs", required=True)
    names = {f"names-{number}": f"Companion {number}" for number in range(6)}
    answers = {f"companion-{number}-q-{diet.id}": "None" for number in range(6)}
    page = guest.accept(**names, **answers, **{f"q-{diet.id}": "None"})
    assert page.status_code == 422
    assert "Choose at most 2 companions." in page.text


def test_whoever_declines_is_asked_nothing(guest: Invited) -> None:
    guest.ask("Dietary needs", required=True)
    answer = guest.client.post(f"{guest.link}/decline", data=hidden_fields(guest.page()))
    assert answer.status_code == 303
    assert guest.came() == []


def test_who_is_registered_already_is_asked_nothing_more(guest: Invited) -> None:
    """Their registration has its answers; what is open there its own page asks for."""
    guest.came_by_form()
    diet, car = guest.ask("Dietary needs", required=True), guest.ask_all("Licence plate")
    before, _, after = guest.page().partition("Somebody else comes in my place")
    for name in (f'name="q-{diet.id}"', f'name="all-q-{car.id}"'):
        assert (name in before, name in after) == (False, True)
    accepted = guest.accept(**{f"q-{diet.id}": "Typed where nobody asks", f"all-q-{car.id}": "AB"})
    assert accepted.status_code == 303
    assert guest.came() == CAME
    assert guest.answers() == {}


def test_who_is_registered_already_names_companions_who_answer(guest: Invited) -> None:
    guest.came_by_form()
    diet = guest.ask("Dietary needs", required=True)
    typed = {"companions": "1", "names-0": "Sample Companion"}
    assert guest.accept(**typed).status_code == 422
    assert guest.accept(**typed, **{f"companion-0-q-{diet.id}": "Halal"}).status_code == 303
    assert guest.came() == [*CAME, ("Sample Companion", "confirmed")]
    assert guest.answers() == {("Sample Companion", diet.id): ["Halal"]}


def test_who_is_registered_already_sends_somebody_who_answers(guest: Invited) -> None:
    guest.came_by_form()
    diet, car = guest.ask("Dietary needs", required=True), guest.ask_all("Licence plate")
    assert "What you answered above" not in guest.page()
    typed = {"delegate_name": "Sample Delegate", "delegate_email": "delegate@example.com"}
    refused = guest.accept(**typed)
    assert refused.status_code == 422
    assert "Enter an answer to “Dietary needs”" in refused.text
    typed |= {f"q-{diet.id}": "Vegan", f"all-q-{car.id}": "AB 1234"}
    assert guest.accept(**typed).status_code == 303
    assert guest.answers() == {
        ("Sample Delegate", diet.id): ["Vegan"],
        ("", car.id): ["AB 1234"],
    }
