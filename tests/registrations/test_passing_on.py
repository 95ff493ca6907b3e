"""Who gets a freed seat, when nobody does, and which pages tell of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db
from forum.core.text import Text, whole_number
from forum.events import service as events
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.seats import service as seats
from tests.factories import ENDS, NOW, attendee, make_event, make_organisation


def register(event_id: UUID, name: str) -> UUID:
    return service.register(
        ANONYMOUS, event_id, attendee(name), form_key=None, now=NOW
    ).registration_id


def states(event_id: UUID) -> list[RegistrationState]:
    return list(
        db.session.scalars(
            sa.select(Registration.state)
            .where(Registration.event_id == event_id)
            .order_by(Registration.id)
        )
    )


def test_a_cancelled_event_gives_no_seat_away(in_app: Flask) -> None:
    event = make_event(capacity=1)
    first = register(event.id, "first")
    register(event.id, "second")
    events.cancel(SYSTEM, event.id, Text(), now=NOW)
    assert service.cancel(SYSTEM, first, now=NOW) == ()
    assert states(event.id) == [RegistrationState.CANCELLED, RegistrationState.WAITLISTED]
    assert recount()[0].agrees


def test_an_event_that_is_over_gives_no_seat_away(in_app: Flask) -> None:
    event = make_event(capacity=1)
    first = register(event.id, "first")
    register(event.id, "second")
    later = ENDS + timedelta(minutes=1)
    assert service.cancel(SYSTEM, first, now=later) == ()
    assert service.set_capacity(SYSTEM, event.id, 5, now=later) == ()
    with time_machine.travel(later):
        assert recount()[0].agrees


def test_a_great_wait_list_is_served_to_the_last_seat(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(capacity=1)
    for number in range(12):
        register(event.id, f"guest{number}")
    monkeypatch.setattr(seats, "MOST_GIVEN_AT_ONCE", 3)
    assert len(service.set_capacity(SYSTEM, event.id, 11, now=NOW)) == 10
    assert recount()[0].agrees


def test_the_front_page_says_wait_list_as_soon_as_an_event_is_full(
    app: Flask, client: FlaskClient
) -> None:
    with time_machine.travel(NOW):
        with app.app_context():
            event = make_event(make_organisation(), capacity=1)
            event_id = event.id
        assert "Wait list" not in client.get("/en/").text
        with app.app_context():
            mine = register(event_id, "first")
        assert "Wait list" in client.get("/en/").text
        with app.app_context():
            service.cancel(SYSTEM, mine, now=NOW)
        assert "Wait list" not in client.get("/en/").text


def test_a_typed_number_is_a_number_or_nothing() -> None:
    assert [whole_number(typed) for typed in ("0", "12", " 7 ", "2147483647")] == [
        0, 12, 7, 2147483647,
    ]  # fmt: skip
    for typed in ("", None, "-1", "²", "٣", "1.0", "2147483648", "9" * 5000, "x"):
        assert whole_number(typed) is None
