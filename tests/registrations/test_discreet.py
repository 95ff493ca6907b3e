"""Discreet events: whoever names somebody else never learns whether the address is known there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.core.outbox import OutboxRow
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.recount import recount
from forum.registrations.rules import AddressTaken, RegistrationState
from forum.registrations.service import NameForms, sending
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once
from tests.registrations.desk import guest, hidden_fields
from tests.registrations.inviting import made_list, one_invited
from tests.registrations.signing_up import registered
from tests.site.parties import UNNAMED, Booked, allow, book, contact, own_link, press, row

pytestmark = pytest.mark.both_databases

KNOWN = "guest.known@example.com"
NEW = "somebody.new@example.com"
TYPED = {"name": "Cleo Sample", "name_zh": "", "organisation": "Sample Works"}
CLEO = NameForms("Cleo Sample", "", "")
_OWN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|/r/[\w/-]+|[A-Z0-9]{4}-[A-Z0-9]{4}")
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>|<svg.*?</svg>', re.DOTALL)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def bookings(app: Flask, *, discreet: bool = True) -> tuple[Booked, Booked]:
    """Make two events where somebody is known, each with a booking of one and one to be named."""
    made: list[Booked] = []
    with app.app_context():
        for _ in range(2):
            event = make_event(discreet=discreet, slug=f"discreet-{len(made)}")
            allow(event.id)
            registered(event.id, "known")
            made.append(book(event, attendee("ada", name="Ada Sample"), UNNAMED, by=contact()))
    return made[0], made[1]


def alike(page: str) -> str:
    """Return a page's words without what tells one booking from another."""
    body = page.partition("<main")[2].replace(KNOWN, NEW).replace("discreet-1", "discreet-0")
    return _OWN.sub("…", _HIDDEN.sub("", body))


def told_again(app: Flask) -> int:
    """Return how many known people are told by mail how they stand."""
    with app.app_context():
        again = OutboxRow.topic == "registration.again"
        return db.session.scalar(sa.select(sa.func.count()).where(again)) or 0


def test_adding_a_known_person_is_answered_like_adding_a_new_one(
    app: Flask, client: FlaskClient
) -> None:
    pages = []
    for booked, email in zip(bookings(app), (KNOWN, NEW), strict=True):
        address = f"{booked.link}/people/new"
        answer = press(client, address, **TYPED, email=email)
        assert answer.status_code == 303
        pages.append(alike(client.get(booked.link).text))
    assert "Added. The seat is yours." in pages[0]
    assert "Cleo Sample" in pages[0]
    assert pages[0] == pages[1]
    assert told_again(app) == 1
    with app.app_context():
        assert all(one.agrees for one in recount())


@pytest.mark.parametrize("number", [0, 1])
def test_naming_a_known_person_is_answered_like_naming_a_new_one(
    app: Flask, client: FlaskClient, number: int
) -> None:
    pages = []
    for booked, email in zip(bookings(app), (KNOWN, NEW), strict=True):
        answer = press(client, booked.at(number, "replace"), **TYPED, email=email)
        assert answer.status_code == 303
        pages.append(alike(client.get(booked.link).text))
    assert "Cleo Sample" in pages[0]
    assert pages[0] == pages[1]
    assert told_again(app) == 1


def test_who_names_themselves_by_their_own_link_learns_no_more(
    app: Flask, client: FlaskClient
) -> None:
    pages = []
    for booked, email in zip(bookings(app), (KNOWN, NEW), strict=True):
        with app.app_context():
            link = own_link(booked.people[1])
        answer = press(client, f"{link}/people/{booked.people[1]}/replace", shown_at=link,
                       **TYPED, email=email)  # fmt: skip
        assert answer.status_code == 303
        pages.append(alike(client.get(link).text))
    assert pages[0] == pages[1]


def test_a_person_who_is_named_anew_may_be_saved_once_more(app: Flask, client: FlaskClient) -> None:
    booked, _ = bookings(app)
    for name in ("Cleo Sample", "Cleo Renamed"):
        typed = TYPED | {"name": name}
        answer = press(client, booked.at(0, "replace"), **typed, email=KNOWN)
        assert answer.status_code == 303
    one = row(app, booked.people[0])
    assert (one.name, one.email, one.holds_address) == ("Cleo Renamed", KNOWN, False)


def test_the_form_for_several_tells_the_booker_nothing_either(
    app: Flask, client: FlaskClient
) -> None:
    pages = []
    for booked, email in zip(bookings(app), (KNOWN, NEW), strict=True):
        form = f"/en/e/{booked.slug}/register"
        typed = guest("booker") | {
            "type": "1",
            "people-0-name": "Cleo Sample",
            "people-0-organisation": "Sample Works",
            "people-0-email": email,
        }
        answer = client.post(form, data=hidden_fields(client.get(form).text) | typed)
        assert (answer.status_code, answer.location) == (303, f"{form}/mail")
        with app.app_context():
            mine = db.session.scalars(
                sa.select(Registration).where(
                    Registration.event_id == booked.event_id,
                    Registration.email_key == "guest.booker@example.com",
                )
            ).one()
            link = f"/r/{derive(Purpose.BOOKING, mine.booking_id, 0)}"
        pages.append(alike(client.get(link).text))
    assert "Cleo Sample" in pages[0]
    assert pages[0] == pages[1]
    assert told_again(app) == 1


def test_one_person_alone_who_is_known_is_told_by_mail_and_not_doubled(
    app: Flask, client: FlaskClient
) -> None:
    booked, _ = bookings(app)
    form = f"/en/e/{booked.slug}/register"
    before = came(app, booked.event_id)
    typed = hidden_fields(client.get(form).text) | guest("known") | {"type": "1"}
    assert client.post(form, data=typed).location == f"{form}/mail"
    assert came(app, booked.event_id) == before
    assert told_again(app) == 1


def test_a_guest_sends_a_known_delegate_and_learns_nothing(app: Flask, client: FlaskClient) -> None:
    pages = []
    for booked, email in zip(bookings(app), (KNOWN, NEW), strict=True):
        with app.app_context():
            who = one_invited(booked.event_id, made_list(booked.event_id))
            sending.send(SYSTEM, booked.event_id, who, now=NOW)
            link = f"/i/{derive(Purpose.GUEST_INVITATION, who)}"
        page = client.get(link)
        typed = {"delegate_name": "Cleo Sample", "delegate_email": email}
        answer = client.post(f"{link}/accept", data=hidden_fields(page.text) | typed)
        assert answer.status_code == 303
        assert answer.location.startswith("/r/")
        pages.append(alike(client.get(answer.location).text))
    assert pages[0] == pages[1]
    assert told_again(app) == 1


def test_where_the_event_is_not_discreet_a_known_address_is_named(
    app: Flask, client: FlaskClient
) -> None:
    booked, _ = bookings(app, discreet=False)
    added = press(client, f"{booked.link}/people/new", **TYPED, email=KNOWN)
    named = press(client, booked.at(1, "replace"), **TYPED, email=KNOWN)
    assert (added.status_code, named.status_code) == (409, 409)
    with app.app_context(), pytest.raises(AddressTaken):
        service.put_in_place(SYSTEM, booked.people[1], CLEO, KNOWN, revision=1, now=NOW)


def test_an_organiser_is_told_in_a_discreet_event_too(app: Flask) -> None:
    booked, _ = bookings(app)
    with app.app_context(), pytest.raises(AddressTaken):
        service.put_in_place(SYSTEM, booked.people[1], CLEO, KNOWN, revision=1, now=NOW)


def test_one_address_that_comes_on_many_ways_at_once_is_held_by_one(app: Flask) -> None:
    with app.app_context():
        event = make_event(discreet=True)
        allow(event.id, 50)
        booked = [book(event, attendee(f"b{number}"), by=contact(number)) for number in range(8)]
        event_id = event.id
    who = attendee("same")

    def _act(number: int) -> Any:
        if number % 2:
            return service.register(ANONYMOUS, event_id, who, form_key=None, now=NOW)
        return service.add_person(ANONYMOUS, booked[number].booking_id, who, now=NOW)

    answers = all_at_once(app, 8, _act)
    assert [one for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        rows = db.session.scalars(
            sa.select(Registration).where(Registration.email_key == who.email_key)
        ).all()
        assert [one.state for one in rows] == [RegistrationState.CONFIRMED] * len(rows)
        assert sum(one.holds_address for one in rows) == 1
        assert len(rows) >= 4
        assert all(one.agrees for one in recount())


def came(app: Flask, event_id: UUID) -> int:
    """Return how many registrations an event has."""
    with app.app_context():
        wanted = sa.select(sa.func.count()).where(Registration.event_id == event_id)
        return db.session.scalar(wanted) or 0
