"""Seats under a stampede, on both databases, each promise with its negative control."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.outbox import OutboxRow
from forum.registrations import service
from forum.registrations.models import Booking, Registration, TicketType
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once

CLIENTS = 64
SEATS = 5
pytestmark = pytest.mark.both_databases


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        return make_event(capacity=SEATS).id


def test_sixty_four_clients_get_five_seats_and_the_rest_wait_in_line(
    app: Flask, event_id: UUID
) -> None:
    answers = all_at_once(
        app,
        CLIENTS,
        lambda number: service.register(
            ANONYMOUS, event_id, attendee(number), form_key=None, now=NOW
        ),
    )
    assert [a for a in answers if isinstance(a, Exception)] == []
    states = [answer.state for answer in answers if not isinstance(answer, Exception)]
    assert states.count(RegistrationState.CONFIRMED) == SEATS
    assert states.count(RegistrationState.WAITLISTED) == CLIENTS - SEATS
    with app.app_context():
        counted = recount()[0]
        assert counted.agrees
        assert (counted.taken, counted.waiting) == (SEATS, CLIENTS - SEATS)


def test_the_control_that_counts_before_it_takes_oversells(app: Flask, event_id: UUID) -> None:
    """Without the guarded UPDATE the same crowd oversells: the race test can see it."""
    all_have_counted = threading.Barrier(CLIENTS)

    def _count_then_take(number: int) -> bool:
        free = db.session.scalar(
            sa.select(SeatPool.capacity - SeatPool.taken).where(SeatPool.event_id == event_id)
        )
        db.session.rollback()
        all_have_counted.wait(30)
        if not free or free <= 0:
            return False
        with writing() as session:
            type_id = session.scalar(
                sa.select(TicketType.id).where(TicketType.event_id == event_id)
            )
            guest = attendee(number)
            booking = _booking(event_id, number)
            session.add(booking)
            session.flush()
            session.add(
                Registration(
                    event_id=event_id,
                    booking_id=booking.id,
                    party_id=booking.id,
                    ticket_type_id=type_id,
                    state=RegistrationState.CONFIRMED,
                    in_home=True,
                    name=guest.name,
                    email=guest.email,
                    email_key=guest.email_key,
                    lang="en",
                    created_at=NOW,
                    changed_at=NOW,
                    confirmed_at=NOW,
                ),
            )
        return True

    answers = all_at_once(app, CLIENTS, _count_then_take)
    assert sum(answer is True for answer in answers) > SEATS


def test_fifty_posts_of_one_address_make_one_registration(app: Flask, event_id: UUID) -> None:
    answers = all_at_once(
        app,
        50,
        lambda _: service.register(ANONYMOUS, event_id, attendee("same"), form_key=None, now=NOW),
    )
    assert [a for a in answers if isinstance(a, Exception)] == []
    results = [answer.result for answer in answers if not isinstance(answer, Exception)]
    assert results.count(service.Result.NEW) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 1
        assert recount()[0].agrees


def test_fifty_forms_of_twenty_five_guests_make_twenty_five_registrations(
    app: Flask, event_id: UUID
) -> None:
    def _send(number: int) -> UUID:
        which = number % 25
        key = which.to_bytes(32, "big")
        return service.register(
            ANONYMOUS, event_id, attendee(which), form_key=key, now=NOW
        ).registration_id

    answers = all_at_once(app, 50, _send)
    assert [a for a in answers if isinstance(a, Exception)] == []
    assert len(set(answers)) == 25
    assert all(answers[n] == answers[n + 25] for n in range(25))


def test_guests_who_come_while_others_cancel_leave_no_seat_empty_and_none_doubled(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        seated = [
            service.register(ANONYMOUS, event_id, attendee(f"early{n}"), form_key=None, now=NOW)
            for n in range(20)
        ]

    def _come_or_go(number: int) -> object:
        if number % 2:
            return service.register(
                ANONYMOUS, event_id, attendee(f"late{number}"), form_key=None, now=NOW
            )
        return service.cancel(SYSTEM, seated[number // 2].registration_id, now=NOW)

    answers = all_at_once(app, 40, _come_or_go)
    assert [a for a in answers if isinstance(a, Exception)] == []
    with app.app_context():
        counted = recount()[0]
        assert counted.agrees
        assert counted.taken == SEATS
        assert counted.cancelled == 20
        assert counted.waiting == 20 - SEATS


def test_the_same_registration_cancelled_by_many_frees_one_seat(app: Flask, event_id: UUID) -> None:
    with app.app_context():
        first = service.register(ANONYMOUS, event_id, attendee("first"), form_key=None, now=NOW)
        for n in range(SEATS + 3):
            service.register(ANONYMOUS, event_id, attendee(f"next{n}"), form_key=None, now=NOW)
    answers = all_at_once(app, 16, lambda _: service.cancel(SYSTEM, first.registration_id, now=NOW))
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    with app.app_context():
        counted = recount()[0]
        assert counted.agrees
        assert (counted.taken, counted.waiting) == (SEATS, 3)


def test_each_effect_is_asked_for_once(app: Flask, event_id: UUID) -> None:
    all_at_once(
        app,
        20,
        lambda number: service.register(
            ANONYMOUS, event_id, attendee(number % 10), form_key=None, now=NOW
        ),
    )
    with app.app_context():
        keys = db.session.scalars(sa.select(OutboxRow.key)).all()
        assert len(keys) == len(set(keys))


def _booking(event_id: UUID, number: int) -> Booking:
    return Booking(
        event_id=event_id, contact_email=f"guest.{number}@example.com", lang="en", created_at=NOW
    )
