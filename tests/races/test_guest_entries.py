"""Mails that ask the same calendars at one instant: one entry each, every step counted once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as Transaction

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Method
from forum.calendar.service import scheduling
from forum.calendar.service.scheduling import Asked, Stamp, stamp
from forum.core.db import db, writing
from tests.factories import NOW, make_event
from tests.races.crowd import all_at_once

CLIENTS = 12
ROUNDS = 4
ADA = "ada@example.com"
MANY = [f"{letter}{sign}b@example.com" for letter in "azmk" for sign in ("", "-", "_", "0")]
"""Databases sort these otherwise than Python does."""
both_databases = pytest.mark.both_databases


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        return make_event().id


def stamped(asked: Mapping[str, Asked]) -> dict[str, Stamp]:
    with writing() as transaction:
        return stamp(transaction, asked, NOW)


def of(method: Method, event_id: UUID, *emails: str) -> dict[str, Asked]:
    return {f"{method}:{one}": Asked(method, one, event_id) for one in emails}


def problems(answers: Sequence[object]) -> list[object]:
    return [one for one in answers if isinstance(one, Exception)]


@both_databases
def test_requests_and_cancellations_of_one_calendar_are_each_counted_once(
    app: Flask, event_id: UUID
) -> None:
    def _ask(number: int) -> list[Stamp]:
        method = Method.CANCEL if number % 2 else Method.REQUEST
        return list(stamped(of(method, event_id, ADA)).values())

    taken_out: list[int] = []
    for _ in range(ROUNDS):
        answers = all_at_once(app, CLIENTS, _ask)
        assert problems(answers) == []
        stamps = [one for answer in answers if isinstance(answer, list) for one in answer]
        assert len({one.entry_id for one in stamps}) == 1
        assert all(one.ahead % 2 == (one.method is Method.CANCEL) for one in stamps)
        taken_out += [one.ahead for one in stamps if one.method is Method.CANCEL]
    assert len(taken_out) == len(set(taken_out)), "each took out what stood there"
    with app.app_context():
        (entry,) = db.session.scalars(sa.select(GuestEntry))
        assert (entry.ahead + 1) // 2 == len(taken_out)
        assert entry.sent_sequence == entry.ahead


@both_databases
def test_the_control_that_looks_before_it_writes_takes_out_the_same_twice(
    app: Flask, event_id: UUID
) -> None:
    """Without the entry held the same crowd sends one SEQUENCE twice: the race test can see it."""
    with app.app_context():
        stamped(of(Method.REQUEST, event_id, ADA))
    all_have_looked = threading.Barrier(CLIENTS)

    def _look_then_write(_number: int) -> int:
        entry = db.session.scalars(sa.select(GuestEntry)).one()
        entry_id, ahead = entry.id, entry.ahead + 1
        db.session.rollback()
        all_have_looked.wait(30)
        with writing() as transaction:
            transaction.execute(
                sa.update(GuestEntry)
                .where(GuestEntry.id == entry_id)
                .values(method=Method.CANCEL, ahead=ahead)
            )
        return ahead

    answers = all_at_once(app, CLIENTS, _look_then_write)
    assert problems(answers) == []
    assert set(answers) == {1}


@both_databases
def test_batches_that_cross_never_wait_for_each_other(app: Flask, event_id: UUID) -> None:
    half = len(MANY) // 2
    with app.app_context():
        stamped(of(Method.REQUEST, event_id, *MANY))

    def _ask(number: int) -> object:
        one, other = (MANY[:half], MANY[half:]) if number % 2 else (MANY[half:], MANY[:half])
        if number % 4 == 3:
            return stamped(of(Method.CANCEL, event_id, *reversed(MANY)))
        if number % 4 == 2:
            return stamped(of(Method.REQUEST, event_id, *MANY))
        asked = of(Method.REQUEST, event_id, *one)
        return stamped(asked | of(Method.CANCEL, event_id, *reversed(other)))

    for _ in range(ROUNDS):
        assert problems(all_at_once(app, CLIENTS, _ask)) == []
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(GuestEntry.id))) == len(MANY)


def test_the_control_that_asks_before_it_holds_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has written what it asks for before it wants what the other has written."""
    with on_postgres.app_context():
        event_id = make_event().id
        stamped(of(Method.REQUEST, event_id, *MANY[:2]))
    have_asked = threading.Barrier(2, timeout=20)
    hold = scheduling.hold

    def _late(transaction: Transaction, entries: set[tuple[UUID, str]]) -> object:
        if len(entries) > 1:
            return []
        have_asked.wait()
        return hold(transaction, entries)

    def _ask(number: int) -> object:
        mine, other = (MANY[number], MANY[1 - number])
        asked = of(Method.REQUEST, event_id, mine) | of(Method.CANCEL, event_id, other)
        return stamped(asked)

    monkeypatch.setattr(scheduling, "hold", _late)
    (failed,) = problems(all_at_once(on_postgres, 2, _ask))
    assert isinstance(failed, OperationalError)
    assert isinstance(failed.orig, psycopg.errors.DeadlockDetected)
