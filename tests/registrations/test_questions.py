"""Questions: their wordings, their places, and who holds those, on both databases."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import counted_statements, db
from forum.core.errors import NotFound
from forum.core.revisions import ChangedMeanwhile
from forum.registrations import service
from forum.registrations.models import Answer, Option, Registration
from forum.registrations.queries.answers import answers_of_registrations
from forum.registrations.queries.questions import AskedQuestion, questions_for
from forum.registrations.recount import recount
from forum.registrations.rules import AskedPer, BookingSource, DataClass, QuestionKind
from forum.registrations.service import ChoiceFull, Filled, OptionDetails
from forum.registrations.service.question_list import AnsweredAlready, NeededByOthers
from forum.registrations.service.questions import AskedOfOthers, NoSuchCondition
from forum.seats.rules import CapacityBelowTaken
from tests.factories import NOW, attendee, make_event, text
from tests.races.crowd import all_at_once
from tests.registrations.questioning import (
    answer,
    details_of,
    make_lunch,
    make_question,
    question,
    taken,
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        return make_event(capacity=100).id


def register(event_id: UUID, *answers: Any, number: int | str | None = None) -> UUID:
    who = attendee(number, answers=answers)
    done = service.register(ANONYMOUS, event_id, who, form_key=None, now=NOW)
    return done.registration_id


def change(registration_id: UUID, asked: AskedQuestion, *answers: Any) -> bool:
    filled = Filled(answers, {asked.id}, "en")
    return service.change_answers(ANONYMOUS, registration_id, filled, now=NOW)


def pools_agree() -> bool:
    return all(one.agrees for one in recount())


def test_the_41st_of_40_lunch_places_is_refused_and_leaves_nothing(
    in_app: Flask, event_id: UUID
) -> None:
    lunch = make_lunch(event_id)
    for number in range(40):
        register(event_id, answer(lunch, 0), number=number)
    with pytest.raises(ChoiceFull) as refused:
        register(event_id, answer(lunch, 0), number="late")
    assert refused.value.option_id == lunch.options[0].id
    assert taken(lunch) == (40, 40)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 40
    assert question(event_id, lunch.id).options[0].full
    register(event_id, answer(lunch, 1), number="late")
    assert pools_agree()


def _race_for_the_last(app: Flask, event_id: UUID) -> tuple[int, int]:
    with app.app_context():
        lunch = make_lunch(event_id, places=1)
    outcomes = all_at_once(app, 8, lambda n: register(event_id, answer(lunch, 0), number=n))
    assert all(isinstance(one, UUID | ChoiceFull) for one in outcomes), outcomes
    with app.app_context():
        return sum(isinstance(one, UUID) for one in outcomes), taken(lunch)[1]


def test_the_last_place_goes_to_one_of_eight_who_choose_together(
    app: Flask, event_id: UUID
) -> None:
    assert _race_for_the_last(app, event_id) == (1, 1)


def test_without_the_counter_the_last_place_goes_to_several(
    app: Flask, event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: rows are looked at, and nothing is held or counted."""

    def _looked_at(session: Any, choices: Any) -> list[Any]:
        del session, choices
        return []

    monkeypatch.setattr("forum.registrations.service.registering.take_choices", _looked_at)
    assert _race_for_the_last(app, event_id)[1] > 1


def test_who_chooses_something_else_frees_the_place(in_app: Flask, event_id: UUID) -> None:
    lunch = make_lunch(event_id, places=1)
    first = register(event_id, answer(lunch, 0))
    second = register(event_id, answer(lunch, 1))
    with pytest.raises(ChoiceFull):
        change(second, lunch, answer(lunch, 0))
    assert taken(lunch) == (1, 1)
    assert change(first, lunch, answer(lunch, 1))
    assert taken(lunch) == (0, 0)
    assert change(second, lunch, answer(lunch, 0))
    assert taken(lunch) == (1, 1)
    assert not change(second, lunch, answer(lunch, 0))
    assert change(second, lunch)
    assert taken(lunch) == (0, 0)
    assert pools_agree()


def test_two_who_change_their_choice_to_the_last_place_together_get_it_once(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        lunch = make_lunch(event_id, places=1)
        who = [register(event_id, answer(lunch, 1)) for _ in range(6)]
    outcomes = all_at_once(app, 6, lambda n: change(who[n], lunch, answer(lunch, 0)))
    assert sum(one is True for one in outcomes) == 1, outcomes
    with app.app_context():
        assert taken(lunch) == (1, 1)
        assert pools_agree()


def test_who_cancels_gives_the_place_back(in_app: Flask, event_id: UUID) -> None:
    lunch = make_lunch(event_id, places=1)
    service.cancel(SYSTEM, register(event_id, answer(lunch, 0)), now=NOW)
    assert taken(lunch) == (0, 0)
    register(event_id, answer(lunch, 0))
    assert pools_agree()


def test_a_choice_counts_though_the_form_did_not_know_that_it_is_limited(
    in_app: Flask, event_id: UUID
) -> None:
    lunch = make_question(event_id, QuestionKind.ONE, "Lunch", options={"Fish": None, "None": None})
    early = register(event_id, answer(lunch, 0))
    limit = details_of(
        lunch,
        options=(
            OptionDetails(lunch.options[0].id, lunch.options[0].label, 2),
            OptionDetails(lunch.options[1].id, lunch.options[1].label),
        ),
    )
    service.change_question(SYSTEM, event_id, lunch.id, limit, revision=1, now=NOW)
    assert taken(lunch) == (1, 1)
    register(event_id, answer(lunch, 0))
    assert taken(lunch) == (2, 2)
    with pytest.raises(ChoiceFull):
        register(event_id, answer(lunch, 0))
    service.cancel(SYSTEM, early, now=NOW)
    assert taken(lunch) == (1, 1)
    service.change_question(SYSTEM, event_id, lunch.id, details_of(lunch), revision=2, now=NOW)
    assert taken(lunch) == (0, 0)
    assert question(event_id, lunch.id).options[0].capacity is None
    assert pools_agree()


def test_places_below_those_taken_are_refused_with_the_number(
    in_app: Flask, event_id: UUID
) -> None:
    lunch = make_lunch(event_id, places=5)
    for _ in range(3):
        register(event_id, answer(lunch, 0))

    def _set(places: int, revision: int) -> None:
        options = (
            OptionDetails(lunch.options[0].id, lunch.options[0].label, places),
            OptionDetails(lunch.options[1].id, lunch.options[1].label),
        )
        wanted = details_of(lunch, options=options)
        service.change_question(SYSTEM, event_id, lunch.id, wanted, revision=revision, now=NOW)

    with pytest.raises(CapacityBelowTaken, match="3 seats are taken"):
        _set(2, 1)
    assert question(event_id, lunch.id).options[0].capacity == 5
    _set(3, 1)
    assert question(event_id, lunch.id).options[0].capacity == 3
    assert question(event_id, lunch.id).version == 1


def test_an_old_answer_keeps_the_wording_it_answered(in_app: Flask, event_id: UUID) -> None:
    lunch = make_lunch(event_id)
    early = register(event_id, answer(lunch, 0))
    options = (
        OptionDetails(lunch.options[0].id, text("Vegan"), 40),
        OptionDetails(None, text("Fish"), None),
    )
    wanted = details_of(lunch, label=text("Your lunch"), options=options, required=True)
    service.change_question(SYSTEM, event_id, lunch.id, wanted, revision=1, now=NOW)
    now = question(event_id, lunch.id)
    assert (now.version, now.revision, now.required) == (2, 2, True)
    assert [one.label.get("en") for one in now.options] == ["Vegan", "Fish"]
    late = register(event_id, answer(now, 0))
    found = answers_of_registrations([early, late], sensitive=False)
    assert [found[one][0].label.get("en") for one in (early, late)] == ["Lunch", "Your lunch"]
    chosen = str(lunch.options[0].id)
    assert [found[one][0].options[chosen].get("en") for one in (early, late)] == [
        "Vegetarian",
        "Vegan",
    ]
    withdrawn = db.session.get_one(Option, lunch.options[1].id)
    assert withdrawn.withdrawn_at == NOW


def test_what_is_no_wording_makes_no_version(in_app: Flask, event_id: UUID) -> None:
    one = make_question(event_id)
    two = make_question(event_id, label="Industry")
    service.move_question(SYSTEM, event_id, two.id, -1, now=NOW)
    wanted = details_of(one, required=True, data_class=DataClass.CONTACT, keep_days=7)
    service.change_question(SYSTEM, event_id, one.id, wanted, revision=1, now=NOW)
    assert [q.id for q in questions_for(event_id)] == [two.id, one.id]
    assert question(event_id, one.id).version == 1
    service.put_in_order(SYSTEM, event_id, [one.id, two.id], now=NOW)
    assert [q.id for q in questions_for(event_id)] == [one.id, two.id]
    with pytest.raises(NotFound):
        service.put_in_order(SYSTEM, event_id, [make_question(make_event().id).id], now=NOW)


def test_the_second_of_two_editors_is_told_what_changed(in_app: Flask, event_id: UUID) -> None:
    one = make_question(event_id)
    first = details_of(one, label=text("Position"))
    service.change_question(SYSTEM, event_id, one.id, first, revision=1, now=NOW)
    with pytest.raises(ChangedMeanwhile) as told:
        service.change_question(SYSTEM, event_id, one.id, details_of(one), revision=1, now=NOW)
    assert [change.field for change in told.value.changes] == ["label"]
    assert question(event_id, one.id).label.get("en") == "Position"


def test_a_question_with_answers_is_withdrawn_and_one_without_is_deleted(
    in_app: Flask, event_id: UUID
) -> None:
    lunch, spare = make_lunch(event_id), make_lunch(event_id, places=3)
    who = register(event_id, answer(lunch, 0))
    with pytest.raises(AnsweredAlready, match="one answer"):
        service.delete_question(SYSTEM, event_id, lunch.id, now=NOW)
    service.withdraw_question(SYSTEM, event_id, lunch.id, now=NOW)
    service.delete_question(SYSTEM, event_id, spare.id, now=NOW)
    assert questions_for(event_id) == []
    assert len(answers_of_registrations([who], sensitive=False)[who]) == 1
    service.ask_again(SYSTEM, event_id, lunch.id, now=NOW)
    assert [one.id for one in questions_for(event_id)] == [lunch.id]
    assert pools_agree()


def test_what_others_depend_on_stays_and_rings_are_refused(in_app: Flask, event_id: UUID) -> None:
    access = make_question(event_id, QuestionKind.YES_NO, "Access needs?")
    which = make_question(event_id, label="Which?", needs_id=access.id, needs_values=("yes",))
    for act in (service.withdraw_question, service.delete_question):
        with pytest.raises(NeededByOthers, match="Which"):
            act(SYSTEM, event_id, access.id, now=NOW)
    for needs in (access.id, which.id):
        ring = details_of(access, needs_id=needs, needs_values=("yes",))
        with pytest.raises(NoSuchCondition):
            service.change_question(SYSTEM, event_id, access.id, ring, revision=1, now=NOW)
    other = make_question(make_event().id, QuestionKind.YES_NO)
    foreign = details_of(which, needs_id=other.id)
    with pytest.raises(NoSuchCondition):
        service.change_question(SYSTEM, event_id, which.id, foreign, revision=1, now=NOW)
    service.delete_question(SYSTEM, event_id, which.id, now=NOW)
    service.delete_question(SYSTEM, event_id, access.id, now=NOW)


def test_who_is_asked_stays_under_answers(in_app: Flask, event_id: UUID) -> None:
    one = make_question(event_id)
    register(event_id, answer(one, "Engineer"))
    wanted = details_of(one, per=AskedPer.BOOKING)
    with pytest.raises(AskedOfOthers):
        service.change_question(SYSTEM, event_id, one.id, wanted, revision=1, now=NOW)


def test_a_question_of_another_event_is_not_there(in_app: Flask, event_id: UUID) -> None:
    foreign = make_question(make_event().id)
    acts = (service.withdraw_question, service.delete_question, service.ask_again)
    for act in acts:
        with pytest.raises(NotFound):
            act(SYSTEM, event_id, foreign.id, now=NOW)
    with pytest.raises(NotFound):
        service.change_question(
            SYSTEM, event_id, foreign.id, details_of(foreign), revision=1, now=NOW
        )
    who = register(event_id)
    with pytest.raises(NotFound):
        change(who, foreign, answer(foreign, "x"))


def test_answers_of_a_booking_as_a_whole_change_with_its_places(
    in_app: Flask, event_id: UUID
) -> None:
    car = make_question(
        event_id,
        QuestionKind.ONE,
        "Parking",
        options={"One": 1, "None": None},
        per=AskedPer.BOOKING,
    )
    party = service.Party(
        (attendee(), attendee()), source=BookingSource.HAND, answers=(answer(car, 0),)
    )
    done = service.register_party(ANONYMOUS, event_id, party, form_key=None, now=NOW)
    assert taken(car) == (1, 1)
    found = answers_of_registrations(done.registration_ids, sensitive=True)
    assert [len(found[one]) for one in done.registration_ids] == [1, 1]
    filled = Filled([answer(car, 1)], {car.id}, "en")
    assert service.change_booking_answers(ANONYMOUS, done.booking_id, filled, now=NOW)
    assert taken(car) == (0, 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 1
    assert pools_agree()


def test_sensitive_answers_are_left_out_unless_asked_for(in_app: Flask, event_id: UUID) -> None:
    diet = make_question(event_id, label="Diet", data_class=DataClass.SENSITIVE)
    who = register(event_id, answer(diet, "No nuts"))
    assert answers_of_registrations([who], sensitive=False) == {who: []}
    assert answers_of_registrations([who], sensitive=True)[who][0].value == ("No nuts",)


@pytest.mark.parametrize("number", [1, 30])
def test_questions_and_answers_are_read_in_few_statements(
    in_app: Flask, event_id: UUID, number: int
) -> None:
    asked = [make_lunch(event_id, places=90) for _ in range(number)]
    who = [register(event_id, *(answer(one, 0) for one in asked)) for _ in range(2)]
    db.session.rollback()
    with counted_statements(db.engine) as seen:
        assert len(questions_for(event_id)) == number
    assert len(seen) == 3
    with counted_statements(db.engine) as seen:
        found = answers_of_registrations(who, sensitive=True)
    assert len(seen) == 2
    assert all(len(found[one]) == number for one in who)


def test_random_choices_keep_pools_and_rows_alike(in_app: Flask, event_id: UUID) -> None:
    lunch = make_lunch(event_id, places=2)
    who = [register(event_id) for _ in range(4)]
    for place, one in zip(itertools.cycle([0, 0, 1, 0, 1, None]), who * 5, strict=False):
        try:
            change(one, lunch, *([] if place is None else [answer(lunch, place)]))
        except ChoiceFull:
            assert taken(lunch) == (2, 2)
    assert taken(lunch)[0] == taken(lunch)[1] <= 2
    assert pools_agree()
