"""What guests' calendars have answered, shown where the organiser looks at guests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Answer, Method
from forum.core.i18n import sentence
from forum.core.marks import Mark, marks

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MARKS: Mapping[Answer, Mark] = {
    Answer.ACCEPTED: Mark(sentence("Calendar: yes"), "go"),
    Answer.TENTATIVE: Mark(sentence("Calendar: perhaps"), "look"),
    Answer.DECLINED: Mark(sentence("Calendar: no"), "stop"),
}


@marks("registration")
def answers_of_guests(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Mark]:
    """Mark registrations whose calendar has answered for the event; one statement."""
    return _answers(session, GuestEntry.registration_id, ids)


@marks("invitation")
def answers_of_invited(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Mark]:
    """Mark invitations whose calendar has answered, while nobody registered by them."""
    return _answers(session, GuestEntry.invitation_id, ids, GuestEntry.registration_id.is_(None))


def _answers(
    session: Session,
    whose: sa.orm.InstrumentedAttribute[UUID | None],
    ids: Sequence[UUID],
    *more: sa.ColumnElement[bool],
) -> dict[UUID, Mark]:
    rows = session.execute(
        sa.select(whose, GuestEntry.answer).where(
            whose.in_(ids),
            *more,
            GuestEntry.session_id.is_(None),
            GuestEntry.method == Method.REQUEST,
            GuestEntry.answered_at.is_not(None),
        )
    )
    return {
        thing_id: MARKS[answer]
        for thing_id, answer in rows
        if thing_id is not None and answer in MARKS
    }
