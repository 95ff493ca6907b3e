"""Named reads of what waits for those who run events, and of whom it waits for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.permissions import Action
from forum.events.models import Event
from forum.events.rules import EventState
from forum.messaging.models import Announcement, Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import AnnouncementState
from forum.people.models import Member, Organisation
from forum.registrations.models import Registration
from forum.registrations.rules import Ended, RegistrationState

LOOKED_BACK = timedelta(days=1)
OURS = ("Not sent:%", "Waits until%")
"""How what Forum itself held back begins: nothing is wrong there."""


class Waits(StrEnum):
    """What waits for somebody, or went wrong since yesterday."""

    REQUESTS = "requests"
    NODS = "nods"
    BOUNCED = "bounced"
    FAILED = "failed"
    OVERTAKEN = "overtaken"
    LAPSED = "lapsed"


NEEDS: Mapping[Waits, Action] = {
    Waits.REQUESTS: Action.EDIT_REGISTRATIONS,
    Waits.NODS: Action.SEND_MESSAGES,
    Waits.BOUNCED: Action.SEE_MESSAGES,
    Waits.FAILED: Action.SEE_MESSAGES,
    Waits.OVERTAKEN: Action.SEND_MESSAGES,
    Waits.LAPSED: Action.EDIT_REGISTRATIONS,
}
"""Who is told of what."""


@dataclass(frozen=True, slots=True)
class WaitsAt:
    """What waits at one event, each with how many."""

    event: Event
    numbers: Mapping[Waits, int]


def waiting_at(organisation_id: UUID, now: datetime) -> list[WaitsAt]:
    """Return what waits at the events of an organisation, the next first (6 statements)."""
    since = now - LOOKED_BACK
    found: dict[UUID, dict[Waits, int]] = defaultdict(dict)
    for what, column, condition in (
        (
            Waits.REQUESTS,
            Registration.event_id,
            sa.and_(
                Registration.state == RegistrationState.PENDING,
                Event.state.in_((EventState.PUBLISHED, EventState.POSTPONED)),
                Event.ends_at > now,
            ),
        ),
        (
            Waits.LAPSED,
            Registration.event_id,
            sa.and_(Registration.ended == Ended.EXPIRED, Registration.cancelled_at > since),
        ),
        (
            Waits.BOUNCED,
            Message.event_id,
            sa.and_(Message.state == MessageState.BOUNCED, Message.bounced_at > since),
        ),
        (
            Waits.FAILED,
            Message.event_id,
            sa.and_(
                Message.state == MessageState.FAILED,
                Message.due_at > since,
                *(Message.last_error.not_like(one) for one in OURS),
            ),
        ),
        (Waits.NODS, Announcement.event_id, Announcement.state == AnnouncementState.AWAITING_NOD),
        (
            Waits.OVERTAKEN,
            Announcement.event_id,
            sa.and_(
                Announcement.state == AnnouncementState.STOPPED,
                Announcement.overtaken_at > since,
                Event.state.in_((EventState.PUBLISHED, EventState.POSTPONED)),
                Event.dates_open.is_(False),
                Event.ends_at > now,
            ),
        ),
    ):
        for event_id, number in _counted(organisation_id, column, condition):
            found[event_id][what] = number
    if not found:
        return []
    events = db.session.scalars(
        sa.select(Event).where(Event.id.in_(list(found))).order_by(Event.starts_at, Event.id)
    )
    return [WaitsAt(one, found[one.id]) for one in events]


def readers_of(organisation_id: UUID) -> Sequence[Member]:
    """Return the members who want to be told each morning what waits for them (1 statement)."""
    members = db.session.scalars(
        sa.select(Member)
        .where(Member.organisation_id == organisation_id)
        .options(joinedload(Member.user))
        .order_by(Member.id)
    )
    return [one for one in members if one.user.digest]


def all_zones() -> Sequence[Organisation]:
    """Return all organisations (1 statement)."""
    return db.session.scalars(sa.select(Organisation).order_by(Organisation.id)).all()


def _counted(
    organisation_id: UUID,
    column: Any,  # noqa: ANN401 - a column of either table
    condition: sa.ColumnElement[bool],
) -> list[tuple[UUID, int]]:
    rows = db.session.execute(
        sa.select(column, sa.func.count())
        .join(Event, Event.id == column)
        .where(Event.organisation_id == organisation_id, condition)
        .group_by(column)
    )
    return [(row[0], int(row[1])) for row in rows]
