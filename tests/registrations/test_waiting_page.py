"""The lines of those who wait, and seats given out of turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.audit import AuditEntry
from forum.core.db import db, writing
from forum.core.permissions import Role
from forum.registrations.queries import requests
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool
from forum.seats.rules import WaitOrder
from tests.factories import NOW
from tests.registrations.office import (
    Office,
    add_type,
    come,
    come_together,
    counts_are_right,
    open_office,
    sign_in_as,
    the,
)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client, capacity=1)


def test_nobody_waits_and_the_page_says_what_it_is_for(office: Office) -> None:
    assert "Nobody is waiting" in office.get("/waiting")


def test_each_line_stands_in_its_order_with_the_rule_that_holds(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        vip = add_type(office.event_id, "VIP", seats_of_its_own=1)
        come(office.event_id, "Seated One", "Ann Chan", "Bob Wong")
        come_together(office.event_id, "Di", "Ed")
        come(office.event_id, "Seated Vip", "Fay Lau", type_id=vip)
        with writing() as session:
            session.execute(
                sa.update(SeatPool)
                .where(SeatPool.about == "type")
                .values(order=WaitOrder.DRAW, smaller_pass=True)
            )
    page = office.get("/waiting")
    order = [page.index(name) for name in ("Ann Chan", "Bob Wong", ">Di<", ">Ed<", "Fay Lau")]
    assert order == sorted(order)
    assert "Party of 2" in page
    assert "Who came first is served first." in page
    assert "nobody passes it" in page
    assert "Freed seats are drawn by lot" in page
    assert "A smaller party may pass" in page
    assert "Seated One" not in page
    monkeypatch.setattr(requests, "MOST_SHOWN", 2)
    assert "and one more party" in office.get("/waiting")


def test_a_seat_out_of_turn_needs_a_reason_and_a_free_seat(app: Flask, office: Office) -> None:
    with app.app_context():
        come(office.event_id, "Seated One")
        come(office.event_id, "Ann Chan")
        guest = come(office.event_id, "Bob Wong")[0]
    nameless = office.press(f"/{guest}/seat", "/seat", reason="  ")
    assert nameless.status_code == 422
    assert "Enter why this guest is seated first" in nameless.text
    full = office.press(f"/{guest}/seat", "/seat", reason="The mayor asked.")
    assert full.status_code == 409
    assert "No seat is free." in full.text
    assert "The mayor asked." in full.text
    assert "Ask a manager of the event to add seats first." in full.text
    with app.app_context():
        assert the(guest).state is RegistrationState.WAITLISTED
        _keep_a_seat_free(office)
    done = office.press(f"/{guest}/seat", "/seat", reason="The mayor asked.")
    assert "Bob Wong has a seat" in office.follow(done)
    with app.app_context():
        assert the(guest).state is RegistrationState.CONFIRMED
        said = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "registration.seated_by_hand")
        ).one()
        assert said.details == {"code": the(guest).code, "reason": "The mayor asked."}
        assert counts_are_right(office.slug)
    again = office.client.get(f"{office.base}/{guest}/seat")
    assert again.status_code == 200
    refused = office.press(f"/{guest}/seat", "/seat", reason="Again")
    assert refused.status_code == 409


def test_who_may_add_seats_is_led_there(app: Flask, office: Office) -> None:
    with app.app_context():
        come(office.event_id, "Seated One")
        guest = come(office.event_id, "Bob Wong")[0]
    owner = Office(
        app, sign_in_as(office, Role.OWNER), office.event_id, office.organisation_id, office.slug
    )
    full = owner.press(f"/{guest}/seat", "/seat", reason="The mayor asked.")
    assert "Add seats first" in full.text


def test_one_of_a_party_is_seated_and_the_others_wait_on(app: Flask, office: Office) -> None:
    with app.app_context():
        come(office.event_id, "Seated One")
        first, second = come_together(office.event_id, "Di", "Ed")
        _keep_a_seat_free(office)
    assert "One other of the party goes on waiting." in office.get(f"/{first}/seat")
    office.press(f"/{first}/seat", "/seat", reason="Speaks at noon")
    with app.app_context():
        assert the(first).state is RegistrationState.CONFIRMED
        assert the(second).state is RegistrationState.WAITLISTED
        assert counts_are_right(office.slug)


def _keep_a_seat_free(office: Office) -> None:
    """Leave a seat free though people wait, as one taken back from a list of guests would be."""
    with writing() as session:
        session.execute(
            sa.update(SeatPool)
            .where(SeatPool.event_id == office.event_id, SeatPool.about == "event")
            .values(capacity=SeatPool.capacity + 1)
        )
