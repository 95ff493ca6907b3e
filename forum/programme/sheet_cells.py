"""Sessions and speakers as rows of our own sheet: what stands in each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.languages import KEYS
from forum.core.text import Text, plain_key
from forum.programme.models import Speaker
from forum.programme.sheet_columns import (
    PersonInCell,
    links_in_cell,
    list_in_cell,
    parts_in_cells,
    people_in_cell,
)

if TYPE_CHECKING:
    from forum.events.models import Room
    from forum.programme.queries import OnStage, Planned

Cell = str | int | date | time | datetime | None


def session_cells(
    session: Planned,
    *,
    zone: tzinfo,
    rooms: Mapping[UUID, Room],
    names: Mapping[UUID, str],
    order: Sequence[str],
) -> dict[str, Cell]:
    """Return a session's cells by the names of the columns; `names` as `names_in_cells` gives them.

    `order` are the event's languages: a room or track is named in the first that has a name.
    """
    starts = session.starts_at.astimezone(zone) if session.starts_at else None
    ends = session.ends_at.astimezone(zone) if session.ends_at else None
    own_day = starts.date() if starts else None
    also = [rooms[UUID(one)] for one in session.also_in if UUID(one) in rooms]
    return {
        "key": str(session.id),
        "revision": session.revision,
        **_in_three("title", session.title),
        "kind": session.kind.value,
        "state": session.state.value,
        "day": own_day,
        "start": starts.time().replace(tzinfo=None) if starts else None,
        "end": _end(starts, ends),
        "listed": session.day if session.day != own_day else None,
        "room": _named(session.room.name, order) if session.room else None,
        "also_in": list_in_cell(_named(room.name, order) for room in also) or None,
        "track": _named(session.track.name, order) if session.track else None,
        "delivered_in": list_in_cell(session.delivered_in) or None,
        "interpreted_into": list_in_cell(session.interpreted_into) or None,
        "people": people_in_cell(_person(one, names) for one in session.appearances) or None,
        "stream_url": session.stream_url or None,
        **_in_three("abstract", session.abstract),
        **{f"parts.{key}": cell or None for key, cell in parts_in_cells(session.parts).items()},
    }


def speaker_cells(speaker: Speaker) -> dict[str, Cell]:
    """Return a speaker's cells by the names of the columns; contact data are in none of them."""
    return {
        "key": str(speaker.id),
        "revision": speaker.revision,
        "name": speaker.name or None,
        "name_zh": speaker.name_zh or None,
        "surname": speaker.surname or None,
        "salutation": speaker.salutation or None,
        "post_nominals": speaker.post_nominals or None,
        "precedence": speaker.precedence,
        **_in_three("title", speaker.title),
        **_in_three("affiliation", speaker.affiliation),
        **_in_three("biography", speaker.biography),
        "website": speaker.website or None,
        "links": links_in_cell(speaker.links) or None,
    }


def names_in_cells(speakers: Iterable[Speaker]) -> dict[UUID, str]:
    """Return how People cells name each of the speakers in the table: by name, else by key."""
    people = {speaker.id: speaker.name or speaker.name_zh for speaker in speakers}
    times = Counter(plain_key(name) for name in people.values())
    return {
        speaker_id: name
        if times[plain_key(name)] == 1 and not set(name) & set(";；\n:：")
        else str(speaker_id)
        for speaker_id, name in people.items()
    }


def _person(one: OnStage, names: Mapping[UUID, str]) -> PersonInCell:
    return PersonInCell(
        names.get(one.speaker_id, str(one.speaker_id)),
        one.role,
        tuple(one.called.by_language.items()),
        one.part,
    )


def _end(starts: datetime | None, ends: datetime | None) -> time | datetime | None:
    """Return the clock at the end; day and clock where that could be another day's."""
    if starts is None or ends is None:
        return None
    wall = ends.replace(tzinfo=None)
    days = (ends.date() - starts.date()).days
    plain = (days == 0 and ends.time() > starts.time()) or (
        days == 1 and ends.time() <= starts.time()
    )
    return wall.time() if plain else wall


def _in_three(name: str, text: Text) -> dict[str, Cell]:
    return {f"{name}.{key}": text.get(key) or None for key in KEYS}


def _named(name: Text, order: Sequence[str]) -> str:
    return name.pick(order[0] if order else KEYS[0], order).text
