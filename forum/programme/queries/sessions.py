"""Named reads of the programme: sessions with all that is shown of them, speakers, tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.events.queries import looks_like_slug
from forum.programme.models import Appearance, Session, Speaker, Track
from forum.programme.rules import SessionState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm.interfaces import ORMOption

    from forum.programme.queries.planned import Planned

MOST_SPEAKERS = 2000


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A speaker and in how many sessions of the event they appear."""

    speaker: Speaker
    sessions: int


def sessions_of(event_id: UUID, *, include_drafts: bool = False) -> Sequence[Session]:
    """Return an event's sessions with rooms, tracks, appearances, speakers and pictures.

    In the order of the programme: by day, time, the room's place; untimed ones last (2 statements).
    """
    query = sa.select(Session).where(Session.event_id == event_id).options(*whole_session())
    if not include_drafts:
        query = query.where(Session.state != SessionState.DRAFT)
    found = db.session.scalars(query).unique().all()
    return sorted(found, key=in_order)


def session_of(event_id: UUID, session_id: UUID, *, include_drafts: bool = False) -> Session:
    """Return one session of an event with all that is shown of it (2 statements).

    Raises NotFound.
    """
    query = sa.select(Session).where(Session.event_id == event_id, Session.id == session_id)
    if not include_drafts:
        query = query.where(Session.state != SessionState.DRAFT)
    found = db.session.scalars(query.options(*whole_session())).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def sessions_with(event_id: UUID, speaker_id: UUID) -> Sequence[Session]:
    """Return the public sessions of an event in which somebody appears, in order (2 statements)."""
    theirs = sa.select(Appearance.session_id).where(Appearance.speaker_id == speaker_id)
    found = db.session.scalars(
        sa.select(Session)
        .where(
            Session.event_id == event_id,
            Session.state != SessionState.DRAFT,
            Session.id.in_(theirs),
        )
        .options(*whole_session()),
    )
    return sorted(found.unique().all(), key=in_order)


def speakers_at(organisation_id: UUID, event_id: UUID) -> Sequence[SpeakerRow]:
    """Return all speakers of an organisation with their number of sessions here (1 statement)."""
    here = (
        sa.select(Appearance.speaker_id, sa.func.count(sa.distinct(Session.id)).label("sessions"))
        .join(Session)
        .where(Session.event_id == event_id)
        .group_by(Appearance.speaker_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Speaker, sa.func.coalesce(here.c.sessions, 0))
        .outerjoin(here, here.c.speaker_id == Speaker.id)
        .where(Speaker.organisation_id == organisation_id)
        .options(joinedload(Speaker.picture))
        .order_by(Speaker.precedence, Speaker.name, Speaker.name_zh, Speaker.id)
        .limit(MOST_SPEAKERS),
    )
    return [SpeakerRow(speaker, number) for speaker, number in rows]


def managed_speaker(organisation_id: UUID, slug: str) -> Speaker:
    """Return a speaker of an organisation with the picture (1 statement); raises NotFound."""
    if not looks_like_slug(slug):
        raise NotFound
    speaker = db.session.scalars(
        sa.select(Speaker)
        .where(Speaker.organisation_id == organisation_id, Speaker.slug == slug)
        .options(joinedload(Speaker.picture)),
    ).one_or_none()
    if speaker is None:
        raise NotFound
    return speaker


def appearances_of(speaker_id: UUID) -> Sequence[Session]:
    """Return every session a speaker appears in, of all events (1 statement)."""
    return db.session.scalars(
        sa.select(Session)
        .where(
            Session.id.in_(
                sa.select(Appearance.session_id).where(Appearance.speaker_id == speaker_id),
            ),
        )
        .order_by(Session.starts_at, Session.id),
    ).all()


def tracks_of(event_id: UUID) -> Sequence[Track]:
    """Return the tracks of an event in their order (1 statement)."""
    return db.session.scalars(
        sa.select(Track).where(Track.event_id == event_id).order_by(Track.position, Track.id),
    ).all()


def in_order(session: Session | Planned) -> tuple[bool, str, str, int, int, str]:
    """Return the key that puts sessions in the order of the programme."""
    return (
        session.starts_at is None,
        session.day.isoformat() if session.day else "",
        session.starts_at.isoformat() if session.starts_at else "",
        session.room.position if session.room else -1,
        session.position,
        str(session.id),
    )


def whole_session() -> tuple[ORMOption, ...]:
    """Return what loads all that is shown of a session."""
    return (
        joinedload(Session.room),
        joinedload(Session.track),
        joinedload(Session.pool),
        selectinload(Session.appearances)
        .joinedload(Appearance.speaker)
        .joinedload(Speaker.picture),
    )


def sessions_by_track(event_id: UUID) -> dict[UUID, int]:
    """Return how many sessions each track of an event has for guests (1 statement)."""
    rows = db.session.execute(
        sa.select(Session.track_id, sa.func.count())
        .where(Session.event_id == event_id, Session.track_id.is_not(None))
        .group_by(Session.track_id)
    )
    return {track_id: number for track_id, number in rows if track_id}


def shown_sessions(event_id: UUID) -> set[UUID]:
    """Return the ids of the sessions that have a public page: those with a time (1 statement)."""
    wanted = sa.select(Session.id).where(
        Session.event_id == event_id,
        Session.state != SessionState.DRAFT,
        Session.starts_at.is_not(None),
    )
    return set(db.session.scalars(wanted))
