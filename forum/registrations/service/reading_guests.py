"""Guests out of a file's table: which row is the header, what each row says, why one is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from forum.core.addresses import BadAddress, address_key, normalised_email
from forum.core.i18n import Sentence, sentence
from forum.core.ids import CODE_LENGTH, id_in
from forum.core.languages import LANGUAGES, of_tag
from forum.core.tables import Bounds, Cell, tables_of
from forum.core.text import clean_line, plain_key
from forum.registrations.rules import (
    LONGEST_NAME,
    LONGEST_NAME_ZH,
    LONGEST_ORGANISATION,
    MOST_FILE_BYTES,
    MOST_GUESTS,
    NO_ADDRESS,
    GuestColumn,
    NoGuestsFound,
    NoNames,
    is_header,
    is_sum,
    meanings,
    says_not_coming,
)
from forum.registrations.rules.guest_columns import HEADER_WITHIN

BOUNDS = Bounds(rows=MOST_GUESTS, columns=200, cells=3_000_000, letters=60_000_000)
SAMPLES = 3
_NO_NAME = sentence("It has no name.")
_EITHER = (GuestColumn.NAME, GuestColumn.FAMILY_NAME, GuestColumn.GIVEN_NAME, GuestColumn.NAME_ZH)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the file: its heading, what it seems to hold, some of its cells."""

    place: int
    words: str
    seems: GuestColumn | None
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class GuestTable:
    """A table of guests: its headings, and the rows below with their numbers (1 is the first)."""

    headings: Sequence[Heading]
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class GuestRow:
    """What one row says, cleaned; `problem` is why it is refused, `leaves` that it is a no-show.

    `more` are columns of guest lists, `answers` cells of columns that hold answers, by question.
    """

    number: int
    name: str = ""
    name_zh: str = ""
    organisation: str = ""
    email: str = ""
    code: str = ""
    type_name: str = ""
    lang: str = ""
    leaves: bool = False
    more: Mapping[GuestColumn, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    problem: Sentence | None = None

    @property
    def invitation_id(self) -> UUID | None:
        """The invitation that the key of an export names."""
        return id_in(self.more.get(GuestColumn.KEY, ""))

    @property
    def key(self) -> str:
        """The address as it is compared."""
        return address_key(self.email)


def read_table(content: bytes) -> GuestTable:
    """Find the guests in a file: its first sheet with a header; raises UnreadableTable and others.

    Titles above the header and sums below the guests are passed over. Raises NoGuestsFound.
    """
    sheets = [
        [[_written(cell) for cell in row] for row in table.rows]
        for table in tables_of(content[: MOST_FILE_BYTES + 1], BOUNDS)
    ]
    for names in (is_header, _may_be_header):
        for rows in sheets:
            for place, row in enumerate(rows[:HEADER_WITHIN]):
                if names(row) and any(any(below) for below in rows[place + 1 :]):
                    return _below(rows, place)
    raise NoGuestsFound(field="file")


def _may_be_header(row: Sequence[str]) -> bool:
    """Say whether a row may name columns in words that are not known: no cell is an address."""
    written = [cell for cell in row if cell]
    enough = len(written) > 1 or (bool(written) and bool(meanings(row)))
    return enough and not any("@" in cell or cell.isdigit() for cell in written)


def _below(rows: Sequence[Sequence[str]], place: int) -> GuestTable:
    below = [
        (number, cells)
        for number, cells in enumerate(rows[place + 1 :], start=place + 2)
        if any(cells)
    ]
    return GuestTable(_headings(rows[place], below), below)


def guests_in(
    table: GuestTable, columns: Mapping[int, str], *, invited: bool = False
) -> Iterator[GuestRow]:
    """Read the rows by what their columns hold: a GuestColumn's value, or a question's id.

    What a guest is known by (an address, a reference, or of those `invited` a key) is refused the
    second time that it stands there. Raises NoNames without any column of names or addresses.
    """
    held = set(columns.values())
    if not held & {one.value for one in (*_EITHER, GuestColumn.EMAIL)}:
        raise NoNames(field="columns")
    seen: dict[tuple[str, object], int] = {}
    for number, cells in table.rows:
        said = {
            what: cells[place] for place, what in columns.items() if place < len(cells) and what
        }
        row = _row(number, said)
        if not row.email and not row.organisation and is_sum(cells):
            continue
        problem = row.problem
        for what, known_by in _known_by(row, invited=invited).items():
            first = seen.setdefault((what, known_by), number)
            if first != number and problem is None:
                problem = sentence(what, row=first)
        if problem is not row.problem:
            row = GuestRow(number, row.name, email=row.email, problem=problem)
        yield row


def guests_in_turn(
    table: GuestTable, columns: Mapping[int, str], *, invited: bool = False
) -> Iterator[GuestRow]:
    """Read the rows as `guests_in` does; those that may correct an address come first.

    An address that comes free thereby may be another row's, wherever that stands in the file.
    """
    known_by = GuestColumn.KEY if invited else GuestColumn.REFERENCE
    if not {GuestColumn.EMAIL, known_by} <= set(columns.values()):
        yield from guests_in(table, columns, invited=invited)
        return
    for first in (True, False):
        for row in guests_in(table, columns, invited=invited):
            known = row.invitation_id if invited else row.code
            if bool(row.email and known) is first:
                yield row


def _known_by(row: GuestRow, *, invited: bool) -> dict[str, object]:
    """Return by what a guest is known, each with the words for where it stands twice."""
    found: dict[str, object] = {"Its address stands in row %(row)s already.": row.key}
    if invited:
        found["Its invitation key stands in row %(row)s already."] = row.invitation_id
    else:
        found["Its reference stands in row %(row)s already."] = row.code
    return {what: known_by for what, known_by in found.items() if known_by}


def _headings(
    header: Sequence[str], below: Sequence[tuple[int, Sequence[str]]]
) -> Sequence[Heading]:
    known = meanings(header)
    found = []
    for place, words in enumerate(header):
        cells = (row[place] for _, row in below[:200] if place < len(row) and row[place])
        samples = list(dict.fromkeys(cells))[:SAMPLES]
        if words or samples:
            found.append(Heading(place, words, known.get(place), samples))
    return found


def _row(number: int, said: Mapping[str, str]) -> GuestRow:
    given = said.get(GuestColumn.GIVEN_NAME, "")
    family = said.get(GuestColumn.FAMILY_NAME, "")
    name = said.get(GuestColumn.NAME, "") or " ".join(part for part in (given, family) if part)
    name_zh, typed = said.get(GuestColumn.NAME_ZH, ""), said.get(GuestColumn.EMAIL, "")
    columns = set(GuestColumn)
    row = GuestRow(
        number,
        name=name or name_zh,
        name_zh=name_zh,
        organisation=said.get(GuestColumn.ORGANISATION, "")[:LONGEST_ORGANISATION],
        code=_code_in(said.get(GuestColumn.REFERENCE, "")),
        type_name=said.get(GuestColumn.TYPE, ""),
        lang=_language_in(said.get(GuestColumn.LANGUAGE, "")),
        leaves=says_not_coming(said.get(GuestColumn.STATUS, "")),
        more={GuestColumn(one): value for one, value in said.items() if one in columns},
        answers={one: value for one, value in said.items() if one not in columns},
    )
    try:
        email = normalised_email(typed) if typed else ""
    except BadAddress:
        says = sentence("“%(typed)s” is no email address.", typed=typed[:80])
        return GuestRow(number, row.name, code=row.code, more=row.more, problem=says)
    return _with(row, email, _problem_of(row, email))


def _problem_of(row: GuestRow, email: str) -> Sentence | None:
    if not row.name:
        return _NO_NAME if email else NO_ADDRESS
    if len(row.name) > LONGEST_NAME or len(row.name_zh) > LONGEST_NAME_ZH:
        return sentence("Its name is longer than %(most)s letters.", most=LONGEST_NAME)
    return None


def _with(row: GuestRow, email: str, problem: Sentence | None) -> GuestRow:
    values = {name: getattr(row, name) for name in GuestRow.__slots__}
    return GuestRow(**values | {"email": email, "problem": problem})


def _code_in(typed: str) -> str:
    code = plain_key(typed).upper().replace("-", "")
    return code if len(code) == CODE_LENGTH else ""


def _language_in(typed: str) -> str:
    found = of_tag(typed) or next((one for one in LANGUAGES if typed == one.name), None)
    return found.key if found else ""


def _written(cell: Cell) -> str:
    """Return a cell as people read it: whole numbers without a point, days as days."""
    if cell is None or isinstance(cell, bool):
        return {True: "yes", False: "no"}.get(bool(cell), "") if cell is not None else ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    # A cell of an export may begin with the mark that keeps it from being a formula.
    text = cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@\t\r＝＋－＠" and cell[1:] else cell
    return clean_line(text)
