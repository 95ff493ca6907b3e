"""Named reads of questions: what a form asks, in the present wording, with places that are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.text import Text, text_of
from forum.registrations.models import Option, Question, QuestionType, QuestionVersion
from forum.registrations.rules import AskedPer, DataClass, QuestionKind
from forum.seats.models import SeatPool
from forum.seats.rules import Band, band

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class AskedOption:
    """A choice as a form shows it; where its places are limited, with the pool and its numbers."""

    id: UUID
    label: Text
    pool_id: UUID | None = None
    capacity: int | None = None
    taken: int = 0

    @property
    def band(self) -> Band | None:
        """What guests are told of its places; None where they are not limited."""
        return None if self.capacity is None else band(self.capacity, self.taken)

    @property
    def full(self) -> bool:
        """Whether nobody else can choose it."""
        return self.capacity is not None and self.taken >= self.capacity


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question in its present wording; `type_ids` is None where every type asks it."""

    id: UUID
    version_id: UUID
    kind: QuestionKind
    per: AskedPer
    position: int
    required: bool
    label: Text
    hint: Text
    data_class: DataClass
    keep_days: int
    needs_id: UUID | None
    needs_values: tuple[str, ...]
    type_ids: frozenset[UUID] | None
    version: int
    revision: int
    withdrawn_at: datetime | None = None
    options: tuple[AskedOption, ...] = ()

    def is_for(self, type_id: UUID | None) -> bool:
        """Say whether the form of a ticket type asks it; without a type, whether any does."""
        return type_id is None or self.type_ids is None or type_id in self.type_ids


def questions_for(event_id: UUID, type_id: UUID | None = None) -> list[AskedQuestion]:
    """Return what the form of a type asks, in order; without a type, what any type's form asks.

    Three statements.
    """
    found = all_questions(event_id, withdrawn=False)
    return [one for one in found if one.is_for(type_id)]


def all_questions(
    event_id: UUID, *, withdrawn: bool, within: Session | None = None
) -> list[AskedQuestion]:
    """Return an event's questions in order, those that are no longer asked last; three statements.

    `within` is the transaction to read in, where not the present one.
    """
    session = within or db.session()
    chosen = sa.select(Question, QuestionVersion).join(
        QuestionVersion,
        sa.and_(
            QuestionVersion.question_id == Question.id, QuestionVersion.number == Question.version
        ),
    )
    chosen = chosen.where(Question.event_id == event_id)
    if not withdrawn:
        chosen = chosen.where(Question.withdrawn_at.is_(None))
    rows = session.execute(
        chosen.order_by(
            Question.withdrawn_at.is_not(None), Question.position, Question.id
        ).execution_options(populate_existing=True)
    ).all()
    options = _options_of(session, event_id)
    types = _types_of(session, event_id)
    return [
        _asked(question, wording, options.get(question.id, {}), types) for question, wording in rows
    ]


def _asked(
    question: Question,
    wording: QuestionVersion,
    options: Mapping[UUID, tuple[Option, SeatPool | None]],
    types: Mapping[UUID, frozenset[UUID]],
) -> AskedQuestion:
    return AskedQuestion(
        id=question.id,
        version_id=wording.id,
        kind=question.kind,
        per=question.per,
        position=question.position,
        required=question.required,
        label=wording.label,
        hint=wording.hint,
        data_class=question.data_class,
        keep_days=question.keep_days,
        needs_id=question.needs_id,
        needs_values=tuple(question.needs_values),
        type_ids=None if question.all_types else types.get(question.id, frozenset()),
        version=question.version,
        revision=question.revision,
        withdrawn_at=question.withdrawn_at,
        options=tuple(_option(worded, options) for worded in wording.options),
    )


def _option(
    worded: Mapping[str, object], options: Mapping[UUID, tuple[Option, SeatPool | None]]
) -> AskedOption:
    option_id = UUID(str(worded["id"]))
    label = worded["label"]
    pool = options[option_id][1] if option_id in options else None
    return AskedOption(
        id=option_id,
        label=text_of(label if isinstance(label, dict) else str(label)),
        pool_id=pool.id if pool else None,
        capacity=pool.capacity if pool else None,
        taken=pool.taken if pool else 0,
    )


def _options_of(
    session: Session, event_id: UUID
) -> dict[UUID, dict[UUID, tuple[Option, SeatPool | None]]]:
    rows = session.execute(
        sa.select(Option, SeatPool)
        .join(Question, Question.id == Option.question_id)
        .outerjoin(SeatPool, SeatPool.id == Option.pool_id)
        .where(Question.event_id == event_id)
        .execution_options(populate_existing=True)
    ).all()
    found: dict[UUID, dict[UUID, tuple[Option, SeatPool | None]]] = {}
    for option, pool in rows:
        found.setdefault(option.question_id, {})[option.id] = (option, pool)
    return found


def _types_of(session: Session, event_id: UUID) -> dict[UUID, frozenset[UUID]]:
    rows = session.execute(
        sa.select(QuestionType.question_id, QuestionType.ticket_type_id)
        .join(Question, Question.id == QuestionType.question_id)
        .where(Question.event_id == event_id)
    ).all()
    found: dict[UUID, set[UUID]] = {}
    for question_id, type_id in rows:
        found.setdefault(question_id, set()).add(type_id)
    return {question_id: frozenset(ids) for question_id, ids in found.items()}
