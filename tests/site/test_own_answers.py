"""Answers and consents on the guest's page: seen, changed, withdrawn and given again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.registrations import queries
from forum.registrations.queries.answers import answers_of_booking, answers_of_registrations
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.rules import AskedPer, ConsentPurpose, ConsentSource, DataClass
from forum.registrations.service import ConsentGiven, Contact, wordings
from tests.factories import NOW, attendee, make_event, text
from tests.people.signing_in import csrf_of
from tests.registrations.questioning import answer, make_lunch, make_question, taken
from tests.site.parties import Booked, allow, book, own_link, press, row

NAMES = {"name": "Ada Sample", "name_zh": "", "organisation": "Sample Works"}


def _asked(app: Flask, *, places: int = 1, **given: Any) -> tuple[Booked, AskedQuestion]:
    """Book for two at an event that asks for lunch, and note the vegetarian one's place."""
    with app.app_context():
        event = make_event()
        allow(event.id)
        lunch = make_lunch(event.id, places=places, **given)
        ada = attendee("ada", **NAMES)
        booked = book(event, replace(ada, answers=[answer(lunch, 0)]), attendee("ben"))
        return booked, lunch


def _answered(app: Flask, booked: Booked, number: int) -> list[Any]:
    with app.app_context():
        one = booked.people[number]
        found = answers_of_registrations([one], sensitive=True)[one]
        return [value for shown in found for value in shown.value]


def _field(asked: AskedQuestion, option: int | str) -> dict[str, str]:
    value = str(asked.options[option].id) if isinstance(option, int) else option
    return {f"q-{asked.id}": value}


def test_answers_are_shown_and_changed_and_places_change_hands(
    app: Flask, client: FlaskClient
) -> None:
    booked, lunch = _asked(app)
    address = booked.at(0, "change")
    assert f'value="{lunch.options[0].id}" checked' in client.get(address).text
    full = press(client, booked.at(1, "change"), **NAMES, **_field(lunch, 0))
    assert full.status_code in {409, 422}
    assert _answered(app, booked, 1) == []
    assert press(client, address, **NAMES, **_field(lunch, 1)).status_code == 303
    assert _answered(app, booked, 0) == [str(lunch.options[1].id)]
    with app.app_context():
        assert taken(lunch) == (0, 0)
    assert press(client, booked.at(1, "change"), **NAMES, **_field(lunch, 0)).status_code == 303
    with app.app_context():
        assert taken(lunch) == (1, 1)


def test_names_and_answers_are_changed_by_one_form(app: Flask, client: FlaskClient) -> None:
    booked, lunch = _asked(app)
    typed = NAMES | {"name": "Ada Renamed"} | _field(lunch, 1)
    assert press(client, booked.at(0, "change"), **typed).status_code == 303
    assert row(app, booked.people[0]).name == "Ada Renamed"
    assert _answered(app, booked, 0) == [str(lunch.options[1].id)]


def test_who_replaces_somebody_answers_anew(app: Flask, client: FlaskClient) -> None:
    """What one guest eats is nobody else's business: it does not pass to the next."""
    booked, lunch = _asked(app)
    address = booked.at(0, "replace")
    assert f'value="{lunch.options[0].id}" checked' not in client.get(address).text
    typed = NAMES | {"name": "Dora Sample", "email": "dora@example.com"}
    assert press(client, address, **typed).status_code == 303
    assert _answered(app, booked, 0) == []
    with app.app_context():
        assert taken(lunch) == (0, 0)


def test_answers_of_health_stand_on_the_own_page_alone(app: Flask, client: FlaskClient) -> None:
    booked, lunch = _asked(app, data_class=DataClass.SENSITIVE)
    with app.app_context():
        mine = own_link(booked.people[0])
    assert "Lunch" not in client.get(booked.at(0, "change")).text
    own = f"{mine}/people/{booked.people[0]}/change"
    assert f'value="{lunch.options[0].id}" checked' in client.get(own).text
    assert press(client, booked.at(0, "change"), **NAMES).status_code == 303
    assert _answered(app, booked, 0) == [str(lunch.options[0].id)]


def test_a_person_is_added_with_answers(app: Flask, client: FlaskClient) -> None:
    booked, lunch = _asked(app, places=2)
    typed = {"name": "Eve", "name_zh": "", "organisation": "Sample Works", "email": ""}
    address = f"{booked.link}/people/new"
    assert press(client, address, **typed, **_field(lunch, 0)).status_code == 303
    with app.app_context():
        assert taken(lunch) == (2, 2)
    full = press(client, address, **typed, **_field(lunch, 0))
    assert full.status_code in {409, 422}
    assert "Eve" in full.text


def test_answers_for_the_whole_booking_are_changed_on_a_page_of_their_own(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        allow(event.id)
        asked = make_question(event.id, label="Invoice number", per=AskedPer.BOOKING)
        booked = book(event, attendee("ada"), attendee("ben"))
        mine = own_link(booked.people[0])
    address = f"{booked.link}/answers"
    assert address in client.get(booked.link).text
    assert press(client, address, **_field(asked, "PO 7")).status_code == 303
    with app.app_context():
        assert [one.value[0] for one in answers_of_booking(booked.booking_id)] == ["PO 7"]
    assert "/answers" not in client.get(mine).text
    assert client.get(f"{mine}/answers").status_code == 404


def _consented(app: Flask) -> Booked:
    with app.app_context():
        event = make_event()
        allow(event.id)
        wordings.set_wording(
            SYSTEM, event.id, ConsentPurpose.MARKETING, None, text("Write to me"), NOW
        )
        shown = queries.wordings_for_form(event.id)[0]
        given = ConsentGiven(ConsentPurpose.MARKETING, "Write to me", shown.id)
        told = ConsentGiven(ConsentPurpose.COLLECTION, "We use your name for the badge.")
        ada = attendee("ada", consents=[given, told])
        herself = Contact(ada.name, ada.email, ada.email_key)
        return book(event, ada, attendee("ben"), by=herself)


def _consent(app: Flask, booked: Booked, number: int) -> list[Any]:
    with app.app_context():
        one = booked.people[number]
        return [it for it in queries.consents_of([one])[one] if it.purpose == "marketing"]


def test_a_consent_is_withdrawn_and_given_again_with_its_words(
    app: Flask, client: FlaskClient
) -> None:
    booked = _consented(app)
    address = booked.at(0, "consents")
    page = client.get(address).text
    assert "Write to me" in page
    assert "Agreed on Sunday 22 November 2026" in page
    assert "We use your name for the badge." in page
    (consent,) = _consent(app, booked, 0)
    withdraw = f"{address}/{consent.id}/withdraw"
    assert press(client, withdraw, shown_at=address).status_code == 303
    (consent,) = _consent(app, booked, 0)
    assert consent.withdrawn_at is not None
    assert consent.withdrawn_by is ConsentSource.OWN_PAGE
    page = client.get(address).text
    assert "Withdrawn on Sunday 22 November 2026" in page
    give = page.split(f'action="{address}/', 1)[1].split('"', 1)[0]
    assert press(client, f"{address}/{give}", shown_at=address).status_code == 303
    assert [one.withdrawn_at is None for one in _consent(app, booked, 0)] == [False, True]


def test_somebody_elses_consent_is_not_withdrawn_by_my_link(
    app: Flask, client: FlaskClient
) -> None:
    booked, other = _consented(app), _consented(app)
    (theirs,) = _consent(app, other, 0)
    (mine,) = _consent(app, booked, 0)
    token = csrf_of(client.get(f"{booked.link}/cancel"))
    for number, consent in ((0, theirs), (1, mine)):
        address = f"{booked.at(number, 'consents')}/{consent.id}/withdraw"
        assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert _consent(app, other, 0)[0].withdrawn_at is None
    assert _consent(app, booked, 0)[0].withdrawn_at is None


def test_one_persons_consents_stand_on_the_own_page(app: Flask, client: FlaskClient) -> None:
    booked = _consented(app)
    with app.app_context():
        mine = own_link(booked.people[0])
    page = client.get(mine).text
    assert "What you agreed to" in page
    (consent,) = _consent(app, booked, 0)
    address = f"{mine}/people/{booked.people[0]}/consents/{consent.id}/withdraw"
    answered = press(client, address, shown_at=mine)
    assert answered.headers["Location"] == f"{mine}#h-consents"
    assert "Withdrawn. From now on your data is not used for this." in client.get(mine).text


def test_withdrawing_is_possible_after_everything_else_is_closed(
    app: Flask, client: FlaskClient
) -> None:
    booked = _consented(app)
    (consent,) = _consent(app, booked, 0)
    press(client, f"{booked.link}/cancel")
    address = booked.at(0, "consents")
    withdraw = f"{address}/{consent.id}/withdraw"
    assert press(client, withdraw, shown_at=address).status_code == 303
    assert _consent(app, booked, 0)[0].withdrawn_at is not None
