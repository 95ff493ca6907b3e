"""Several people in one form: added, removed, named later, registered by who stays away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.db import db, writing
from forum.registrations.models import Booking, Registration, RegistrationPolicy, TicketType
from forum.registrations.rules import MailsTo, RegistrationState
from tests.factories import NOW, make_event
from tests.registrations.desk import form_of, guest
from tests.registrations.ticket_types import agreed, turn

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def form(app: Flask) -> str:
    """The form of an event with five seats whose one type takes four people a booking."""
    with app.app_context():
        event = make_event(capacity=5)
        turn(db.session.scalars(sa.select(TicketType.id)).one(), name="General")
        return f"/en/e/{event.slug}/register"


def companion(place: int, number: int | str, **given: str) -> dict[str, str]:
    """Return what is typed of another person."""
    typed = guest(number) | given
    return {f"people-{place}-{name}": value for name, value in typed.items()}


def send(client: FlaskClient, form: str, *parts: dict[str, str], **typed: str) -> TestResponse:
    """Open the form and send it for the first guest and others."""
    data: dict[str, Any] = form_of(client, form) | guest()
    for part in parts:
        data |= part
    return client.post(form, data=data | typed)


def came(app: Flask) -> list[tuple[str, str, RegistrationState]]:
    """Return name, address and state of everybody, in the order of their booking."""
    with app.app_context():
        rows = db.session.scalars(sa.select(Registration).order_by(Registration.position))
        return [(one.name, one.email, one.state) for one in rows]


def booking(app: Flask) -> Booking:
    """Return the one booking."""
    with app.app_context():
        return db.session.scalars(sa.select(Booking)).one()


def test_a_group_gets_a_booking_and_each_a_registration(
    app: Flask, client: FlaskClient, form: str
) -> None:
    answer = send(client, form, companion(0, 2), companion(1, 3, name="示例", name_zh="陳"))
    assert answer.headers["Location"].startswith("/r/")
    assert came(app) == [
        ("Sample Guest 1", "guest.1@example.com", RegistrationState.CONFIRMED),
        ("Sample Guest 2", "guest.2@example.com", RegistrationState.CONFIRMED),
        ("示例", "guest.3@example.com", RegistrationState.CONFIRMED),
    ]
    made = booking(app)
    assert (made.contact_email, made.mails_to) == ("guest.1@example.com", MailsTo.ATTENDEES)
    with app.app_context():
        agreed()


def test_a_person_is_added_with_the_organisation_filled_in_and_nothing_is_lost(
    app: Flask, client: FlaskClient, form: str
) -> None:
    page = send(client, form, name="", add="1", marketing="y")
    assert page.status_code == 200
    assert "There is a problem" not in page.text
    assert re.search(r'name="people-0-organisation"[^>]*value="Sample Robotics"', page.text)
    assert re.search(r'name="people-0-name"[^>]*value=""', page.text)
    assert 'value="guest.1@example.com"' in page.text
    assert "2 people, of 4 at most in one booking." in page.text
    assert (
        "checked"
        in page.text.partition('name="marketing"')[0][-80:]
        + page.text.partition('name="marketing"')[2][:80]
    )
    assert came(app) == []


def test_the_right_person_is_removed_and_the_others_close_up(
    client: FlaskClient, form: str
) -> None:
    others = (companion(0, "A"), companion(1, "B"), companion(2, "C"))
    page = send(client, form, *others, remove="1").text
    assert re.search(r'name="people-0-name"[^>]*value="Sample Guest A"', page)
    assert re.search(r'name="people-1-name"[^>]*value="Sample Guest C"', page)
    assert "people-2-" not in page
    assert "Sample Guest B" not in page
    for nonsense in ("", "-1", "9", "１", "x" * 500):
        again = send(client, form, *others, remove=nonsense)
        assert again.status_code == 200
        assert "Sample Guest C" in again.text


def test_no_more_than_may_come_can_be_added_or_sent(
    app: Flask, client: FlaskClient, form: str
) -> None:
    four = [companion(place, place + 2) for place in range(3)]
    full = send(client, form, *four, name="")
    assert 'name="add"' not in full.text
    five = send(client, form, *four, companion(3, 5))
    assert five.status_code == 422
    assert "One booking holds at most 4 people." in five.text
    assert "Sample Guest 5" in five.text
    crowd = send(client, form, *[companion(place, place) for place in range(60)])
    assert crowd.status_code == 422
    assert came(app) == []


def test_a_companion_may_be_named_later_and_the_first_may_not(
    app: Flask, client: FlaskClient, form: str
) -> None:
    later = dict.fromkeys(companion(0, 2), "") | {"people-0-organisation": "Sample Robotics"}
    assert send(client, form, later, name="").status_code == 422
    assert send(client, form, later).status_code == 303
    assert [one[:2] for one in came(app)] == [("Sample Guest 1", "guest.1@example.com"), ("", "")]
    with app.app_context():
        agreed()


@pytest.mark.parametrize(
    ("typed", "box", "says"),
    [
        ({"name": ""}, "name", "Enter the full name, or empty the boxes of this person"),
        ({"email": ""}, "email", "Enter an email address, or choose below that all mails go"),
        ({"email": "nobody"}, "email", "Enter an email address in the correct format"),
        ({"email": " GUEST.1＠example.com"}, "email", "This address stands twice."),
        ({"name": "A" * 10_000}, "name", "Enter a name of at most 200 letters"),
        ({"name": "\u202e\u200b\x00"}, "name", "Enter the full name"),
    ],
)
def test_what_is_wrong_of_a_companion_is_said_at_its_box(
    app: Flask, client: FlaskClient, form: str, typed: dict[str, str], box: str, says: str
) -> None:
    answer = send(client, form, companion(0, 2, **typed))
    assert answer.status_code == 422
    assert f'<a href="#people-0-{box}">{says}' in answer.text
    assert answer.text.count(says) == 2
    assert "<title>Error:" in answer.text
    assert came(app) == []


def test_the_same_address_may_come_twice_where_the_event_allows_it(
    app: Flask, client: FlaskClient, form: str
) -> None:
    with app.app_context(), writing() as session:
        session.scalars(sa.select(RegistrationPolicy)).one().several_per_address = True
    assert send(client, form, companion(0, 2, email="guest.1@example.com")).status_code == 303
    assert len(came(app)) == 2


def test_who_registers_others_without_coming_is_the_contact(
    app: Flask, client: FlaskClient, form: str
) -> None:
    away = {"stays_away": "y", "contact_name": "", "contact_email": "no"}
    refused = send(client, form, away)
    assert refused.status_code == 422
    assert '<a href="#contact_name">Enter your own name' in refused.text
    assert '<a href="#contact_email">Enter an email address' in refused.text
    away = {"stays_away": "y", "contact_name": "Sample PA", "contact_email": "pa@example.com"}
    answer = send(client, form, away, {"mails_to": "contact", "email": "", "marketing": "y"})
    assert answer.headers["Location"].startswith("/r/")
    assert [one[:2] for one in came(app)] == [("Sample Guest 1", "")]
    made = booking(app)
    assert (made.contact_name, made.contact_email) == ("Sample PA", "pa@example.com")
    assert made.mails_to is MailsTo.CONTACT


def test_mails_of_a_group_can_all_go_to_the_first(
    app: Flask, client: FlaskClient, form: str
) -> None:
    answer = send(client, form, companion(0, 2, email=""), mails_to="contact")
    assert answer.status_code == 303
    made = booking(app)
    assert (made.contact_name, made.mails_to) == ("Sample Guest 1", MailsTo.CONTACT)
    assert [one[:2] for one in came(app)][1] == ("Sample Guest 2", "")


def test_a_party_waits_as_a_whole_and_the_form_says_so(
    app: Flask, client: FlaskClient, form: str
) -> None:
    three = (companion(0, 2), companion(1, 3))
    assert send(client, form, *three).status_code == 303
    others = [companion(0, 12), companion(1, 13)]
    page = send(app.test_client(), form, *others, **guest(11), choose="1").text
    assert "There are not 3 seats left together." in page
    assert "Join the wait list" in page
    assert send(app.test_client(), form, *others, **guest(11)).status_code == 303
    waiting = [one for one in came(app) if one[2] is RegistrationState.WAITLISTED]
    assert len(waiting) == 3
    with app.app_context():
        agreed()


def test_the_same_group_sent_twice_is_one_booking_and_a_changed_one_another(
    app: Flask, client: FlaskClient, form: str
) -> None:
    typed = form_of(client, form) | guest() | companion(0, 2)
    first, second = client.post(form, data=typed), client.post(form, data=typed)
    assert first.headers["Location"] == second.headers["Location"]
    changed = client.post(form, data=typed | guest(21) | companion(0, 22))
    assert changed.headers["Location"] not in {first.headers["Location"], f"{form}/mail"}
    assert len(came(app)) == 4
    with app.app_context():
        agreed()


def test_one_of_a_group_who_is_registered_already_is_told_by_mail_alone(
    app: Flask, client: FlaskClient, form: str
) -> None:
    assert send(client, form).status_code == 303
    answer = send(app.test_client(), form, companion(0, 1), **guest(2))
    assert answer.headers["Location"] == f"{form}/mail"
    assert len(came(app)) == 2


def test_who_had_several_boxes_while_the_type_was_narrowed_to_one_loses_nothing(
    app: Flask, client: FlaskClient, form: str
) -> None:
    typed = form_of(client, form) | guest() | companion(0, 2)
    with app.app_context():
        one = db.session.scalars(sa.select(TicketType.id)).one()
        turn(one, name="General", most_per_booking=1)
    answer = client.post(form, data=typed)
    assert answer.status_code == 422
    assert "One booking holds at most 1 people." in answer.text
    assert 'value="Sample Guest 2"' in answer.text
    assert 'name="remove"' in answer.text


def test_more_fields_than_any_form_has_are_refused(client: FlaskClient, form: str) -> None:
    typed = form_of(client, form) | guest()
    many = {f"junk-{number}": "x" for number in range(400)}
    assert client.post(form, data=typed | many).status_code == 413
