"""Before the event guests are asked once whether they come; one button keeps or frees the seat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core import outbox
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.outbox import OutboxRow, after
from forum.core.periodic import all_periodic
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations import service
from forum.registrations.models import RegistrationPolicy
from forum.registrations.rules import Ended, RegistrationState
from tests.factories import NOW, STARTS, attendee, make_event
from tests.people.signing_in import csrf_of
from tests.registrations.signing_up import registered
from tests.site.parties import Booked, allow, book, own_link, press, row, states, three

TOPIC = "registration.ask_coming"
CONFIRMED, CANCELLED = RegistrationState.CONFIRMED, RegistrationState.CANCELLED
MOMENT = STARTS - timedelta(hours=72)


@pytest.fixture(autouse=True)
def _somebody_listens() -> Iterator[None]:
    """Rows are kept where somebody reacts to them."""
    known = list(outbox._AFTER[TOPIC])
    if not known:
        after(TOPIC)(lambda _payload, _now: None)
    yield
    outbox._AFTER[TOPIC][:] = known


def _asked() -> list[str]:
    rows = db.session.scalars(sa.select(OutboxRow).where(OutboxRow.topic == TOPIC))
    found = [row.payload["registration_id"] for row in rows]
    db.session.rollback()
    return found


def _event(**given: Any) -> Event:
    event = make_event(**given)
    allow(event.id, ask_hours=72)
    return event


def _at(moment: datetime) -> int:
    return service.ask_who_comes(moment)


def test_it_is_done_again_and_again() -> None:
    assert "ask guests whether they still come" in {one.name for one in all_periodic()}


@pytest.mark.both_databases
def test_guests_are_asked_once_and_at_the_moment_chosen(in_app: Flask) -> None:
    event = _event()
    guests = {str(registered(event.id, number)) for number in range(3)}
    assert _at(MOMENT - timedelta(minutes=1)) == 0
    assert _at(MOMENT) == 3
    assert _at(MOMENT + timedelta(minutes=1)) == 0
    assert set(_asked()) == guests


def test_who_was_confirmed_after_that_moment_is_not_asked(in_app: Flask) -> None:
    event = _event()
    early = registered(event.id, "early")
    done = service.register(
        SYSTEM, event.id, attendee("late"), form_key=None, now=MOMENT + timedelta(minutes=1)
    )
    assert done.state is CONFIRMED
    assert _at(MOMENT + timedelta(hours=1)) == 1
    assert _asked() == [str(early)]


def test_only_those_with_a_seat_who_have_not_answered_are_asked(in_app: Flask) -> None:
    event = _event(capacity=3)
    comes, left, asked, waits = (registered(event.id, one) for one in range(4))
    service.say_coming(SYSTEM, [comes], now=NOW)
    service.cancel(SYSTEM, left, now=MOMENT + timedelta(minutes=1))
    assert _at(MOMENT + timedelta(minutes=2)) == 1
    assert _asked() == [str(asked)]
    assert str(waits) not in _asked()


def test_nobody_is_asked_where_the_organiser_does_not_want_it(in_app: Flask) -> None:
    registered(make_event().id)
    assert _at(MOMENT) == 0


def test_nobody_is_asked_once_the_event_has_begun_or_is_cancelled(in_app: Flask) -> None:
    registered(_event().id)
    assert _at(STARTS) == 0
    postponed = make_event()
    allow(postponed.id, ask_hours=72)
    registered(postponed.id)
    with writing() as session:
        session.execute(
            sa.update(Event).where(Event.id == postponed.id).values(state=EventState.POSTPONED)
        )
    assert _at(MOMENT) == 1


def test_an_event_that_moves_asks_again(in_app: Flask) -> None:
    event = _event()
    registered(event.id)
    assert _at(MOMENT) == 1
    week = timedelta(days=7)
    with writing() as session:
        session.execute(
            sa.update(Event)
            .where(Event.id == event.id)
            .values(starts_at=STARTS + week, ends_at=event.ends_at + week)
        )
    assert _at(MOMENT + timedelta(hours=1)) == 0
    assert _at(MOMENT + week) == 1
    assert _at(MOMENT + week) == 0


def test_more_than_one_batch_is_asked_in_one_run(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forum.registrations.service.coming.AT_ONCE", 2)
    event = _event()
    for number in range(5):
        registered(event.id, number)
    assert _at(MOMENT) == 5
    assert len(set(_asked())) == 5


def test_a_run_that_died_midway_asks_nobody_twice(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forum.registrations.service.coming.AT_ONCE", 2)
    event = _event()
    for number in range(3):
        registered(event.id, number)
    _at(MOMENT)
    with writing() as session:
        session.execute(sa.update(RegistrationPolicy).values(coming_asked_for=None))
        last = session.scalars(
            sa.select(OutboxRow).where(OutboxRow.topic == TOPIC).order_by(OutboxRow.id.desc())
        ).first()
        session.delete(last)
    assert _at(MOMENT + timedelta(minutes=1)) == 1
    assert len(set(_asked())) == 3


def _alone(app: Flask) -> tuple[str, Booked]:
    with app.app_context():
        booked = book(make_event(capacity=1), attendee("ada"), by=None)
        return booked.link, booked


def test_the_page_asks_and_nothing_happens_by_opening_it(app: Flask, client: FlaskClient) -> None:
    link, booked = _alone(app)
    page = client.get(f"{link}/coming")
    assert "Are you still coming?" in page.text
    assert "Yes, I’m coming" in page.text
    assert client.head(f"{link}/coming").status_code == 200
    one = row(app, booked.people[0])
    assert (one.state, one.still_coming_at) == (CONFIRMED, None)


def test_yes_keeps_the_seat(app: Flask, client: FlaskClient) -> None:
    link, booked = _alone(app)
    answer = press(client, f"{link}/coming", answer="yes")
    assert answer.status_code == 303
    one = row(app, booked.people[0])
    assert one.state is CONFIRMED
    assert one.still_coming_at is not None
    assert "Good. The seat stays yours." in client.get(link).text


def test_no_gives_the_seat_to_the_next_who_waits(app: Flask, client: FlaskClient) -> None:
    link, booked = _alone(app)
    with app.app_context():
        waits = registered(booked.event_id, "waits")
    assert press(client, f"{link}/coming", answer="no").status_code == 303
    one = row(app, booked.people[0])
    assert (one.state, one.ended) == (CANCELLED, Ended.NOT_COMING)
    assert row(app, waits).state is CONFIRMED
    assert "your seat goes to the next guest" in client.get(link).text


def test_a_party_answers_one_by_one_or_all_together(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    address = f"{booked.link}/coming"
    first = press(client, address, answer="no", person=str(booked.people[1]))
    assert first.headers["Location"] == address
    assert states(app, booked.people) == [CONFIRMED, CANCELLED, CONFIRMED]
    assert press(client, address, answer="yes", person="").headers["Location"] == booked.link
    assert row(app, booked.people[0]).still_coming_at is not None
    assert row(app, booked.people[2]).still_coming_at is not None


def test_a_companion_answers_for_nobody_else(app: Flask, client: FlaskClient) -> None:
    booked = three(app)
    with app.app_context():
        mine = own_link(booked.people[0])
    address = f"{mine}/coming"
    token = csrf_of(client.get(address))
    for stranger in (str(booked.people[1]), "nonsense"):
        sent = {"csrf_token": token, "answer": "no", "person": stranger}
        assert client.post(address, data=sent).status_code == 404
    press(client, address, answer="no")
    assert states(app, booked.people) == [CANCELLED, CONFIRMED, CONFIRMED]


def test_after_the_event_there_is_nothing_to_answer(app: Flask, client: FlaskClient) -> None:
    link, booked = _alone(app)
    token = csrf_of(client.get(f"{link}/coming"))
    with time_machine.travel(STARTS + timedelta(days=1), tick=False):
        assert client.get(f"{link}/coming").status_code == 303
        sent = client.post(f"{link}/coming", data={"csrf_token": token, "answer": "no"})
        assert sent.status_code == 410
    assert row(app, booked.people[0]).state is CONFIRMED
