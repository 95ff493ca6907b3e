"""Keeping no longer than was said: answers and files go some days after the event's end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.errors import NotFound
from forum.core.permissions import Action
from forum.core.uploads import Uploads
from forum.events.models import Event
from forum.events.service import locked_event
from forum.registrations.models import Answer, AnswerFile, ChoicePlace, Option, Question
from forum.registrations.rules import LEAST_KEEP_DAYS
from forum.registrations.service.seating import lock_pools
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def erase_old_answers(folder: Path, *, now: datetime) -> int:
    """Erase answers whose time is over, with the files and places that came of them.

    Return how many answers went. One statement where nothing is due, and some for each event else;
    each event is a transaction of its own, with a record of how many went.
    """
    due = _due(now)
    return sum(_erase(event_id, ids, folder, now) for event_id, ids in sorted(due.items()))


def forget_answers_of(session: Session, registration_id: UUID) -> None:
    """Erase what somebody answered whose seat another person takes; two statements.

    A limited choice stays with the seat, for which its place is held.
    """
    stays = (
        sa.select(Option.question_id)
        .join(ChoicePlace, ChoicePlace.option_id == Option.id)
        .where(ChoicePlace.registration_id == registration_id)
    )
    values = session.scalars(
        sa.delete(Answer)
        .where(Answer.registration_id == registration_id, Answer.question_id.not_in(stays))
        .returning(Answer.value)
    ).all()
    files = {UUID(str(one["file"])) for value in values for one in value if isinstance(one, dict)}
    if files:
        session.execute(sa.delete(AnswerFile).where(AnswerFile.id.in_(files)))


def _due(now: datetime) -> dict[UUID, list[UUID]]:
    """Return by event the questions whose answers, or files, have been kept long enough."""
    answered = sa.exists().where(Answer.question_id == Question.id)
    sent = sa.exists().where(AnswerFile.question_id == Question.id)
    rows = db.session.execute(
        sa.select(Question.id, Question.event_id, Question.keep_days, Event.ends_at)
        .join(Event, Event.id == Question.event_id)
        .where(Event.ends_at <= now - timedelta(days=LEAST_KEEP_DAYS), sa.or_(answered, sent))
        .order_by(Question.id)
    ).all()
    found: dict[UUID, list[UUID]] = {}
    for question_id, event_id, keep_days, ends_at in rows:
        if ends_at + timedelta(days=keep_days) <= now:
            found.setdefault(event_id, []).append(question_id)
    return found


def _erase(event_id: UUID, question_ids: Sequence[UUID], folder: Path, now: datetime) -> int:
    files = Uploads(folder)
    with files, writing() as session:
        try:
            event = locked_event(session, SYSTEM, event_id, Action.EDIT_EVENT)
        except NotFound:
            # It went since it was looked up, and all of this with it.
            return 0
        _free_places(session, question_ids)
        names = session.scalars(
            sa.delete(AnswerFile)
            .where(AnswerFile.question_id.in_(question_ids))
            .returning(AnswerFile.file_name)
        ).all()
        for name in names:
            files.drop(name)
        gone = session.scalars(
            sa.delete(Answer).where(Answer.question_id.in_(question_ids)).returning(Answer.id)
        ).all()
        audit.record(
            session,
            SYSTEM,
            "answers.erased",
            ("event", event.id),
            event.organisation_id,
            {"questions": len(question_ids), "answers": len(gone), "files": len(names)},
            now,
        )
    return len(gone)


def _free_places(session: Session, question_ids: Sequence[UUID]) -> None:
    """Forget who held the places of these choices; their pools count nobody any more."""
    rows = session.execute(
        sa.select(Option.id, Option.pool_id).where(Option.question_id.in_(question_ids))
    ).all()
    pools = {option_id: pool_id for option_id, pool_id in rows if pool_id is not None}
    lock_pools(session, pools.values())
    for option_id, pool_id in pools.items():
        gone = session.scalars(
            sa.delete(ChoicePlace)
            .where(ChoicePlace.option_id == option_id)
            .returning(ChoicePlace.registration_id)
        ).all()
        if gone:
            seats.leave(session, pool_id, pool_id, len(gone), seated=True, pass_on=False)
