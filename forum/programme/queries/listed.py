"""Lean reads of the public programme: what lists show, without abstracts and without objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.text import Fragment, Text
from forum.events.models import Picture, Room, face_name
from forum.events.queries import looks_like_slug
from forum.programme.models import Appearance, Session, Speaker, Track
from forum.programme.models.speakers import latin_name, names_in
from forum.programme.queries.sessions import session_of
from forum.programme.rules import AppearanceRole, SessionKind, SessionState

if TYPE_CHECKING:
    from forum.programme.queries.planned import Planned

NO_TEXT = Text()


@dataclass(frozen=True, slots=True)
class Place:
    """A room or a track as lists name it."""

    id: UUID
    slug: str
    name: Text
    position: int
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The rooms and tracks of an event, in their order."""

    rooms: Mapping[UUID, Place]
    tracks: Mapping[UUID, Place]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a filter asks of a session, of every day; `spoken` has interpretation too."""

    id: UUID
    day: date
    kind: SessionKind
    room_ids: tuple[UUID, ...]
    track_id: UUID | None
    spoken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedPicture:
    """Where a speaker's tile is served."""

    face_address: str


@dataclass(frozen=True, slots=True)
class ListedSpeaker:
    """A speaker as lists name one; the same names as Speaker's."""

    id: UUID
    slug: str
    name: str
    name_zh: str
    salutation: str
    post_nominals: str
    precedence: int
    title: Text
    affiliation: Text
    picture: ListedPicture | None
    biography: Text = NO_TEXT
    website: str = ""
    links: Sequence[Any] = ()

    @property
    def shown_name(self) -> str:
        """The Latin name with salutation and post-nominals, else the Chinese one."""
        return latin_name(self.name, self.salutation, self.post_nominals) or self.name_zh


@dataclass(frozen=True, slots=True)
class ListedPart:
    """Somebody in a listed session."""

    speaker_id: UUID
    speaker: ListedSpeaker
    role: AppearanceRole
    called: Text
    part: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as lists show it; the same names as Session's, and no abstract."""

    id: UUID
    kind: SessionKind
    state: SessionState
    title: Text
    delivered_in: Sequence[str]
    interpreted_into: Sequence[str]
    also_in: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    day: date
    position: int
    room_id: UUID | None
    track_id: UUID | None
    pool_id: UUID | None
    room: Place | None
    track: Place | None
    appearances: Sequence[ListedPart]
    abstract: Text = NO_TEXT
    parts: Sequence[Any] = ()
    stream_url: str = ""


def places_of(event_id: UUID) -> Places:
    """Return an event's rooms and tracks in their order (2 statements)."""
    rooms = db.session.execute(
        sa.select(Room.id, Room.slug, Room.name, Room.position)
        .where(Room.event_id == event_id)
        .order_by(Room.position, Room.id)
    )
    tracks = db.session.execute(
        sa.select(Track.id, Track.slug, Track.name, Track.position, Track.colour)
        .where(Track.event_id == event_id)
        .order_by(Track.position, Track.id)
    )
    return Places(
        {row.id: Place(*row) for row in rooms},
        {row.id: Place(*row) for row in tracks},
    )


def marks_of(event_id: UUID) -> list[Marks]:
    """Return what filters ask of every session that guests see, in order of time (1 statement)."""
    rows = db.session.execute(
        sa.select(
            Session.id,
            Session.day,
            Session.kind,
            Session.room_id,
            Session.also_in,
            Session.track_id,
            Session.delivered_in,
            Session.interpreted_into,
        )
        .where(*_seen(event_id))
        .order_by(Session.day, Session.starts_at, Session.position, Session.id)
    )
    return [marks(row) for row in rows]


def marks(session: Any) -> Marks:  # noqa: ANN401 - a row, or a session of either layer
    """Return what filters ask of a session."""
    rooms = (session.room_id,) if session.room_id else ()
    return Marks(
        session.id,
        session.day,
        session.kind,
        (*rooms, *(UUID(room) for room in session.also_in)),
        session.track_id,
        (*session.delivered_in, *session.interpreted_into),
    )


def listed_sessions(
    event_id: UUID, places: Places, *, day: date | None = None, speaker: str = ""
) -> list[Listed]:
    """Return the sessions that guests see in order of time, of one day or one speaker alone.

    Two statements, whatever the rows.
    """
    wanted = [*_seen(event_id)]
    if day is not None:
        wanted.append(Session.day == day)
    if speaker:
        wanted.append(
            Session.id.in_(
                sa.select(Appearance.session_id)
                .join(Speaker, Speaker.id == Appearance.speaker_id)
                .where(Speaker.slug == speaker)
            )
        )
    casts = _casts(wanted)
    rows: Iterable[Any] = db.session.execute(
        sa.select(
            Session.id,
            Session.kind,
            Session.state,
            Session.title,
            Session.delivered_in,
            Session.interpreted_into,
            Session.also_in,
            Session.starts_at,
            Session.ends_at,
            Session.day,
            Session.position,
            Session.room_id,
            Session.track_id,
            Session.pool_id,
        )
        .where(*wanted)
        .order_by(Session.starts_at, Session.position, Session.id)
    )
    found: list[Any] = [
        (
            *row,
            places.rooms.get(row.room_id) if row.room_id else None,
            places.tracks.get(row.track_id) if row.track_id else None,
            casts.get(row.id, ()),
        )
        for row in rows
    ]
    return [Listed(*columns) for columns in found]


def session_ids_with(event_id: UUID, speaker: str) -> set[UUID]:
    """Return which sessions that guests see a speaker is in (1 statement)."""
    return set(
        db.session.scalars(
            sa.select(Session.id)
            .join(Appearance, Appearance.session_id == Session.id)
            .join(Speaker, Speaker.id == Appearance.speaker_id)
            .where(*_seen(event_id), Speaker.slug == speaker)
        )
    )


def names_of_speakers(event_id: UUID, key: str) -> dict[str, Fragment]:
    """Return by slug how everybody in the sessions that guests see is called (1 statement)."""
    seen = (
        sa.select(Appearance.speaker_id)
        .join(Session, Session.id == Appearance.session_id)
        .where(*_seen(event_id))
    )
    rows = db.session.execute(
        sa.select(
            Speaker.slug,
            Speaker.name,
            Speaker.name_zh,
            Speaker.salutation,
            Speaker.post_nominals,
        ).where(Speaker.id.in_(seen))
    )
    return {
        row.slug: names_in(
            key, latin_name(row.name, row.salutation, row.post_nominals), row.name_zh
        )[0]
        for row in rows
    }


def shown_session(event_id: UUID, session_id: UUID) -> Session:
    """Return one session that guests see and that has a time (2 statements); raises NotFound."""
    found = session_of(event_id, session_id)
    if found.starts_at is None:
        raise NotFound
    return found


def same_room(session: Session | Planned) -> list[tuple[UUID, Text, datetime, datetime]]:
    """Return what guests see in this session's room on its day, in order of time (1 statement).

    Each with id, title, start and end; nothing where it has no room.
    """
    if session.room_id is None:
        return []
    rows: Iterable[Any] = db.session.execute(
        sa.select(Session.id, Session.title, Session.starts_at, Session.ends_at)
        .where(
            *_seen(session.event_id),
            Session.room_id == session.room_id,
            Session.day == session.day,
            Session.state == SessionState.CONFIRMED,
        )
        .order_by(Session.starts_at, Session.position, Session.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def speaker_at(organisation_id: UUID, slug: str) -> Speaker:
    """Return an organisation's speaker with the picture (1 statement); raises NotFound."""
    if not looks_like_slug(slug):
        raise NotFound
    found = db.session.scalar(
        sa.select(Speaker)
        .where(Speaker.organisation_id == organisation_id, Speaker.slug == slug)
        .options(joinedload(Speaker.picture))
    )
    if found is None:
        raise NotFound
    return found


def _seen(event_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Session.event_id == event_id,
        Session.state != SessionState.DRAFT,
        Session.starts_at.is_not(None),
    )


def _casts(wanted: Sequence[sa.ColumnElement[bool]]) -> dict[UUID, list[ListedPart]]:
    rows: Iterable[Any] = db.session.execute(
        sa.select(
            Appearance.session_id,
            Appearance.role,
            Appearance.called,
            Appearance.part,
            Speaker.id,
            Speaker.slug,
            Speaker.name,
            Speaker.name_zh,
            Speaker.salutation,
            Speaker.post_nominals,
            Speaker.precedence,
            Speaker.title,
            Speaker.affiliation,
            Picture.file_name,
            Picture.focus_x,
            Picture.focus_y,
        )
        .join(Session, Session.id == Appearance.session_id)
        .join(Speaker, Speaker.id == Appearance.speaker_id)
        .outerjoin(Picture, Picture.id == Speaker.picture_id)
        .where(*wanted)
        .order_by(Appearance.session_id, Appearance.position)
    )
    found: dict[UUID, list[ListedPart]] = defaultdict(list)
    known: dict[UUID, ListedSpeaker] = {}
    for session_id, role, called, part, *person, file, x, y in rows:
        speaker = known.get(person[0])
        if speaker is None:
            picture = ListedPicture(f"/uploads/{face_name(file, (x, y))}") if file else None
            person.append(picture)
            speaker = known[person[0]] = ListedSpeaker(*person)
        found[session_id].append(ListedPart(speaker.id, speaker, role, called, part))
    return found
