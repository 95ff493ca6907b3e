"""Access codes and kinds of seats under a stampede, each promise with its negative control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.revisions import ThingChangedMeanwhile
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import AccessCode, Registration
from forum.registrations.recount import recount, recount_codes
from forum.registrations.rules import Access, NoRoomForType, WrongCode
from forum.registrations.service import (
    Registered,
    cancelling,
    looking_up,
    registering,
    seating,
    type_seats,
    types,
)
from forum.registrations.service.codes import ClaimedCode
from forum.registrations.service.making_codes import CodesWanted, make_codes, revoke_codes
from forum.seats.rules import CapacityBelowTaken
from tests.factories import NOW, make_event
from tests.races.crowd import all_at_once
from tests.registrations.ticket_types import (
    EVENT_SEATS,
    agreed,
    come,
    in_state,
    limited,
    make_type,
    own,
    turn,
)
from tests.support.ground import wait_until

CLIENTS = 24
USES = 5
WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
both_databases = pytest.mark.both_databases


def opened(
    app: Flask, *, uses: int = 1, kept: int = 0, capacity: int = 100
) -> tuple[UUID, UUID, str]:
    """Store an event with a type by code; return event, type and one code of it."""
    with app.app_context():
        event_id = make_event(capacity=capacity).id
        kind = make_type(event_id, access=Access.CODE)
        make_codes(SYSTEM, event_id, CodesWanted(kind, 1, uses, kept=kept), now=NOW)
        code = db.session.scalar(sa.select(AccessCode.code))
        assert code is not None
        return event_id, kind, code


@both_databases
@pytest.mark.parametrize("kept", [0, USES])
def test_a_code_for_five_used_by_twenty_four_at_once_lets_five_in(app: Flask, kept: int) -> None:
    event_id, kind, code = opened(app, uses=USES, kept=kept)
    answers = all_at_once(app, CLIENTS, lambda n: come(event_id, kind, str(n), code=code))
    came = [one for one in answers if isinstance(one, Registered)]
    refused = [one for one in answers if isinstance(one, WrongCode)]
    assert (len(came), len(refused)) == (USES, CLIENTS - USES)
    with app.app_context():
        agreed()
        assert len(in_state(event_id, "confirmed")) >= USES


@both_databases
def test_the_control_that_counts_before_it_lets_in_lets_more_in(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the guarded UPDATE the same crowd uses the code too often: the test can see it."""
    event_id, kind, code = opened(app, uses=USES)
    with app.app_context():
        code_id = db.session.scalars(sa.select(AccessCode.id)).one()
    monkeypatch.setattr(registering, "claim_code", lambda *_: ClaimedCode(code_id, None))
    looked = threading.Barrier(CLIENTS)

    def _count_then_come(number: int) -> object:
        used = db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Registration)
            .where(Registration.access_code_id == code_id)
        )
        db.session.rollback()
        looked.wait(30)
        return come(event_id, kind, str(number), code=code) if (used or 0) < USES else None

    answers = all_at_once(app, CLIENTS, _count_then_come)
    assert sum(isinstance(one, Registered) for one in answers) > USES
    with app.app_context():
        assert [one.agrees for one in recount_codes()] == [False]


@both_databases
def test_guests_who_come_and_go_by_one_code_leave_it_true(app: Flask) -> None:
    event_id, kind, code = opened(app, uses=CLIENTS, kept=3, capacity=6)
    with app.app_context():
        first = [come(event_id, kind, f"g{n}", code=code).registration_id for n in range(8)]

    def _come_or_go(number: int) -> object:
        if number < len(first):
            return service.cancel(SYSTEM, first[number], now=NOW)
        return come(event_id, kind, str(number), code=code)

    answers = all_at_once(app, CLIENTS, _come_or_go)
    assert [one for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        agreed()


@both_databases
def test_a_code_that_is_revoked_while_a_crowd_uses_it_keeps_seats_true(app: Flask) -> None:
    event_id, kind, code = opened(app, uses=CLIENTS, kept=10, capacity=12)
    with app.app_context():
        code_id = db.session.scalars(sa.select(AccessCode.id)).one()

    def _act(number: int) -> object:
        if number == CLIENTS // 2:
            return revoke_codes(SYSTEM, event_id, [code_id], now=NOW)
        return come(event_id, kind, str(number), code=code)

    answers = all_at_once(app, CLIENTS, _act)
    failed = [one for one in answers if isinstance(one, Exception)]
    assert all(isinstance(one, WrongCode) for one in failed), failed
    with app.app_context():
        agreed()


@both_databases
def test_seats_that_come_from_elsewhere_while_a_crowd_registers_stay_true(app: Flask) -> None:
    with app.app_context():
        event_id = make_event(capacity=10).id
        kind = make_type(event_id)
    kinds = [own(9), limited(9), EVENT_SEATS, limited(5), own(12), EVENT_SEATS]

    def _act(number: int) -> object:
        if number % 4 == 0:
            try:
                return turn(kind, seats=kinds[number // 4])
            except (CapacityBelowTaken, NoRoomForType, ThingChangedMeanwhile) as refused:
                return str(refused)
        return come(event_id, kind, str(number))

    answers = all_at_once(app, CLIENTS, _act)
    assert [one for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        agreed()


def test_who_is_at_the_desk_while_a_type_gets_its_own_seats_sits_there(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = _registered_meanwhile(on_postgres, monkeypatch)
    with on_postgres.app_context():
        pools = {one.about: one.taken for one in agreed()}
        assert pools == {"event": 0, "type": 1}
        assert in_state(event_id, "confirmed") == "a"


def test_the_control_that_does_not_hold_the_type_counts_the_guest_elsewhere(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement's rows are older than its wait for the event: the old pool is counted."""
    only_event = looking_up._DESK_OF_TYPE.with_for_update(read=True, key_share=True, of=Event)
    monkeypatch.setattr(looking_up, "_DESK_OF_TYPE", only_event)
    _registered_meanwhile(on_postgres, monkeypatch)
    with on_postgres.app_context():
        assert [one.agrees for one in recount()] == [False, False]


def _registered_meanwhile(app: Flask, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Somebody registers for a type while it is given seats of its own; return the event."""
    with app.app_context():
        event_id = make_event(capacity=10).id
        kind = make_type(event_id)
    changing = threading.Event()

    def _reseat(*given: Any) -> Any:
        done = type_seats.reseat(*given)
        changing.set()
        wait_until(lambda: _waits(app), seconds=20, what="the guest")
        return done

    monkeypatch.setattr(types, "reseat", _reseat)
    with ThreadPoolExecutor(2) as pool:
        organiser = pool.submit(_in_context, app, lambda: turn(kind, seats=own(5)))
        assert changing.wait(20)
        guest = pool.submit(_in_context, app, lambda: come(event_id, kind, "a"))
        organiser.result(20)
        guest.result(20)
    return event_id


def test_who_cancels_and_who_comes_by_the_same_code_do_not_wait_for_each_other(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cancelled_meanwhile(on_postgres, monkeypatch)
    with on_postgres.app_context():
        agreed()


def test_the_control_that_holds_the_pools_before_the_code_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelling, "lock_codes_of", lambda *_: None)
    with pytest.raises(OperationalError) as failed:
        _cancelled_meanwhile(on_postgres, monkeypatch)
    assert isinstance(failed.value.orig, psycopg.errors.DeadlockDetected)


def _cancelled_meanwhile(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """One guest of a code cancels while another uses it."""
    event_id, kind, code = opened(app, uses=5)
    with app.app_context():
        first = come(event_id, kind, "a", code=code).registration_id
    leaving = threading.Event()

    def _free_code(*given: Any) -> None:
        leaving.set()
        wait_until(lambda: _waits(app), seconds=20, what="who comes")
        seating.free_code(*given)

    monkeypatch.setattr(cancelling, "seating", _Instead(seating, free_code=_free_code))
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(_in_context, app, lambda: service.cancel(SYSTEM, first, now=NOW))
        assert leaving.wait(20)
        other = pool.submit(_in_context, app, lambda: come(event_id, kind, "b", code=code))
        one.result(20)
        other.result(20)


class _Instead:
    """A module with some of its names replaced."""

    def __init__(self, module: object, **given: object) -> None:
        self._module = module
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def _in_context(app: Flask, act: Callable[[], object]) -> object:
    with app.app_context():
        try:
            return act()
        finally:
            db.session.remove()


def _waits(app: Flask) -> bool:
    with app.app_context():
        try:
            return bool(db.session.scalar(WAITS))
        finally:
            db.session.remove()
