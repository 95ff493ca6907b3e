"""Many who press "8 minutes late" at one instant: it is 8 minutes late once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.programme import queries, service
from forum.programme.models import Session
from forum.programme.rules import Choice, fingerprint_of, ripple
from tests import factories
from tests.races.crowd import all_at_once

EDITORS = 8
LATER = timedelta(minutes=8)


@pytest.mark.both_databases
def test_of_all_who_press_the_same_delay_at_once_one_makes_it(app: Flask) -> None:
    with app.app_context():
        event = factories.make_event()
        room = factories.make_room(event)
        first, second = (
            factories.make_session(event, after=after, room_id=room.id) for after in (30, 60)
        )
        event_id, ids, was = event.id, (first.id, second.id), second.starts_at
        day = queries.sessions_on(event_id, queries.day_of_session(event_id, ids[0]))
        seen = fingerprint_of(ripple(queries.turns_of(day), ids[0], Choice(8)))

    def _press(_: int) -> service.RanLate:
        return service.run_late(SYSTEM, event_id, ids[0], Choice(8), seen, now=factories.NOW)

    answers = all_at_once(app, EDITORS, _press)
    made = [one for one in answers if isinstance(one, service.RanLate)]
    refused = [one for one in answers if isinstance(one, service.RippleChangedMeanwhile)]
    assert (len(made), len(refused)) == (1, EDITORS - 1)
    with app.app_context():
        assert db.session.get_one(Session, ids[1]).starts_at == was + LATER
        assert [one.number for one in queries.releases_of(event_id)] == [1]


@pytest.mark.both_databases
def test_the_control_without_what_was_seen_makes_it_as_often_as_it_is_pressed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.late, "fingerprint_of", lambda _: "any")
    with app.app_context():
        event = factories.make_event()
        first = factories.make_session(event, after=30)
        event_id, session_id, was = event.id, first.id, first.ends_at

    def _press(_: int) -> service.RanLate:
        choice = Choice(8)
        return service.run_late(SYSTEM, event_id, session_id, choice, "any", now=factories.NOW)

    answers = all_at_once(app, EDITORS, _press)
    assert all(isinstance(one, service.RanLate) for one in answers)
    with app.app_context():
        assert db.session.get_one(Session, session_id).ends_at == was + EDITORS * LATER
