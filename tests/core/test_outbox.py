"""The outbox: what failed is tried again, later each time; nothing is lost, nothing hidden."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from forum.core import outbox
from forum.core.db import db, writing
from forum.core.outbox import BACK_OFF, KEPT_DONE, LEASE, TRIED_IN_VAIN, OutboxRow
from forum.core.periodic import all_periodic, run
from tests.factories import NOW
from tests.races.crowd import all_at_once

TOPIC, OTHER = "sample.happened", "sample.other"
SECOND = timedelta(seconds=1)


class Listener:
    """What hears a topic; it fails while `fails` says so."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.fails = False

    def __call__(self, payload: dict[str, Any], now: datetime) -> None:
        self.heard.append(payload)
        if self.fails:
            message = "no way to\x00 guest.one@example.com"
            raise ConnectionError(message)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    outbox.after(TOPIC)(made)
    yield made
    outbox._AFTER.pop(TOPIC)


@pytest.fixture
def other() -> Iterator[Listener]:
    made = Listener()
    outbox.after(OTHER)(made)
    yield made
    outbox._AFTER.pop(OTHER)


def tell(topic: str = TOPIC, key: str = "one", now: datetime = NOW) -> None:
    with writing() as session:
        outbox.emit(session, topic, {"key": key}, key=key, now=now)


def row() -> OutboxRow:
    db.session.rollback()
    return db.session.scalars(sa.select(OutboxRow).execution_options(populate_existing=True)).one()


def fail_for_ever(times: int) -> datetime:
    """Let what waits be tried so often, each time when it is due; return when it is due next."""
    for _ in range(times):
        assert outbox.deliver_due(row().due_at) == 1
    return row().due_at


@pytest.mark.both_databases
def test_what_was_said_is_heard_once_and_then_done(in_app: Flask, listener: Listener) -> None:
    tell()
    assert outbox.is_due(NOW)
    assert outbox.deliver_due(NOW) == 1
    assert outbox.deliver_due(NOW + timedelta(days=400)) == 0
    assert listener.heard == [{"key": "one"}]
    assert (row().done_at, row().leased_until, row().last_error) == (NOW, None, None)


@pytest.mark.both_databases
def test_each_failure_waits_longer_than_the_one_before_and_the_last_wait_stays(
    in_app: Flask, listener: Listener
) -> None:
    tell()
    listener.fails = True
    waits = []
    for _ in range(len(BACK_OFF) + 2):
        tried_at = row().due_at
        assert outbox.deliver_due(tried_at - SECOND) == 0
        assert outbox.deliver_due(tried_at) == 1
        waits.append(row().due_at - tried_at)
    assert waits == [*BACK_OFF, BACK_OFF[-1], BACK_OFF[-1]]
    assert row().tries == len(waits)
    assert row().last_error == "ConnectionError: no way to guest.one@example.com"


@pytest.mark.both_databases
def test_what_succeeds_at_last_is_done_and_forgets_its_failures(
    in_app: Flask, listener: Listener
) -> None:
    tell()
    listener.fails = True
    due = fail_for_ever(3)
    listener.fails = False
    assert outbox.deliver_due(due) == 1
    assert (row().done_at, row().last_error, row().tries) == (due, None, 4)
    assert outbox.stuck() == {}


@pytest.mark.both_databases
def test_one_that_fails_stops_no_other(in_app: Flask, listener: Listener, other: Listener) -> None:
    listener.fails = True
    tell(key="first")
    tell(OTHER, key="second")
    tell(key="third")
    assert outbox.deliver_due(NOW) == 3
    assert other.heard == [{"key": "second"}]
    assert sorted(one["key"] for one in listener.heard) == ["first", "third"]


@pytest.mark.both_databases
def test_what_a_worker_that_died_held_is_taken_up_when_its_lease_is_over(
    in_app: Flask, listener: Listener
) -> None:
    tell()
    assert len(outbox._claim(NOW, 10)) == 1
    assert not outbox.is_due(NOW + LEASE)
    assert outbox.deliver_due(NOW + LEASE) == 0
    assert outbox.deliver_due(NOW + LEASE + SECOND) == 1
    assert listener.heard == [{"key": "one"}]
    assert row().tries == 2


@pytest.mark.both_databases
def test_two_workers_at_once_carry_each_effect_out_once(app: Flask, listener: Listener) -> None:
    with app.app_context():
        for number in range(30):
            tell(key=str(number))
    tried = all_at_once(app, 4, lambda _: outbox.deliver_due(NOW))
    assert sum(one for one in tried if isinstance(one, int)) == 30
    assert sorted(int(one["key"]) for one in listener.heard) == list(range(30))


def test_no_more_than_asked_for_are_taken_at_a_time_oldest_first(
    in_app: Flask, listener: Listener
) -> None:
    for number in range(5):
        tell(key=str(number), now=NOW - number * SECOND)
    assert outbox.deliver_due(NOW, limit=2) == 2
    assert sorted(one["key"] for one in listener.heard) == ["3", "4"]


@pytest.mark.both_databases
def test_what_the_lease_is_too_short_for_is_given_back_untried(
    in_app: Flask, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("one", "two", "three"):
        tell(key=key)
    clocks = iter([0.0, 1.0, 31.0])
    monkeypatch.setattr(outbox, "monotonic", lambda: next(clocks))
    assert outbox.deliver_due(NOW) == 2
    monkeypatch.undo()
    tries = sa.select(OutboxRow.tries, OutboxRow.leased_until).order_by(OutboxRow.tries)
    assert db.session.execute(tries).all() == [(0, None), (1, None), (1, None)]
    assert outbox.deliver_due(NOW) == 1
    assert len(listener.heard) == 3


@pytest.mark.both_databases
def test_the_same_effect_cannot_be_asked_for_twice(in_app: Flask, listener: Listener) -> None:
    tell()
    with pytest.raises(IntegrityError):
        tell()
    with writing() as session:
        outbox.emit_once(session, TOPIC, {}, key="one", now=NOW)
    assert row().payload == {"key": "one"}


def test_what_was_rolled_back_was_never_said(in_app: Flask, listener: Listener) -> None:
    def fail_after_saying_it() -> None:
        with writing() as session:
            outbox.emit(session, TOPIC, {}, key="one", now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_saying_it()
    assert not outbox.is_due(NOW)


def test_what_nobody_hears_leaves_no_row(in_app: Flask) -> None:
    tell("sample.unheard")
    assert not outbox.is_due(NOW)


def test_a_reaction_within_that_fails_takes_the_change_back(in_app: Flask) -> None:
    @outbox.within(OTHER)
    def _refuse(session: object, payload: object, now: datetime) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        tell(OTHER)
    outbox._WITHIN.pop(OTHER)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) == 0


def test_every_failure_is_logged_with_where_it_happened(
    in_app: Flask, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    tell()
    listener.fails = True
    fail_for_ever(2)
    logged = [one for one in caplog.records if one.name == "forum.outbox"]
    assert [one.levelno for one in logged] == [logging.ERROR, logging.ERROR]
    assert [one.getMessage() for one in logged] == [
        f"outbox {TOPIC} failed (try {number})" for number in (1, 2)
    ]
    assert all(one.exc_info for one in logged)


@pytest.mark.both_databases
def test_a_listener_that_fails_for_ever_is_named_and_pages_are_served_on(
    app: Flask, listener: Listener
) -> None:
    with app.app_context():
        tell()
        listener.fails = True
        fail_for_ever(TRIED_IN_VAIN - 1)
        assert outbox.stuck() == {}
        fail_for_ever(1)
        assert outbox.stuck() == {TOPIC: 1}
    assert "effects" not in app.test_client().get("/readyz").text


@pytest.mark.both_databases
def test_what_was_done_long_ago_is_swept_away_and_nothing_else(
    in_app: Flask, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SWEPT_AT_ONCE", 2)
    for number in range(5):
        tell(key=f"old {number}")
    outbox.deliver_due(NOW)
    later = NOW + KEPT_DONE
    tell(key="done of late", now=later)
    outbox.deliver_due(later)
    listener.fails = True
    tell(key="failing", now=NOW)
    outbox.deliver_due(NOW)
    assert outbox.sweep(later) == 0
    assert outbox.sweep(later + SECOND) == 5
    left = set(db.session.scalars(sa.select(OutboxRow.key)))
    assert left == {f"{TOPIC}:done of late", f"{TOPIC}:failing"}


def test_the_sweeping_stands_in_the_timetable(in_app: Flask, listener: Listener) -> None:
    tell()
    outbox.deliver_due(NOW)
    assert "sweep the outbox" in {one.name for one in all_periodic()}
    run("sweep the outbox", NOW + KEPT_DONE + SECOND)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) == 0


def test_an_act_that_nobody_knows_is_left_undone() -> None:
    run("what another version does", NOW)
