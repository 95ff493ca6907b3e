"""The full figures of the seats: a thousand clients at one instant, ten times."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.core.actor import ANONYMOUS
from forum.registrations import service
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once

THREADS = 32
"""Those of a server of ours: two workers of sixteen."""


@pytest.mark.soak
@pytest.mark.both_databases
def test_a_crowd_for_a_tenth_of_its_seats(app: Flask, full_figures: bool) -> None:
    clients, rounds = (1000, 10) if full_figures else (100, 1)
    seats = clients // 10
    for number in range(rounds):
        with app.app_context():
            event = make_event(capacity=seats)
            event_id, slug = event.id, event.slug
        answers = all_at_once(
            app,
            clients,
            lambda one, event_id=event_id, number=number: service.register(
                ANONYMOUS, event_id, attendee(f"{number}.{one}"), form_key=None, now=NOW
            ),
            at_a_time=THREADS,
        )
        assert [one for one in answers if isinstance(one, Exception)] == []
        states = [one.state for one in answers if not isinstance(one, Exception)]
        assert states.count(RegistrationState.CONFIRMED) == seats
        with app.app_context():
            counted = recount(slug)[0]
            assert counted.agrees
            assert (counted.taken, counted.waiting) == (seats, clients - seats)
