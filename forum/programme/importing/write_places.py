"""Making the rooms and tracks that an event lacks."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from forum.core.ids import uuid7
from forum.events.models import Room
from forum.events.rules import MOST_PARTS as MOST_ROOMS
from forum.events.rules import free_slug, slug_of
from forum.events.service import latin, room_slug
from forum.programme.importing.hand import Hand, ProgrammeFull
from forum.programme.importing.plans import PlannedPlace
from forum.programme.models import Track
from forum.programme.rules import MOST_TRACKS


def make_rooms(hand: Hand, places: Iterable[PlannedPlace]) -> dict[str, str | None]:
    """Make the rooms that are new; return the ids of all by their keys. Raises ProgrammeFull."""
    rooms = hand.transaction.scalars(
        sa.select(Room).where(Room.event_id == hand.event.id).order_by(Room.position)
    ).all()
    slugs = {room.slug for room in rooms}
    position = rooms[-1].position + 1 if rooms else 0
    made: dict[str, str | None] = {}
    for place in places:
        if not place.is_new:
            made[place.key] = place.ref
            continue
        slug = room_slug(place.name, slugs)
        slugs.add(slug)
        room = Room(
            id=uuid7(),
            event_id=hand.event.id,
            slug=slug,
            name=place.name,
            capacity=place.capacity,
            position=position,
        )
        position += 1
        hand.transaction.add(room)
        hand.record("room.added", ("room", room.id), {"slug": slug})
        made[place.key] = str(room.id)
    if len(slugs) > MOST_ROOMS:
        raise ProgrammeFull
    hand.transaction.flush()
    return made


def make_tracks(hand: Hand, places: Iterable[PlannedPlace]) -> dict[str, str | None]:
    """Make the tracks that are new; return the ids of all by their keys. Raises ProgrammeFull."""
    tracks = hand.transaction.scalars(
        sa.select(Track).where(Track.event_id == hand.event.id).order_by(Track.position)
    ).all()
    slugs = {track.slug for track in tracks}
    position = tracks[-1].position + 1 if tracks else 0
    made: dict[str, str | None] = {}
    for place in places:
        if not place.is_new:
            made[place.key] = place.ref
            continue
        wanted = slug_of(latin(place.name.pick("en").text))
        slug = free_slug(wanted, slugs.__contains__, otherwise="track")
        slugs.add(slug)
        track = Track(
            id=uuid7(),
            event_id=hand.event.id,
            slug=slug,
            name=place.name,
            colour=place.colour,
            position=position,
        )
        position += 1
        hand.transaction.add(track)
        hand.record("track.added", ("track", track.id), {"slug": slug})
        made[place.key] = str(track.id)
    if len(slugs) > MOST_TRACKS:
        raise ProgrammeFull
    hand.transaction.flush()
    return made
