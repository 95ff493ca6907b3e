"""The programme as its editors plan it: what guests see, with unreleased changes laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.revisions import plain
from forum.core.text import Text
from forum.events.models import Room
from forum.programme.models import Appearance, Session, SessionDraft, Speaker, Track
from forum.programme.queries.sessions import in_order, whole_session
from forum.programme.rules import (
    COLUMNS,
    AppearanceRole,
    ChangeKind,
    Content,
    SessionKind,
    SessionState,
    change_kinds,
)

if TYPE_CHECKING:
    from forum.seats.models import SeatPool


class OnStage(Protocol):
    """One person in one role, of what guests see or of what is planned."""

    speaker_id: UUID
    speaker: Speaker
    role: AppearanceRole
    called: Text
    part: int | None


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """Somebody in a planned session."""

    speaker_id: UUID
    speaker: Speaker
    role: AppearanceRole
    called: Text
    part: int | None
    position: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A session as editors see it; the same names as Session's, whichever layer they come from.

    `public` is the row that guests see, `unreleased` whether this differs from it by a draft.
    """

    public: Session
    unreleased: bool
    kind: SessionKind
    state: SessionState
    title: Text
    abstract: Text
    delivered_in: list[str]
    interpreted_into: list[str]
    also_in: list[str]
    parts: list[dict[str, Any]]
    starts_at: datetime | None
    ends_at: datetime | None
    day: date | None
    stream_url: str
    position: int
    room_id: UUID | None
    track_id: UUID | None
    room: Room | None
    track: Track | None
    appearances: Sequence[OnStage]

    @property
    def id(self) -> UUID:
        """The session's id."""
        return self.public.id

    @property
    def event_id(self) -> UUID:
        """The event's id."""
        return self.public.event_id

    @property
    def revision(self) -> int:
        """What a form on this session must carry."""
        return self.public.revision

    @property
    def pool_id(self) -> UUID | None:
        """The places' id, where people must sign up."""
        return self.public.pool_id

    @property
    def pool(self) -> SeatPool | None:
        """The places, where people must sign up; they are no matter of versions."""
        return self.public.pool


@dataclass(frozen=True, slots=True)
class Pending:
    """What the next release changes of one session; `before` is what guests see of it now."""

    session: Planned
    kinds: Sequence[ChangeKind]
    before: Content
    after: Content


def planned_sessions(event_id: UUID) -> list[Planned]:
    """Return every session of an event as planned, in the order of the programme.

    Two statements for what guests see, one for drafts, and where there are any three for what they
    name.
    """
    public = db.session.scalars(
        sa.select(Session)
        .where(Session.event_id == event_id)
        .options(*whole_session())
        .execution_options(populate_existing=True)
    )
    return _laid_over(event_id, public.unique().all())


def planned_session(event_id: UUID, session_id: UUID) -> Planned:
    """Return one session as planned (3 to 6 statements); raises NotFound."""
    public = db.session.scalars(
        sa.select(Session)
        .where(Session.event_id == event_id, Session.id == session_id)
        .options(*whole_session())
        .execution_options(populate_existing=True)
    )
    found = _laid_over(event_id, public.unique().all(), only=session_id)
    if not found:
        raise NotFound
    return found[0]


def planned_with(event_id: UUID, speaker_id: UUID) -> list[Planned]:
    """Return the sessions in which somebody appears, for guests or as planned (3 to 6 statements).

    Which of the two it is must be looked up in `public.appearances` and `appearances`.
    """
    shown = (
        sa.select(Appearance.session_id)
        .join(Session, Session.id == Appearance.session_id)
        .where(Session.event_id == event_id, Appearance.speaker_id == speaker_id)
    )
    waiting = sa.select(SessionDraft.session_id).where(
        SessionDraft.event_id == event_id,
        sa.cast(SessionDraft.cast, sa.String).contains(str(speaker_id)),
    )
    public = db.session.scalars(
        sa.select(Session)
        .where(sa.or_(Session.id.in_(shown), Session.id.in_(waiting)))
        .options(*whole_session())
        .execution_options(populate_existing=True)
    )
    return _laid_over(event_id, public.unique().all())


def pending_changes(sessions: Iterable[Planned]) -> list[Pending]:
    """Return what the next release would change, of sessions that differ from what guests see."""
    found = []
    for one in sessions:
        if one.unreleased:
            before, after = content_of(one.public), content_of(one)
            found.append(Pending(one, change_kinds(before, after), before, after))
    return found


def content_of(session: Session | Planned) -> dict[str, Any]:
    """Return a session's content as JSON, with who is on stage (`rules.Content`)."""
    found = columns_of(session)
    found["cast"] = [
        [str(one.speaker_id), one.role.value, dict(one.called.by_language), one.part]
        for one in session.appearances
    ]
    return found


def columns_of(session: object) -> dict[str, Any]:
    """Return the columns of a session's content as JSON, without who is on stage."""
    return {name: plain(getattr(session, name)) for name in COLUMNS}


def _laid_over(
    event_id: UUID, public: Sequence[Session], only: UUID | None = None
) -> list[Planned]:
    wanted = sa.select(SessionDraft).where(SessionDraft.event_id == event_id)
    if only is not None:
        wanted = wanted.where(SessionDraft.session_id == only)
    drafts = {
        draft.session_id: draft
        for draft in db.session.scalars(wanted.execution_options(populate_existing=True))
    }
    named = _named(event_id, drafts.values()) if drafts else _Named({}, {}, {})
    return sorted((_planned(one, drafts.get(one.id), named) for one in public), key=in_order)


@dataclass(frozen=True, slots=True)
class _Named:
    rooms: Mapping[UUID, Room]
    tracks: Mapping[UUID, Track]
    speakers: Mapping[str, Speaker]


def _named(event_id: UUID, drafts: Iterable[SessionDraft]) -> _Named:
    people = {UUID(row[0]) for draft in drafts for row in draft.cast}
    speakers = db.session.scalars(
        sa.select(Speaker).where(Speaker.id.in_(people)).options(joinedload(Speaker.picture))
    )
    return _Named(
        {one.id: one for one in db.session.scalars(_of(Room, event_id))},
        {one.id: one for one in db.session.scalars(_of(Track, event_id))},
        {str(one.id): one for one in speakers},
    )


def _of(model: type[Room | Track], event_id: UUID) -> sa.Select[Any]:
    return sa.select(model).where(model.event_id == event_id)


def _planned(public: Session, draft: SessionDraft | None, named: _Named) -> Planned:
    shown = public if draft is None else draft
    return Planned(
        public=public,
        unreleased=draft is not None,
        **{name: getattr(shown, name) for name in COLUMNS},
        room=public.room if draft is None else _get(named.rooms, draft.room_id),
        track=public.track if draft is None else _get(named.tracks, draft.track_id),
        appearances=cast(
            "Sequence[OnStage]",
            public.appearances if draft is None else _cast_of(draft, named.speakers),
        ),
    )


def _cast_of(draft: SessionDraft, speakers: Mapping[str, Speaker]) -> list[PlannedPart]:
    """Return who is on stage in a draft; a profile that was removed meanwhile is left out."""
    return [
        PlannedPart(UUID(who), speakers[who], AppearanceRole(role), Text(called), part, position)
        for position, (who, role, called, part) in enumerate(draft.cast)
        if who in speakers
    ]


def _get(things: Mapping[UUID, Any], thing_id: UUID | None) -> Any:  # noqa: ANN401 - a room or a track
    return things.get(thing_id) if thing_id else None
