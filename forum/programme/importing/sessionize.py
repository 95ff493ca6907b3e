"""Reading Sessionize: the “All” view, the GridSmart list, and files derived from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.programme.importing.collecting import Collector
from forum.programme.importing.json_file import Item, items, keyed
from forum.programme.importing.kinds import kind_of, role_in
from forum.programme.importing.moments import end_of, moment_of
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
from forum.programme.rules import MOST_SESSIONS, SessionKind, SessionState

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SOURCE = Source(
    "sessionize",
    frozenset(
        {
            "kind", "state", "title", "abstract", "delivered_in", "room_id", "track_id",
            "starts_at", "ends_at", "day", "stream_url", "cast", "materials",
        }
    ),
    frozenset({"name", "name_zh", "title", "biography", "links"}),
)  # fmt: skip

_STATES = {"canceled": SessionState.CANCELLED, "cancelled": SessionState.CANCELLED}
_LEFT_OUT = {"declined", "rejected", "waitlisted", "nominated", "withdrawn"}


@dataclass(slots=True)
class _Categories:
    """What the numbers in categoryItems mean: a track, a format, a language."""

    tracks: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)


def read_sessionize(file: Item, zone: ZoneInfo) -> ImportedProgramme:
    """Read the object of an “All” view; custom answers stay unread, they may be private."""
    found = Collector(zone)
    sessions = list(items(file, "sessions"))
    if len(sessions) > MOST_SESSIONS:
        found.refuse_more_sessions()
    for key, room in keyed(file, "rooms"):
        if room_key(room.get("name")):
            found.room(key, by_script(line(room.get("name"))))
    for person in items(file, "speakers"):
        _speaker(person, found)
    categories = _categories(file)
    for number, item in enumerate(sessions, start=1):
        _session(item, number, categories, found)
    return found.programme(SOURCE)


def read_grid(file: list[object], zone: ZoneInfo) -> ImportedProgramme:
    """Read a GridSmart list: days, rooms in them, sessions in those."""
    found = Collector(zone)
    number = 0
    for day in file:
        for room in items(day, "rooms"):
            key = key_of(room.get("id"))
            if room_key(room.get("name")):
                found.room(key, by_script(line(room.get("name"))))
            for item in items(room, "sessions"):
                number += 1
                for person in items(item, "speakers"):
                    _speaker(person, found)
                if number > MOST_SESSIONS:
                    found.refuse_more_sessions()
                _session({"roomId": room.get("id"), **item}, number, _Categories(), found)
    return found.programme(SOURCE)


def _speaker(person: Item, found: Collector) -> str | None:
    whole = f"{line(person.get('firstName'))} {line(person.get('lastName'))}".strip()
    written = line(person.get("fullName")) or whole or line(person.get("name"))
    name, name_zh = names_of(written)
    tag_line = line(person.get("tagLine")) or line(person.get("position"))
    biography = paragraphs(person.get("bio")) or paragraphs(person.get("description"))
    return found.speaker(
        ImportedSpeaker(
            key_of(person.get("id")) or key_of(written) or "?",
            name,
            name_zh,
            title=by_script(tag_line),
            biography=by_script(biography),
            links=[
                ImportedLink(line(link.get("title"))[:200] or url, url)
                for link in items(person, "links")
                if (url := address(link.get("url")))
            ],
        )
    )


def _session(item: Item, number: int, categories: _Categories, found: Collector) -> None:
    key = key_of(item.get("id")) or f"number-{number}"
    status = line(item.get("status")).casefold()
    if status in _LEFT_OUT:
        found.notes.session(key, sentence("is not accepted (%(status)s), left out", status=status))
        return
    people = [one for one in _people(item, found) if one in found.speakers]
    title = line(item.get("title"))
    asked = item.get("categoryItems")
    chosen = [key_of(one) for one in asked] if isinstance(asked, list) else []
    chosen += [key_of(one.get("id")) for group in items(item, "categories")
               for one in items(group, "categoryItems")]  # fmt: skip
    kind = kind_of(_first(chosen, categories.formats), [title], staged=bool(people))
    if item.get("isServiceSession") is True and kind is SessionKind.TALK:
        kind = SessionKind.OTHER
    starts_at = moment_of(item.get("startsAt"), found.zone)
    ends_at = moment_of(item.get("endsAt"), found.zone)
    if starts_at is not None and item.get("endsAt") is None:
        ends_at = end_of(key, starts_at, found.notes)
    found.session(
        ImportedSession(
            key=key,
            kind=kind,
            title=by_script(title),
            abstract=by_script(paragraphs(item.get("description"))),
            starts_at=starts_at,
            ends_at=ends_at,
            room=_room(item, found),
            track=found.track(_first(chosen, categories.tracks)[:100]),
            delivered_in=spoken(_first(chosen, categories.languages)),
            stream_url=address(item.get("liveUrl")),
            state=_STATES.get(status),
            cast=[ImportedPart(one, role_in(kind)) for one in people],
            links=[
                ImportedLink("Recording", url, "recording")
                for name in ("recordingUrl", "videoUrl")
                if (url := address(item.get(name)))
            ],
        )
    )


def _room(item: Item, found: Collector) -> str | None:
    key = key_of(item.get("roomId"))
    if key in found.rooms:
        return key
    return found.room(room_key(item.get("location") or item.get("room")))


def _people(item: Item, found: Collector) -> Iterator[str]:
    for name in ("speakers", "speakerIds"):
        wanted = item.get(name)
        for one in wanted if isinstance(wanted, list) else ():
            yield (_speaker(one, found) or "") if isinstance(one, dict) else key_of(one)


def _categories(file: Item) -> _Categories:
    found = _Categories()
    for category in items(file, "categories"):
        title = line(category.get("title")).casefold()
        meant = (
            found.languages
            if "language" in title or "語" in title
            else found.formats
            if "format" in title or "type" in title
            else found.tracks
            if "track" in title or "topic" in title
            else None
        )
        if meant is not None:
            meant.update({key: line(one.get("name")) for key, one in keyed(category, "items")})
    return found


def _first(chosen: list[str], names: Mapping[str, str]) -> str:
    return next((names[one] for one in chosen if one in names), "")
