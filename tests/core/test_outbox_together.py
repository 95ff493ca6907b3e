"""Effects of one topic that wait behind each other are carried out together, safely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import outbox
from forum.core.db import db, writing
from forum.core.outbox import LEASE, OutboxRow
from tests.factories import NOW

TOPIC, OTHER = "sample.taken_together", "sample.taken_alone"


class Crowd:
    """What hears many at once; it cannot bear the key `broken`."""

    def __init__(self) -> None:
        self.heard: list[list[str]] = []
        self.broken = ""

    def __call__(self, payloads: Sequence[dict[str, Any]], now: datetime) -> None:
        keys = [one["key"] for one in payloads]
        self.heard.append(keys)
        if self.broken in keys:
            message = f"no way to {self.broken}"
            raise ConnectionError(message)


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    made = Crowd()
    outbox.after_many(TOPIC)(made)
    yield made
    outbox._AFTER_MANY.pop(TOPIC)


@pytest.fixture
def other() -> Iterator[list[str]]:
    heard: list[str] = []
    outbox.after(OTHER)(lambda payload, _now: heard.append(payload["key"]))
    yield heard
    outbox._AFTER.pop(OTHER)


def tell(*keys: str, topic: str = TOPIC) -> None:
    with writing() as session:
        for key in keys:
            outbox.emit(session, topic, {"key": key}, key=key, now=NOW)


def left() -> list[str]:
    db.session.rollback()
    waiting = sa.select(OutboxRow.payload).where(OutboxRow.done_at.is_(None))
    return [one["key"] for one in db.session.scalars(waiting)]


@pytest.mark.both_databases
def test_what_waits_is_heard_at_once_in_its_order(in_app: Flask, crowd: Crowd) -> None:
    tell("one", "two", "three")
    assert outbox.deliver_due(NOW) == 3
    assert crowd.heard == [["one", "two", "three"]]
    assert left() == []


@pytest.mark.both_databases
def test_what_lies_between_parts_them(in_app: Flask, crowd: Crowd, other: list[str]) -> None:
    tell("one", "two")
    tell("between", topic=OTHER)
    tell("three")
    assert outbox.deliver_due(NOW) == 4
    assert crowd.heard == [["one", "two"], ["three"]]
    assert other == ["between"]


@pytest.mark.both_databases
def test_one_that_is_broken_holds_up_no_other(in_app: Flask, crowd: Crowd) -> None:
    crowd.broken = "two"
    tell("one", "two", "three")
    assert outbox.deliver_due(NOW) == 3
    assert crowd.heard == [["one", "two", "three"], ["one"], ["two"], ["three"]]
    assert left() == ["two"]
    assert outbox.stuck() == {}


@pytest.mark.both_databases
def test_what_a_worker_died_of_is_tried_alone_from_then_on(in_app: Flask, crowd: Crowd) -> None:
    tell("one", "two")
    assert len(outbox._claim(NOW, 10)) == 2
    assert outbox.deliver_due(NOW + 2 * LEASE) == 2
    assert crowd.heard == [["one"], ["two"]]
    assert left() == []


def test_what_the_lease_is_too_short_for_is_given_back(
    in_app: Flask, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd.broken = "one"
    tell("one", "two", "three")
    clocks = iter([0.0, 1.0, 31.0])
    monkeypatch.setattr(outbox, "monotonic", lambda: next(clocks))
    assert outbox.deliver_due(NOW) == 1
    monkeypatch.undo()
    tries = sa.select(OutboxRow.tries).order_by(OutboxRow.id)
    assert db.session.scalars(tries).all() == [1, 0, 0]
