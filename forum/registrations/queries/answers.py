"""Named reads of answers: each with the wording it answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.text import Text, text_of
from forum.registrations.models import Answer, Question, QuestionVersion, Registration
from forum.registrations.rules import AskedPer, DataClass, QuestionKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_IN_ORDER = (Question.position, Question.id)


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """An answer with its question as it was worded then; `options` are its choices by their id."""

    question_id: UUID
    version_id: UUID
    kind: QuestionKind
    per: AskedPer
    data_class: DataClass
    label: Text
    options: Mapping[str, Text]
    value: Sequence[Any]
    lang: str
    answered_at: datetime


def answers_of_registrations(
    ids: Collection[UUID], *, sensitive: bool, within: Session | None = None
) -> dict[UUID, list[AnswerShown]]:
    """Return answers by registration, in the order of the form; two statements.

    Those of a booking as a whole stand with each of its registrations. Sensitive ones are left out
    unless `sensitive`, which asks for Action.SEE_SENSITIVE or for whose answers they are.
    """
    found: dict[UUID, list[tuple[int, UUID, AnswerShown]]] = {one: [] for one in ids}
    own = Answer.registration_id == Registration.id
    whole = sa.and_(Answer.booking_id == Registration.booking_id, Answer.registration_id.is_(None))
    session = within or db.session()
    for joined in (own, whole):
        chosen = (
            sa.select(Registration.id, Answer, Question, QuestionVersion)
            .join(Answer, joined)
            .join(Question, Question.id == Answer.question_id)
            .join(QuestionVersion, QuestionVersion.id == Answer.version_id)
            .where(Registration.id.in_(list(ids)))
        )
        if not sensitive:
            chosen = chosen.where(Question.data_class != DataClass.SENSITIVE)
        for registration_id, answer, question, wording in session.execute(chosen).all():
            shown = _shown(answer, question, wording)
            found[registration_id].append((question.position, question.id, shown))
    return {
        one: [shown for _, _, shown in sorted(rows, key=lambda row: row[:2])]
        for one, rows in found.items()
    }


def answer_columns(event_id: UUID, *, sensitive: bool) -> list[tuple[UUID, Text]]:
    """Return the questions whose answers may be columns of a list, in order; one statement.

    Sensitive ones are left out unless `sensitive`, which asks for Action.SEE_SENSITIVE.
    """
    chosen = (
        sa.select(Question.id, QuestionVersion)
        .join(
            QuestionVersion,
            sa.and_(
                QuestionVersion.question_id == Question.id,
                QuestionVersion.number == Question.version,
            ),
        )
        .where(Question.event_id == event_id)
        .order_by(Question.withdrawn_at.is_not(None), *_IN_ORDER)
    )
    if not sensitive:
        chosen = chosen.where(Question.data_class != DataClass.SENSITIVE)
    return [(row[0], row[1].label) for row in db.session.execute(chosen)]


def answers_of_booking(booking_id: UUID) -> list[AnswerShown]:
    """Return the answers of a booking as a whole, for its own page; one statement."""
    rows = db.session.execute(
        sa.select(Answer, Question, QuestionVersion)
        .join(Question, Question.id == Answer.question_id)
        .join(QuestionVersion, QuestionVersion.id == Answer.version_id)
        .where(Answer.booking_id == booking_id, Answer.registration_id.is_(None))
        .order_by(*_IN_ORDER)
    ).all()
    return [_shown(*row) for row in rows]


def answer_counts(event_id: UUID) -> dict[UUID, int]:
    """Return how many answers each question of an event has; one statement."""
    rows = db.session.execute(
        sa.select(Answer.question_id, sa.func.count())
        .where(Answer.event_id == event_id)
        .group_by(Answer.question_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _shown(answer: Answer, question: Question, wording: QuestionVersion) -> AnswerShown:
    return AnswerShown(
        question_id=question.id,
        version_id=wording.id,
        kind=question.kind,
        per=question.per,
        data_class=question.data_class,
        label=wording.label,
        options={str(one["id"]): text_of(one["label"]) for one in wording.options},
        value=tuple(answer.value),
        lang=answer.lang,
        answered_at=answer.answered_at,
    )
