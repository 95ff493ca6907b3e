"""What a reader may ask of the programme by its address, and which sessions answer to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.text import Fragment, clean_line
from forum.programme import words
from forum.programme.rules import SPOKEN, SessionKind
from forum.site.shapes import Marks

if TYPE_CHECKING:
    from forum.programme.queries.listed import Marks as Stored
    from forum.programme.queries.listed import Place, Places
    from forum.site.shapes import Item

NAMES = tuple(one.name for one in fields(Marks))
LONGEST = 120
FEW = 8
"""Where no more sessions are listed, there is nothing to filter."""

LABELS: Mapping[str, Sentence] = {
    "room": sentence("Room"),
    "track": sentence("Track"),
    "kind": sentence("Kind"),
    "spoken": sentence("Language"),
    "speaker": sentence("Speaker"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice; `said` is what it is called."""

    value: str
    said: Fragment
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to filter by; `chosen` is the option asked for, where there is one."""

    name: str
    label: Sentence
    options: Sequence[Option]

    @property
    def chosen(self) -> Option | None:
        """The option asked for."""
        return next((one for one in self.options if one.chosen), None)


def asked_by(query: Mapping[str, str]) -> Marks:
    """Return what an address asks for; nothing for what it leaves empty."""
    return Marks(**{name: clean_line(query.get(name))[:LONGEST] for name in NAMES})


def as_query(asked: Marks) -> str:
    """Return what is asked for as the tidy end of an address, or nothing."""
    given = [(name, value) for name, value in asked.by_name().items() if value]
    return f"?{urlencode(given)}" if given else ""


def answers(marks: Marks, asked: Marks) -> bool:
    """Say whether a session has all that is asked for."""
    has = marks.by_name()
    return all(wanted in has[name].split() for name, wanted in asked.by_name().items() if wanted)


def number_by_day(
    marks: Iterable[Stored], asked: Marks, places: Places, with_speaker: set[UUID]
) -> Counter[date]:
    """Return how many sessions of each day answer; `with_speaker` are those of the speaker."""
    without_speaker = replace(asked, speaker="")
    return Counter(
        one.day
        for one in marks
        if answers(_in_words(one, places), without_speaker)
        and (not asked.speaker or one.id in with_speaker)
    )


def choices_of(
    items: Sequence[Item],
    marks: Sequence[Stored],
    places: Places,
    asked: Marks,
    key: str,
    order: Sequence[str],
) -> tuple[Choice, ...]:
    """Return what there is to choose from: of the whole programme, and the speakers listed.

    A choice with a single option is none, unless it was made.
    """
    if len(marks) <= FEW and asked == Marks():
        return ()
    people = {part.person.slug: part.person.name for item in items for part in item.cast}
    return choices_among(marks, places, people, asked, key, order)


def choices_among(
    marks: Sequence[Stored],
    places: Places,
    people: Mapping[str, Fragment],
    asked: Marks,
    key: str,
    order: Sequence[str],
) -> tuple[Choice, ...]:
    """Return what there is to choose from, however few sessions there are; people by slug.

    A choice with a single option is none, unless it was made.
    """
    # What is asked for has its name even where nothing is of it any more.
    rooms = {room for one in marks for room in one.room_ids} | _at(places.rooms, asked.room)
    tracks = {one.track_id for one in marks} | _at(places.tracks, asked.track)
    kinds = {one.kind.value for one in marks} | {asked.kind}
    spoken = {code for one in marks for code in one.spoken} | {asked.spoken}
    found: dict[str, list[tuple[str, Fragment]]] = {
        "room": _named(places.rooms, rooms, key, order),
        "track": _named(places.tracks, tracks, key, order),
        "kind": [
            (kind.value, Fragment(translated(words.KINDS[kind]), key))
            for kind in SessionKind
            if kind.value in kinds
        ],
        "spoken": [
            (code, Fragment(words.language_name(code, key), key))
            for code in SPOKEN
            if code in spoken
        ],
        "speaker": sorted(people.items(), key=lambda one: one[1].text.casefold()),
    }
    return tuple(
        choice
        for name, options in found.items()
        if len((choice := _choice(name, options, asked.by_name()[name])).options) > 1
        or choice.chosen
    )


def _choice(name: str, options: Sequence[tuple[str, Fragment]], asked: str) -> Choice:
    said = [Option(value, called, value == asked) for value, called in options]
    if asked and not any(one.chosen for one in said):
        said.append(Option(asked, Fragment(asked, ""), chosen=True))
    return Choice(name, LABELS[name], said)


def _named(
    places: Mapping[UUID, Place],
    used: set[UUID] | set[UUID | None],
    key: str,
    order: Sequence[str],
) -> list[tuple[str, Fragment]]:
    return [(one.slug, one.name.pick(key, order)) for place, one in places.items() if place in used]


def _at(places: Mapping[UUID, Place], slug: str) -> set[UUID]:
    return {place for place, one in places.items() if one.slug == slug}


def _in_words(one: Stored, places: Places) -> Marks:
    rooms = (places.rooms[room].slug for room in one.room_ids if room in places.rooms)
    track = places.tracks.get(one.track_id) if one.track_id else None
    return Marks(" ".join(rooms), track.slug if track else "", one.kind.value, " ".join(one.spoken))
