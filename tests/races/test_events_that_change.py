"""An event that is cancelled or grows while guests register: no answer is untrue."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationClosed
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once

CLIENTS = 24
pytestmark = pytest.mark.both_databases


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        return make_event(capacity=8).id


def test_nobody_is_registered_for_an_event_after_it_was_cancelled(
    app: Flask, event_id: UUID
) -> None:
    """Whoever is in was in when it was cancelled, so the mail of the cancelling reaches them."""

    def _come_or_cancel(number: int) -> object:
        if number == CLIENTS // 2:
            events.cancel(SYSTEM, event_id, Text(), now=NOW)
            return _registered(event_id)
        return service.register(ANONYMOUS, event_id, attendee(number), form_key=None, now=NOW)

    answers = all_at_once(app, CLIENTS, _come_or_cancel)
    refused = [one for one in answers if isinstance(one, Exception)]
    assert all(isinstance(one, RegistrationClosed) for one in refused)
    with app.app_context():
        assert db.session.get_one(Event, event_id).state.value == "cancelled"
        assert _registered(event_id) == answers[CLIENTS // 2]
        assert _registered(event_id) + len(refused) + 1 == CLIENTS


def test_seats_added_while_guests_come_and_go_are_all_given(app: Flask, event_id: UUID) -> None:
    with app.app_context():
        seated = [
            service.register(ANONYMOUS, event_id, attendee(f"early{n}"), form_key=None, now=NOW)
            for n in range(12)
        ]

    def _act(number: int) -> object:
        if number % 3 == 0:
            return service.set_capacity(SYSTEM, event_id, 8 + number, now=NOW)
        if number % 3 == 1:
            return service.cancel(SYSTEM, seated[number // 3].registration_id, now=NOW)
        guest = attendee(f"late{number}")
        return service.register(ANONYMOUS, event_id, guest, form_key=None, now=NOW)

    all_at_once(app, CLIENTS, _act)
    with app.app_context():
        assert recount()[0].agrees


def _registered(event_id: UUID) -> int:
    found = db.session.scalar(sa.select(sa.func.count()).where(Registration.event_id == event_id))
    return int(found or 0)
