"""Named reads of what the contents of sessions name by id: rooms, tracks and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.programme.models import Programme, Speaker, Track
from forum.programme.rules import Content


@dataclass(frozen=True, slots=True)
class Names:
    """What rooms, tracks and people are called, by their ids as a content holds them.

    Rooms and tracks that are no more have the name they had. A person has the Latin and the Chinese
    name.
    """

    rooms: Mapping[str, Text] = field(default_factory=dict)
    tracks: Mapping[str, Text] = field(default_factory=dict)
    people: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def names_in(event_id: UUID, contents: Iterable[Content]) -> Names:
    """Return the names that contents of an event's sessions need (3 statements)."""
    ids = {row[0] for content in contents for row in content.get("cast", ())}
    rooms = db.session.execute(
        sa.select(Event.id, Room.id.label("room_id"), Room.name, Programme.former_names)
        .outerjoin(Room, Room.event_id == Event.id)
        .outerjoin(Programme, Programme.event_id == Event.id)
        .where(Event.id == event_id)
    ).all()
    kept = (rooms[0].former_names if rooms else None) or {}
    former = {key: Text(name) for key, name in kept.items()}
    tracks = db.session.execute(sa.select(Track.id, Track.name).where(Track.event_id == event_id))
    people = db.session.scalars(sa.select(Speaker).where(Speaker.id.in_(map(UUID, ids))))
    return Names(
        former | {str(row.room_id): row.name for row in rooms if row.room_id},
        former | {str(row.id): row.name for row in tracks},
        {str(one.id): (one.shown_name if one.name else "", one.name_zh) for one in people},
    )
