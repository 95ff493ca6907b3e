"""A booking of several people behind its personal link: each is seen, changed, named, cancelled."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.ids import shown
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.rules import Access, RegistrationState
from tests.factories import ENDS, NOW, attendee, make_event, make_workshop
from tests.people.signing_in import csrf_of
from tests.registrations.signing_up import registered
from tests.site.parties import (
    UNNAMED,
    Booked,
    allow,
    book,
    give_access,
    hidden_of,
    own_link,
    press,
    row,
    states,
    three,
)
from tests.support.statements import selects

CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
)


def test_everybody_stands_on_the_page_with_own_state_and_acts(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    page = client.get(booked.link)
    assert page.status_code == 200
    assert "You’re all registered" in page.text
    assert "Ada Sample" in page.text
    assert "Ben Sample" in page.text
    assert "To be named" in page.text
    assert page.text.count('class="tag go">Confirmed</span>') == 3
    for number in range(3):
        assert booked.at(number, "cancel") in page.text
    assert booked.at(0, "change") in page.text
    assert booked.at(0, "replace") in page.text
    assert "Show 3 tickets" in page.text
    assert "Bring one more person" in page.text


def test_the_page_is_for_its_holder_alone(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    rests = ["", "/ticket", "/cancel", "/receipt", "/coming", "/people/new"]
    rests += [f"/people/{booked.people[0]}/{act}" for act in ("change", "replace", "consents")]
    for rest in rests:
        found = client.get(booked.link + rest)
        assert found.status_code == 200, rest
        assert found.headers["Cache-Control"] == "no-store"
        assert found.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in found.headers["X-Robots-Tag"]


def test_a_companion_is_named_later(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    address = booked.at(2, "replace")
    answer = press(
        client,
        address,
        name="Cleo Sample",
        name_zh="",
        organisation="Sample Works",
        email="cleo@example.com",
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == booked.link
    assert "Cleo Sample" in client.get(booked.link).text
    assert row(app, booked.people[2]).email == "cleo@example.com"
    assert states(app, booked.people) == [CONFIRMED] * 3


def test_a_person_without_an_address_of_their_own_can_be_named(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    typed = {"name": "Cleo Sample", "name_zh": "", "organisation": "Sample Works", "email": ""}
    for number in (2, 0):
        assert press(client, booked.at(number, "replace"), **typed).status_code == 303
        assert row(app, booked.people[number]).name == "Cleo Sample"
        assert not row(app, booked.people[number]).holds_address


def test_replacing_somebody_keeps_the_seat_and_ends_the_old_link(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    before = row(app, booked.people[0]).link_generation
    typed = {"name": "Dora Sample", "name_zh": "", "organisation": "Sample Works"}
    answer = press(client, booked.at(0, "replace"), email="dora@example.com", **typed)
    assert answer.status_code == 303
    after = row(app, booked.people[0])
    assert (after.name, after.state) == ("Dora Sample", CONFIRMED)
    assert after.link_generation == before + 1
    page = client.get(booked.link).text
    assert "Ada Sample" not in page
    assert "The ticket of the person before no longer opens the door." in page


def test_an_address_that_is_registered_already_is_refused_and_what_was_typed_is_kept(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    typed = {"name": "Cleo Sample", "name_zh": "", "organisation": "Sample Works"}
    answer = press(client, booked.at(2, "replace"), email="guest.ada@example.com", **typed)
    assert answer.status_code == 409
    assert "Cleo Sample" in answer.text
    assert "Error:" in answer.text
    assert row(app, booked.people[2]).name == ""


def test_what_is_missing_is_said_in_words_and_nothing_is_lost(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    answer = press(
        client, booked.at(2, "replace"), name="", organisation="Sample Works", email="not one"
    )
    assert answer.status_code == 422
    assert "Enter your full name" in answer.text
    assert "Enter an email address in the correct format" in answer.text
    assert "Sample Works" in answer.text


def test_one_is_cancelled_and_the_others_stay(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    answer = press(client, booked.at(1, "cancel"))
    assert answer.status_code == 303
    assert states(app, booked.people) == [CONFIRMED, CANCELLED, CONFIRMED]
    page = client.get(booked.link).text
    assert "One person is cancelled." in page
    assert "Cancelled by the guest." in page
    assert booked.at(1, "change") not in page


def test_the_whole_booking_is_cancelled_by_one_button_that_names_the_number(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    asked = client.get(f"{booked.link}/cancel")
    assert "Cancel 3 registrations?" in asked.text
    assert "Ada Sample" in asked.text
    assert states(app, booked.people) == [CONFIRMED] * 3
    assert press(client, f"{booked.link}/cancel").status_code == 303
    assert states(app, booked.people) == [CANCELLED] * 3
    assert "Your booking is cancelled" in client.get(booked.link).text


def test_a_person_is_added_until_the_booking_is_full(app: Flask, client: FlaskClient) -> None:
    booked = three(app, most=4)
    address = f"{booked.link}/people/new"
    typed = {"name": "Eve Sample", "name_zh": "", "organisation": "Sample Works"}
    answer = press(client, address, email="eve@example.com", **typed)
    assert answer.status_code == 303
    page = client.get(booked.link).text
    assert "Added. The seat is yours." in page
    assert "Eve Sample" in page
    assert "Bring one more person" not in page
    assert client.get(address).status_code == 303
    again = client.post(
        address, data={"csrf_token": csrf_of(client.get(f"{booked.link}/cancel"))} | typed
    )
    assert again.status_code == 409


def test_a_person_can_be_added_to_be_named_later(app: Flask, client: FlaskClient) -> None:
    booked = three(app, most=4)
    typed = {"name": "", "name_zh": "", "organisation": "", "email": ""}
    assert press(client, f"{booked.link}/people/new", **typed).status_code == 303
    assert client.get(booked.link).text.count("To be named") >= 2


def test_nobody_is_added_by_a_code_that_was_given_for_so_many(
    app: Flask, client: FlaskClient
) -> None:
    """A code's uses are counted when a party registers: its guests cannot grow past them."""
    booked = three(app)
    with app.app_context():
        give_access(booked.event_id, Access.CODE)
    assert "Bring one more person" not in client.get(booked.link).text
    assert client.get(f"{booked.link}/people/new").status_code == 303


def test_two_tabs_do_not_overwrite_each_other(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    address = booked.at(0, "change")
    first = client.get(address)
    typed = {"name": "Ada One", "name_zh": "", "organisation": "Sample Works"}
    assert press(client, address, **typed).status_code == 303
    late = client.post(address, data=hidden_of(first.text, address) | typed | {"name": "Ada Two"})
    assert late.status_code == 409
    assert "Ada Two" in late.text
    assert row(app, booked.people[0]).name == "Ada One"


def test_a_waiting_party_shrinks_when_one_leaves_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        event = make_event(capacity=2)
        allow(event.id)
        first = registered(event.id, "first")
        booked = book(event, attendee("ada"), attendee("ben"))
    page = client.get(booked.link).text
    assert "You’re on the wait list" in page
    assert "Number 1 in the line, for 2 seats together." in page
    assert press(client, booked.at(0, "cancel")).status_code == 303
    assert states(app, booked.people) == [CANCELLED, CONFIRMED]
    assert row(app, first).state is CONFIRMED


def test_after_the_last_day_for_changes_only_cancelling_is_left(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    with app.app_context():
        allow(booked.event_id, changes_until=NOW)
    page = client.get(booked.link).text
    assert "Changes could be made here until" in page
    assert "forum@example.com" in page
    for act in ("change", "replace"):
        assert booked.at(0, act) not in page
        shown = client.get(booked.at(0, act)).text
        assert 'name="name"' not in shown
        sent = client.post(
            booked.at(0, act),
            data={
                "csrf_token": csrf_of(client.get(booked.at(0, "cancel"))),
                "revision": "1",
                "name": "Late",
                "organisation": "Late",
            },
        )
        assert sent.status_code == 409
    assert row(app, booked.people[0]).name == "Ada Sample"
    assert press(client, booked.at(0, "cancel")).status_code == 303
    assert row(app, booked.people[0]).state is CANCELLED


def test_after_the_event_nothing_can_be_changed_or_cancelled(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    token = csrf_of(client.get(f"{booked.link}/cancel"))
    with time_machine.travel(ENDS + timedelta(minutes=1), tick=False):
        assert "Cancel the whole booking" not in client.get(booked.link).text
        assert client.post(f"{booked.link}/cancel", data={"csrf_token": token}).status_code == 410
    assert states(app, booked.people) == [CONFIRMED] * 3


@pytest.mark.parametrize("act", ["change", "replace", "cancel", "consents"])
def test_somebody_elses_registration_is_not_found_under_my_link(
    app: Flask, client: FlaskClient, act: str
) -> None:
    mine = three(app)
    theirs = three(app)
    for stranger in (theirs.people[0], uuid4()):
        address = f"{mine.link}/people/{stranger}/{act}"
        assert client.get(address).status_code == 404
        token = csrf_of(client.get(f"{mine.link}/cancel"))
        if act != "consents":
            assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert states(app, theirs.people) == [CONFIRMED] * 3


def test_tickets_of_those_who_stand_are_shown_together(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    press(client, booked.at(1, "cancel"))
    page = client.get(f"{booked.link}/ticket").text
    assert page.count('<svg class="qr"') == 2
    assert "Ben Sample" not in page


def test_a_receipt_names_who_what_when_and_the_price(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    press(client, booked.at(1, "cancel"))
    page = client.get(f"{booked.link}/receipt").text
    assert "Ada Sample" in page
    assert "Ben Sample" not in page
    assert "HKD 0.00" in page
    assert "Sample contact" in page
    assert "Tuesday 8 December 2026" in page


def test_one_page_costs_the_same_for_one_and_for_thirty(app: Flask, client: FlaskClient) -> None:
    def counted(number: int) -> int:
        with app.app_context():
            event = make_event()
            allow(event.id, 50)
            people = [attendee(f"{number}-{one}") for one in range(number)]
            booked: Booked = book(event, *people, UNNAMED)
        client.get(booked.link)
        with selects(app) as sent:
            assert client.get(booked.link).status_code == 200
        return len(sent)

    few, many = counted(1), counted(30)
    assert few == many
    assert many <= 10


def test_the_organisers_words_stand_where_a_request_was_declined(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        give_access(event.id, Access.APPROVAL)
        booked = book(event, attendee("ada"))
    page = client.get(booked.link).text
    assert "Your request has been sent" in page
    assert "No seat is kept meanwhile." in page
    with app.app_context():
        service.decline(SYSTEM, booked.people, words="The room is small.", now=NOW)
    page = client.get(booked.link).text
    assert "Your request was declined" in page
    assert "The room is small." in page


def test_each_confirmed_person_has_a_way_to_sessions_with_places(
    app: Flask, client: FlaskClient
) -> None:
    booked = three(app)
    assert "/schedule" not in client.get(booked.link).text
    with app.app_context():
        make_workshop(db.session.get_one(Event, booked.event_id))
        ways = [f"{own_link(one)}/schedule" for one in booked.people]
    page = client.get(booked.link).text
    for way in ways:
        assert f'href="{way}"' in page
    assert client.get(ways[0]).status_code == 200


def test_whoever_waits_for_a_decision_sees_who_and_which_event(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        give_access(event.id, Access.APPROVAL)
        booked = book(event, attendee("ada", name="Ada Sample"))
        reference = shown(db.session.get_one(Registration, booked.people[0]).code)
    main = client.get(booked.link).text.partition("<main")[2]
    assert "Ada Sample" in main
    assert reference in main
    assert "Tuesday 8 December 2026" in main


@pytest.mark.parametrize("path", ["/r/nonsense", "/r/p/nonsense", "/r/all/nonsense", "/i/nonsense"])
def test_a_link_that_opens_nothing_names_the_way_to_a_new_one(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "there: Get your link again." in answer.text
