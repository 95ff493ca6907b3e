"""Named reads of what feeds show of an event: all its sessions, or those of one room or person.

A room, track or person is known here only once guests have seen it in a session: what an organiser
prepares has no feed, not even an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.events.queries import looks_like_slug
from forum.programme.models import Appearance, Session, Speaker, Track
from forum.programme.models.releases import Release, ReleaseChange
from forum.programme.rules import SessionKind, SessionState


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sessions a feed is asked for: the slugs that all of them have; empty for any."""

    room: str = ""
    track: str = ""
    kind: str = ""
    speaker: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What of it is asked for."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name))


class Filter(NamedTuple):
    """What one filter stands for: what it is called, and which sessions have it."""

    thing: SessionKind | Room | Track | Speaker
    holds: sa.ColumnElement[bool]


class Absence(NamedTuple):
    """A session that stood in calendars and has no time now: as guests saw it last."""

    title: Text
    starts_at: datetime
    ends_at: datetime


def filter_of(event: Event, by: str, slug: str) -> Filter | None:
    """Return what a filter of an event's feed stands for, or None for what guests never saw.

    At most 3 statements; none for a kind.
    """
    if not looks_like_slug(slug):
        return None
    found = _FOUND[by](event, slug)
    if found is None or isinstance(found.thing, SessionKind):
        return found
    shown = sa.exists().where(*_public(event.id), Session.starts_at.is_not(None), found.holds)
    if db.session.scalar(sa.select(shown)):
        return found
    return found if _was_shown(event.id, found.thing) else None


def sessions_shown(event_id: UUID, *holds: sa.ColumnElement[bool]) -> Sequence[Session]:
    """Return an event's public sessions with room, track and people (2 statements)."""
    return (
        db.session.scalars(
            sa.select(Session)
            .where(*_public(event_id), *holds)
            .options(
                joinedload(Session.room),
                joinedload(Session.track),
                selectinload(Session.appearances).joinedload(Appearance.speaker),
            )
        )
        .unique()
        .all()
    )


def newest_change(event: Event) -> datetime:
    """Return when anything public of an event was changed last, of any session (1 statement).

    A session that leaves a room takes its own moment with it: the room's feed changed all the same.
    """
    newest = db.session.scalar(sa.select(sa.func.max(Session.changed_at)).where(*_public(event.id)))
    return max(newest, event.changed_at) if newest else event.changed_at


def absences_of(sessions: Iterable[Session]) -> Mapping[UUID, Absence]:
    """Return how guests last saw those of public sessions that have no time now.

    One that never stood in a calendar is not among them. At most 1 statement.
    """
    return absences_with([one.id for one in sessions if one.starts_at is None])


def absences_with(ids: Sequence[UUID]) -> Mapping[UUID, Absence]:
    """Return how guests last saw the sessions with these ids, which have no time now.

    At most 1 statement.
    """
    if not ids:
        return {}
    rows = db.session.execute(
        sa.select(ReleaseChange.session_id, ReleaseChange.before)
        .join(Release, Release.id == ReleaseChange.release_id)
        .where(ReleaseChange.session_id.in_(ids))
        .order_by(Release.number)
    )
    return {session_id: _absence(seen) for session_id, seen in rows if seen.get("starts_at")}


def _absence(seen: Mapping[str, Any]) -> Absence:
    starts_at, ends_at = (datetime.fromisoformat(seen[name]) for name in ("starts_at", "ends_at"))
    return Absence(Text(seen["title"]), starts_at, ends_at)


def _public(event_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return Session.event_id == event_id, Session.state != SessionState.DRAFT


def _was_shown(event_id: UUID, thing: Room | Track | Speaker) -> bool:
    """Say whether an earlier version of what guests saw names a room, track or person."""
    released = (
        sa.select(ReleaseChange.id)
        .join(Release, Release.id == ReleaseChange.release_id)
        .where(
            Release.event_id == event_id,
            sa.cast(ReleaseChange.before, sa.String).contains(str(thing.id)),
        )
    )
    return bool(db.session.scalar(sa.select(released.exists())))


def _room(event: Event, slug: str) -> Filter | None:
    found = db.session.scalar(sa.select(Room).where(Room.event_id == event.id, Room.slug == slug))
    if found is None:
        return None
    further = sa.cast(Session.also_in, sa.String).contains(str(found.id))
    return Filter(found, sa.or_(Session.room_id == found.id, further))


def _track(event: Event, slug: str) -> Filter | None:
    found = db.session.scalar(
        sa.select(Track).where(Track.event_id == event.id, Track.slug == slug)
    )
    return Filter(found, Session.track_id == found.id) if found else None


def _kind(_event: Event, slug: str) -> Filter | None:
    found = next((one for one in SessionKind if one == slug), None)
    return Filter(found, Session.kind == found) if found else None


def _speaker(event: Event, slug: str) -> Filter | None:
    found = db.session.scalar(
        sa.select(Speaker).where(
            Speaker.organisation_id == event.organisation_id, Speaker.slug == slug
        )
    )
    if found is None:
        return None
    theirs = sa.select(Appearance.session_id).where(Appearance.speaker_id == found.id)
    return Filter(found, Session.id.in_(theirs))


_FOUND: Mapping[str, Callable[[Event, str], Filter | None]] = {
    "room": _room,
    "track": _track,
    "kind": _kind,
    "speaker": _speaker,
}
