"""One attendee's own link: the own ticket and acts, and nothing of the others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.ids import shown
from forum.core.links import Purpose, derive
from forum.registrations import service
from forum.registrations.models import Booking, Registration
from forum.registrations.queries import purpose_for
from forum.registrations.rules import RegistrationState
from tests.factories import NOW, attendee, make_event, make_session, make_workshop
from tests.people.signing_in import csrf_of
from tests.site.parties import (
    Booked,
    allow,
    book,
    contact,
    contact_link,
    own_link,
    press,
    row,
    states,
    three,
)

CONFIRMED, CANCELLED = RegistrationState.CONFIRMED, RegistrationState.CANCELLED
PAGES = ("", "/ticket", "/ticket.svg", "/ticket.png", "/schedule", "/receipt", "/cancel", "/coming")


def _own(app: Flask, booked: Booked, number: int) -> str:
    with app.app_context():
        return own_link(booked.people[number])


def test_it_shows_nothing_of_the_others(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    mine = _own(app, booked, 0)
    others = [row(app, one) for one in booked.people[1:]]
    for page in PAGES:
        answer = client.get(mine + page)
        assert answer.status_code == 200, page
        if page.endswith(("svg", "png")):
            continue
        assert "Ben Sample" not in answer.text
        assert "contact@example.com" not in answer.text
        assert "Sample contact" not in answer.text
        assert booked.link not in answer.text
        for one in others:
            assert shown(one.code) not in answer.text
            assert str(one.id) not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_companion_names_themselves(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    mine = _own(app, booked, 2)
    page = client.get(mine)
    assert "A place is kept for you" in page.text
    address = f"{mine}/people/{booked.people[2]}/replace"
    typed = {"name": "Cleo Sample", "name_zh": "", "organisation": "Sample Works"}
    missing = press(client, address, shown_at=mine, email="", **typed)
    assert missing.status_code == 422
    assert "Cleo Sample" in missing.text
    answer = press(client, address, shown_at=mine, email="cleo@example.com", **typed)
    assert answer.status_code == 303
    assert answer.headers["Location"] == mine
    assert "You’re registered" in client.get(mine).text
    assert "Cleo Sample" in client.get(booked.link).text


def test_once_named_nobody_gives_the_place_away_by_it(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    mine = _own(app, booked, 0)
    assert "Send somebody in my place" not in client.get(mine).text
    address = f"{mine}/people/{booked.people[0]}/replace"
    assert client.get(address).status_code == 404
    token = csrf_of(client.get(f"{mine}/cancel"))
    assert client.post(address, data={"csrf_token": token}).status_code == 404


def test_own_names_can_be_changed(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    mine = _own(app, booked, 0)
    typed = {"name": "Ada Renamed", "name_zh": "", "organisation": "Sample Works"}
    assert press(client, mine, **typed).status_code == 303
    assert row(app, booked.people[0]).name == "Ada Renamed"


def test_it_cancels_its_holder_alone(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    mine = _own(app, booked, 1)
    assert press(client, f"{mine}/cancel").status_code == 303
    assert states(app, booked.people) == [CONFIRMED, CANCELLED, CONFIRMED]
    assert "Your registration is cancelled" in client.get(mine).text


@pytest.mark.parametrize("act", ["change", "replace", "cancel", "consents"])
def test_the_others_are_not_found_under_it(app: Flask, client: FlaskClient, act: str) -> None:
    booked = three(app)
    mine = _own(app, booked, 0)
    assert client.get(f"{mine}/people/{booked.people[1]}/{act}").status_code == 404


def test_nobody_can_be_added_by_it(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    mine = _own(app, booked, 0)
    assert client.get(f"{mine}/people/new").status_code == 404
    assert "Bring one more person" not in client.get(mine).text


def test_a_token_of_one_kind_is_worthless_for_another(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    with app.app_context():
        tokens = {
            "/r/": derive(Purpose.BOOKING, booked.booking_id, 0),
            "/r/p/": derive(Purpose.REGISTRATION, booked.people[0], 0),
            "/r/all/": derive(Purpose.CONTACT, booked.booking_id, 0),
        }
    for way in tokens:
        for whose, token in tokens.items():
            status = client.get(way + token).status_code
            assert status == (200 if whose == way else 404), (way, whose)
        assert client.get(f"{way}{'A' * 43}").status_code == 404
        assert client.get(f"{way}short").status_code == 404


def test_a_new_link_kills_the_bookings_and_everybodys_own(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    mine = _own(app, booked, 0)
    with app.app_context():
        all_of = contact_link(booked.booking_id)
        service.renew_link(SYSTEM, booked.booking_id, now=NOW)
    for old in (booked.link, mine, all_of):
        assert client.get(old).status_code == 404
    assert client.get(_own(app, booked, 0)).status_code == 200


def test_a_replaced_guests_link_is_dead(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    old = _own(app, booked, 0)
    typed = {"name": "Dora Sample", "name_zh": "", "organisation": "Sample Works"}
    press(client, booked.at(0, "replace"), email="dora@example.com", **typed)
    assert client.get(old).status_code == 404
    assert "Dora Sample" in client.get(_own(app, booked, 0)).text


def test_sessions_are_signed_up_for_by_the_own_link(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        event = make_event()
        allow(event.id)
        make_session(event)
        workshop = make_workshop(event).id
        booked = book(event, attendee("ada"), attendee("ben"))
    mine = _own(app, booked, 1)
    page = client.get(f"{mine}/schedule")
    sent = client.post(
        f"{mine}/schedule/places", data={"csrf_token": csrf_of(page), "session": str(workshop)}
    )
    assert sent.status_code == 303
    assert sent.headers["Location"].startswith(f"{mine}/schedule")
    assert "You have a place." in client.get(f"{mine}/schedule").text


@pytest.mark.parametrize(
    ("own", "contact_key", "purpose"),
    [
        ("ada@example.com", "contact@example.com", Purpose.REGISTRATION),
        ("contact@example.com", "contact@example.com", Purpose.BOOKING),
        ("", "contact@example.com", Purpose.BOOKING),
    ],
)
def test_a_mail_brings_the_own_link_but_to_the_contact(
    own: str, contact_key: str, purpose: Purpose
) -> None:
    assert purpose_for(own, contact_key) is purpose


def _assistant(app: Flask) -> list[Booked]:
    """Let an assistant register people in two bookings, and somebody else one."""
    with app.app_context():
        event = make_event()
        allow(event.id)
        by = contact("assistant")
        return [
            book(event, attendee("ada", name="Ada Sample"), attendee("ben"), by=by),
            book(event, attendee("cleo", name="Cleo Sample"), by=by),
            book(event, attendee("dan", name="Dan Elsewhere"), by=contact("other")),
        ]


def test_an_assistant_sees_everybody_they_registered_on_one_page(
    app: Flask, client: FlaskClient
) -> None:
    first, second, other = _assistant(app)
    with app.app_context():
        address = contact_link(first.booking_id)
    page = client.get(address).text
    assert "Everybody you registered" in page
    assert "Ada Sample" in page
    assert "Cleo Sample" in page
    assert "Dan Elsewhere" not in page
    assert second.link in page
    assert press(client, f"{address}/people/{second.people[0]}/cancel").status_code == 303
    assert row(app, second.people[0]).state is CANCELLED
    assert client.get(f"{address}/people/{other.people[0]}/change").status_code == 404


def test_the_assistants_link_stands_on_no_bookings_page(app: Flask, client: FlaskClient) -> None:
    """Anybody can type somebody else's address as the contact's: only a mail may bring it."""
    first, second, _ = _assistant(app)
    for booked in (first, second):
        for page in ("", "/cancel", "/receipt", "/ticket"):
            assert "/r/all/" not in client.get(booked.link + page).text


def test_a_contact_without_an_address_sees_one_booking(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        event = make_event()
        nobody = {"email": "", "email_key": ""}
        booked = [book(event, attendee(one, **nobody), by=contact()) for one in ("ada", "ben")]
        _forget_contacts(event.id)
        address = contact_link(booked[0].booking_id)
    page = client.get(address).text
    assert str(booked[0].people[0]) in page
    assert str(booked[1].people[0]) not in page


def _forget_contacts(event_id: UUID) -> None:
    with writing() as session:
        session.execute(
            sa.update(Booking)
            .where(Booking.event_id == event_id)
            .values(contact_key="", contact_email="")
        )


def _everything(app: Flask) -> dict[str, Any]:
    with app.app_context():
        rows = db.session.execute(sa.select(Registration.__table__)).mappings().all()
        return {str(one["id"]): dict(one) for one in rows}


def test_no_scanner_of_mails_changes_anything_by_opening_links(
    app: Flask, client: FlaskClient
) -> None:
    """Every personal address is opened, by GET and HEAD: each guest stands as before."""
    booked = three(app)
    with app.app_context():
        bases = [booked.link, contact_link(booked.booking_id), own_link(booked.people[0])]
    before = _everything(app)
    seen = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/r/") or "GET" not in (rule.methods or ()):
            continue
        way, _, rest = rule.rule.partition("<token>")
        base = next(one for one in bases if one.rpartition("/")[0] == way.rstrip("/"))
        address = base + rest.replace("<uuid:registration_id>", str(booked.people[0]))
        if "<" in address:
            address = address.split("<")[0] + str(UUID(int=7))
        for method in ("GET", "HEAD"):
            assert client.open(address, method=method).status_code < 500
        seen += 1
    assert seen > 20
    assert _everything(app) == before
