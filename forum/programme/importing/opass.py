"""Reading OPass session.json: two languages a text, and the traps of real files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.core.text import Text
from forum.programme.importing.collecting import Collector
from forum.programme.importing.json_file import Item, inside, keyed
from forum.programme.importing.kinds import kind_of, role_in
from forum.programme.importing.moments import moment_of
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
    in_two,
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

SOURCE = Source(
    "opass",
    frozenset(
        {
            "kind", "title", "abstract", "delivered_in", "room_id", "also_in", "starts_at",
            "ends_at", "day", "stream_url", "cast", "materials",
        }
    ),
    frozenset({"name", "name_zh", "biography"}),
)  # fmt: skip

_LINKS = (("slide", "slides", "Slides"), ("record", "recording", "Recording"))


def read_opass(file: Item, zone: ZoneInfo) -> ImportedProgramme:
    """Read a file's object; `zone` is where the event is, for moments without an offset."""
    found = Collector(zone)
    if len(file["sessions"]) > MOST_SESSIONS:
        found.refuse_more_sessions()
    for key, room in keyed(file, "rooms"):
        if room_key(key):
            found.room(key, _both(room, "name"))
    for key, person in keyed(file, "speakers"):
        name, name_zh = names_of(_word(person, "zh", "name"), _word(person, "en", "name"))
        found.speaker(ImportedSpeaker(key, name, name_zh, biography=_long(person, "bio")))
    types = {
        key: " ".join(_both(kind, "name").by_language.values())
        for key, kind in keyed(file, "session_types")
    }
    for number, item in enumerate(file["sessions"], start=1):
        if isinstance(item, dict):
            found.session(_session(item, number, types, found))
        else:
            found.notes.session(str(number), sentence("is no object, left out"))
    return found.programme(SOURCE)


def _session(
    item: Item, number: int, types: Mapping[str, str], found: Collector
) -> ImportedSession:
    key = key_of(item.get("id")) or f"number-{number}"
    title = _both(item, "title")
    type_key = key_of(item.get("type"))
    people = [one for one in _keys(item, "speakers") if one in found.speakers]
    kind = kind_of(
        f"{types.get(type_key, '')} {type_key}",
        tuple(title.by_language.values()),
        staged=bool(people),
    )
    starts_at = moment_of(item.get("start"), found.zone)
    ends_at = moment_of(item.get("end"), found.zone)
    if starts_at is None and ends_at is None and (item.get("start") or item.get("end")):
        found.notes.session(key, sentence("has no readable start and end, kept without a time"))
    return ImportedSession(
        key=key,
        kind=kind,
        title=title,
        abstract=_long(item, "description"),
        starts_at=starts_at,
        ends_at=ends_at,
        room=_room(item, key, found),
        also_in=[one for one in _keys(item, "broadcast") if one in found.rooms],
        delivered_in=spoken(item.get("language")),
        stream_url=address(item.get("live")),
        cast=[ImportedPart(one, role_in(kind)) for one in people],
        links=[
            ImportedLink(title, url, kind)
            for name, kind, title in _LINKS
            if (url := address(item.get(name)))
        ],
    )


def _room(item: Item, key: str, found: Collector) -> str | None:
    room = room_key(item.get("room"))
    if room and room not in found.rooms:
        found.notes.session(key, sentence("its room %(room)s is not in the file", room=room))
        return None
    return room or None


def _keys(item: Item, part: str) -> Iterator[str]:
    wanted = item.get(part)
    return iter(dict.fromkeys(map(key_of, wanted)) if isinstance(wanted, list) else {})


def _word(item: Item, language: str, name: str) -> str:
    return line(inside(item, language, name))


def _both(item: Item, name: str) -> Text:
    return in_two(_word(item, "zh", name), _word(item, "en", name))


def _long(item: Item, name: str) -> Text:
    return in_two(paragraphs(inside(item, "zh", name)), paragraphs(inside(item, "en", name)))
