"""Named reads for the day itself: what runs on one day, what ran late, the cues of sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.programme.models import Cue, Release, ReleaseChange, Session
from forum.programme.queries.sessions import in_order, whole_session
from forum.programme.rules import (
    PAUSES,
    CueFor,
    ReleaseCause,
    Retimed,
    SessionState,
    Spot,
    Turn,
)

MOST_RETIMED = 5000


def days_of(event_id: UUID) -> Sequence[date]:
    """Return the days on which guests see anything of an event's programme (1 statement)."""
    found = db.session.scalars(
        sa.select(Session.day)
        .where(
            Session.event_id == event_id,
            Session.state != SessionState.DRAFT,
            Session.day.is_not(None),
        )
        .distinct()
        .order_by(Session.day)
    )
    return [one for one in found if one is not None]


def sessions_on(event_id: UUID, day: date) -> list[Session]:
    """Return what guests see of one day, with all that is shown of it (2 statements)."""
    found = db.session.scalars(
        sa.select(Session)
        .where(
            Session.event_id == event_id, Session.day == day, Session.state != SessionState.DRAFT
        )
        .options(*whole_session())
        .execution_options(populate_existing=True)
    )
    return sorted(found.unique(), key=in_order)


def shown_with(event_id: UUID, ids: Iterable[UUID]) -> list[Session]:
    """Return what guests see of some sessions, by their time (2 statements)."""
    found = db.session.scalars(
        sa.select(Session)
        .where(
            Session.event_id == event_id,
            Session.id.in_(list(ids)),
            Session.state != SessionState.DRAFT,
        )
        .options(*whole_session())
        .execution_options(populate_existing=True)
    )
    return sorted(found.unique(), key=in_order)


def sessions_in(event_id: UUID, room_id: UUID) -> list[Session]:
    """Return what guests see in one room, with all that is shown of it (2 statements).

    A pause without a room is everybody's.
    """
    shown_too = sa.cast(Session.also_in, sa.String).contains(str(room_id))
    for_all = sa.and_(Session.room_id.is_(None), Session.kind.in_(PAUSES))
    found = db.session.scalars(
        sa.select(Session)
        .where(
            Session.event_id == event_id,
            Session.state != SessionState.DRAFT,
            Session.starts_at.is_not(None),
            sa.or_(Session.room_id == room_id, shown_too, for_all),
        )
        .options(*whole_session())
    )
    return sorted(found.unique(), key=in_order)


def day_of_session(event_id: UUID, session_id: UUID) -> date:
    """Return the day of a session that takes place (1 statement); raises NotFound."""
    found = db.session.scalar(
        sa.select(Session.day).where(
            Session.event_id == event_id,
            Session.id == session_id,
            Session.state == SessionState.CONFIRMED,
            Session.day.is_not(None),
        )
    )
    if found is None:
        raise NotFound
    return found


def rooms_of_session(session: Session) -> list[UUID]:
    """Return the ids of all rooms that show a session, its own first."""
    own = [session.room_id] if session.room_id else []
    return [*own, *map(UUID, session.also_in)]


def turns_of(sessions: Iterable[Session]) -> list[Turn]:
    """Return the sessions that take place as the ripple sees them."""
    return [
        Turn(
            id=one.id,
            kind=one.kind,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            rooms=frozenset(rooms_of_session(one)),
            people=frozenset(part.speaker_id for part in one.appearances),
        )
        for one in sessions
        if one.state is SessionState.CONFIRMED and one.starts_at and one.ends_at
    ]


def spots_of(sessions: Iterable[Session]) -> list[Spot]:
    """Return the sessions that have a time, for what runs now."""
    return [
        Spot(
            id=one.id,
            kind=one.kind,
            cancelled=one.state is SessionState.CANCELLED,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            day=one.day,
        )
        for one in sessions
        if one.starts_at and one.ends_at and one.day
    ]


def retimed_since_late(
    event_id: UUID, session_ids: Sequence[UUID] | None = None
) -> dict[UUID, list[Retimed]]:
    """Return, from the first time that the event ran late, what was retimed (1 statement).

    Of all sessions, or of these. Each one's changes stand oldest first; of very many, the oldest
    are left out.
    """
    wanted = sa.true() if session_ids is None else ReleaseChange.session_id.in_(session_ids)
    first_late = (
        sa.select(sa.func.min(Release.number))
        .where(Release.event_id == event_id, Release.cause == ReleaseCause.LATE)
        .scalar_subquery()
    )
    times = [
        layer[name].as_string()
        for layer in (ReleaseChange.before, ReleaseChange.after)
        for name in ("starts_at", "ends_at")
    ]
    rows = db.session.execute(
        sa.select(ReleaseChange.session_id, Release.cause, *times)
        .join(Release, Release.id == ReleaseChange.release_id)
        .where(Release.event_id == event_id, Release.number >= first_late, wanted)
        .order_by(Release.number.desc())
        .limit(MOST_RETIMED)
    ).all()
    found: dict[UUID, list[Retimed]] = {}
    for session_id, cause, *stored in reversed(rows):
        if all(stored):
            was_start, was_end, starts, ends = map(datetime.fromisoformat, stored)
            if (was_start, was_end) != (starts, ends):
                change = Retimed(cause, (was_start, was_end), (starts, ends))
                found.setdefault(session_id, []).append(change)
    return found


def last_late_release(event_id: UUID) -> Release | None:
    """Return the last version that came of running late, with its changes (2 statements)."""
    return db.session.scalar(
        sa.select(Release)
        .where(Release.event_id == event_id, Release.cause == ReleaseCause.LATE)
        .options(selectinload(Release.changes))
        .order_by(Release.number.desc())
        .limit(1)
    )


def cues_of(session_ids: Iterable[UUID]) -> dict[UUID, list[Cue]]:
    """Return the cues of sessions by their time (1 statement)."""
    wanted = list(session_ids)
    rows = db.session.scalars(sa.select(Cue).where(Cue.session_id.in_(wanted)))
    order = [one.value for one in CueFor]
    found: dict[UUID, list[Cue]] = {}
    for one in sorted(rows, key=lambda one: (one.minutes, order.index(one.audience), str(one.id))):
        found.setdefault(one.session_id, []).append(one)
    return found
