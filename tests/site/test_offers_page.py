"""An offered seat is taken or let go by a button; what was waited for is said honestly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.ids import shown
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations import service
from forum.registrations.rules import Ended, RegistrationState
from forum.registrations.service.offering import expire_offers
from forum.seats.models import SeatPool
from forum.seats.rules import WaitOrder
from tests.factories import NOW, attendee, make_event
from tests.people.signing_in import csrf_of
from tests.registrations.signing_up import registered
from tests.site.parties import Booked, allow, book, own_link, press, row, states

CONFIRMED, OFFERED, WAITLISTED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
)


def _offered(app: Flask, *people: Any) -> Booked:
    """Offer freed seats to a party, for a day."""
    with app.app_context():
        event = make_event(capacity=max(1, len(people)))
        allow(event.id, offer_hours=24)
        first = [registered(event.id) for _ in range(max(1, len(people)))]
        booked = book(event, *(people or (attendee("ada"),)))
        service.cancel_all(SYSTEM, first, now=NOW)
    assert set(states(app, booked.people)) == {OFFERED}
    return booked


def test_the_page_says_until_when_and_has_two_buttons(app: Flask, client: FlaskClient) -> None:
    booked = _offered(app)
    for address in (booked.link, f"{booked.link}/offer"):
        page = client.get(address).text
        assert "A seat is yours to take" in page
        assert "A seat is kept for you until Monday 23 November, 2:00 pm." in page
        assert "Take the seat" in page
        assert "No, thank you" in page
        main = page.partition("<main")[2]
        assert shown(row(app, booked.people[0]).code) in main
        assert row(app, booked.people[0]).name in main
    assert states(app, booked.people) == [OFFERED]


def test_one_click_takes_the_seat_and_a_second_says_so_too(app: Flask, client: FlaskClient) -> None:
    booked = _offered(app)
    address = f"{booked.link}/offer"
    token = csrf_of(client.get(address))
    for _time in range(2):
        sent = client.post(address, data={"csrf_token": token, "answer": "take"})
        assert sent.status_code == 303
        assert states(app, booked.people) == [CONFIRMED]
    page = client.get(booked.link).text
    assert "You’re registered" in page
    assert '<svg class="qr"' in page
    assert client.get(address).status_code == 303


def test_no_thank_you_gives_it_to_the_next(app: Flask, client: FlaskClient) -> None:
    booked = _offered(app)
    with app.app_context():
        waits = registered(booked.event_id, "waits")
    assert press(client, f"{booked.link}/offer", answer="leave").status_code == 303
    assert row(app, booked.people[0]).state is CANCELLED
    assert row(app, waits).state is OFFERED
    assert "The seat goes to the next in line." in client.get(booked.link).text


def test_an_offer_that_is_over_says_so(app: Flask, client: FlaskClient) -> None:
    booked = _offered(app)
    token = csrf_of(client.get(f"{booked.link}/offer"))
    late = NOW + timedelta(hours=25)
    with time_machine.travel(late, tick=False):
        sent = client.post(f"{booked.link}/offer", data={"csrf_token": token, "answer": "take"})
        assert sent.status_code == 410
        assert "This offer is over" in sent.text
        with app.app_context():
            assert expire_offers(late) == 1
        assert row(app, booked.people[0]).ended is Ended.EXPIRED
        page = client.get(booked.link).text
    assert "This offer is over" in page
    assert "went to the next in line" in page


def test_a_party_takes_its_seats_together(app: Flask, client: FlaskClient) -> None:
    booked = _offered(app, attendee("ada"), attendee("ben"))
    page = client.get(booked.link).text
    assert "Take the 2 seats" in page
    press(client, f"{booked.link}/offer", answer="take")
    assert states(app, booked.people) == [CONFIRMED, CONFIRMED]


def test_a_companion_takes_the_own_seat_alone(app: Flask, client: FlaskClient) -> None:
    booked = _offered(app, attendee("ada"), attendee("ben"))
    with app.app_context():
        mine = own_link(booked.people[1])
    press(client, f"{mine}/offer", answer="take")
    assert states(app, booked.people) == [OFFERED, CONFIRMED]


def _waiting(app: Flask, **pool: Any) -> Booked:
    with app.app_context():
        event = make_event(capacity=1)
        if pool:
            with writing() as session:
                session.execute(
                    sa.update(SeatPool).where(SeatPool.event_id == event.id).values(**pool)
                )
        registered(event.id)
        return book(event, attendee("ada"))


def test_where_the_lot_decides_no_number_is_shown(app: Flask, client: FlaskClient) -> None:
    booked = _waiting(app, order=WaitOrder.DRAW)
    page = client.get(booked.link).text
    assert "Drawn by lot." in page
    assert "You are number" not in page
    assert "number 1" not in page
    assert "First come" not in page


def test_first_come_shows_the_place_in_the_line(app: Flask, client: FlaskClient) -> None:
    page = client.get(_waiting(app).link).text
    assert "You are number 1." in page
    assert "First come, first served." in page


def test_the_line_is_left_by_one_link_and_one_button(app: Flask, client: FlaskClient) -> None:
    booked = _waiting(app)
    assert f"{booked.link}/cancel" in client.get(booked.link).text
    assert press(client, f"{booked.link}/cancel").status_code == 303
    assert states(app, booked.people) == [CANCELLED]
    page = client.get(booked.link).text
    assert "Left the wait list." in page
    assert "your seat goes to the next guest" not in page


@pytest.mark.both_databases
def test_two_presses_at_once_take_one_seat_each(app: Flask) -> None:
    """The seat was counted when it was offered: taking it changes no counter."""
    booked = _offered(app, attendee("ada"), attendee("ben"))
    with app.app_context():
        assert service.take_offers(SYSTEM, booked.people, now=NOW) == 2
        assert service.take_offers(SYSTEM, booked.people, now=NOW) == 0
    assert states(app, booked.people) == [CONFIRMED, CONFIRMED]


def test_an_offer_of_a_cancelled_event_is_over_and_nobody_is_said_to_have_the_seat(
    app: Flask, client: FlaskClient
) -> None:
    booked = _offered(app)
    with app.app_context(), writing() as session:
        session.get_one(Event, booked.event_id).state = EventState.CANCELLED
    page = client.get(f"{booked.link}/offer")
    assert page.status_code == 410
    assert "The event is cancelled or over" in page.text
    assert "next in line" not in page.text
    with app.app_context():
        expire_offers(NOW + timedelta(days=2))
    assert states(app, booked.people) == [CANCELLED]
    page = client.get(booked.link)
    assert "The offer ended with the event." in page.text
    assert "next in line" not in page.text
