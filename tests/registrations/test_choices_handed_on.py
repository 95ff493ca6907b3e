"""Limited choices when people leave and come back: handed on, given back, taken again."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.registrations import service
from forum.registrations.models import Answer, ChoicePlace
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.recount_choices import recount_choices
from forum.registrations.rules import Access, AskedPer, QuestionKind
from forum.registrations.service import Party, Registered
from forum.registrations.service.deciding import TakenBack
from tests.factories import NOW, attendee, make_event
from tests.registrations.office import open_office
from tests.registrations.questioning import answer, make_question, taken
from tests.registrations.ticket_types import agreed, come, in_state, make_type, states

pytestmark = pytest.mark.both_databases


def _choice(event_id: UUID, places: int = 1, **given: object) -> AskedQuestion:
    options = {"Vegetarian": places, "Fish": None}
    return make_question(event_id, QuestionKind.ONE, "Lunch", options=options, **given)


def _come(event_id: UUID, type_id: UUID, lunch: AskedQuestion, *names: str) -> Registered:
    """Register people who all take the limited choice."""
    who = tuple(attendee(name, answers=[answer(lunch, 0)]) for name in names)
    return service.register_party(
        ANONYMOUS, event_id, Party(who, type_id=type_id), form_key=None, now=NOW
    )


def _parked(event_id: UUID, type_id: UUID, asked: AskedQuestion, *names: str) -> Registered:
    """Register a party that takes the limited choice as a whole."""
    party = Party(tuple(map(attendee, names)), type_id=type_id, answers=[answer(asked, 0)])
    return service.register_party(ANONYMOUS, event_id, party, form_key=None, now=NOW)


def _answered(lunch: AskedQuestion) -> int:
    db.session.rollback()
    found = db.session.scalar(sa.select(sa.func.count()).where(Answer.question_id == lunch.id))
    return int(found or 0)


def _true() -> None:
    agreed()
    assert [one for one in recount_choices() if not one.agrees] == []
    db.session.rollback()


def test_what_a_booking_chose_stays_its_own_until_the_last_of_it_leaves(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    type_id = make_type(event_id)
    parking = _choice(event_id, per=AskedPer.BOOKING)
    done = _parked(event_id, type_id, parking, "A", "B", "C")
    first, second, third = done.registration_ids
    service.cancel(SYSTEM, first, now=NOW)
    assert taken(parking) == (1, 1)
    _true()
    service.cancel(SYSTEM, third, now=NOW)
    assert taken(parking) == (1, 1)
    service.cancel(SYSTEM, second, now=NOW)
    assert taken(parking) == (0, 0)
    _true()


def test_a_booking_that_is_cancelled_at_once_gives_its_choice_back(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    type_id = make_type(event_id)
    parking = _choice(event_id, per=AskedPer.BOOKING)
    done = _parked(event_id, type_id, parking, "A", "B")
    service.cancel_all(SYSTEM, done.registration_ids, now=NOW)
    assert taken(parking) == (0, 0)
    _true()


def test_an_attendees_own_choice_goes_with_the_attendee(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    type_id = make_type(event_id)
    lunch = _choice(event_id, places=2)
    done = _come(event_id, type_id, lunch, "A", "B")
    service.cancel(SYSTEM, done.registration_ids[0], now=NOW)
    assert taken(lunch) == (1, 1)
    _true()


def test_who_is_no_longer_declined_has_the_choice_again(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    type_id = make_type(event_id, access=Access.APPROVAL)
    lunch = _choice(event_id)
    done = _come(event_id, type_id, lunch, "A")
    service.decline(SYSTEM, done.registration_ids, now=NOW)
    assert taken(lunch) == (0, 0)
    back = service.take_declining_back(SYSTEM, done.registration_ids, now=NOW)
    assert back == TakenBack(1)
    assert taken(lunch) == (1, 1)
    _true()


def test_a_choice_that_others_took_is_out_of_the_answers_and_counted(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    type_id = make_type(event_id, access=Access.APPROVAL)
    lunch = _choice(event_id)
    done = _come(event_id, type_id, lunch, "A")
    service.decline(SYSTEM, done.registration_ids, now=NOW)
    other = _come(event_id, type_id, lunch, "B")
    back = service.take_declining_back(SYSTEM, done.registration_ids, now=NOW)
    assert back == TakenBack(1, choices_gone=1)
    service.approve(SYSTEM, [*done.registration_ids, *other.registration_ids], now=NOW)
    assert taken(lunch) == (1, 1)
    assert _answered(lunch) == 1
    _true()


def test_a_whole_booking_comes_back_with_what_it_chose(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    type_id = make_type(event_id, access=Access.APPROVAL)
    parking = _choice(event_id, per=AskedPer.BOOKING)
    done = _parked(event_id, type_id, parking, "A", "B")
    first, second = done.registration_ids
    service.decline(SYSTEM, [first, second], now=NOW)
    service.take_declining_back(SYSTEM, [second], now=NOW)
    assert taken(parking) == (1, 1)
    assert service.take_declining_back(SYSTEM, [first], now=NOW) == TakenBack(1)
    assert taken(parking) == (1, 1)
    _true()


def test_whose_address_is_registered_again_stays_declined(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    type_id = make_type(event_id, access=Access.APPROVAL)
    first = come(event_id, type_id, "A")
    service.decline(SYSTEM, first.registration_ids, now=NOW)
    second = come(event_id, type_id, "A")
    service.decline(SYSTEM, second.registration_ids, now=NOW)
    other = come(event_id, type_id, "B")
    service.decline(SYSTEM, other.registration_ids, now=NOW)
    ids = [*first.registration_ids, *second.registration_ids, *other.registration_ids]
    assert service.take_declining_back(SYSTEM, ids, now=NOW) == TakenBack(2, address_held=1)
    assert sorted(states(event_id)) == ["A", "B"]
    assert in_state(event_id, "declined") in {"A", ""}
    agreed()


def test_the_office_reads_which_requests_stay_declined(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(NOW, tick=True):
        office = open_office(app, client)
        with app.app_context():
            type_id = make_type(office.event_id, access=Access.APPROVAL)
            done = come(office.event_id, type_id, "A")
            service.decline(SYSTEM, done.registration_ids, now=NOW)
            come(office.event_id, type_id, "A")
        page = f"?undo=declined&at={quote(NOW.isoformat())}"
        said = office.follow(office.press(page, "/undo"))
        assert "1 request stays declined" in said


def test_the_control_a_place_that_is_lost_is_seen_by_the_recount(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    lunch = _choice(event_id)
    _come(event_id, make_type(event_id), lunch, "A")
    with writing() as session:
        session.execute(sa.delete(ChoicePlace))
    (found,) = recount_choices()
    assert (found.without, found.unasked, found.agrees) == (1, 0, False)
    with writing() as session:
        session.execute(sa.delete(Answer))
    assert all(one.agrees for one in recount_choices())
