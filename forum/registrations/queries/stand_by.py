"""Named reads of the stand-by queue at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.registrations.models import RegistrationPolicy, StandBy

MOST_SHOWN = 500
LAST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Queue:
    """Who stands by, the next first; who was let in or went, the last first; how many wait."""

    waiting: Sequence[StandBy]
    ended: Sequence[StandBy]
    number: int


def stands_by(event_id: UUID) -> bool:
    """Say whether an event keeps a stand-by queue; one statement."""
    return bool(
        db.session.scalar(
            sa.select(RegistrationPolicy.stand_by).where(RegistrationPolicy.event_id == event_id)
        )
    )


def seats_in_the_room(event_id: UUID) -> int:
    """Return how many seats the room has; one statement."""
    found = db.session.scalar(
        sa.select(RegistrationPolicy.seats).where(RegistrationPolicy.event_id == event_id)
    )
    return found or 0


def queue_of(event_id: UUID) -> Queue:
    """Return the stand-by queue of an event; three statements."""
    here = StandBy.event_id == event_id
    waits = sa.and_(here, StandBy.admitted_at.is_(None), StandBy.left_at.is_(None))
    waiting = db.session.scalars(
        sa.select(StandBy).where(waits).order_by(StandBy.number).limit(MOST_SHOWN)
    ).all()
    ended_at = sa.func.coalesce(StandBy.admitted_at, StandBy.left_at)
    ended = db.session.scalars(
        sa.select(StandBy)
        .where(here, ended_at.is_not(None))
        .order_by(ended_at.desc(), StandBy.number.desc())
        .limit(LAST_SHOWN)
    ).all()
    number = db.session.scalar(sa.select(sa.func.count()).select_from(StandBy).where(waits))
    return Queue(waiting, ended, number or 0)
