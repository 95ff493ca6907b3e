"""What a guest has not answered yet is named on the page of the booking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.registrations.rules import AskedPer, DataClass, QuestionKind
from forum.registrations.service import Contact
from tests.factories import attendee, make_event
from tests.registrations.questioning import answer, make_question
from tests.site.parties import UNNAMED, Booked, allow, book, contact, own_link, press
from tests.support.statements import selects

pytestmark = pytest.mark.both_databases
HEAD = "Still to be answered"
NAMES = {"name": "Ada Sample", "name_zh": "", "organisation": "Sample Works"}


def _alone(app: Flask, **asked: Any) -> tuple[Booked, str]:
    """Book for one who comes by herself, at an event that asks for a job title afterwards."""
    with app.app_context():
        event = make_event()
        ada = attendee("ada", **NAMES)
        booked = book(event, ada, by=Contact(ada.name, ada.email, ada.email_key))
        one = make_question(event.id, label="Job title", **asked)
        return booked, f"q-{one.id}"


def test_an_answer_that_is_wanted_is_named_until_it_is_given(
    app: Flask, client: FlaskClient
) -> None:
    booked, box = _alone(app, required=True)
    page = client.get(booked.link).text
    assert HEAD in page
    assert "Job title" in page
    assert f'href="{booked.at(0, "change")}"' in page
    assert press(client, booked.at(0, "change"), **NAMES, **{box: "Director"}).status_code == 303
    assert HEAD not in client.get(booked.link).text


def test_what_may_stay_open_is_not_named_and_costs_nothing(app: Flask, client: FlaskClient) -> None:
    booked, _ = _alone(app)
    with selects(app) as seen:
        assert HEAD not in client.get(booked.link).text
    assert not [one for one in seen if "FROM question_version" in one]


def test_each_of_a_party_and_the_booking_is_named_with_the_way_there(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        allow(event.id)
        job = make_question(event.id, label="Job title", required=True)
        make_question(event.id, label="Licence plate", required=True, per=AskedPer.BOOKING)
        ada = replace(attendee("ada", **NAMES), answers=[answer(job, "Director")])
        ben = attendee("ben", name="Ben Sample")
        booked = book(event, ada, ben, UNNAMED, by=contact())
        own = own_link(booked.people[1])
    page = client.get(booked.link).text
    note = page.split(HEAD)[1].split("</div>")[0]
    assert "Ben Sample" in note
    assert "Ada Sample" not in note
    assert "Licence plate" in note
    assert f'href="{booked.at(1, "change")}"' in note
    assert f'href="{booked.link}/answers"' in note
    alone = client.get(own).text.split(HEAD)[1].split("</div>")[0]
    assert "Job title" in alone
    assert "Licence plate" not in alone


def test_what_depends_on_an_answer_is_named_only_where_it_is_asked(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        allow(event.id)
        needs = make_question(event.id, QuestionKind.YES_NO, "Do you need help?")
        make_question(
            event.id, label="What help?", required=True, needs_id=needs.id, needs_values=("yes",)
        )
        one = attendee("ada", answers=[answer(needs, "yes")])
        booked = book(event, one, attendee("ben"), by=contact())
    note = client.get(booked.link).text.split(HEAD)[1].split("</div>")[0]
    assert note.count("What help?") == 1


def test_what_concerns_health_is_named_to_the_person_alone(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        event = make_event()
        allow(event.id)
        make_question(event.id, label="Allergies", required=True, data_class=DataClass.SENSITIVE)
        booked = book(event, attendee("ada"), attendee("ben"), by=contact())
        own = own_link(booked.people[0])
    assert "Allergies" not in client.get(booked.link).text
    assert "Allergies" in client.get(own).text


def test_thirty_people_cost_no_more_statements_than_two(app: Flask, client: FlaskClient) -> None:
    numbers = []
    for people in (2, 30):
        with app.app_context():
            event = make_event()
            allow(event.id, 30)
            make_question(event.id, label="Job title", required=True)
            booked = book(event, *(attendee() for _ in range(people)), by=contact())
        with selects(app) as seen:
            assert client.get(booked.link).text.count("Job title") == people
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]
