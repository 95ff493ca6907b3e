"""Approved for an address: whoever typed it sees no ticket, the address gets it by mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from forum.core.outbox import OutboxRow
from forum.registrations.models import Registration
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.rules import Access, QuestionKind, RuleKind
from forum.registrations.service import Party, approve, register_party
from forum.registrations.service.approval_rules import RuleWanted, add_rule
from tests.factories import NOW, attendee, make_event
from tests.registrations.desk import guest, hidden_fields
from tests.registrations.inviting import invite, invited, made_list
from tests.registrations.questioning import answer, make_question
from tests.registrations.ticket_types import make_type
from tests.site.parties import allow

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Stage:
    """An event whose only type is by approval, with the rules of a test."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        """Make it, with a question that an answer may be approved by."""
        self.app, self.client = app, client
        with app.app_context():
            event = make_event(capacity=1)
            self.event_id, self.form = event.id, f"/en/e/{event.slug}/register"
            self.type_id = make_type(event.id, "Media", access=Access.APPROVAL)
            self.press_card: AskedQuestion = make_question(
                event.id, QuestionKind.YES_NO, "Press card"
            )

    def rule(self, kind: RuleKind, value: str, question_id: UUID | None = None) -> None:
        with self.app.app_context():
            wanted = RuleWanted(kind, value, question_id)
            add_rule(SYSTEM, self.event_id, self.type_id, wanted, now=NOW)

    def send(self, **typed: Any) -> TestResponse:
        page = self.client.get(f"{self.form}?type=2")
        assert page.status_code == 200
        return self.client.post(
            self.form, data=hidden_fields(page.text) | {"type": "2"} | guest() | typed
        )

    def states(self) -> list[str]:
        with self.app.app_context():
            rows = db.session.scalars(sa.select(Registration).order_by(Registration.id)).all()
            return [one.state.value for one in rows]

    def mailed(self, topic: str) -> int:
        with self.app.app_context():
            wanted = sa.select(sa.func.count()).where(OutboxRow.topic == topic)
            return db.session.scalar(wanted) or 0


@pytest.fixture
def stage(app: Flask, client: FlaskClient) -> Stage:
    return Stage(app, client)


def test_who_types_an_address_of_a_trusted_domain_is_sent_to_the_mail(stage: Stage) -> None:
    stage.rule(RuleKind.DOMAIN, "example.com")
    answer = stage.send()
    assert (answer.status_code, answer.location) == (303, f"{stage.form}/mail")
    assert stage.states() == ["confirmed"]
    page = stage.client.get(answer.location)
    assert "Look in your mail" in page.text
    assert "/r/" not in page.text.replace("/register", "")
    assert stage.mailed("registration.confirmed") > 0


def test_who_types_an_invited_address_is_sent_to_the_mail_full_or_not(stage: Stage) -> None:
    with stage.app.app_context():
        listed = made_list(stage.event_id)
        invite(stage.event_id, listed, invited(1), invited(2))
    stage.rule(RuleKind.INVITATION, str(listed))
    for number in (1, 2):
        answer = stage.send(email=f"invited.{number}@example.com")
        assert answer.location == f"{stage.form}/mail"
    assert stage.states() == ["confirmed", "waitlisted"]


def test_the_same_form_sent_twice_shows_no_ticket_either(stage: Stage) -> None:
    stage.rule(RuleKind.DOMAIN, "example.com")
    page = stage.client.get(f"{stage.form}?type=2")
    typed = hidden_fields(page.text) | {"type": "2"} | guest()
    answers = [stage.client.post(stage.form, data=typed) for _ in range(2)]
    assert [one.location for one in answers] == [f"{stage.form}/mail"] * 2
    assert stage.states() == ["confirmed"]


def test_what_an_answer_approves_stands_on_the_spot(stage: Stage) -> None:
    stage.rule(RuleKind.DOMAIN, "example.com")
    stage.rule(RuleKind.ANSWER, "yes", stage.press_card.id)
    answer = stage.send(**{f"q-{stage.press_card.id}": "yes"})
    assert answer.location.startswith("/r/")
    assert stage.states() == ["confirmed"]


def test_a_request_that_waits_for_the_organiser_is_sent_to_the_mail_too(stage: Stage) -> None:
    """What a rule would have trusted is told to nobody: invited or not, the answer is the same."""
    stage.rule(RuleKind.DOMAIN, "example.org")
    assert stage.send().location == f"{stage.form}/mail"
    assert stage.states() == ["pending"]
    assert stage.mailed("registration.pending") == 1


def test_whom_the_organiser_approves_sees_the_ticket_only_by_the_mail(stage: Stage) -> None:
    """Else whoever typed an address that the organiser trusts would hold its ticket."""
    page = stage.client.get(f"{stage.form}?type=2")
    typed = hidden_fields(page.text) | {"type": "2"} | guest()
    answers = [stage.client.post(stage.form, data=typed) for _ in range(2)]
    with stage.app.app_context():
        (asking,) = db.session.scalars(sa.select(Registration.id))
        approve(SYSTEM, [asking], now=NOW)
    answers.append(stage.client.post(stage.form, data=typed))
    assert [one.location for one in answers] == [f"{stage.form}/mail"] * 3
    assert stage.states() == ["confirmed"]


def test_a_contact_elsewhere_does_not_get_the_tickets_of_a_trusted_address(stage: Stage) -> None:
    """All tickets may be mailed to the contact: that address must be trusted as well."""
    stage.rule(RuleKind.DOMAIN, "example.com")
    away = {
        "stays_away": "y",
        "contact_name": "Somebody Else",
        "contact_email": "somebody@example.org",
        "mails_to": "contact",
    }
    stage.send(**away)
    assert stage.states() == ["pending"]
    stage.send(**(away | guest(2) | {"contact_email": "other@example.com"}))
    assert stage.states() == ["pending", "confirmed"]


def test_a_party_comes_in_as_a_whole_or_waits_as_a_whole(stage: Stage) -> None:
    stage.rule(RuleKind.DOMAIN, "example.com")
    other = {
        "people-0-name": "Sample Other",
        "people-0-organisation": "Sample Works",
        "people-0-email": "other@example.org",
    }
    assert stage.send(**other).location == f"{stage.form}/mail"
    assert stage.states() == ["pending", "pending"]


def test_without_a_contact_the_first_must_be_trusted_since_all_goes_there(stage: Stage) -> None:
    """An answer approves the first, an address the second: whose ticket would go to the first."""
    stage.rule(RuleKind.DOMAIN, "example.org")
    stage.rule(RuleKind.ANSWER, "yes", stage.press_card.id)
    first = replace(attendee("first"), answers=(answer(stage.press_card, "yes"),))
    second = attendee("second", email="s@example.org", email_key="s@example.org")
    with stage.app.app_context():
        allow(stage.event_id)
        party = Party((first, second), type_id=stage.type_id)
        register_party(ANONYMOUS, stage.event_id, party, form_key=None, now=NOW)
    assert stage.states() == ["pending", "pending"]
