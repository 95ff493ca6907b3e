"""Two registrations of one person become one; what both knew is kept, and the counts stay right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.ids import shown
from forum.core.text import Text
from forum.registrations.models import (
    Answer,
    ChoicePlace,
    Option,
    Question,
    QuestionVersion,
    Registration,
    RegistrationTag,
)
from forum.registrations.queries.persons import notes_of, tags_on
from forum.registrations.rules import Ended, QuestionKind, RegistrationState
from forum.registrations.rules.listing import KeepsTheSeat, NotTheSame
from forum.registrations.service.merging import merge
from forum.registrations.service.tagging import add_note, tag
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout
from tests.factories import NOW, make_event
from tests.registrations.office import (
    Office,
    come,
    counts_are_right,
    event_of,
    open_office,
    the,
)

STATES = RegistrationState


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client, capacity=2)


def test_the_page_of_a_guest_names_a_double_and_leads_to_both(app: Flask, office: Office) -> None:
    with app.app_context():
        first, second = _twice(office)
        come(office.event_id, "Ann Chan", organisation="Elsewhere", email_key="e@example.com")
    page = office.get(f"/{first}")
    assert "Somebody else has the same name" in page
    assert f"/merge/{second}" in page
    assert "Compare" in office.get(f"/{first}/double")
    side_by_side = office.get(f"/{first}/merge/{second}")
    assert "Make one of two registrations?" in side_by_side


def test_by_hand_the_other_is_named_by_its_reference(app: Flask, office: Office) -> None:
    with app.app_context():
        first, second = come(office.event_id, "Ann Chan", "A. Chan")
        own, code = the(first).code, shown(the(second).code)
        foreign = the(come(make_event().id, "Ann Chan")[0]).code
    for typed, says in (
        ("", "Enter the reference of the other registration"),
        (foreign, "No registration of this event has this reference"),
        (own, "This is the same registration"),
    ):
        wrong = office.press(f"/{first}/double", "/double", code=typed)
        assert wrong.status_code == 422
        assert says in wrong.text
    found = office.press(f"/{first}/double", "/double", code=f" {code.lower()} ")
    assert found.location.endswith(f"/{first}/merge/{second}")


@pytest.mark.both_databases
def test_the_seat_of_the_other_goes_to_the_next_and_notes_and_tags_move(
    app: Flask, client: FlaskClient
) -> None:
    office = open_office(app, client, capacity=2)
    with app.app_context():
        first, second = _twice(office)
        waiting = come(office.event_id, "Di Ho")[0]
        tag(SYSTEM, office.event_id, [first, second], "both", now=NOW)
        tag(SYSTEM, office.event_id, [second], "press", now=NOW)
        add_note(SYSTEM, second, "Sits in front", now=NOW)
    answer = office.press(f"/{first}/merge/{second}", f"/{second}", stays=str(first))
    said = office.follow(answer)
    assert "Ann Chan is registered once now" in said
    assert "1 guest moved up" in said
    with app.app_context():
        gone = the(second)
        assert (gone.state, gone.ended) == (STATES.CANCELLED, Ended.MERGED)
        assert the(waiting).state is STATES.CONFIRMED
        assert list(tags_on(first)) == ["both", "press"]
        assert [note.words for note in notes_of(first)] == ["Sits in front"]
        left = sa.select(RegistrationTag.tag).where(RegistrationTag.registration_id == second)
        assert db.session.scalars(left).all() == ["both"]
        assert counts_are_right(office.slug)


def test_the_one_with_the_seat_must_stay(app: Flask, office: Office) -> None:
    with app.app_context():
        seated, _, waiting = come(office.event_id, "Ann Chan", "Bob Wong", "Ann Chan 2")
        with pytest.raises(KeepsTheSeat):
            merge(SYSTEM, waiting, seated, now=NOW)
    page = office.get(f"/{waiting}/merge/{seated}")
    assert f'checked id="stays-1" name="stays" type="radio" value="{seated}"' in page
    refused = office.press(f"/{waiting}/merge/{seated}", f"/{seated}", stays=str(waiting))
    assert refused.status_code == 409
    assert "The other registration has the seat. Keep that one." in refused.text
    with app.app_context():
        assert the(seated).state is STATES.CONFIRMED
        merge(SYSTEM, seated, waiting, now=NOW)
        assert the(waiting).ended is Ended.MERGED
        assert counts_are_right(office.slug)


def test_only_two_that_stand_at_one_event_are_merged(app: Flask, office: Office) -> None:
    with app.app_context():
        first, second = _twice(office)
        foreign = come(make_event().id, "Ann Chan")[0]
        with pytest.raises(NotTheSame):
            merge(SYSTEM, first, first, now=NOW)
        merge(SYSTEM, first, second, now=NOW)
        with pytest.raises(NotTheSame):
            merge(SYSTEM, first, second, now=NOW)
    for other in (foreign, first):
        assert office.client.get(f"{office.base}/{first}/merge/{other}").status_code == 404


@pytest.mark.both_databases
def test_answers_move_with_their_places_where_the_other_had_given_none(
    app: Flask, client: FlaskClient
) -> None:
    office = open_office(app, client, capacity=5)
    with app.app_context():
        first, second = _twice(office)
        both, one = _lunch(office), _lunch(office)
        for guest, question in ((first, both), (second, both), (second, one)):
            _answer(office, guest, question)
        merge(SYSTEM, first, second, now=NOW)
        db.session.rollback()
        answered = set(
            db.session.scalars(sa.select(Answer.question_id).where(Answer.registration_id == first))
        )
        assert answered == {both.id, one.id}
        places = db.session.execute(
            sa.select(ChoicePlace.registration_id, SeatPool.taken)
            .join(Option, Option.id == ChoicePlace.option_id)
            .join(SeatPool, SeatPool.id == Option.pool_id)
        ).all()
        assert [tuple(row) for row in places] == [(first, 1), (first, 1)]
        assert counts_are_right(office.slug)


def _twice(office: Office) -> list[object]:
    same = {"name_zh": "陳安", "organisation": "Sample Robotics"}
    first = come(office.event_id, "Ann Chan", **same)
    return first + come(
        office.event_id, "Ann Chan", **same, email="ann@home.example", email_key="ann@home.example"
    )


def _lunch(office: Office) -> Question:
    with writing() as session:
        question = Question(event_id=office.event_id, kind=QuestionKind.ONE)
        session.add(question)
        session.flush()
        pool = seats.open_pool(session, event_of(office).id, 5, PoolAbout.CHOICE)
        session.add(Option(question_id=question.id, pool_id=pool.id))
        session.add(
            QuestionVersion(
                question_id=question.id, number=1, label=Text({"en": "Lunch"}), made_at=NOW
            )
        )
    return question


def _answer(office: Office, guest: object, question: Question) -> None:
    with writing() as session:
        option = session.scalars(sa.select(Option).where(Option.question_id == question.id)).one()
        version = session.scalars(
            sa.select(QuestionVersion).where(QuestionVersion.question_id == question.id)
        ).one()
        seats.take(session, option.pool_id, 1)
        session.add(ChoicePlace(registration_id=guest, option_id=option.id))
        session.add(
            Answer(
                event_id=office.event_id,
                question_id=question.id,
                version_id=version.id,
                booking_id=session.get_one(Registration, guest).booking_id,
                registration_id=guest,
                value=[str(option.id)],
                lang="en",
                answered_at=NOW,
            )
        )
