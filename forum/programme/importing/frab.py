"""What frab's XML and JSON say, in our words; both readers bring their events to one shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from forum.core.i18n import sentence
from forum.core.ids import id_in
from forum.core.text import whole_number
from forum.programme.frab_ids import guid_in_room
from forum.programme.importing.collecting import Collector
from forum.programme.importing.json_file import Item
from forum.programme.importing.kinds import kind_of, role_in
from forum.programme.importing.moments import clock_on, duration_of, later, moment_of
from forum.programme.importing.shapes import (
    ImportedLink,
    ImportedPart,
    ImportedProgramme,
    ImportedSession,
    ImportedSpeaker,
    Source,
)
from forum.programme.importing.texts import (
    address,
    by_script,
    key_of,
    line,
    names_of,
    paragraphs,
    room_key,
    spoken,
)
from forum.programme.rules import MOST_SESSIONS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SESSION_FIELDS = frozenset(
    {
        "kind", "title", "abstract", "delivered_in", "room_id", "track_id", "starts_at",
        "ends_at", "day", "cast", "materials",
    }
)  # fmt: skip
SPEAKER_FIELDS = frozenset({"name", "name_zh", "biography"})
LONGEST_SOURCE = 40
MOST_ALIKE = 60
"""Events of one title and time that are looked at as one session in several rooms."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(slots=True)
class FrabFile:
    """A file as both forms of it hold it: values as they stand there, nothing checked yet.

    An event is (the day it is listed under, the room it stands in, its fields by their names).
    """

    conference: dict[str, object] = field(default_factory=dict)
    rooms: list[Mapping[str, object]] = field(default_factory=list)
    tracks: list[Mapping[str, object]] = field(default_factory=list)
    people: dict[str, Mapping[str, object]] = field(default_factory=dict)
    events: list[tuple[date | None, str, Item]] = field(default_factory=list)


def programme_of(file: FrabFile, zone: ZoneInfo) -> ImportedProgramme:
    """Return the programme of a frab file; `zone` is for what has no offset of its own."""
    found = Collector(zone)
    if len(file.events) > MOST_SESSIONS:
        found.refuse_more_sessions()
    for room in file.rooms:
        found.room(room_key(room.get("name")), None, whole_number(room.get("capacity")))
    for track in file.tracks:
        colour = str(track.get("color") or "")
        name = line(track.get("name"))
        found.track(key_of(name), by_script(name), colour if _COLOUR.fullmatch(colour) else "")
    acronym = line(file.conference.get("acronym"))
    further = _further_rooms(file)
    for number, (listed, in_room, event) in enumerate(file.events, start=1):
        if id(event) in further.copies:
            continue
        people = list(_people(event, file, found))
        session = _session(event, (number, acronym, listed, in_room), people, file, found)
        rooms = [found.room(room_key(name)) for name in further.names.get(id(event), ())]
        found.session(replace(session, also_in=[room for room in rooms if room]))
    return found.programme(
        Source(
            f"frab:{acronym.casefold()}"[:LONGEST_SOURCE],
            SESSION_FIELDS | {"also_in"} if further.copies else SESSION_FIELDS,
            SPEAKER_FIELDS,
            zone_name=line(file.conference.get("time_zone_name"))[:64],
            title=line(file.conference.get("title")),
        )
    )


@dataclass(slots=True)
class _Further:
    """Events of our own files that show a session in a further room, and the names of those."""

    copies: set[int] = field(default_factory=set)
    names: dict[int, list[str]] = field(default_factory=dict)


def _further_rooms(file: FrabFile) -> _Further:
    rooms = {str(one.get("name")): id_in(one.get("guid")) for one in file.rooms}
    together: dict[tuple[str, str], list[tuple[str, Item]]] = {}
    for _, in_room, event in file.events:
        same = (str(event.get("date")), str(event.get("title")))
        together.setdefault(same, []).append((in_room, event))
    found = _Further()
    for events in together.values():
        for (_, first), (in_room, event) in permutations(events[:MOST_ALIKE], 2):
            session, room = id_in(first.get("guid")), rooms.get(in_room)
            if session and room and guid_in_room(session, room) == id_in(event.get("guid")):
                found.copies.add(id(event))
                found.names.setdefault(id(first), []).append(in_room)
    return found


def _session(
    event: Item,
    stands: tuple[int, str, date | None, str],
    people: list[str],
    file: FrabFile,
    found: Collector,
) -> ImportedSession:
    number, acronym, listed, in_room = stands
    own = key_of(event.get("id"))
    key = key_of(event.get("guid")) or (f"{acronym}:{own}" if own else f"number-{number}")
    title = line(event.get("title"))
    language = line(event.get("language"))
    kind = kind_of(line(event.get("type")), [title], staged=bool(people))
    starts_at = moment_of(event.get("date"), found.zone)
    if starts_at is None and listed is not None:
        starts_at = clock_on(listed, event.get("start"), found.zone)
    lasts = duration_of(event.get("duration"))
    if starts_at is not None and lasts is None:
        found.notes.session(key, sentence("has no readable length, kept without a time"))
        starts_at = None
    elif starts_at is None:
        found.notes.session(key, sentence("has no readable start, kept without a time"))
    return ImportedSession(
        key=key,
        kind=kind,
        title=by_script(title, language),
        abstract=by_script(_abstract(event), language),
        starts_at=starts_at,
        ends_at=later(starts_at, lasts) if starts_at and lasts else None,
        listed=listed,
        room=found.room(room_key(event.get("room")) or room_key(in_room)),
        track=found.track(key_of(line(event.get("track")))),
        delivered_in=spoken(language),
        cast=[ImportedPart(who, role_in(kind)) for who in dict.fromkeys(people)],
        links=list(_links(event, str(file.conference.get("base_url") or ""))),
    )


def _abstract(event: Item) -> str:
    """Return subtitle, abstract and description, none of them twice."""
    said: list[str] = []
    for name in ("subtitle", "abstract", "description"):
        words = paragraphs(event.get(name))
        if words and not any(words in one for one in said):
            said = [one for one in said if not words.startswith(one)]
            said.append(words)
    return "\n\n".join(said)


def _people(event: Item, file: FrabFile, found: Collector) -> Iterator[str]:
    persons = event.get("persons")
    for person in persons if isinstance(persons, list) else ():
        if not isinstance(person, dict):
            continue
        more = file.people.get(key_of(person.get("id")), {})
        written = line(person.get("public_name") or person.get("name")) or line(more.get("name"))
        keys = (key_of(person.get(name)) for name in ("guid", "id", "code"))
        name, name_zh = names_of(written)
        biography = paragraphs(person.get("biography")) or _long_biography(more)
        who = found.speaker(
            ImportedSpeaker(
                next((key for key in keys if key), "") or key_of(written) or "?",
                name,
                name_zh,
                biography=by_script(biography),
            )
        )
        if who is not None:
            yield who


def _long_biography(person: Mapping[str, object]) -> str:
    said = [paragraphs(person.get(name)) for name in ("biography", "extended_biography")]
    return "\n\n".join(words for words in said if words)


def _links(event: Item, base_url: str) -> Iterator[ImportedLink]:
    for one in _listed(event, "links"):
        if url := _address(one, base_url):
            yield ImportedLink(line(one.get("title"))[:200] or url, url)
    for one in _listed(event, "attachments"):
        if url := _address(one, base_url):
            slides = "slide" in f"{one.get('type') or ''}{one.get('title') or ''}".casefold()
            title = line(one.get("title"))[:200] or url
            yield ImportedLink(title, url, "slides" if slides else "handout")


def _listed(event: Item, name: str) -> Iterable[Item]:
    found = event.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _address(link: Item, base_url: str) -> str:
    written = link.get("url")
    if not isinstance(written, str):
        return ""
    try:
        return address(urljoin(base_url, written.strip()) if base_url else written)
    except ValueError:
        return ""
