"""Named reads of what guests answered, all together: how often each choice, the newest texts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.registrations.models import Answer, Question, Registration
from forum.registrations.rules import ACTIVE, OPENS_OTHERS, QuestionKind

COUNTED = OPENS_OTHERS | {QuestionKind.COUNTRY}
"""Kinds whose answers are few enough to be counted one by one."""

NEWEST = 20
_STANDS = sa.or_(Answer.registration_id.is_(None), Registration.state.in_(ACTIVE))


@dataclass(frozen=True, slots=True)
class TextGiven:
    """An answer in words, or a file, and whose it is; nobody's where it is the booking's."""

    question_id: UUID
    value: Any
    registration_id: UUID | None
    name: str


def counted_answers(event_id: UUID) -> dict[UUID, Counter[str]]:
    """Return by question how many who still stand gave each answer; one statement.

    Who ticked several answers counts for each.
    """
    written = sa.cast(Answer.value, sa.Text)
    rows = db.session.execute(
        sa.select(Answer.question_id, written, sa.func.count())
        .join(Question, Question.id == Answer.question_id)
        .outerjoin(Registration, Registration.id == Answer.registration_id)
        .where(Answer.event_id == event_id, Question.kind.in_(COUNTED), _STANDS)
        .group_by(Answer.question_id, written)
    ).all()
    found: dict[UUID, Counter[str]] = {}
    for question_id, value, number in rows:
        for one in json.loads(value):
            found.setdefault(question_id, Counter())[str(one)] += number
    return found


def newest_texts(event_id: UUID) -> dict[UUID, list[TextGiven]]:
    """Return by question the newest answers of those that cannot be counted; one statement."""
    place = (
        sa.func.row_number()
        .over(partition_by=Answer.question_id, order_by=(Answer.answered_at.desc(), Answer.id))
        .label("place")
    )
    numbered = (
        sa.select(
            Answer.question_id, Answer.value, Answer.registration_id, Registration.name, place
        )
        .join(Question, Question.id == Answer.question_id)
        .outerjoin(Registration, Registration.id == Answer.registration_id)
        .where(Answer.event_id == event_id, Question.kind.not_in(COUNTED), _STANDS)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(numbered).where(numbered.c.place <= NEWEST).order_by(numbered.c.place)
    ).all()
    found: dict[UUID, list[TextGiven]] = {}
    for row in rows:
        one = TextGiven(row.question_id, row.value[0], row.registration_id, row.name or "")
        found.setdefault(row.question_id, []).append(one)
    return found
