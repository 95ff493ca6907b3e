"""Named reads of approval rules, and of what rules can be made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.ids import id_in
from forum.core.text import EMPTY, Fragment, Text
from forum.registrations.models import (
    ApprovalRule,
    GuestList,
    Question,
    QuestionVersion,
)
from forum.registrations.rules import WITH_OPTIONS, QuestionKind, RuleKind

YES_OR_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule with what it names: a domain or a list's name, or a question's words and an answer.

    `answer` is "yes", "no", or empty where `option` says it.
    """

    id: UUID
    kind: RuleKind
    value: str
    question: Fragment = EMPTY
    option: Fragment = EMPTY


@dataclass(frozen=True, slots=True)
class AnswerOffered:
    """An answer that a rule can wait for: `value` is an option's id, yes or no."""

    question_id: UUID
    value: str
    question: Fragment
    option: Fragment


def rules_of(event_id: UUID, type_id: UUID, key: str) -> list[RuleShown]:
    """Return the rules of a type, oldest first, in the reader's words; three statements."""
    rules = db.session.scalars(
        sa.select(ApprovalRule)
        .where(ApprovalRule.ticket_type_id == type_id)
        .order_by(ApprovalRule.created_at, ApprovalRule.id)
    ).all()
    lists = {str(one.id): one.name for one in lists_of(event_id)}
    offered = {(one.question_id, one.value): one for one in answers_of(event_id, key)}
    shown: list[RuleShown] = []
    for rule in rules:
        if rule.kind is RuleKind.ANSWER and rule.question_id is not None:
            one = offered.get((rule.question_id, rule.value))
            question, option = (one.question, one.option) if one else (EMPTY, EMPTY)
            shown.append(RuleShown(rule.id, rule.kind, rule.value, question, option))
        else:
            named = lists.get(rule.value, "") if rule.kind is RuleKind.INVITATION else rule.value
            shown.append(RuleShown(rule.id, rule.kind, named))
    return shown


def lists_of(event_id: UUID) -> Sequence[GuestList]:
    """Return an event's guest lists; one statement."""
    return db.session.scalars(
        sa.select(GuestList)
        .where(GuestList.event_id == event_id)
        .order_by(GuestList.position, GuestList.name)
    ).all()


def answers_of(event_id: UUID, key: str) -> list[AnswerOffered]:
    """Return every answer of choices and yes-or-no questions as they are now; one statement."""
    rows = db.session.execute(
        sa.select(Question.id, Question.kind, QuestionVersion.label, QuestionVersion.options)
        .join(
            QuestionVersion,
            sa.and_(
                QuestionVersion.question_id == Question.id,
                QuestionVersion.number == Question.version,
            ),
        )
        .where(
            Question.event_id == event_id,
            Question.withdrawn_at.is_(None),
            Question.kind.in_([*WITH_OPTIONS, QuestionKind.YES_NO]),
        )
        .order_by(Question.position, Question.id)
    )
    found: list[AnswerOffered] = []
    for question_id, kind, label, options in rows:
        asked = label.pick(key)
        if kind is QuestionKind.YES_NO:
            found += [AnswerOffered(question_id, value, asked, EMPTY) for value in YES_OR_NO]
        else:
            found += [
                AnswerOffered(question_id, str(one["id"]), asked, Text(one["label"]).pick(key))
                for one in options
                if id_in(one.get("id"))
            ]
    return found
