"""Reading our own sheet: sessions and speakers, a row each, as XLSX or CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.core.languages import KEYS
from forum.core.tables import Cell, Table, UnreadableTable, tables_of
from forum.core.text import Text, clean_line, clean_paragraphs, plain_key, whole_number
from forum.programme.importing.collecting import Collector
from forum.programme.importing.moments import end_of
from forum.programme.importing.shapes import (
    ImportedLink,
    ImportedPart,
    ImportedProgramme,
    ImportedSession,
    ImportedSpeaker,
    Source,
    UnreadableProgramme,
)
from forum.programme.importing.texts import (
    address,
    by_script,
    key_of,
    names_of,
    plain,
    room_key,
    spoken,
)
from forum.programme.rules import LARGEST_PRECEDENCE, SessionKind
from forum.programme.sheet_columns import (
    SESSION_COLUMNS,
    SESSIONS,
    SPEAKER_COLUMNS,
    SPEAKERS,
    Column,
    kind_of_word,
    links_from_cell,
    list_from_cell,
    parts_from_cells,
    people_from_cell,
    state_of_word,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SOURCE = "sheet"
HEADERS_WITHIN = 10
"""Rows among which the headers are looked for: a title may stand above them."""

_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H.%M", "%I:%M %p")
_SESSION_PATHS = {
    "day": ("starts_at", "ends_at", "day"),
    "room": ("room_id",),
    "track": ("track_id",),
    "people": ("cast",),
}
_NOT_FIELDS = {"key", "revision", "start", "end", "listed"}


@dataclass(frozen=True, slots=True)
class _Found:
    """A table of ours in a file: which column stands where, and its rows with their numbers."""

    places: Mapping[str, int]
    rows: Sequence[tuple[int, Sequence[Cell]]]

    def fields(self) -> frozenset[str]:
        """Return what this table can say, a text's languages each by itself."""
        said: set[str] = set()
        for name in self.places.keys() - _NOT_FIELDS:
            if name.startswith("parts."):
                said.add("parts")
            else:
                said.update(_SESSION_PATHS.get(name, (name,)))
        return frozenset(said)


def read_sheet(content: bytes, zone: ZoneInfo) -> ImportedProgramme:
    """Read a file's bytes; raises UnreadableProgramme where neither table is in it."""
    try:
        tables = tables_of(content)
    except UnreadableTable as error:
        raise UnreadableProgramme(error.says) from None
    found = Collector(zone)
    sessions = speakers = None
    for table in tables:
        if speakers is None and (speakers := _find(table, SPEAKERS, SPEAKER_COLUMNS)):
            continue
        if sessions is None:
            sessions = _find(table, SESSIONS, SESSION_COLUMNS)
    if sessions is None and speakers is None:
        raise UnreadableProgramme(
            sentence(
                "No table with the headers of a programme is in this file. Export the programme "
                "as a sheet to see them; at least “Title (en)” or “Name” must be there."
            )
        )
    keys = _Keys(found)
    if speakers is not None:
        for number, row in speakers.rows:
            _take_speaker(_Row(speakers, row), number, keys)
    if sessions is not None:
        for number, row in sessions.rows:
            _take_session(_Row(sessions, row), number, keys)
    none: frozenset[str] = frozenset()
    return found.programme(
        Source(
            SOURCE,
            sessions.fields() if sessions else none,
            speakers.fields() if speakers else none,
        )
    )


class _Row:
    """One row, its cells by our names of the columns."""

    def __init__(self, table: _Found, cells: Sequence[Cell]) -> None:
        self._places, self._cells = table.places, cells

    def cell(self, name: str) -> Cell:
        place = self._places.get(name)
        return self._cells[place] if place is not None and place < len(self._cells) else None

    def line(self, name: str) -> str:
        return clean_line(self._words(name))

    def paragraphs(self, name: str) -> str:
        return clean_paragraphs(plain(self._words(name)))

    def _words(self, name: str) -> str:
        cell = self.cell(name)
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        if isinstance(cell, (date, time)):
            return cell.isoformat()
        return "" if cell is None else str(cell)

    def text(self, name: str, *, long: bool = False) -> Text:
        """Return a text in three languages; a column without a language goes by its script."""
        words = self.paragraphs if long else self.line
        said = {key: words(f"{name}.{key}") for key in KEYS}
        return Text(said) if any(said.values()) else by_script(words(name))

    def number(self, name: str) -> int | None:
        return whole_number(self.line(name))


class _Keys:
    """Keys of rows: the ones that stand there, else made of the name, so that they last."""

    def __init__(self, found: Collector) -> None:
        self.found = found
        self.by_name: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, row: _Row, words: str) -> str:
        """Return a row's key; the same words twice get a number."""
        if key := key_of(row.line("key")):
            return key
        stem = f"name:{hashlib.sha256(plain_key(words).encode()).hexdigest()[:20]}"
        key, number = stem, 1
        while key in self._taken:
            number += 1
            key = f"{stem}:{number}"
        self._taken.add(key)
        return key

    def speaker(self, who: str) -> str | None:
        """Return the key of somebody named in a People cell, who may stand in no other table."""
        if who in self.found.speakers:
            return who
        if known := self.by_name.get(plain_key(who)):
            return known
        name, name_zh = names_of(who)
        key = (
            who
            if _is_id(who)
            else f"name:{hashlib.sha256(plain_key(who).encode()).hexdigest()[:20]}"
        )
        taken = self.found.speaker(ImportedSpeaker(key, name, name_zh))
        if taken:
            self.by_name[plain_key(who)] = taken
        return taken


def _find(table: Table, name: str, columns: Sequence[Column]) -> _Found | None:
    """Return where the headers of one of our tables stand, or None where they do not."""
    known = {plain_key(column.header): column.name for column in columns}
    known |= {
        plain_key(column.header.rpartition(" (")[0]): column.name.rpartition(".")[0]
        for column in columns
        if "." in column.name
    }
    needed = {"title"} if name == SESSIONS else {"name", "name_zh"}
    for at, row in enumerate(table.rows[:HEADERS_WITHIN]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            header = known.get(plain_key(cell)) if isinstance(cell, str) else None
            if header and header not in places:
                places[header] = place
        if needed & {header.partition(".")[0] for header in places}:
            rows = [
                (number, cells)
                for number, cells in enumerate(table.rows[at + 1 :], start=at + 2)
                if any(cell not in (None, "") for cell in cells)
            ]
            return _Found(places, rows)
    return None


def _take_speaker(row: _Row, number: int, keys: _Keys) -> None:
    name, name_zh = row.line("name"), row.line("name_zh")
    precedence = row.number("precedence")
    key = keys.of(row, name or name_zh)
    if key in keys.found.speakers:
        keys.found.notes.speaker(
            key, sentence("stands again in row %(row)s, left out there", row=number)
        )
        return
    taken = keys.found.speaker(
        ImportedSpeaker(
            key,
            name,
            name_zh,
            row.line("surname"),
            row.line("salutation"),
            row.line("post_nominals"),
            1000 if precedence is None else min(precedence, LARGEST_PRECEDENCE),
            row.text("title"),
            row.text("affiliation"),
            row.text("biography", long=True),
            address(row.line("website")),
            tuple(
                ImportedLink(one["title"], url)
                for one in links_from_cell(row.paragraphs("links"))
                if (url := address(one["url"]))
            ),
            row.number("revision"),
        )
    )
    if taken:
        for word in (name, name_zh):
            if word:
                keys.by_name.setdefault(plain_key(word), taken)


def _take_session(row: _Row, number: int, keys: _Keys) -> None:
    found = keys.found
    title = row.text("title")
    key = keys.of(row, " ".join(title.by_language.values()) or f"row {number}")
    kind = kind_of_word(row.line("kind")) if row.line("kind") else SessionKind.TALK
    if kind is None:
        found.notes.session(
            key, sentence("has a kind that is not known: %(word)s", word=row.line("kind")[:60])
        )
    state = state_of_word(row.line("state"))
    if row.line("state") and state is None:
        found.notes.session(
            key, sentence("has a state that is not known: %(word)s", word=row.line("state")[:60])
        )
    starts_at, ends_at = _times(row, key, found)
    people = [
        ImportedPart(who, one.role, Text(dict(one.called)), one.part)
        for one in people_from_cell(row.paragraphs("people"))
        if (who := keys.speaker(one.who))
    ]
    found.session(
        ImportedSession(
            key=key,
            kind=kind or SessionKind.TALK,
            title=title,
            abstract=row.text("abstract", long=True),
            starts_at=starts_at,
            ends_at=ends_at,
            listed=_day(row.cell("listed")),
            room=found.room(room_key(row.line("room"))),
            also_in=[
                room
                for one in list_from_cell(row.paragraphs("also_in"))
                if (room := found.room(room_key(one)))
            ],
            track=found.track(key_of(row.line("track"))),
            delivered_in=spoken(row.line("delivered_in")),
            interpreted_into=spoken(row.line("interpreted_into")),
            parts=parts_from_cells({key: row.paragraphs(f"parts.{key}") for key in KEYS}),
            stream_url=address(row.line("stream_url")),
            state=state,
            cast=people,
            revision=row.number("revision"),
        )
    )


def _times(row: _Row, key: str, found: Collector) -> tuple[datetime | None, datetime | None]:
    """Return start and end; what cannot be read leaves the session without a time."""
    day, start = _day(row.cell("day")), _clock(row.cell("start"))
    asked = any(row.line(name) for name in ("day", "start", "end"))
    if day is None or not isinstance(start, time):
        if asked:
            found.notes.session(key, sentence("has no readable start, kept without a time"))
        return None, None
    starts = datetime.combine(day, start)
    end = _clock(row.cell("end"))
    try:
        starts_at = starts.replace(tzinfo=found.zone).astimezone(UTC)
        if end is None:
            return starts_at, end_of(key, starts_at, found.notes)
        ends = end if isinstance(end, datetime) else datetime.combine(day, end)
        if not isinstance(end, datetime) and ends <= starts:
            ends += timedelta(days=1)
        return starts_at, ends.replace(tzinfo=found.zone).astimezone(UTC)
    except OverflowError:
        found.notes.session(key, sentence("has no readable start, kept without a time"))
        return None, None


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        return None
    for shape in _DAYS:
        try:
            return datetime.strptime(clean_line(cell)[:10], shape).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return None


def _clock(cell: Cell) -> time | datetime | None:
    """Return a time of day, or a day and a time where both stand there."""
    if isinstance(cell, timedelta):
        within_a_day = timedelta(0) <= cell < timedelta(days=1)
        cell = (datetime.min + cell).time() if within_a_day else None  # noqa: DTZ901 - its clock
    if isinstance(cell, (time, datetime)):
        return cell.replace(tzinfo=None)
    if not isinstance(cell, str):
        return None
    typed = clean_line(cell)
    for shape in _CLOCKS:
        try:
            return datetime.strptime(typed, shape).time()  # noqa: DTZ007 - a wall clock
        except ValueError:
            continue
    try:
        return (
            datetime.fromisoformat(typed).replace(tzinfo=None)
            if len(typed) > len("0000-00-00")
            else None
        )
    except ValueError:
        return None


def _is_id(key: str) -> bool:
    return len(key) == 36 and key.count("-") == 4  # noqa: PLR2004 - a UUID's form
