"""Who waits for whom on PostgreSQL: never two for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, write_appended
from forum.registrations import service
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.registrations.service import Registered, Result, registering
from forum.seats import service as seats
from tests.factories import NOW, attendee, make_event
from tests.support.ground import wait_until

WRITE_EARLY = 3
"""The guest before, the first of the two, and who takes the seat between them."""

WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def test_a_form_sent_twice_while_the_last_seat_comes_and_goes_is_no_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = _sent_twice(on_postgres, monkeypatch)
    assert {answer.result for answer in answers} == {Result.NEW, Result.REPEATED}
    assert {answer.state for answer in answers} == {RegistrationState.CONFIRMED}
    with on_postgres.app_context():
        assert recount()[0].agrees
        assert recount()[0].taken == 1


def test_the_control_that_asks_before_it_writes_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second holds the pool before it waits for the first, which wants the pool next."""
    writes: list[object] = []

    def _the_first_alone(session: Session) -> None:
        if len(writes) < WRITE_EARLY:
            write_appended(session)
        writes.append(session)

    monkeypatch.setattr(registering, "write_appended", _the_first_alone)
    with pytest.raises(OperationalError) as failed:
        _sent_twice(on_postgres, monkeypatch)
    assert isinstance(failed.value.orig, psycopg.errors.DeadlockDetected)


def _sent_twice(on_postgres: Flask, monkeypatch: pytest.MonkeyPatch) -> Sequence[Registered]:
    """The first has written and wants the seat; the second came when there was none."""
    with on_postgres.app_context():
        event_id = make_event(capacity=1).id
    wants_seat, may_take, may_ask = threading.Event(), threading.Event(), threading.Event()
    held: list[object] = []

    def _send(who: str) -> Registered:
        with on_postgres.app_context():
            key = who.encode().ljust(32)
            return service.register(ANONYMOUS, event_id, attendee(who), form_key=key, now=NOW)

    def _held(moment: str, go_on: threading.Event, act: Callable[..., Any]) -> Callable[..., Any]:
        def _act(*given: Any, **named: Any) -> Any:
            if moment not in held:
                held.append(moment)
                wants_seat.set()
                assert go_on.wait(20)
            return act(*given, **named)

        return _act

    def _waits() -> bool:
        with on_postgres.app_context():
            return bool(db.session.scalar(WAITS))

    quick = _send("quick")
    with on_postgres.app_context():
        service.cancel(SYSTEM, quick.registration_id, now=NOW)
    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(seats, "take", _held("take", may_take, seats.take))
        first = pool.submit(_send, "twice")
        assert wants_seat.wait(20)
        between = _send("between")
        assert between.state is RegistrationState.CONFIRMED
        hold_pools = _held("ask", may_ask, registering.lock_pools)
        monkeypatch.setattr(registering, "lock_pools", hold_pools)
        second = pool.submit(_send, "twice")
        wait_until(lambda: "ask" in held or _waits(), seconds=20, what="the second form")
        with on_postgres.app_context():
            service.cancel(SYSTEM, between.registration_id, now=NOW)
        may_ask.set()
        wait_until(_waits, seconds=20, what="the second form")
        may_take.set()
        return first.result(20), second.result(20)
