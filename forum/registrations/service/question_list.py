"""The questions of a form as a list: put in order, asked no more, asked again, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence, sentences
from forum.core.permissions import Action
from forum.events.rules import reordered
from forum.events.service import locked_event
from forum.registrations.models import Answer, Question
from forum.registrations.service.options import set_options
from forum.registrations.service.question_rows import note, one_of, questions_of, wording_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


class AnsweredAlready(Conflict):
    """Answers stand, and what was asked for would lose them or make them somebody else's."""

    code = "answered_already"

    def __init__(self, number: int) -> None:
        """Name how many there are."""
        super().__init__(
            sentences(
                "It has one answer, so it stays. Stop asking it instead.",
                "It has %(num)s answers, so it stays. Stop asking it instead.",
                number,
            )
        )


class NeededByOthers(Conflict):
    """Another question is shown only where this one is answered."""

    code = "needed_by_others"

    def __init__(self, label: str) -> None:
        """Name the other question."""
        super().__init__(
            sentence(
                "“%(question)s” is shown only after an answer to this question. Change that first.",
                question=label,
            )
        )


def move_question(
    actor: Actor, event_id: UUID, question_id: UUID, step: int, *, now: datetime
) -> None:
    """Put a question one place earlier (step -1) or later (+1); raises NotFound."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        known = [one for one in questions_of(session, event.id) if one.withdrawn_at is None]
        place = known.index(one_of(known, question_id))
        for position, one in enumerate(reordered(known, place, step)):
            one.position = position
        note(session, actor, event, question_id, "question.moved", {"step": step}, now)


def put_in_order(actor: Actor, event_id: UUID, ids: Sequence[UUID], *, now: datetime) -> None:
    """Put questions in this order; those that are not named keep theirs, after them."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        known = questions_of(session, event.id)
        wanted = {one: place for place, one in enumerate(ids)}
        if not set(wanted) <= {one.id for one in known}:
            raise NotFound
        ordered = sorted(known, key=lambda one: (wanted.get(one.id, len(wanted)), one.position))
        for position, one in enumerate(ordered):
            one.position = position
        thing = ordered[0].id if ordered else event.id
        note(
            session,
            actor,
            event,
            thing,
            "question.moved",
            {"order": [str(one) for one in ids]},
            now,
        )


def withdraw_question(actor: Actor, event_id: UUID, question_id: UUID, *, now: datetime) -> None:
    """Ask a question no more; its answers stay. Raises NeededByOthers, NotFound, Forbidden."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        known = questions_of(session, event.id)
        question = one_of(known, question_id)
        _check_not_needed(session, known, question)
        question.withdrawn_at = question.withdrawn_at or now
        question.revision += 1
        note(session, actor, event, question.id, "question.withdrawn", {}, now)


def ask_again(actor: Actor, event_id: UUID, question_id: UUID, *, now: datetime) -> None:
    """Ask a withdrawn question again, after the others. Raises NotFound, Forbidden."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        known = questions_of(session, event.id)
        question = one_of(known, question_id)
        if question.withdrawn_at is not None:
            question.withdrawn_at = None
            question.position = max(one.position for one in known) + 1
            question.revision += 1
            note(session, actor, event, question.id, "question.asked_again", {}, now)


def delete_question(actor: Actor, event_id: UUID, question_id: UUID, *, now: datetime) -> None:
    """Delete a question that nobody has answered; raises AnsweredAlready, NeededByOthers."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        known = questions_of(session, event.id)
        question = one_of(known, question_id)
        _check_not_needed(session, known, question)
        number = session.scalar(sa.select(sa.func.count()).where(Answer.question_id == question.id))
        if number:
            raise AnsweredAlready(number)
        label = dict(wording_of(session, question).label.by_language)
        set_options(session, question, (), now, keep=False)
        session.delete(question)
        note(session, actor, event, question_id, "question.deleted", {"label": label}, now)


def _check_not_needed(session: Session, known: Sequence[Question], question: Question) -> None:
    needing = next(
        (one for one in known if one.needs_id == question.id and one.withdrawn_at is None), None
    )
    if needing is not None:
        raise NeededByOthers(wording_of(session, needing).label.pick("en").text)
