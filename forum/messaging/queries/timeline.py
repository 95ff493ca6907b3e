"""Named reads for the time-line: what is planned, to how many, and what went of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.messaging.models import Announcement, Message
from forum.messaging.rules import Kind
from forum.messaging.rules.announcements import AnnouncementState
from forum.registrations.models import Registration
from forum.registrations.queries.listing import narrowed_to
from forum.registrations.rules import ACTIVE

if TYPE_CHECKING:
    from forum.messaging.rules.segments import Segment

MOST_SHOWN = 200
OF_THE_EVENT = (
    Kind.EVENT_CANCELLED,
    Kind.EVENT_POSTPONED,
    Kind.EVENT_MOVED,
    Kind.EVENT_BACK,
    Kind.SPEAKER_CANCELLED,
    Kind.SPEAKER_POSTPONED,
    Kind.SPEAKER_MOVED,
    Kind.SPEAKER_BACK,
    Kind.PROGRAMME_NEWS,
    Kind.PROGRAMME_YOURS,
    Kind.PROGRAMME_SPEAKER,
    Kind.SPEAKER_SLOT,
)
"""Kinds that go to many because the event or its programme has changed."""


@dataclass(frozen=True, slots=True)
class Went:
    """Mails of a kind that were written together, and how many."""

    kind: Kind
    at: datetime
    number: int


def planned_of(event_id: UUID) -> Sequence[Announcement]:
    """Return all that is planned around an event, waits, goes or went, newest first (1 statement).

    Drafts are nowhere on a time-line.
    """
    return db.session.scalars(
        sa.select(Announcement)
        .where(Announcement.event_id == event_id, Announcement.state != AnnouncementState.DRAFT)
        .order_by(Announcement.created_at.desc(), Announcement.id.desc())
        .limit(MOST_SHOWN)
        .execution_options(populate_existing=True)
    ).all()


def numbers_of(event_id: UUID, segments: Iterable[Segment]) -> Mapping[Segment, int]:
    """Return how many attendees are in segments of guests now (at most 2 statements for each)."""
    found: dict[Segment, int] = {}
    for segment in segments:
        if segment.is_of_guests and segment not in found:
            wanted = sa.select(sa.func.count()).select_from(Registration)
            if segment.ids:
                wanted = wanted.where(
                    Registration.event_id == event_id, Registration.id.in_(segment.ids)
                )
            else:
                wanted = wanted.where(*narrowed_to(event_id, segment.wanted))
            if segment.wanted.state is None:
                wanted = wanted.where(Registration.state.in_(sorted(ACTIVE)))
            found[segment] = db.session.scalar(wanted) or 0
    return found


def went_of(event_id: UUID) -> Sequence[Went]:
    """Return what was written to many because something changed, newest first (1 statement)."""
    number = sa.func.count()
    rows = db.session.execute(
        sa.select(Message.kind, Message.created_at, number)
        .where(Message.event_id == event_id, Message.kind.in_(OF_THE_EVENT))
        .group_by(Message.kind, Message.created_at)
        .order_by(Message.created_at.desc(), Message.kind)
        .limit(MOST_SHOWN)
    )
    return [Went(*row) for row in rows]
