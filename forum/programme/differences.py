"""What changed of a session, in a reader's words: time, room, people on stage, title, the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from flask_babel import gettext

from forum.core import dates
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.text import EMPTY, Fragment, Text
from forum.programme.queries.names import Names
from forum.programme.rules import (
    AppearanceRole,
    ChangeKind,
    Content,
    SessionKind,
    SessionState,
    changed_fields,
)
from forum.programme.words import KINDS, role_in_words, spoken_in

CHANGES: Mapping[ChangeKind, Sentence] = {
    ChangeKind.CANCELLED: sentence("Cancelled"),
    ChangeKind.REINSTATED: sentence("Held after all"),
    ChangeKind.NEW: sentence("New"),
    ChangeKind.TIME: sentence("New time"),
    ChangeKind.ROOM: sentence("New room"),
    ChangeKind.PEOPLE: sentence("Other speakers"),
    ChangeKind.TITLE: sentence("New title"),
    ChangeKind.STREAM: sentence("New link to join online"),
    ChangeKind.DETAILS: sentence("Details"),
}
"""What a kind of change is called."""

GONE: Mapping[ChangeKind, Sentence] = {
    ChangeKind.TIME: sentence("Without a time for now"),
    ChangeKind.ROOM: sentence("Without a room for now"),
    ChangeKind.STREAM: sentence("No link to join online any more"),
}
"""What it is called where there is nothing new in its place."""

TAGS = {
    ChangeKind.CANCELLED: "stop",
    ChangeKind.REINSTATED: "go",
    ChangeKind.NEW: "go",
    ChangeKind.TIME: "look",
    ChangeKind.ROOM: "look",
    ChangeKind.STREAM: "look",
}
"""The class of a kind's status word; the others are calm."""

STATES: Mapping[SessionState, Sentence] = {
    SessionState.DRAFT: sentence("Draft"),
    SessionState.CONFIRMED: sentence("Confirmed"),
    SessionState.CANCELLED: sentence("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed; both sides are empty where only its name is told.

    `says_itself` is true where nobody needs the word beside the two sides, as with times.
    """

    word: str
    before: Fragment
    after: Fragment
    says_itself: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one session; `when` and `where` are as they stand now.

    `gone` are the kinds of change that left nothing in the place of what was.
    """

    session_id: UUID
    title: Fragment
    when: str
    where: Fragment
    kinds: Sequence[ChangeKind]
    lines: Sequence[Line]
    gone: frozenset[ChangeKind] = frozenset()

    @property
    def shows_when(self) -> bool:
        """Whether its time is to be said, as no line of it says so."""
        return bool(self.when) and not {ChangeKind.TIME, ChangeKind.NEW}.intersection(self.kinds)

    @property
    def words(self) -> Sequence[tuple[str, str]]:
        """Its kinds of change as status words with their classes."""
        return [
            (translated((GONE if kind in self.gone else CHANGES)[kind]), TAGS.get(kind, ""))
            for kind in self.kinds
        ]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the language, the event's own order of languages and zone, what things are called.

    `office` is true for editors: they read links and every language; guests read neither.
    """

    key: str
    order: Sequence[str]
    zone: tzinfo
    names: Names
    office: bool = False

    def told(
        self,
        session_id: UUID,
        kinds: Sequence[ChangeKind],
        before: Content | None,
        after: Content,
    ) -> Told:
        """Return what became of a session; `before` is empty for one that had not been seen."""
        return Told(
            session_id,
            self.text(after["title"]),
            _time(self, after),
            self.rooms(after),
            kinds,
            self.lines(before or None, after),
            frozenset(kind for kind, there in _THERE.items() if not there(after)),
        )

    def lines(self, before: Content | None, after: Content) -> list[Line]:
        """Return what differs, old and new; of something new, what there is to know of it."""
        if before is None:
            return [
                Line(gettext(word), EMPTY, said)
                for word, said in (
                    ("Time", Fragment(_time(self, after), self.key)),
                    ("Room", self.rooms(after)),
                    ("On stage", Fragment(self.cast(after["cast"]), self.key)),
                )
                if said
            ]
        fields = set(changed_fields(before, after))
        return [
            line
            for names, tell in _TELLERS
            if fields & set(names)
            for line in tell(self, before, after)
        ]

    def said(self, name: str, value: Any) -> str:  # noqa: ANN401 - a JSON value
        """Return one column's value in words, for editors who compare what they typed."""
        if value in (None, "", [], {}):
            return str(gettext("nothing"))
        teller = _VALUES.get(name)
        return teller(self, value) if teller else str(value)

    def text(self, stored: Mapping[str, str]) -> Fragment:
        """Return a stored text in the reader's language."""
        return Text(stored).pick(self.key, self.order)

    def room(self, room_id: str | None) -> Fragment:
        """Return what a room is called, also one that is no more."""
        if not room_id:
            return EMPTY
        name = self.names.rooms.get(room_id)
        return (
            name.pick(self.key, self.order)
            if name
            else Fragment(gettext("a former room"), self.key)
        )

    def rooms(self, content: Content) -> Fragment:
        """Return where a session is, with the rooms that show it too."""
        first = self.room(content["room_id"])
        more = [self.room(one).text for one in content.get("also_in", ())]
        return Fragment(self.joined([first.text, *more]), first.lang) if more else first

    def person(self, who: str) -> str:
        """Return what somebody is called, also where the profile is no more."""
        latin, chinese = self.names.people.get(who, ("", ""))
        both = (latin or chinese) if self.key == "en" else (chinese or latin)
        return both or str(gettext("a former speaker"))

    def cast(self, rows: Sequence[Sequence[Any]]) -> str:
        """Return who is on stage with their roles."""
        return self.joined([f"{self.person(row[0])} ({self.role(row)})" for row in rows])

    def role(self, row: Sequence[Any]) -> str:
        """Return the role of a row of the cast."""
        called = Text(row[2]) if len(row) > 2 and row[2] else Text()  # noqa: PLR2004 - the third of [who, role, called, part]
        return translated(role_in_words(AppearanceRole(row[1]), called, self.key, self.order))

    def joined(self, parts: Sequence[str]) -> str:
        """Return a list in the reader's language."""
        comma = ", " if self.key == "en" else "、"
        return comma.join(part for part in parts if part)


_THERE: Mapping[ChangeKind, Callable[[Content], bool]] = {
    ChangeKind.TIME: lambda content: bool(content["starts_at"]),
    ChangeKind.ROOM: lambda content: bool(content["room_id"] or content.get("also_in")),
    ChangeKind.STREAM: lambda content: bool(content["stream_url"]),
}


def _line(word: str, before: Fragment, after: Fragment, *, says_itself: bool = False) -> Line:
    """Return a line; where there is nothing new in the place of what was, its word says so."""
    if before and not after:
        word = gettext("%(thing)s, no longer", thing=word)
    return Line(word, before, after, says_itself)


def _time(reader: Reader, content: Content, *, day: bool = True) -> str:
    if not content["starts_at"] or not content["ends_at"]:
        return ""
    starts, ends = (datetime.fromisoformat(content[name]) for name in ("starts_at", "ends_at"))
    hours = dates.hours(starts, ends, reader.zone, reader.key)
    if not day:
        return hours
    on = dates.short_day(date.fromisoformat(content["day"]), reader.key)
    return f"{on}, {hours}" if reader.key == "en" else on + hours


def _tell_title(reader: Reader, before: Content, after: Content) -> list[Line]:
    old, new = Text(before["title"]), Text(after["title"])
    keys = [key for key in (reader.key, *reader.order) if old.get(key) != new.get(key)]
    if not reader.office:
        keys = keys[:1]
    return [
        _line(gettext("Title"), Fragment(old.get(key), key), Fragment(new.get(key), key))
        for key in dict.fromkeys(keys)
    ]


def _tell_time(reader: Reader, before: Content, after: Content) -> list[Line]:
    same_day = before["day"] == after["day"]
    old = _time(reader, before)
    new = _time(reader, after, day=not same_day)
    sides = Fragment(old, reader.key), Fragment(new, reader.key)
    return [_line(gettext("Time"), *sides, says_itself=bool(old and new))]


def _tell_rooms(reader: Reader, before: Content, after: Content) -> list[Line]:
    return [_line(gettext("Room"), reader.rooms(before), reader.rooms(after))]


def _tell_cast(reader: Reader, before: Content, after: Content) -> list[Line]:
    old = [row for row in before["cast"] if _as(row) not in map(_as, after["cast"])]
    new = [row for row in after["cast"] if _as(row) not in map(_as, before["cast"])]
    word = gettext("On stage")
    if not old and not new:
        old, new, word = before["cast"], after["cast"], gettext("Order on stage")
    elif not new:
        word = gettext("No longer on stage")
    elif not old:
        word = gettext("New on stage")
    key = reader.key
    return [Line(word, Fragment(reader.cast(old), key), Fragment(reader.cast(new), key))]


def _as(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return who a row of the cast names, in what role: the order and the part may differ."""
    return (row[0], row[1], tuple(sorted((row[2] or {}).items())))


def _tell_languages(reader: Reader, before: Content, after: Content) -> list[Line]:
    old, new = (_spoken(reader, content) for content in (before, after))
    return [_line(gettext("Languages"), Fragment(old, reader.key), Fragment(new, reader.key))]


def _spoken(reader: Reader, content: Content) -> str:
    said = spoken_in(content["delivered_in"], content["interpreted_into"], reader.key)
    return translated(said) if said else ""


def _tell_stream(reader: Reader, before: Content, after: Content) -> list[Line]:
    word = gettext("Link to join online")
    if not reader.office:
        said = word if after["stream_url"] else gettext("%(thing)s, no longer", thing=word)
        return [Line(said, EMPTY, EMPTY)]
    old, new = (Fragment(content["stream_url"], reader.key) for content in (before, after))
    return [_line(word, old, new)]


def _tell_abstract(_reader: Reader, _before: Content, _after: Content) -> list[Line]:
    return [Line(gettext("What it is about"), EMPTY, EMPTY)]


def _tell_value(name: str, word: str) -> Callable[[Reader, Content, Content], list[Line]]:
    def _tell(reader: Reader, before: Content, after: Content) -> list[Line]:
        old, new = (
            Fragment(reader.said(name, content[name]) if content[name] else "", reader.key)
            for content in (before, after)
        )
        return [_line(gettext(word), old, new)]

    return _tell


_Teller = Callable[[Reader, Content, Content], list[Line]]

_TELLERS: tuple[tuple[tuple[str, ...], _Teller], ...] = (
    (("title",), _tell_title),
    (("starts_at", "ends_at", "day"), _tell_time),
    (("room_id", "also_in"), _tell_rooms),
    (("cast",), _tell_cast),
    (("delivered_in", "interpreted_into"), _tell_languages),
    (("kind",), _tell_value("kind", "Kind")),
    (("track_id",), _tell_value("track_id", "Track")),
    (("parts",), _tell_value("parts", "Parts")),
    (("stream_url",), _tell_stream),
    (("abstract",), _tell_abstract),
)


def _languages(reader: Reader, codes: Sequence[str]) -> str:
    said = spoken_in(codes, (), reader.key)
    return translated(said) if said else ""


def _track(reader: Reader, track_id: str) -> str:
    name = reader.names.tracks.get(track_id)
    return name.pick(reader.key, reader.order).text if name else str(gettext("a former track"))


def _parts(reader: Reader, parts: Sequence[Mapping[str, Any]]) -> str:
    return reader.joined([_part(reader, part) for part in parts])


def _part(reader: Reader, part: Mapping[str, Any]) -> str:
    title = reader.text(part["title"]).text
    minutes = part.get("minutes")
    return f"{title} ({gettext('%(number)s min', number=minutes)})" if minutes else title


def _moment(reader: Reader, value: str) -> str:
    return dates.moment(datetime.fromisoformat(value), reader.zone, reader.key)


_VALUES: Mapping[str, Callable[[Reader, Any], str]] = {
    "at": lambda reader, value: dates.moment(value, reader.zone, reader.key),
    "starts_at": _moment,
    "ends_at": _moment,
    "day": lambda reader, value: dates.day(date.fromisoformat(value), reader.key, year=False),
    "kind": lambda _reader, value: translated(KINDS[SessionKind(value)]),
    "state": lambda _reader, value: translated(STATES[SessionState(value)]),
    "room_id": lambda reader, value: reader.room(value).text,
    "also_in": lambda reader, value: reader.joined([reader.room(one).text for one in value]),
    "track_id": _track,
    "delivered_in": _languages,
    "interpreted_into": _languages,
    "parts": _parts,
    "cast": lambda reader, value: reader.cast(value),
}
