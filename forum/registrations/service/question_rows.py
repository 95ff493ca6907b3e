"""What every change of a question begins and ends with: its rows, and the record of the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.errors import NotFound
from forum.core.page_scopes import changed, event_scope
from forum.registrations.models import Question, QuestionVersion

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event


def wording_of(session: Session, question: Question) -> QuestionVersion:
    """Return the present wording of a question."""
    return session.scalars(
        sa.select(QuestionVersion)
        .where(
            QuestionVersion.question_id == question.id, QuestionVersion.number == question.version
        )
        .execution_options(populate_existing=True)
    ).one()


def questions_of(session: Session, event_id: UUID) -> Sequence[Question]:
    """Return an event's questions in order, withdrawn ones too."""
    return session.scalars(
        sa.select(Question)
        .where(Question.event_id == event_id)
        .order_by(Question.position, Question.id)
        .execution_options(populate_existing=True)
    ).all()


def one_of(known: Sequence[Question], question_id: UUID) -> Question:
    """Return the question with this id; raises NotFound."""
    found = next((one for one in known if one.id == question_id), None)
    if found is None:
        raise NotFound
    return found


def note(
    session: Session,
    actor: Actor,
    event: Event,
    question_id: UUID,
    action: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Record a change of a question and drop the event's pages, its form among them."""
    session.flush()
    changed(session, event_scope(event.id))
    thing = ("question", question_id)
    audit.record(session, actor, action, thing, event.organisation_id, dict(details), now)
