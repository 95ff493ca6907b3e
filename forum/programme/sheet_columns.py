"""Our own sheet of a programme: its two tables, their columns, and how a cell is written and read.

What is exported, edited and imported again shows only the edits: both sides go through here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forum.core.languages import KEYS
from forum.core.text import clean_line, whole_number
from forum.programme.rules import SPOKEN, AppearanceRole, SessionKind, SessionState
from forum.programme.words import KINDS, ROLES, language_name

SESSIONS = "Sessions"
SPEAKERS = "Speakers"
HEADER_ROW = 1
"""The row of the headers, counted from 1; everything under it is one session or speaker a row."""


class Holds(StrEnum):
    """What a cell holds, for the column's width and format."""

    LINE = "line"
    PARAGRAPHS = "paragraphs"
    DAY = "day"
    CLOCK = "clock"
    NUMBER = "number"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: our name of it, its header, what it holds, its width in characters.

    `note` says what may be typed. A text in three languages has a column for each, named
    title.en, title.zh-Hant, title.zh-Hans. Headers are the same in every language, so that a file
    can travel.
    """

    name: str
    header: str
    holds: Holds = Holds.LINE
    width: int = 16
    note: str = ""


def _in_three(name: str, header: str, holds: Holds, width: int) -> tuple[Column, ...]:
    return tuple(Column(f"{name}.{key}", f"{header} ({key})", holds, width) for key in KEYS)


_KEEP = "Leave it as it is; empty for a new row."

SESSION_COLUMNS: tuple[Column, ...] = (
    Column("key", "Key", Holds.KEY, 12, _KEEP),
    Column("revision", "Revision", Holds.NUMBER, 8, _KEEP),
    *_in_three("title", "Title", Holds.LINE, 36),
    Column("kind", "Kind", note=", ".join(kind.value for kind in SessionKind)),
    Column("state", "State", note=", ".join(state.value for state in SessionState)),
    Column("day", "Day", Holds.DAY, 12, "The day on which it starts; empty for the tray."),
    Column("start", "Start", Holds.CLOCK, 8),
    Column("end", "End", Holds.CLOCK, 8, "Before the start: on the next day."),
    Column("listed", "Listed under", Holds.DAY, 12, "Only where that is the day before."),
    Column("room", "Room", width=20),
    Column("also_in", "Also in", width=20, note="Rooms, separated by ;"),
    Column("track", "Track", width=20),
    Column("delivered_in", "Delivered in", note=", ".join(SPOKEN)),
    Column("interpreted_into", "Interpreted into", note="Separated by ;"),
    Column("people", "People", Holds.PARAGRAPHS, 40, "role: name or key; role: name …"),
    Column("stream_url", "Stream link", width=30),
    *_in_three("abstract", "Abstract", Holds.PARAGRAPHS, 50),
    *_in_three("parts", "Parts", Holds.PARAGRAPHS, 30),
)

SPEAKER_COLUMNS: tuple[Column, ...] = (
    Column("key", "Key", Holds.KEY, 12, _KEEP),
    Column("revision", "Revision", Holds.NUMBER, 8, _KEEP),
    Column("name", "Name", width=26),
    Column("name_zh", "Name in Chinese", width=16),
    Column("surname", "Surname", width=14),
    Column("salutation", "Salutation", width=12),
    Column("post_nominals", "Letters after the name", width=12),
    Column("precedence", "Precedence", Holds.NUMBER, 10),
    *_in_three("title", "Job title", Holds.LINE, 30),
    *_in_three("affiliation", "Organisation", Holds.LINE, 30),
    *_in_three("biography", "Biography", Holds.PARAGRAPHS, 50),
    Column("website", "Website", width=30),
    Column("links", "Links", Holds.PARAGRAPHS, 30, "title | address, one a line"),
)

TABLES: Mapping[str, tuple[Column, ...]] = {SESSIONS: SESSION_COLUMNS, SPEAKERS: SPEAKER_COLUMNS}


@dataclass(frozen=True, slots=True)
class PersonInCell:
    """Somebody named in a People cell; `called` by language, `part` counts from 0."""

    who: str
    role: AppearanceRole
    called: tuple[tuple[str, str], ...] = ()
    part: int | None = None


LONGEST_PART = 1440
"""Minutes of one part of a panel."""

_PART = re.compile(r"^(?P<role>.*?)\s*\[(?P<part>\d{1,2})\]$")
_ALTERNATIVES = " / "
_NO_WORDS = "-"
_ROLE_WORDS = {
    word: role
    for role in AppearanceRole
    for word in (role.value, role.value.replace("_", " "), str(ROLES[role]).casefold())
}
_KIND_WORDS = {
    word: kind for kind in SessionKind for word in (kind.value, str(KINDS[kind]).casefold())
}
_LANGUAGE_WORDS = {
    word.casefold(): code for code in SPOKEN for key in KEYS for word in (language_name(code, key),)
} | {code: code for code in SPOKEN}


def people_in_cell(people: Iterable[PersonInCell]) -> str:
    """Return a People cell: a line for each, `role: who`, `role [2]: who` in a panel's second part.

    `who` is a name that stands once in the table of speakers and has no ; in it, else a key. A role
    in own words stands in its languages' order, “-” where one is missing: Host / 主持.
    """
    return ";\n".join(f"{_role_in_cell(one)}: {one.who}" for one in people)


def people_from_cell(cell: str) -> list[PersonInCell]:
    """Read a People cell; somebody without a role is a presenter, unknown roles are own words."""
    found = []
    for piece in re.split(r"[;；\n]+", cell):
        words = [clean_line(one) for one in re.split("[:：]", piece, maxsplit=1)]
        if words[-1]:
            found.append(_person(words[0] if len(words) > 1 else "", words[-1]))
    return found


def parts_in_cells(parts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the cells of a panel's parts by language: a line for each part, `title | minutes`."""
    lines = {
        key: [
            f"{part['title'].get(key, '')} | {part['minutes']}"
            if part.get("minutes")
            else str(part["title"].get(key, ""))
            for part in parts
        ]
        for key in KEYS
    }
    said = {key: any(part["title"].get(key) for part in parts) for key in KEYS}
    return {key: "\n".join(lines[key]) if said[key] else "" for key in KEYS}


def parts_from_cells(cells: Mapping[str, str]) -> list[dict[str, Any]]:
    """Read a panel's parts from the cells of the languages, line by line."""
    parts: list[dict[str, Any]] = []
    for key in KEYS:
        for number, line in enumerate(cells.get(key, "").split("\n") if cells.get(key) else []):
            title, _, minutes = (clean_line(one) for one in line.rpartition(" | "))
            if whole_number(minutes, most=LONGEST_PART) is None or not title:
                title, minutes = clean_line(line), ""
            while len(parts) <= number:
                parts.append({"title": {}, "minutes": None})
            if title:
                parts[number]["title"][key] = title
            if minutes and parts[number]["minutes"] is None:
                parts[number]["minutes"] = int(minutes) or None
    return [part for part in parts if part["title"]]


def links_in_cell(links: Sequence[Mapping[str, Any]]) -> str:
    """Return a Links cell: `title | address`, one a line."""
    return "\n".join(f"{one.get('title', '')} | {one['url']}".removeprefix(" | ") for one in links)


def links_from_cell(cell: str) -> list[dict[str, Any]]:
    """Read a Links cell; whether an address is one is for the reader to check."""
    found = []
    for line in cell.split("\n"):
        title, _, url = (clean_line(one) for one in line.rpartition(" | "))
        if url:
            found.append({"title": title, "url": url})
    return found


def list_in_cell(things: Iterable[str]) -> str:
    """Return names in one cell, separated by semicolons."""
    return "; ".join(things)


def list_from_cell(cell: str) -> list[str]:
    """Read names separated by semicolons or line ends, each once."""
    return list(
        dict.fromkeys(name for one in re.split(r"[;；\n]+", cell) if (name := clean_line(one)))
    )


def language_of_word(word: str) -> str | None:
    """Return the code of a spoken language (ISO 639) from its code or its name, or None."""
    plain = clean_line(word).casefold()
    return _LANGUAGE_WORDS.get(plain) or _LANGUAGE_WORDS.get(plain.split("-")[0])


def kind_of_word(word: str) -> SessionKind | None:
    """Return a kind of session from its name in code or in English, or None."""
    return _KIND_WORDS.get(clean_line(word).casefold())


def state_of_word(word: str) -> SessionState | None:
    """Return a session's state from its English word, or None."""
    plain = clean_line(word).casefold().replace("canceled", "cancelled")
    return SessionState(plain) if plain in set(SessionState) else None


def _role_in_cell(one: PersonInCell) -> str:
    words = one.role.value
    if one.role is AppearanceRole.OTHER and one.called:
        called = dict(one.called)
        last = max(number for number, key in enumerate(KEYS) if key in called)
        words = _ALTERNATIVES.join(called.get(key, _NO_WORDS) for key in KEYS[: last + 1])
        if last == 0:
            words = f"{words}{_ALTERNATIVES}{_NO_WORDS}"
    return words if one.part is None else f"{words} [{one.part + 1}]"


def _person(role: str, who: str) -> PersonInCell:
    part = None
    if found := _PART.match(role):
        role, part = found["role"], max(int(found["part"]) - 1, 0)
    known = _ROLE_WORDS.get(role.casefold()) if role else AppearanceRole.PRESENTER
    if known is not None:
        return PersonInCell(who, known, (), part)
    alternatives = role.split(_ALTERNATIVES)
    called = tuple(
        (key, word)
        for key, word in zip(KEYS, alternatives, strict=False)
        if word and word != _NO_WORDS
    )
    if len(alternatives) == 1:
        called = (("en" if role.isascii() else "zh-Hant", role),)
    return PersonInCell(who, AppearanceRole.OTHER, called, part)
