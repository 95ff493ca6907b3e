"""Somebody is added to a booking while that very address registers: neither waits for the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from forum.core.actor import ANONYMOUS
from forum.core.db import db
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.recount import recount
from forum.registrations.rules import AddressTaken, RegistrationState
from forum.registrations.service import Result, entering, joining, registering, seating
from forum.seats.models import SeatPool
from tests.factories import NOW, attendee, make_event
from tests.site.parties import allow, book
from tests.support.ground import wait_until

WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
CONFIRMED = RegistrationState.CONFIRMED


@pytest.mark.parametrize("discreet", [False, True])
def test_an_address_registers_while_it_is_added(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch, *, discreet: bool
) -> None:
    """Who adds has written the registration and wants the seat; the form waits for the address."""
    race = Race(on_postgres, discreet=discreet)
    monkeypatch.setattr(seating, "lock_pools", race.stop_before(seating.lock_pools))
    assert race.added_first() == (CONFIRMED, Result.KNOWN)
    assert race.seats_of_address() == 1


@pytest.mark.parametrize("discreet", [False, True])
def test_an_address_is_added_while_it_registers(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch, *, discreet: bool
) -> None:
    """The form has written and wants the seat; who adds waits, and then is told, or adds it too."""
    race = Race(on_postgres, discreet=discreet)
    stopped = race.stop_before(registering._take_or_go_back)
    monkeypatch.setattr(registering, "_take_or_go_back", stopped)
    if discreet:
        assert race.registered_first() == (CONFIRMED, Result.NEW)
    else:
        with pytest.raises(AddressTaken):
            race.registered_first()
    assert race.seats_of_address() == (2 if discreet else 1)


def test_the_control_that_holds_the_pools_before_it_writes_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who adds has the pools and waits for the address, whose form wants the pools next."""
    race = Race(on_postgres, discreet=False)
    write = race.stop_before(entering.append_registration)

    def _pools_first(session: Any, *given: Any) -> None:
        pools = sa.select(SeatPool.id).where(SeatPool.event_id == race.event_id)
        session.execute(pools.with_for_update(key_share=True))
        write(session, *given)

    monkeypatch.setattr(joining, "append_registration", _pools_first)
    with pytest.raises(OperationalError) as failed:
        race.added_first()
    assert isinstance(failed.value.orig, psycopg.errors.DeadlockDetected)


class Race:
    """An event with a booking, and an address that comes on two ways at once."""

    def __init__(self, app: Flask, *, discreet: bool) -> None:
        """Make both."""
        self.app, self.who = app, attendee("same")
        self.stopped, self.go_on = threading.Event(), threading.Event()
        with app.app_context():
            event = make_event(discreet=discreet)
            allow(event.id)
            self.event_id = event.id
            self.booking_id = book(event, attendee("booker")).booking_id

    def stop_before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """Return an act that waits, the first time, until it may go on."""

        def _act(*given: Any, **named: Any) -> Any:
            if not self.stopped.is_set():
                self.stopped.set()
                assert self.go_on.wait(20)
            return act(*given, **named)

        return _act

    def added_first(self) -> tuple[RegistrationState, Result]:
        """Let the form come while somebody is being added."""
        added, came = self._both(self._add, self._register)
        return added, came

    def registered_first(self) -> tuple[RegistrationState, Result]:
        """Let somebody be added while the form is being taken."""
        came, added = self._both(self._register, self._add)
        return added, came

    def seats_of_address(self) -> int:
        """Return how many registrations the address has; one holds it, and the pools agree."""
        with self.app.app_context():
            rows = db.session.scalars(
                sa.select(Registration).where(Registration.email_key == self.who.email_key)
            ).all()
            assert sum(one.holds_address for one in rows) == 1
            assert {one.state for one in rows} == {CONFIRMED}
            assert all(one.agrees for one in recount())
            return len(rows)

    def _both(self, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(first)
            assert self.stopped.wait(20)
            other = pool.submit(second)
            wait_until(lambda: other.done() or self._waits(), seconds=20, what="the second")
            self.go_on.set()
            return one.result(20), other.result(20)

    def _add(self) -> RegistrationState:
        with self.app.app_context():
            return service.add_person(ANONYMOUS, self.booking_id, self.who, now=NOW)

    def _register(self) -> Result:
        with self.app.app_context():
            done = service.register(ANONYMOUS, self.event_id, self.who, form_key=None, now=NOW)
            return done.result

    def _waits(self) -> bool:
        with self.app.app_context():
            return bool(db.session.scalar(WAITS))
