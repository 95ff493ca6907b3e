"""The capacity is changed while guests come and go: counters and rows agree, nobody is passed by.

The promise on both databases, and its negative control: without the pool's lock a crowd breaks it.
"""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.recount import Recount, recount
from forum.registrations.rules import SEATED, RegistrationState
from forum.seats import service as seats
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import CapacityBelowTaken
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once

EARLY, CROWD, SEATS = 12, 36, 8


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        return make_event(capacity=SEATS).id


@pytest.fixture
def early(app: Flask, event_id: UUID) -> list[UUID]:
    """Guests who came before: the first have the seats, the rest wait."""
    with app.app_context():
        return [_register(event_id, f"early{number}") for number in range(EARLY)]


@pytest.mark.both_databases
@pytest.mark.parametrize("capacities", [(20, 40), (9, 8), (30, 8)], ids=str)
def test_capacity_against_registering_and_cancelling(
    app: Flask, event_id: UUID, early: list[UUID], capacities: tuple[int, int]
) -> None:
    def _act(number: int) -> object:
        if number % 3 == 0:
            return service.cancel(SYSTEM, early[number // 3], now=NOW)
        if number % 3 == 1:
            return _register(event_id, f"late{number}")
        return service.set_capacity(SYSTEM, event_id, capacities[number % 2], now=NOW)

    answers = all_at_once(app, CROWD, _act)
    wrong = [one for one in answers if isinstance(one, Exception)]
    assert [one for one in wrong if not isinstance(one, CapacityBelowTaken)] == []
    with app.app_context():
        counted = _counted()
        assert counted.agrees
        assert counted.capacity in {SEATS, *capacities}
        assert counted.cancelled == EARLY
        assert counted.taken + counted.waiting == CROWD // 3
        assert counted.taken == min(counted.capacity, CROWD // 3)


@pytest.mark.both_databases
def test_seats_that_are_added_go_to_those_who_wait_before_those_who_come(
    app: Flask, event_id: UUID, early: list[UUID]
) -> None:
    waiting = EARLY - SEATS

    def _act(number: int) -> object:
        if number == 0:
            return service.set_capacity(SYSTEM, event_id, EARLY, now=NOW)
        return _register(event_id, f"late{number}")

    answers = all_at_once(app, 16, _act)
    assert [one for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        states = db.session.scalars(
            sa.select(Registration.state).where(Registration.id.in_(early))
        ).all()
        assert list(states) == [RegistrationState.CONFIRMED] * EARLY
        counted = _counted()
        assert counted.agrees
        assert (counted.taken, counted.waiting) == (EARLY, 15)
    assert waiting > 0


@pytest.mark.both_databases
def test_a_capacity_below_what_is_taken_never_stands_however_many_come(
    app: Flask, event_id: UUID
) -> None:
    def _act(number: int) -> object:
        if number % 2:
            return service.set_capacity(SYSTEM, event_id, 3, now=NOW)
        return _register(event_id, str(number))

    answers = all_at_once(app, 24, _act)
    wrong = [one for one in answers if isinstance(one, Exception)]
    assert [one for one in wrong if not isinstance(one, CapacityBelowTaken)] == []
    with app.app_context():
        counted = _counted()
        assert counted.agrees
        assert counted.taken == counted.capacity
        assert counted.capacity in {3, SEATS}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_control_that_does_not_hold_the_pool_loses_a_seat(
    app: Flask, event_id: UUID, early: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who leave at once and read the counter unlocked both write the same number."""
    read = threading.Barrier(2, timeout=20)

    def _unlocked(session: sa.orm.Session, pool_id: UUID) -> SeatPool:
        pool = session.get_one(SeatPool, pool_id, populate_existing=True)
        read.wait()
        return pool

    with app.app_context(), writing() as session:
        pool_id = session.scalar(sa.select(SeatPool.id).where(SeatPool.event_id == event_id))
        session.execute(sa.delete(WaitListEntry))
        session.execute(sa.update(SeatPool).values(waiting=0))
    monkeypatch.setattr(seats, "_locked", _unlocked)

    def _leave(number: int) -> None:
        with writing() as session:
            seats.leave(session, pool_id, early[number], 1, seated=True, pass_on=True)

    answers = all_at_once(app, 2, _leave)
    assert answers == [None, None]
    with app.app_context():
        assert db.session.scalar(sa.select(SeatPool.taken)) == SEATS - 1


@pytest.mark.both_databases
def test_as_many_seated_rows_as_the_counter_says_after_everybody_left(
    app: Flask, event_id: UUID, early: list[UUID]
) -> None:
    answers = all_at_once(app, EARLY, lambda number: service.cancel(SYSTEM, early[number], now=NOW))
    assert [one for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        counted = _counted()
        assert (counted.taken, counted.waiting, counted.seated) == (0, 0, 0)
        assert counted.agrees
        seated = sa.select(sa.func.count()).where(Registration.state.in_(SEATED))
        assert db.session.scalar(seated) == 0


def _register(event_id: UUID, name: str) -> UUID:
    done = service.register(ANONYMOUS, event_id, attendee(name), form_key=None, now=NOW)
    return done.registration_id


def _counted() -> Recount:
    return recount()[0]
