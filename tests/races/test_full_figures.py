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

CLIENTS, SEATS, SEEDS = 1000, 100, 10
THREADS = 32
"""Those of a server of ours: two workers of sixteen."""

pytestmark = [pytest.mark.soak, pytest.mark.both_databases]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_thousand_clients_for_a_hundred_seats(app: Flask, seed: int) -> None:
    with app.app_context():
        event_id = make_event(capacity=SEATS).id
    answers = all_at_once(
        app,
        CLIENTS,
        lambda number: service.register(
            ANONYMOUS, event_id, attendee(f"{seed}.{number}"), form_key=None, now=NOW
        ),
        at_a_time=THREADS,
    )
    assert [one for one in answers if isinstance(one, Exception)] == []
    states = [one.state for one in answers if not isinstance(one, Exception)]
    assert states.count(RegistrationState.CONFIRMED) == SEATS
    with app.app_context():
        counted = recount()[0]
        assert counted.agrees
        assert (counted.taken, counted.waiting) == (SEATS, CLIENTS - SEATS)
