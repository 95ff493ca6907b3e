"""Named reads of files that were sent as answers."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.errors import NotFound
from forum.registrations.models import AnswerFile, Question
from forum.registrations.rules import DataClass


def answer_files(event_id: UUID, ids: Iterable[UUID]) -> dict[UUID, AnswerFile]:
    """Return files of an event by their ids; one statement."""
    found = db.session.scalars(
        sa.select(AnswerFile).where(AnswerFile.event_id == event_id, AnswerFile.id.in_(list(ids)))
    )
    return {one.id: one for one in found}


def claimed_file(event_id: UUID, file_id: UUID) -> tuple[AnswerFile, DataClass]:
    """Return a file that a booking holds, and how personal it is; NotFound; one statement."""
    row = db.session.execute(
        sa.select(AnswerFile, Question.data_class)
        .join(Question, Question.id == AnswerFile.question_id)
        .where(
            AnswerFile.id == file_id,
            AnswerFile.event_id == event_id,
            AnswerFile.booking_id.is_not(None),
        )
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]
