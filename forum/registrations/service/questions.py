"""The questions of an event's form: added, reworded, put in order, withdrawn, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import writing
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.ids import uuid7
from forum.core.permissions import Action
from forum.core.revisions import ChangedMeanwhile, changes_since, difference
from forum.core.text import Text
from forum.events.service import locked_event
from forum.registrations.models import (
    Option,
    Question,
    QuestionType,
    QuestionVersion,
    TicketType,
)
from forum.registrations.rules import (
    MOST_QUESTIONS,
    OPENS_OTHERS,
    AskedPer,
    DataClass,
    QuestionKind,
    depends_on_itself,
)
from forum.registrations.rules.ready_questions import ReadyQuestion
from forum.registrations.service.options import OptionDetails, has_answers, set_options
from forum.registrations.service.question_rows import note, one_of, questions_of, wording_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event

SETTINGS = ("per", "required", "data_class", "keep_days", "needs_id", "needs_values", "all_types")


class TooManyQuestions(Conflict):
    """More questions than anybody answers."""

    code = "too_many_questions"
    status = 422
    says = sentence("There are %(most)s questions already. Delete one first.", most=MOST_QUESTIONS)


class AskedOfOthers(Conflict):
    """Who is asked cannot change under answers that stand."""

    code = "asked_of_others"
    says = sentence(
        "People have answered this for themselves or for the whole booking, so that stays as it is."
    )


class NoSuchCondition(Invalid):
    """What a question should depend on cannot decide about it."""

    code = "no_such_condition"
    says = sentence(
        "Choose a question that the same people answer, and that does not depend on this one"
    )


@dataclass(frozen=True, slots=True)
class QuestionDetails:
    """All that an editor says of a question; `type_ids` is None where every type asks it."""

    label: Text
    hint: Text = field(default_factory=Text)
    per: AskedPer = AskedPer.ATTENDEE
    required: bool = False
    data_class: DataClass = DataClass.ORDINARY
    keep_days: int = 365
    type_ids: frozenset[UUID] | None = None
    needs_id: UUID | None = None
    needs_values: tuple[str, ...] = ()
    options: tuple[OptionDetails, ...] = ()

    def settings(self) -> dict[str, Any]:
        """Return the columns of a question."""
        return {
            "per": self.per,
            "required": self.required,
            "data_class": self.data_class,
            "keep_days": self.keep_days,
            "needs_id": self.needs_id,
            "needs_values": list(self.needs_values) if self.needs_id else [],
            "all_types": self.type_ids is None,
        }


def add_question(
    actor: Actor, event_id: UUID, kind: QuestionKind, details: QuestionDetails, *, now: datetime
) -> UUID:
    """Add a question after the others, in its first wording; return its id.

    Raises TooManyQuestions, NoSuchCondition, NotFound, Forbidden.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        return add_in(session, actor, event, kind, details, now)


def take_over(actor: Actor, event_id: UUID, ready: ReadyQuestion, *, now: datetime) -> list[UUID]:
    """Add a ready question, and the one that follows it, after the others; return their ids.

    Raises TooManyQuestions, NotFound, Forbidden.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        first = add_in(session, actor, event, ready.kind, details_of(ready), now)
        if ready.follow is None:
            return [first]
        options = _options_in_order(session, first)
        opened_by = tuple(
            str(options[one]) if isinstance(one, int) else one for one in ready.opened_by
        )
        details = replace(details_of(ready.follow), needs_id=first, needs_values=opened_by)
        return [first, add_in(session, actor, event, ready.follow.kind, details, now)]


def add_in(
    session: Session,
    actor: Actor,
    event: Event,
    kind: QuestionKind,
    details: QuestionDetails,
    now: datetime,
) -> UUID:
    """Add a question inside a transaction that holds the event; return its id."""
    known = questions_of(session, event.id)
    if len(known) >= MOST_QUESTIONS:
        raise TooManyQuestions
    question = Question(
        id=uuid7(),
        event_id=event.id,
        kind=kind,
        position=max((one.position for one in known), default=-1) + 1,
        version=1,
        **details.settings(),
    )
    _check_condition(known, question, details)
    session.add(question)
    session.flush()
    set_types(session, event.id, question.id, details.type_ids)
    options = set_options(session, question, details.options, now)
    _word(session, question, details, options, now)
    note(session, actor, event, question.id, "question.added", {"kind": kind.value}, now)
    return question.id


def change_question(
    actor: Actor,
    event_id: UUID,
    question_id: UUID,
    details: QuestionDetails,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Change a question; other words make a new version, and old answers keep theirs.

    Raises ChangedMeanwhile, AskedOfOthers, NoSuchCondition, CapacityBelowTaken, NotFound,
    Forbidden.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        known = questions_of(session, event.id)
        question = one_of(known, question_id)
        if question.revision != revision:
            raise ChangedMeanwhile(changes_since(session, "question", question.id, revision))
        if details.per is not question.per and has_answers(session, question.id):
            raise AskedOfOthers(field="per")
        before = {name: getattr(question, name) for name in SETTINGS}
        changes = difference(before, details.settings())
        _check_condition(known, question, details)
        for name, value in details.settings().items():
            setattr(question, name, value)
        types = set_types(session, event.id, question.id, details.type_ids)
        changes |= {"types": types} if types else {}
        wording = wording_of(session, question)
        old_words = {"label": wording.label, "hint": wording.hint, "options": wording.options}
        options = set_options(session, question, details.options, now)
        new_words = {"label": details.label, "hint": details.hint, "options": options}
        if old_words != new_words:
            question.version += 1
            _word(session, question, details, options, now)
            changes |= difference(old_words, new_words)
        question.revision += 1
        noted = {"changes": changes, "revision": question.revision, "version": question.version}
        note(session, actor, event, question.id, "question.changed", noted, now)


def set_types(
    session: Session, event_id: UUID, question_id: UUID, type_ids: frozenset[UUID] | None
) -> list[list[str]] | None:
    """Say which types ask a question; return the ids before and after where they changed."""
    before = set(
        session.scalars(
            sa.select(QuestionType.ticket_type_id).where(QuestionType.question_id == question_id)
        )
    )
    wanted = set(type_ids or ())
    known = set(session.scalars(sa.select(TicketType.id).where(TicketType.event_id == event_id)))
    if not wanted <= known:
        raise NotFound
    if before == wanted:
        return None
    session.execute(sa.delete(QuestionType).where(QuestionType.question_id == question_id))
    session.add_all(
        QuestionType(question_id=question_id, ticket_type_id=one) for one in sorted(wanted)
    )
    return [sorted(map(str, before)), sorted(map(str, wanted))]


def details_of(ready: ReadyQuestion) -> QuestionDetails:
    """Return what an editor would say of a ready question, asked of everybody."""
    return QuestionDetails(
        label=ready.label,
        hint=ready.hint,
        required=ready.required,
        data_class=ready.data_class,
        keep_days=ready.keep_days,
        options=tuple(OptionDetails(None, one) for one in ready.options),
    )


def _options_in_order(session: Session, question_id: UUID) -> Sequence[UUID]:
    return session.scalars(
        sa.select(Option.id).where(Option.question_id == question_id).order_by(Option.position)
    ).all()


def _word(
    session: Session,
    question: Question,
    details: QuestionDetails,
    options: list[dict[str, Any]],
    now: datetime,
) -> None:
    session.add(
        QuestionVersion(
            question_id=question.id,
            number=question.version,
            label=details.label,
            hint=details.hint,
            options=options,
            made_at=now,
        )
    )


def _check_condition(
    known: Sequence[Question], question: Question, details: QuestionDetails
) -> None:
    """Check that the question on which another depends can decide about it."""
    if details.needs_id is None:
        return
    needed = next((one for one in known if one.id == details.needs_id), None)
    if needed is None or needed.kind not in OPENS_OTHERS or needed.per is not details.per:
        raise NoSuchCondition(field="needs")
    links = {one.id: one.needs_id for one in known} | {question.id: details.needs_id}
    if depends_on_itself(question.id, links):
        raise NoSuchCondition(field="needs")
