"""Reads of public pages that mix rooms: a fixed, small number of statements, whatever the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.events.models import Event, OldSlug, Series
from forum.events.queries import looks_like_slug
from forum.events.rules import EventState
from forum.people.models import Organisation
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import SessionState
from forum.seats.models import SeatPool
from forum.seats.rules import Band, PoolAbout, band

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_UPCOMING = 100
MOST_PAST = 30
MOST_LISTED = 500
MOST_OF_ALL = 10_000
"""Events, and sessions or speakers of all of them, in the site map."""


def event_key_of(slug: str) -> tuple[UUID, EventState] | None:
    """Return id and state of the event at this slug; one statement."""
    row = db.session.execute(sa.select(Event.id, Event.state).where(Event.slug == slug)).first()
    return (row[0], row[1]) if row else None


def moved_to(slug: str) -> str | None:
    """Return the present slug of an event that once was public at this one; one statement."""
    if not looks_like_slug(slug):
        return None
    return db.session.scalar(
        sa.select(Event.slug)
        .join(OldSlug, OldSlug.event_id == Event.id)
        .where(OldSlug.slug == slug),
    )


def full_events(event_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these events have no seat left; one statement."""
    return {event_id for event_id, seats in _bands(event_ids).items() if seats.full}


def _bands(event_ids: Sequence[UUID]) -> dict[UUID, Band]:
    rows = db.session.execute(
        sa.select(
            SeatPool.event_id,
            sa.func.sum(SeatPool.capacity),
            sa.func.sum(SeatPool.taken),
            sa.func.sum(SeatPool.waiting),
        )
        .where(SeatPool.event_id.in_(event_ids), SeatPool.about == PoolAbout.EVENT)
        .group_by(SeatPool.event_id),
    )
    return {row[0]: band(int(row[1]), int(row[2]), int(row[3])) for row in rows}


def upcoming_events(now: datetime, series_id: UUID | None = None) -> Sequence[Event]:
    """Return public events that are not over, all or of a series, the next first; one statement."""
    return db.session.scalars(
        _public(series_id)
        .where(Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_UPCOMING),
    ).all()


def past_events(now: datetime, series_id: UUID | None = None) -> Sequence[Event]:
    """Return public events that are over, the latest first; one statement."""
    return db.session.scalars(
        _public(series_id)
        .where(Event.ends_at <= now)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST_PAST),
    ).all()


def _public(series_id: UUID | None) -> sa.Select[Event]:
    found = (
        sa.select(Event)
        .where(Event.state != EventState.DRAFT)
        .options(joinedload(Event.venue), joinedload(Event.organisation))
    )
    return found if series_id is None else found.where(Event.series_id == series_id)


def series_of(slug: str) -> Series | None:
    """Return a series; one statement."""
    if not looks_like_slug(slug):
        return None
    return db.session.scalar(sa.select(Series).where(Series.slug == slug))


def only_organisation() -> Organisation | None:
    """Return the organisation where there is just one; one statement."""
    found = db.session.scalars(
        sa.select(Organisation).order_by(Organisation.id).limit(2),
    ).all()
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Address:
    """What the site map lists of an event."""

    slug: str
    session_ids: tuple[UUID, ...]
    days: tuple[date, ...]
    speaker_slugs: tuple[str, ...]


def addresses() -> list[Address]:
    """Return the newest public events with their sessions and speakers; three statements."""
    events = db.session.execute(
        sa.select(Event.id, Event.slug)
        .where(Event.state != EventState.DRAFT)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST_LISTED),
    ).all()
    shown = (
        Session.event_id.in_([event_id for event_id, _ in events]),
        Session.state != SessionState.DRAFT,
        Session.starts_at.is_not(None),
    )
    sessions: dict[UUID, list[UUID]] = {}
    days: dict[UUID, set[date]] = {}
    for event_id, session_id, day in db.session.execute(
        sa.select(Session.event_id, Session.id, Session.day)
        .where(*shown)
        .order_by(Session.starts_at, Session.id)
        .limit(MOST_OF_ALL),
    ):
        sessions.setdefault(event_id, []).append(session_id)
        days.setdefault(event_id, set()).update({day} if day else ())
    speakers: dict[UUID, list[str]] = {}
    for event_id, slug in db.session.execute(
        sa.select(Session.event_id, Speaker.slug)
        .join(Appearance, Appearance.session_id == Session.id)
        .join(Speaker, Speaker.id == Appearance.speaker_id)
        .where(*shown)
        .distinct()
        .order_by(Session.event_id, Speaker.slug)
        .limit(MOST_OF_ALL),
    ):
        speakers.setdefault(event_id, []).append(slug)
    return [
        Address(
            slug,
            tuple(sessions.get(event_id, ())),
            tuple(sorted(days.get(event_id, ()))),
            tuple(speakers.get(event_id, ())),
        )
        for event_id, slug in events
    ]


def series_slugs() -> Sequence[str]:
    """Return the slugs of series that have a public event; one statement."""
    return db.session.scalars(
        sa.select(Series.slug)
        .join(Event, Event.series_id == Series.id)
        .where(Event.state != EventState.DRAFT)
        .distinct()
        .order_by(Series.slug)
        .limit(MOST_LISTED),
    ).all()
