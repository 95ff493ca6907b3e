"""Questions of a sample event, made as an editor makes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.registrations import service
from forum.registrations.models import ChoicePlace, Option
from forum.registrations.queries.questions import AskedQuestion, all_questions
from forum.registrations.rules import QuestionKind
from forum.registrations.service import AnswerGiven, OptionDetails, QuestionDetails
from forum.seats.models import SeatPool
from tests.factories import NOW, text


def make_question(
    event_id: UUID,
    kind: QuestionKind = QuestionKind.TEXT,
    label: str = "Job title",
    *,
    options: dict[str, int | None] | None = None,
    **given: Any,
) -> AskedQuestion:
    """Add a question; `options` are its choices with their places, None where unlimited."""
    choices = tuple(
        OptionDetails(None, text(words), places) for words, places in (options or {}).items()
    )
    details = QuestionDetails(text(label), options=choices, **given)
    made = service.add_question(SYSTEM, event_id, kind, details, now=NOW)
    return question(event_id, made)


def make_lunch(event_id: UUID, *, places: int = 40, **given: Any) -> AskedQuestion:
    """Add a choice of lunch whose first option is limited."""
    options = {"Vegetarian": places, "No lunch": None}
    return make_question(event_id, QuestionKind.ONE, "Lunch", options=options, **given)


def question(event_id: UUID, question_id: UUID) -> AskedQuestion:
    """Return a question as it stands."""
    found = all_questions(event_id, withdrawn=True)
    return next(one for one in found if one.id == question_id)


def details_of(asked: AskedQuestion, **given: Any) -> QuestionDetails:
    """Return what an editor's form would send of a question, with what is given changed."""
    values: dict[str, Any] = {
        "label": asked.label,
        "hint": asked.hint,
        "per": asked.per,
        "required": asked.required,
        "data_class": asked.data_class,
        "keep_days": asked.keep_days,
        "type_ids": asked.type_ids,
        "needs_id": asked.needs_id,
        "needs_values": asked.needs_values,
        "options": tuple(OptionDetails(one.id, one.label, one.capacity) for one in asked.options),
    }
    return QuestionDetails(**(values | given))


def answer(asked: AskedQuestion, *value: Any) -> AnswerGiven:
    """Return an answer as a form brings it; a number stands for the option at that place."""
    options = asked.options
    said = tuple(str(options[one].id) if isinstance(one, int) and options else one for one in value)
    return AnswerGiven(asked.id, asked.version_id, said)


def taken(asked: AskedQuestion, place: int = 0) -> tuple[int, int]:
    """Return how many places of an option its pool counts, and how many rows say so."""
    option_id = asked.options[place].id
    pool = db.session.scalar(
        sa.select(SeatPool.taken)
        .join(Option, Option.pool_id == SeatPool.id)
        .where(Option.id == option_id)
    )
    rows = db.session.scalar(sa.select(sa.func.count()).where(ChoicePlace.option_id == option_id))
    return int(pool or 0), int(rows or 0)
