"""What conflicts are looked for in: sessions as slots, and what they are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.conflicts import shared_people
from forum.core.db import db
from forum.events.models import Event, Room
from forum.programme.models import Appearance, Engagement, Session, Unavailability
from forum.programme.queries.busy import busy_rooms
from forum.programme.queries.planned import Planned
from forum.programme.queries.releases import ProgrammeSettings
from forum.programme.rules import (
    Circumstances,
    EngagementState,
    SessionState,
    Slot,
    Warned,
    conflicts_of,
)
from forum.programme.rules.conflicts import Span
from forum.seats.models import SeatPool


def planned_conflicts(
    event: Event,
    settings: ProgrammeSettings,
    sessions: Iterable[Planned],
    rooms: Sequence[Room],
) -> list[Warned]:
    """Return the conflicts of a programme as planned (3 statements, and the sign-ups')."""
    capacities = {room.id: room.capacity for room in rooms}
    held = circumstances_of(event, settings.turnaround, capacities)
    return conflicts_of([slot_of(one) for one in sessions], held)


def shown_conflicts(
    event: Event, turnaround: int, sizes: Mapping[UUID, int | None] | None = None
) -> list[Warned]:
    """Return the conflicts of what guests see (6 statements, and the sign-ups').

    `sizes` are of rooms that are held to be larger or smaller than they are.
    """
    rooms = sa.select(Room.id, Room.capacity).where(Room.event_id == event.id)
    capacities = {row.id: row.capacity for row in db.session.execute(rooms)} | dict(sizes or {})
    return conflicts_of(_shown_slots(event.id), circumstances_of(event, turnaround, capacities))


def circumstances_of(
    event: Event, turnaround: int, capacities: Mapping[UUID, int | None]
) -> Circumstances:
    """Return what an event's programme is held against (3 statements, and the sign-ups')."""
    unavailable, declined = _speakers(event.id)
    return Circumstances(
        event_starts=event.starts_at,
        event_ends=event.ends_at,
        zone=event.zone,
        languages=event.languages,
        turnaround=turnaround,
        capacities=capacities,
        unavailable=unavailable,
        declined=declined,
        busy=busy_rooms(event.id),
        shared=shared_people(db.session(), event.id),
    )


def slot_of(session: Session | Planned) -> Slot:
    """Return a session as the checks see it."""
    pool = session.pool
    return Slot(
        id=session.id,
        kind=session.kind,
        state=session.state,
        room_id=session.room_id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        cast=tuple((one.speaker_id, one.role) for one in session.appearances),
        also_in=_ids(session.also_in),
        title=session.title,
        abstract=session.abstract,
        taken=pool.taken if pool else 0,
        places=pool.capacity if pool else None,
    )


def _shown_slots(event_id: UUID) -> list[Slot]:
    cast: dict[UUID, list[Any]] = {}
    for row in db.session.execute(
        sa.select(Appearance.session_id, Appearance.speaker_id, Appearance.role)
        .join(Session, Session.id == Appearance.session_id)
        .where(Session.event_id == event_id)
        .order_by(Appearance.position, Appearance.id)
    ):
        cast.setdefault(row.session_id, []).append((row.speaker_id, row.role))
    rows = db.session.execute(
        sa.select(
            Session.id,
            Session.kind,
            Session.state,
            Session.room_id,
            Session.starts_at,
            Session.ends_at,
            Session.also_in,
            Session.title,
            Session.abstract,
            SeatPool.taken,
            SeatPool.capacity,
        )
        .outerjoin(SeatPool, SeatPool.id == Session.pool_id)
        .where(Session.event_id == event_id, Session.state != SessionState.DRAFT)
    )
    return [
        Slot(
            id=row.id,
            kind=row.kind,
            state=row.state,
            room_id=row.room_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            cast=tuple(cast.get(row.id, ())),
            also_in=_ids(row.also_in),
            title=row.title,
            abstract=row.abstract,
            taken=row.taken or 0,
            places=row.capacity,
        )
        for row in rows
    ]


def _speakers(event_id: UUID) -> tuple[dict[UUID, list[Span]], frozenset[UUID]]:
    """Return when speakers cannot be on stage, and who has declined (1 statement)."""
    rows = db.session.execute(
        sa.select(
            Engagement.speaker_id,
            Engagement.state,
            Unavailability.starts_at,
            Unavailability.ends_at,
        )
        .outerjoin(Unavailability, Unavailability.engagement_id == Engagement.id)
        .where(Engagement.event_id == event_id)
        .order_by(Unavailability.starts_at)
    )
    times: dict[UUID, list[Span]] = {}
    declined = set()
    for row in rows:
        if row.state is EngagementState.DECLINED:
            declined.add(row.speaker_id)
        if row.starts_at is not None:
            times.setdefault(row.speaker_id, []).append((row.starts_at, row.ends_at))
    return times, frozenset(declined)


def _ids(stored: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(UUID(one) for one in stored or ())
