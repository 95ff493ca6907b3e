"""The rooms of an event: add, change, remove, put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.outbox import emit
from forum.core.permissions import Action
from forum.core.revisions import check_unchanged, difference
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.events.rules import MOST_PARTS, free_slug, reordered, slug_of
from forum.events.service.changes import locked_event, note_part
from forum.events.service.details import latin


class TooManyParts(Conflict):
    """More rooms or partners than a page can show."""

    code = "too_many_parts"
    status = 422
    says = sentence("There are 200 already. Remove one first.")


@dataclass(frozen=True, slots=True)
class RoomDetails:
    """A room's name, and how many people fit."""

    name: Text
    capacity: int | None

    def values(self) -> dict[str, object]:
        """Return the columns."""
        return {"name": self.name, "capacity": self.capacity}


def add_room(actor: Actor, event_id: UUID, details: RoomDetails, *, now: datetime) -> Room:
    """Add a room after the others; its slug comes from its name."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        rooms = _rooms(session, event.id)
        if len(rooms) >= MOST_PARTS:
            raise TooManyParts
        room = Room(
            event_id=event.id,
            slug=room_slug(details.name, {room.slug for room in rooms}),
            position=rooms[-1].position + 1 if rooms else 0,
            name=details.name,
            capacity=details.capacity,
        )
        session.add(room)
        session.flush()
        note_part(session, actor, event, "room.added", ("room", room.id), {"slug": room.slug}, now)
        return room


def change_room(
    actor: Actor,
    event_id: UUID,
    room_id: UUID,
    seen: str,
    details: RoomDetails,
    *,
    now: datetime,
) -> Room:
    """Change a room's name or size; `seen` is the fingerprint the form carried.

    Emits room.changed where the name changed, room.resized within the transaction where the size
    did. Raises ThingChangedMeanwhile, NotFound.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        room = _room(session, event, room_id)
        before = {"name": room.name, "capacity": room.capacity}
        check_unchanged(seen, before)
        changes = difference(before, details.values())
        room.name, room.capacity = details.name, details.capacity
        if changes:
            note_part(
                session,
                actor,
                event,
                "room.changed",
                ("room", room.id),
                {"changes": changes},
                now,
            )
        if "capacity" in changes:
            sizes = dict(zip(("before", "after"), changes["capacity"], strict=True))
            key = f"{room.id}:{now.isoformat()}"
            emit(session, "room.resized", {**_payload(event, room), **sizes}, key=key, now=now)
        if "name" in changes:
            emit(
                session,
                "room.changed",
                _payload(event, room),
                key=f"{room.id}:{now.isoformat()}",
                now=now,
            )
        return room


def remove_room(actor: Actor, event_id: UUID, room_id: UUID, *, now: datetime) -> Room:
    """Remove a room; its sessions stay, without a room. Emits room.removed before."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        room = _room(session, event, room_id)
        payload = {
            **_payload(event, room),
            "by": actor.as_named(),
            "name": dict(room.name.by_language),
        }
        emit(session, "room.removed", payload, key=str(room.id), now=now)
        note_part(
            session,
            actor,
            event,
            "room.removed",
            ("room", room.id),
            {"slug": room.slug, "name": dict(room.name.by_language)},
            now,
        )
        session.delete(room)
        return room


def move_room(actor: Actor, event_id: UUID, room_id: UUID, step: int, *, now: datetime) -> None:
    """Put a room one place earlier (step -1) or later (+1)."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        room = _room(session, event, room_id)
        rooms = _rooms(session, event.id)
        for place, one in enumerate(reordered(rooms, rooms.index(room), step)):
            one.position = place
        note_part(session, actor, event, "room.moved", ("room", room_id), {"step": step}, now)


def room_slug(name: Text, taken: set[str]) -> str:
    """Return a free slug for a room of an event."""
    wanted = slug_of(latin(name.get("en") or name.pick("zh-Hant").text))
    return free_slug(wanted, taken.__contains__, otherwise="room")


def _rooms(session: Session, event_id: UUID) -> Sequence[Room]:
    return session.scalars(
        sa.select(Room).where(Room.event_id == event_id).order_by(Room.position, Room.id),
    ).all()


def _room(session: Session, event: Event, room_id: UUID) -> Room:
    room = session.get(Room, room_id, populate_existing=True)
    if room is None or room.event_id != event.id:
        raise NotFound
    return room


def _payload(event: Event, room: Room) -> dict[str, str]:
    return {"event_id": str(event.id), "room_id": str(room.id)}
