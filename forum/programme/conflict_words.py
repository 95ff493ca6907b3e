"""Conflicts in words: what each kind is called, and what is the matter with which sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from forum.core.dates import clock_span, day, last_day, local_day
from forum.core.i18n import Sentence, sentence
from forum.core.languages import by_key
from forum.events.models import Event
from forum.programme.rules import ConflictKind, Warned

CONFLICTS: Mapping[ConflictKind, Sentence] = {
    ConflictKind.SPEAKER_TWICE: sentence("A speaker in two places"),
    ConflictKind.ROOM_TWICE: sentence("A room used twice"),
    ConflictKind.ROOM_BUSY: sentence("A room taken by others"),
    ConflictKind.UNAVAILABLE: sentence("A speaker who is not available"),
    ConflictKind.DECLINED: sentence("A speaker who has declined"),
    ConflictKind.ROOM_TOO_SMALL: sentence("A room too small for those who signed up"),
    ConflictKind.OUTSIDE: sentence("Outside the event’s own time"),
    ConflictKind.CLOCKS_CHANGE: sentence("While the clock is changed"),
    ConflictKind.TURNAROUND: sentence("Too little time to turn a room around"),
    ConflictKind.TOO_MANY_PLACES: sentence("More places than the room holds"),
    ConflictKind.NO_MODERATOR: sentence("A panel without a moderator"),
    ConflictKind.SIGN_UPS: sentence("Guests signed up for two at once"),
    ConflictKind.TRANSLATION: sentence("A translation is missing"),
}


_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Named:
    """What speakers and rooms are called, by their ids, in the reader's language."""

    speakers: Mapping[UUID, str]
    rooms: Mapping[UUID, str]
    capacities: Mapping[UUID, int | None]


def say_conflict(warned: Warned, named: Named, event: Event, key: str) -> Sentence:
    """Return what is the matter, with its times in the event's zone and the reader's language."""
    kind = warned.kind
    if kind in _ABOUT_SPEAKERS:
        return _of_speaker(warned, named, event, key)
    if kind in _ABOUT_ROOMS:
        return _of_room(warned, named, event, key)
    if kind is ConflictKind.TRANSLATION:
        comma = ", " if key == "en" else "、"
        languages = comma.join(_own_name(one) for one in warned.languages)
        return sentence("Words are missing in %(languages)s.", languages=languages)
    return _counted(warned)


_ABOUT_SPEAKERS: Mapping[ConflictKind, Sentence] = {
    ConflictKind.SPEAKER_TWICE: sentence("%(name)s is in two sessions at once, %(time)s."),
    ConflictKind.UNAVAILABLE: sentence("%(name)s is not available, %(time)s."),
    ConflictKind.DECLINED: sentence("%(name)s has declined, and is still on stage."),
}

_ABOUT_ROOMS: Mapping[ConflictKind, Sentence] = {
    ConflictKind.ROOM_TWICE: sentence("%(room)s holds two sessions at once, %(time)s."),
    ConflictKind.ROOM_BUSY: sentence("%(room)s is busy elsewhere, %(time)s."),
    ConflictKind.TURNAROUND: sentence("%(room)s has only %(number)s min between two sessions."),
    ConflictKind.ROOM_TOO_SMALL: sentence(
        "%(number)s people have signed up, and %(room)s holds %(capacity)s."
    ),
    ConflictKind.TOO_MANY_PLACES: sentence(
        "%(number)s places are offered, and %(room)s holds %(capacity)s."
    ),
}

_PLAIN: Mapping[ConflictKind, Sentence] = {
    ConflictKind.NO_MODERATOR: sentence("This panel has no moderator."),
    ConflictKind.OUTSIDE: sentence("This session lies outside the event’s own time."),
}

_PUT_FORWARD = sentence(
    "The clock is put forward during this session: it is %(number)s min shorter than it looks."
)
_PUT_BACK = sentence(
    "The clock is put back during this session: it is %(number)s min longer than it looks."
)
_ONE_GUEST = sentence("One guest has signed up for both, though they share time.")
_GUESTS = sentence("%(number)s guests have signed up for both, though they share time.")


def _of_speaker(warned: Warned, named: Named, event: Event, key: str) -> Sentence:
    name = named.speakers.get(warned.about or _NOBODY, "?")
    says = _ABOUT_SPEAKERS[warned.kind]
    return sentence(says.text, name=name, time=_when(warned, event, key))


def _of_room(warned: Warned, named: Named, event: Event, key: str) -> Sentence:
    room = warned.about or _NOBODY
    return sentence(
        _ABOUT_ROOMS[warned.kind].text,
        room=named.rooms.get(room, "?"),
        number=warned.number,
        capacity=named.capacities.get(room) or "?",
        time=_when(warned, event, key),
    )


def _counted(warned: Warned) -> Sentence:
    number = abs(warned.number)
    if warned.kind is ConflictKind.CLOCKS_CHANGE:
        says = _PUT_FORWARD if warned.number > 0 else _PUT_BACK
        return sentence(says.text, number=number)
    if warned.kind is ConflictKind.SIGN_UPS:
        return _ONE_GUEST if number == 1 else sentence(_GUESTS.text, number=number)
    return _PLAIN[warned.kind]


def _when(warned: Warned, event: Event, key: str) -> str:
    if warned.starts_at is None or warned.ends_at is None:
        return ""
    said = clock_span(warned.starts_at, warned.ends_at, event.zone, key)
    own = local_day(warned.starts_at, event.zone)
    if _one_day(event):
        return said
    return f"{day(own, key, year=False)}{', ' if key == 'en' else ''}{said}"


def _one_day(event: Event) -> bool:
    return last_day(event.starts_at, event.ends_at, event.zone) == local_day(
        event.starts_at, event.zone
    )


def _own_name(key: str) -> str:
    language = by_key(key)
    return language.name if language else key
