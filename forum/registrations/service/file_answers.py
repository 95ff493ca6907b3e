"""Answers out of a guest list's cells: only what the form itself would have taken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import append
from forum.core.i18n import Sentence, sentence
from forum.core.text import plain_key
from forum.registrations.models import Answer, Registration
from forum.registrations.rules import (
    LARGEST_NUMBER,
    LONGEST_LONG_TEXT,
    LONGEST_TEXT,
    NO,
    YES,
    AskedPer,
    QuestionKind,
    clean_phone,
)
from forum.registrations.service.parties import AnswerGiven, Choice

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.queries.questions import AskedQuestion
    from forum.registrations.service.reading_guests import GuestRow

_YES = frozenset({"yes", "y", "true", "1", "是", "有"})
_NO = frozenset({"no", "n", "false", "0", "否", "沒有", "没有", "無", "无"})


def answers_in(
    row: GuestRow, questions: Iterable[AskedQuestion], type_id: UUID
) -> tuple[list[AnswerGiven], list[Sentence]]:
    """Return what a row answers of what the form of its type asks, and why other cells do not."""
    answers: list[AnswerGiven] = []
    unread: list[Sentence] = []
    for question in questions:
        cell = row.answers.get(str(question.id), "")
        if not cell or question.per is not AskedPer.ATTENDEE or not question.is_for(type_id):
            continue
        value = _answer_in(question, cell)
        if value is None:
            unread.append(
                sentence("The guest is taken in, but “%(cell)s” is no answer.", cell=cell[:80])
            )
        else:
            choices = _limited(question, value)
            answers.append(AnswerGiven(question.id, question.version_id, value, choices))
    return answers, unread


def differing(answers: Sequence[AnswerGiven], present: Sequence[Answer]) -> list[AnswerGiven]:
    """Return those answers that say something else than what is there."""
    there = {one.question_id: list(one.value) for one in present}
    return [one for one in answers if there.get(one.question_id) != list(one.value)]


def write_answers(
    session: Session,
    known: Registration,
    answers: Sequence[AnswerGiven],
    present: Sequence[Answer],
    now: datetime,
) -> None:
    """Write answers in the place of those there; `present` are the guest's."""
    there = {one.question_id: one for one in present}
    for answer in answers:
        old = there.get(answer.question_id)
        if old is None:
            append(
                session,
                Answer,
                event_id=known.event_id,
                question_id=answer.question_id,
                version_id=answer.version_id,
                booking_id=known.booking_id,
                registration_id=known.id,
                value=list(answer.value),
                lang=known.lang,
                answered_at=now,
            )
        else:
            old.value, old.version_id, old.answered_at = list(answer.value), answer.version_id, now


def answers_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Answer]]:
    """Return the answers of some guests, each their own; one statement."""
    found: dict[UUID, list[Answer]] = {}
    rows = session.scalars(
        sa.select(Answer)
        .where(Answer.registration_id.in_(ids))
        .execution_options(populate_existing=True)
    )
    for one in rows:
        if one.registration_id is not None:
            found.setdefault(one.registration_id, []).append(one)
    return found


def _answer_in(question: AskedQuestion, cell: str) -> list[Any] | None:
    kind = question.kind
    if question.options:
        return _chosen(question, cell)
    if kind is QuestionKind.YES_NO:
        said = yes_or_no(cell)
        return None if said is None else [YES if said else NO]
    if kind is QuestionKind.NUMBER:
        return _number(cell)
    if kind is QuestionKind.PHONE:
        phone = clean_phone(cell)
        return [phone] if phone else None
    most = LONGEST_TEXT if kind is QuestionKind.TEXT else LONGEST_LONG_TEXT
    return [cell] if len(cell) <= most else None


def yes_or_no(cell: str) -> bool | None:
    """Return what a cell says, None where it says neither."""
    said = plain_key(cell)
    return True if said in _YES else False if said in _NO else None


def _number(cell: str) -> list[Any] | None:
    try:
        number = float(cell.replace(",", ""))
    except ValueError:
        return None
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        return None
    return [int(number) if number.is_integer() else number]


def _limited(question: AskedQuestion, value: Sequence[Any]) -> tuple[Choice, ...]:
    """Return the choices with limited places among those that are named."""
    pools = {str(one.id): one.pool_id for one in question.options}
    found = ((UUID(one), pools[one]) for one in value if isinstance(one, str) and one in pools)
    return tuple(Choice(option_id, pool_id) for option_id, pool_id in found if pool_id is not None)


def _chosen(question: AskedQuestion, cell: str) -> list[Any] | None:
    """Return the ids of the choices that a cell names, None where one of them is none."""
    labels = {
        plain_key(words): str(option.id)
        for option in question.options
        for words in option.label.by_language.values()
    }
    parts = [cell] if question.kind is QuestionKind.ONE else cell.replace("；", ";").split(";")
    keys = [plain_key(part.strip()) for part in parts]
    return [labels[key] for key in keys] if all(key in labels for key in keys) else None
