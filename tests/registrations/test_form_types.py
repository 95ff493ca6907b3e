"""Choosing a type of ticket on the form: cards, links, codes, approval, and types that close."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.money import Money
from forum.registrations.models import AccessCode, Registration, TicketType
from forum.registrations.queries.types import link_token
from forum.registrations.rules import Access, RegistrationState
from forum.registrations.service.making_codes import CodesWanted, make_codes
from forum.registrations.service.types import close_type, renew_type_link
from tests.factories import NOW, make_event
from tests.registrations.desk import form_of, guest, hidden_fields
from tests.registrations.ticket_types import agreed, make_type, own, turn

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> dict[str, Any]:
    """An event with its General type and one beside it, and the form's address."""
    with app.app_context():
        event = make_event()
        other = make_type(event.id, "Students", most_per_booking=1)
        return {"id": event.id, "form": f"/en/e/{event.slug}/register", "other": other}


def held(app: Flask) -> list[tuple[int, RegistrationState]]:
    """Return the type's number and the state of each registration."""
    with app.app_context():
        rows = db.session.execute(
            sa.select(TicketType.number, Registration.state)
            .join(TicketType, TicketType.id == Registration.ticket_type_id)
            .order_by(Registration.created_at)
        )
        return [(row[0], row[1]) for row in rows]


def code_for(event_id: UUID, type_id: UUID, **given: Any) -> str:
    """Make one code that opens a type."""
    (made,) = make_codes(SYSTEM, event_id, CodesWanted(type_id, 1, **given), now=NOW)
    return db.session.get_one(AccessCode, made).code


def send(client: FlaskClient, address: str, **typed: Any) -> TestResponse:
    """Open the form and send it."""
    return client.post(address, data=form_of(client, address) | guest() | typed)


def test_with_one_type_nothing_is_asked(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        page = client.get(f"/en/e/{make_event().slug}/register").text
    assert "Choose your ticket" not in page
    assert 'name="choose"' not in page
    assert page.count("<button") == 1


def test_several_types_are_cards_and_the_first_is_chosen(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    page = client.get(stage["form"]).text
    assert re.findall(r'name="type" value="(\d)"( checked)?', page) == [
        ("1", " checked"),
        ("2", ""),
    ]
    for words in ("General", "Students", "What it is for", "Free"):
        assert words in page
    answer = send(client, stage["form"], type="2")
    assert answer.headers["Location"].startswith("/r/")
    assert held(app) == [(2, RegistrationState.CONFIRMED)]


def test_a_link_chooses_a_type_and_each_is_kept_once(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    page = client.get(f"{stage['form']}?type=2").text
    assert re.search(r'value="2" checked', page)
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        assert 'value="2" checked' in app.test_client().get(f"{stage['form']}?type=2").text
        client.get(f"{stage['form']}?type=%EF%BC%92")
    assert len([one for one in seen if "ticket_type" in one]) <= 2
    for nonsense in ("77", "255"):
        answer = client.get(f"{stage['form']}?type={nonsense}")
        assert (answer.status_code, answer.headers["Location"]) == (302, stage["form"])
    assert client.get(f"{stage['form']}?type=%00").status_code == 200


def test_choosing_another_type_keeps_every_answer(
    client: FlaskClient, stage: dict[str, Any]
) -> None:
    typed = guest("<b>", name_zh="陳", marketing="y")
    page = send(client, stage["form"], **typed, type="2", choose="1")
    assert page.status_code == 200
    assert "There is a problem" not in page.text
    assert 'value="2" checked' in page.text
    assert 'value="Sample Guest &lt;b&gt;"' in page.text
    assert 'value="陳"' in page.text
    assert re.search(r'name="marketing"[^>]*checked|checked[^>]*name="marketing"', page.text)


def test_a_type_that_closes_while_one_types_comes_back_in_words(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    typed = form_of(client, stage["form"]) | guest(name_zh="陳") | {"type": "2"}
    with app.app_context():
        close_type(SYSTEM, stage["id"], stage["other"], closed=True, now=NOW)
    answer = client.post(stage["form"], data=typed)
    assert answer.status_code == 409
    assert "This kind of ticket can no longer be had." in answer.text
    assert 'value="陳"' in answer.text
    again = client.post(stage["form"], data=hidden_fields(answer.text) | guest())
    assert again.status_code == 303
    assert held(app) == [(1, RegistrationState.CONFIRMED)]


def test_a_full_type_says_so_and_leads_to_its_wait_list(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        make_type(stage["id"], "Dinner", seats=own(1), most_per_booking=1)
    assert send(client, stage["form"], type="3").status_code == 303
    page = client.get(f"{stage['form']}?type=3").text
    assert "Full: wait list" in page
    assert "Join the wait list" in page
    assert "Join the wait list" not in client.get(stage["form"]).text
    assert send(app.test_client(), stage["form"], **guest(2), type="3").status_code == 303
    assert held(app)[1] == (3, RegistrationState.WAITLISTED)
    with app.app_context():
        agreed()


def test_a_type_that_opens_later_is_shown_and_cannot_be_had_yet(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    opens_at = NOW + timedelta(hours=2)
    with app.app_context():
        turn(stage["other"], name="Students", opens_at=opens_at, most_per_booking=1)
    page = client.get(stage["form"]).text
    assert re.search(r'value="2" disabled', page)
    assert "Opens on" in page
    assert send(client, stage["form"], type="2").status_code == 409
    with time_machine.travel(opens_at, tick=True):
        assert "disabled" not in client.get(stage["form"]).text
        assert send(client, stage["form"], type="2").status_code == 303


def test_the_form_is_not_open_while_none_of_its_types_is(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        event = make_event()
        one = db.session.scalars(sa.select(TicketType.id)).one()
        turn(one, name="General", opens_at=NOW + timedelta(days=2), most_per_booking=1)
        address = f"/en/e/{event.slug}/register"
    page = client.get(address)
    assert page.status_code == 200
    assert "Registration is not open yet" in page.text
    assert "It opens on Tuesday 24 November" in page.text
    with app.app_context():
        turn(one, name="General", access=Access.INVITATION, most_per_booking=1)
    assert "By invitation only" in client.get(address).text


def test_by_approval_a_place_is_requested_and_the_words_are_honest(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        one = db.session.scalars(sa.select(TicketType.id)).one()
        turn(one, name="General", access=Access.APPROVAL, most_per_booking=1)
        address = f"/en/e/{event.slug}/register"
    page = client.get(address).text
    assert "<h1>Request a place</h1>" in page
    assert "No seat is held until then" in page
    assert send(client, address).headers["Location"].endswith("/register/mail")
    assert held(app) == [(1, RegistrationState.PENDING)]
    with app.app_context():
        given = {"access": Access.APPROVAL, "holds_while_pending": True, "most_per_booking": 1}
        turn(one, name="General", **given)
    assert "A seat is held for you until then." in client.get(address).text


@pytest.fixture
def secret(app: Flask, stage: dict[str, Any]) -> str:
    """A code that opens a hidden type, number 3, twice."""
    with app.app_context():
        hidden = make_type(stage["id"], "Press", access=Access.CODE, most_per_booking=2)
        return code_for(stage["id"], hidden, uses=2)


def test_a_code_opens_a_hidden_type_and_travels_with_the_form(
    app: Flask, client: FlaskClient, stage: dict[str, Any], secret: str
) -> None:
    page = client.get(stage["form"]).text
    assert "I have an access code" in page
    assert "Press" not in page
    typed = f" {secret[:5].lower()}-{secret[5:].lower()} "
    opened = send(client, stage["form"], code=typed, open="1", name="")
    assert opened.status_code == 200
    assert "There is a problem" not in opened.text
    assert 'value="3" checked' in opened.text
    fields = hidden_fields(opened.text)
    assert fields["code"]
    answer = client.post(stage["form"], data=fields | guest() | {"type": "3"})
    assert answer.headers["Location"].startswith("/r/")
    assert held(app) == [(3, RegistrationState.CONFIRMED)]
    with app.app_context():
        agreed()


def test_a_code_that_is_typed_and_not_yet_opened_shows_what_it_opens_first(
    app: Flask, client: FlaskClient, stage: dict[str, Any], secret: str
) -> None:
    page = send(client, stage["form"], code=secret, type="1")
    assert page.status_code == 200
    assert 'value="3" checked' in page.text
    assert held(app) == []


def test_a_wrong_code_is_said_at_its_box_and_the_answers_stay(
    client: FlaskClient, stage: dict[str, Any], secret: str
) -> None:
    for typed in ({"open": "1"}, {"type": "3"}, {}):
        answer = send(client, stage["form"], code="NOSUCHCODE", **typed)
        assert answer.status_code == 422
        assert "This code cannot be used." in answer.text
        assert 'value="Sample Guest 1"' in answer.text
        assert 'value="NOSUCHCODE"' in answer.text
        assert secret not in answer.text


def test_a_hidden_type_cannot_be_had_by_its_number_alone(
    app: Flask, client: FlaskClient, stage: dict[str, Any], secret: str
) -> None:
    assert secret
    assert client.get(f"{stage['form']}?type=3").status_code == 302
    assert send(client, stage["form"], type="3").status_code == 409
    assert held(app) == []


def test_a_code_that_another_has_used_up_meanwhile_is_refused_in_words(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        hidden = make_type(stage["id"], "Press", access=Access.CODE, most_per_booking=1)
        once = code_for(stage["id"], hidden)
    forms = []
    for number in (1, 2):
        guests = app.test_client()
        page = send(guests, stage["form"], **guest(number), code=once, open="1")
        forms.append((guests, hidden_fields(page.text) | guest(number) | {"type": "3"}))
    answers = [one.post(stage["form"], data=data) for one, data in forms]
    assert [one.status_code for one in answers] == [303, 422]
    assert "This code cannot be used." in answers[1].text
    assert len(held(app)) == 1


def test_wrong_codes_of_one_network_come_to_an_end_and_only_those(
    app: Flask, client: FlaskClient, stage: dict[str, Any], secret: str
) -> None:
    typed = form_of(client, stage["form"]) | guest() | {"open": "1"}
    codes = [client.post(stage["form"], data=typed | {"code": f"WRONG{n}"}) for n in range(21)]
    assert [one.status_code for one in codes] == [422] * 20 + [429]
    assert codes[-1].headers["Retry-After"] == "900"
    assert "Too many tries" in codes[-1].text
    assert 'value="Sample Guest 1"' in codes[-1].text
    assert client.post(stage["form"], data=typed | {"code": secret}).status_code == 429
    neighbour = app.test_client()
    assert send(neighbour, stage["form"], **guest(2), type="1").status_code == 303
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    opened = client.post(stage["form"], data=typed | {"code": secret}, environ_base=elsewhere)
    assert opened.status_code == 200


def test_a_hidden_link_shows_its_type_alone(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        hidden = make_type(stage["id"], "Friends", access=Access.LINK, most_per_booking=1)
        token = link_token(db.session.get_one(TicketType, hidden))
    address = f"{stage['form']}/with/{token}"
    page = client.get(address).text
    assert "Choose your ticket" not in page
    assert f"/zh-hant{address.removeprefix('/en')}" in page
    assert client.get(stage["form"]).text.count("Friends") == 0
    assert send(client, address).headers["Location"].startswith("/r/")
    assert held(app) == [(3, RegistrationState.CONFIRMED)]
    late = form_of(client, address) | guest(2)
    with app.app_context():
        renew_type_link(SYSTEM, stage["id"], hidden, now=NOW)
    assert client.get(address).status_code == 404
    refused = client.post(address, data=late)
    assert refused.status_code == 409
    assert 'value="Sample Guest 2"' in refused.text


def test_only_a_code_opens_a_form_where_no_type_is_for_everybody(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        one = db.session.scalars(sa.select(TicketType.id)).one()
        turn(one, name="Press", access=Access.CODE, most_per_booking=1)
        secret = code_for(event.id, one)
        address = f"/en/e/{event.slug}/register"
    page = client.get(address).text
    assert "Register with an access code" in page
    assert "Press" not in page
    wrong = client.post(address, data=form_of(client, address) | {"code": "NO", "open": "1"})
    assert wrong.status_code == 422
    assert "This code cannot be used." in wrong.text
    opened = client.post(address, data=form_of(client, address) | {"code": secret, "open": "1"})
    assert opened.status_code == 200
    done = client.post(address, data=hidden_fields(opened.text) | guest())
    assert done.status_code == 303


def test_a_price_is_said(app: Flask, client: FlaskClient, stage: dict[str, Any]) -> None:
    with app.app_context():
        turn(stage["other"], name="Students", price=Money(12_050), most_per_booking=1)
    assert "HKD 120.50" in client.get(stage["form"]).text
