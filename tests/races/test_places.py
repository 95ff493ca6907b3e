"""Places in sessions under a stampede, each promise with its negative control."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as Transaction

from forum.core.actor import SYSTEM
from forum.core.db import append, db, writing
from forum.core.outbox import OutboxRow
from forum.events.models import Event
from forum.programme import service as programme
from forum.programme.models import Session
from forum.programme.rules import MoreLosePlaces, PlacesBelowTaken
from forum.registrations import service
from forum.registrations.models import SessionPlace
from forum.registrations.recount import PlacesRecount, recount, recount_places
from forum.registrations.rules import NoSignUp, NotConfirmed, NothingFree, PlaceClash
from forum.registrations.service import SignedUp, places
from forum.seats import service as seats
from forum.seats.models import SeatPool
from tests.factories import NOW, make_event, make_workshop
from tests.races.crowd import all_at_once
from tests.registrations.signing_up import leave, registered, sign_up, standing
from tests.support.ground import wait_until

CLIENTS = 48
PLACES = 5
WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
both_databases = pytest.mark.both_databases


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        return make_event().id


def workshop(app: Flask, event_id: UUID, places: int = PLACES, after: int = 30) -> UUID:
    """Store a session with places in an event."""
    with app.app_context():
        event = db.session.get_one(Event, event_id)
        return make_workshop(event, places=places, after=after).id


def guests(app: Flask, event_id: UUID, number: int) -> list[UUID]:
    """Register so many guests."""
    with app.app_context():
        return [registered(event_id, n) for n in range(number)]


def counted(app: Flask) -> list[PlacesRecount]:
    """Recount everything, and see that it agrees."""
    with app.app_context():
        found = list(recount_places())
        assert [one for one in (*recount(), *found) if not one.agrees] == []
        return found


@both_databases
def test_forty_eight_guests_get_five_places_and_the_rest_wait_in_line(
    app: Flask, event_id: UUID
) -> None:
    session_id = workshop(app, event_id)
    who = guests(app, event_id, CLIENTS)
    answers = all_at_once(app, CLIENTS, lambda n: sign_up(who[n], session_id))
    assert [one for one in answers if isinstance(one, Exception)] == []
    seated = [one.seated for one in answers if isinstance(one, SignedUp)]
    assert seated.count(True) == PLACES
    (row,) = counted(app)
    assert (row.taken, row.waiting) == (PLACES, CLIENTS - PLACES)


@both_databases
def test_the_control_that_counts_before_it_takes_oversells(app: Flask, event_id: UUID) -> None:
    """Without the guarded UPDATE the same crowd oversells: the race test can see it."""
    session_id = workshop(app, event_id)
    who = guests(app, event_id, CLIENTS)
    all_have_counted = threading.Barrier(CLIENTS)

    def _count_then_take(number: int) -> bool:
        free = db.session.scalar(
            sa.select(SeatPool.capacity - sa.func.count(SessionPlace.id))
            .select_from(Session)
            .join(SeatPool, SeatPool.id == Session.pool_id)
            .outerjoin(SessionPlace, SessionPlace.session_id == Session.id)
            .where(Session.id == session_id)
            .group_by(SeatPool.capacity)
        )
        db.session.rollback()
        all_have_counted.wait(30)
        if not free or free <= 0:
            return False
        with writing() as transaction:
            append(
                transaction,
                SessionPlace,
                registration_id=who[number],
                session_id=session_id,
                seated=True,
                asked_at=NOW,
                seated_at=NOW,
            )
        return True

    answers = all_at_once(app, CLIENTS, _count_then_take)
    assert sum(answer is True for answer in answers) > PLACES


@both_databases
def test_one_guest_who_asks_for_two_sessions_at_once_gets_one(app: Flask, event_id: UUID) -> None:
    sessions = [workshop(app, event_id), workshop(app, event_id)]
    (guest,) = guests(app, event_id, 1)
    answers = all_at_once(app, 8, lambda n: sign_up(guest, sessions[n % 2]))
    refused = [one for one in answers if isinstance(one, Exception)]
    assert len(refused) == 4
    assert all(isinstance(one, PlaceClash) for one in refused)
    assert sorted(row.taken for row in counted(app)) == [0, 1]


def test_the_control_that_does_not_hold_the_booking_gets_both(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reads the guest's day before the other has written."""
    with on_postgres.app_context():
        event_id = make_event().id
    sessions = [workshop(on_postgres, event_id), workshop(on_postgres, event_id)]
    (guest,) = guests(on_postgres, event_id, 1)
    read = threading.Barrier(2, timeout=20)
    held_by = places.held_by

    def _both_have_read(transaction: Transaction, registration_id: UUID) -> object:
        found = held_by(transaction, registration_id)
        read.wait()
        return found

    monkeypatch.setattr(places, "hold_booking", lambda *_: None)
    monkeypatch.setattr(places, "held_by", _both_have_read)
    answers = all_at_once(on_postgres, 2, lambda n: sign_up(guest, sessions[n]))
    assert [one.seated for one in answers if isinstance(one, SignedUp)] == [True, True]


@both_databases
def test_the_same_form_sent_by_many_takes_one_place(app: Flask, event_id: UUID) -> None:
    session_id = workshop(app, event_id)
    (guest,) = guests(app, event_id, 1)
    answers = all_at_once(app, 16, lambda _: sign_up(guest, session_id))
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert sum(not one.already for one in answers if isinstance(one, SignedUp)) == 1
    assert counted(app)[0].taken == 1


@both_databases
def test_guests_who_come_leave_swap_and_cancel_while_places_grow_leave_nothing_empty(
    app: Flask, event_id: UUID
) -> None:
    early, late = workshop(app, event_id, 4), workshop(app, event_id, 4, after=40)
    who = guests(app, event_id, CLIENTS)
    with app.app_context():
        for number, guest in enumerate(who[:24]):
            sign_up(guest, (early, late)[number % 2])

    def _act(number: int) -> object:
        guest, here, there = who[number], (early, late)[number % 2], (late, early)[number % 2]
        if number >= 24:
            return sign_up(guest, here)
        match number % 4:
            case 0:
                return leave(guest, here)
            case 1:
                return service.cancel(SYSTEM, guest, now=NOW)
            case 2:
                return sign_up(guest, there, here)
        return programme.set_places(SYSTEM, event_id, here, 4 + number // 4, now=NOW)

    answers = all_at_once(app, CLIENTS, _act)
    wrong = [one for one in answers if isinstance(one, Exception)]
    expected = NothingFree, PlacesBelowTaken
    assert [one for one in wrong if not isinstance(one, expected)] == []
    rows = counted(app)
    assert sum(row.taken + row.waiting for row in rows) == CLIENTS - 12
    assert all(row.taken == row.capacity or row.waiting == 0 for row in rows)


@both_databases
def test_who_signs_up_while_the_registration_is_cancelled_holds_nothing_afterwards(
    app: Flask, event_id: UUID
) -> None:
    session_id = workshop(app, event_id, 40)
    who = guests(app, event_id, 12)

    def _act(number: int) -> object:
        guest = who[number // 2]
        if number % 2:
            return service.cancel(SYSTEM, guest, now=NOW)
        return sign_up(guest, session_id)

    answers = all_at_once(app, 24, _act)
    wrong = [one for one in answers if isinstance(one, Exception)]
    assert [one for one in wrong if not isinstance(one, NotConfirmed)] == []
    assert counted(app)[0].taken == 0


@both_databases
def test_nobody_gets_a_place_after_the_session_was_cancelled(app: Flask, event_id: UUID) -> None:
    session_id = workshop(app, event_id, 40)
    who = guests(app, event_id, 20)

    def _come_or_cancel(number: int) -> object:
        if number == 10:
            programme.cancel_session(SYSTEM, event_id, session_id, now=NOW)
            return _taken(session_id)
        return sign_up(who[number], session_id)

    answers = all_at_once(app, 20, _come_or_cancel)
    refused = [one for one in answers if isinstance(one, Exception)]
    assert all(isinstance(one, NoSignUp) for one in refused)
    assert counted(app)[0].taken == answers[10] == 19 - len(refused)


@both_databases
def test_sign_up_taken_away_while_guests_come_leaves_no_row_behind(
    app: Flask, event_id: UUID
) -> None:
    session_id = workshop(app, event_id, 40)
    who = guests(app, event_id, 20)

    def _come_or_remove(number: int) -> object:
        if number == 10:
            return programme.remove_places(SYSTEM, event_id, session_id, losing=5, now=NOW)
        return sign_up(who[number], session_id)

    answers = all_at_once(app, 20, _come_or_remove)
    removed = not isinstance(answers[10], MoreLosePlaces)
    with app.app_context():
        there = standing(session_id)
    assert there == {} if removed else len(there) == 19
    assert [row.taken for row in counted(app)] == ([] if removed else [19])


@both_databases
def test_each_promotion_is_told_once(app: Flask, event_id: UUID) -> None:
    session_id = workshop(app, event_id, 4)
    who = guests(app, event_id, 16)
    with app.app_context():
        for guest in who:
            sign_up(guest, session_id)
    all_at_once(app, 8, lambda n: leave(who[n % 4], session_id))
    with app.app_context():
        keys = db.session.scalars(
            sa.select(OutboxRow.key).where(OutboxRow.topic == "place.given")
        ).all()
    assert len(keys) == len(set(keys)) == 4
    assert counted(app)[0].waiting == 8


def test_two_guests_who_swap_the_other_way_round_are_no_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, who = _crossing(on_postgres)
    first_has_one, asked = threading.Event(), threading.local()
    lock = seats.lock

    def _waits() -> bool:
        with on_postgres.app_context():
            return bool(db.session.scalar(WAITS))

    def _lock(transaction: Transaction, pool_id: UUID) -> None:
        lock(transaction, pool_id)
        if not first_has_one.is_set() and not getattr(asked, "before", False):
            asked.before = True
            first_has_one.set()
            with ThreadPoolExecutor(1) as watcher:
                watcher.submit(wait_until, _waits, seconds=20, what="the other guest").result()

    monkeypatch.setattr(seats, "lock", _lock)
    answers = all_at_once(on_postgres, 2, lambda n: sign_up(who[n], (two, one)[n], (one, two)[n]))
    assert [answer.seated for answer in answers if isinstance(answer, SignedUp)] == [True, True]
    assert [row.taken for row in counted(on_postgres)] == [1, 1]


def test_the_control_that_locks_pools_as_they_come_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holds the pool that the other wants next."""
    one, two, who = _crossing(on_postgres)
    both_have_one = threading.Barrier(2, timeout=20)

    def _as_they_come(transaction: Transaction, pool_ids: Iterable[UUID]) -> None:
        for number, pool_id in enumerate(pool_ids):
            if number == 1:
                both_have_one.wait()
            seats.lock(transaction, pool_id)

    monkeypatch.setattr(places, "lock_in_order", _as_they_come)
    answers = all_at_once(on_postgres, 2, lambda n: sign_up(who[n], (two, one)[n], (one, two)[n]))
    (failed,) = [answer for answer in answers if isinstance(answer, OperationalError)]
    assert isinstance(failed.orig, psycopg.errors.DeadlockDetected)


def _crossing(app: Flask) -> tuple[UUID, UUID, list[UUID]]:
    """Return two sessions at the same time, and a guest in each."""
    with app.app_context():
        event_id = make_event().id
    one, two = workshop(app, event_id), workshop(app, event_id)
    who = guests(app, event_id, 2)
    with app.app_context():
        sign_up(who[0], one)
        sign_up(who[1], two)
    return one, two, who


def _taken(session_id: UUID) -> int:
    found = db.session.scalar(
        sa.select(sa.func.count()).where(SessionPlace.session_id == session_id)
    )
    return int(found or 0)
