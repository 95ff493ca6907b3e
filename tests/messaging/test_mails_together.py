"""Mails of many registrations are written together: the reads do not grow with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from forum.core import outbox
from forum.core.db import counted_statements, db
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from forum.messaging.service.rows import guest_rows
from forum.registrations.models import Registration
from tests.factories import NOW, make_event
from tests.messaging.conftest import Register, Work


def _register(register: Register, event: Event, numbers: range) -> None:
    for number in numbers:
        register(event, name=f"Guest {number}", email=f"guest.{number}@example.com")


@pytest.mark.both_databases
def test_as_many_statements_for_thirty_mails_as_for_one(app: Flask, register: Register) -> None:
    with app.app_context():
        event = make_event(capacity=50)

    def _cost(numbers: range) -> int:
        _register(register, event, numbers)
        with app.app_context(), counted_statements(db.engine) as seen:
            assert outbox.deliver_due(NOW) == len(numbers)
        return len(seen)

    _cost(range(1))
    assert _cost(range(1, 2)) == _cost(range(2, 32))


@pytest.mark.both_databases
def test_each_gets_a_letter_of_their_own_once(
    app: Flask, register: Register, work: Work, messages: Callable[[], list[Message]]
) -> None:
    with app.app_context():
        event = make_event(capacity=3)
    _register(register, event, range(5))
    work()
    work()
    found = {one.to_email: one for one in messages()}
    assert len(found) == len(messages()) == 5
    kinds = [found[f"guest.{number}@example.com"].kind for number in range(5)]
    assert kinds == [Kind.CONFIRMED] * 3 + [Kind.WAITLISTED] * 2
    assert all(
        f"Guest {number}" in found[f"guest.{number}@example.com"].text for number in range(5)
    )


def test_a_letter_that_cannot_be_written_holds_up_no_other(
    app: Flask,
    register: Register,
    messages: Callable[[], list[Message]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with app.app_context():
        event = make_event(capacity=10)
    _register(register, event, range(4))

    def _broken(guest: Registration, *words: Any) -> list[dict[str, Any]]:
        if guest.email == "guest.2@example.com":
            raise LookupError
        return guest_rows(guest, *words)

    monkeypatch.setattr("forum.messaging.service.writing.guest_rows", _broken)
    with app.app_context():
        assert outbox.deliver_due(NOW) == 4
    written = {one.to_email for one in messages()}
    assert written == {f"guest.{number}@example.com" for number in (0, 1, 3)}
