"""Tables out of other people's files: XLSX within bounds, CSV in the encodings that occur."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError  # nosec B405  # a name; defusedxml parses

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from python_calamine import CalamineError, CalamineWorkbook

from forum.core.errors import Invalid
from forum.core.i18n import Sentence, sentence

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # nosec B405  # a name

MOST_UNPACKED = 60_000_000
"""Bytes of a workbook once unpacked."""

MOST_PARTS = 400

LONGEST_CELL = 40_000
ZIP = b"PK\x03\x04"

Cell = str | float | bool | date | time | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a table may be; letters are those of all cells together.

    One long text can stand in many cells of a small file.
    """

    rows: int = 10_000
    columns: int = 200
    cells: int = 400_000
    letters: int = 40_000_000


USUAL = Bounds()


class UnreadableTable(Invalid):
    """The file is no table that can be read; the sentence says why."""

    code = "unreadable_table"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet of a workbook, or all of a CSV file; rows may differ in length."""

    name: str
    rows: Sequence[Sequence[Cell]]


def is_workbook(content: bytes) -> bool:
    """Say whether a file begins as an XLSX does (every ZIP begins so)."""
    return content.startswith(ZIP)


def tables_of(content: bytes, bounds: Bounds = USUAL) -> list[Table]:
    """Return the tables of an XLSX or CSV file; raises UnreadableTable."""
    if is_workbook(content):
        return _workbook(content, bounds)
    return [Table("", list(_lines(text_of_bytes(content), bounds)))]


def text_of_bytes(content: bytes) -> str:
    """Return a text file's text: UTF-8 or UTF-16, else Big5 or GB18030 by what stands in it.

    Raises UnreadableTable for any other encoding; no scrambled sign is ever passed on.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _decoded(content, encoding) or _refuse_encoding()
    if b"\0" in content[:2000]:
        little = content[1:2] == b"\0"
        return _decoded(content, "utf-16-le" if little else "utf-16-be") or _refuse_encoding()
    text = _decoded(content, "utf-8")
    if text is not None:
        return text
    found = {one: _decoded(content, one) for one in ("big5hkscs", "gb18030")}
    scores = {one: _likely(text) for one, text in found.items() if text is not None}
    best = max(scores, key=lambda one: scores[one], default="")
    if not best or scores[best] < _LEAST_LIKELY:
        return _refuse_encoding()
    return found[best] or _refuse_encoding()


_LEAST_LIKELY = 0.5


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\ufffd" in text else text


def _refuse_encoding() -> str:
    raise UnreadableTable(
        sentence(
            "The file’s encoding cannot be told for certain. Save it as “CSV UTF-8” or as XLSX, "
            "and send that."
        )
    )


def _likely(text: str) -> float:
    """Return the share of signs beyond ASCII that are everyday Chinese: first level in Big5 or GB.

    The wrong of two encodings gives rare signs.
    """
    signs = [sign for sign in text if ord(sign) > 127]  # noqa: PLR2004 - the end of ASCII
    return sum(_is_everyday(sign) for sign in signs) / len(signs) if signs else 0.0


def _is_everyday(sign: str) -> bool:
    if sign in "，。、；：？！「」『』（）《》—…　“”‘’·／－～":
        return True
    try:
        lead = sign.encode("big5")[0]
        if 0xA4 <= lead <= 0xC6:  # noqa: PLR2004 - Big5's first level
            return True
    except UnicodeEncodeError:
        pass
    try:
        lead = sign.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xB0 <= lead <= 0xD7  # noqa: PLR2004 - GB 2312's first level


def _lines(text: str, bounds: Bounds) -> Iterator[Sequence[Cell]]:
    head = text[:20_000].split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    cells = 0
    try:
        for number, row in enumerate(reader):
            cells += len(row)
            if number >= bounds.rows or len(row) > bounds.columns or cells > bounds.cells:
                raise UnreadableTable(_too_large(bounds))
            yield [cell[:LONGEST_CELL] for cell in row]
    except csv.Error:
        raise UnreadableTable(
            sentence("The file is no table: a cell in it is longer than any text."),
        ) from None


def _workbook(content: bytes, bounds: Bounds) -> list[Table]:
    _check_bounds(content, bounds)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            Table(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        ]
    except (CalamineError, OSError, ValueError):
        raise UnreadableTable(_broken()) from None


def _check_bounds(content: bytes, bounds: Bounds) -> None:
    """Refuse what would grow beyond bounds, before the workbook's reader sees it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise UnreadableTable(_too_large(bounds))
            if "xl/workbook.xml" not in packed.namelist():
                raise UnreadableTable(
                    sentence("The file is a ZIP, but no XLSX. Save the table as XLSX or CSV.")
                )
            # Reading a part to its end also proves that its size was not a lie.
            unpacked = [packed.read(one) for one in parts]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError):
        raise UnreadableTable(_broken()) from None
    xml = [part for part in unpacked if part.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"]
    try:
        counts = _Counts(bounds)
        for part in xml:
            counts.take_strings(part)
        for part in xml:
            counts.take_cells(part)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise UnreadableTable(_broken()) from None


class _Counts:
    """How much stands in a workbook's parts, whatever they are called."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lengths: list[int] = []
        self._cells = 0
        self._letters = 0

    def take_strings(self, part: bytes) -> None:
        """Note the lengths of the texts that cells refer to by number."""
        if b"sst" not in part:
            return
        for _, element in iterparse(io.BytesIO(part)):
            if _local(element) == "si":
                self._lengths.append(sum(len(words) for words in element.itertext()))
                element.clear()

    def take_cells(self, part: bytes) -> None:
        """Count rows, columns, cells and letters; raises UnreadableTable beyond the bounds."""
        if b"worksheet" not in part:
            return
        rows, columns, bounds = 0, 0, self._bounds
        for _, element in iterparse(io.BytesIO(part)):
            name = _local(element)
            if name == "row":
                rows = max(rows + 1, _place(element.get("r") or "")[0])
                element.clear()
            elif name == "c":
                row, column = _place(element.get("r") or "")
                rows, columns = max(rows, row), max(columns, column)
                self._cells += 1
                self._letters += self._length(element)
                element.clear()
            if (
                rows > bounds.rows
                or columns > bounds.columns
                or self._cells > bounds.cells
                or self._letters > bounds.letters
            ):
                raise UnreadableTable(_too_large(bounds))

    def _length(self, cell: Element) -> int:
        words = "".join(cell.itertext())
        if cell.get("t") == "s" and words.strip().isdigit():
            number = int(words)
            return self._lengths[number] if number < len(self._lengths) else 0
        return len(words)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _place(reference: str) -> tuple[int, int]:
    """Return row and column, from 1, of a reference such as AB12; 0 where there is none."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters[:4]:
        column = column * 26 + (ord(letter.upper()) - ord("A") + 1)
    row = reference[len(letters) :]
    return (int(row[:9]) if row else 0), column


def _too_large(bounds: Bounds) -> Sentence:
    return sentence(
        "The table is larger than %(rows)s rows, %(columns)s columns or what fits in memory.",
        rows=f"{bounds.rows:,}",
        columns=bounds.columns,
    )


def _broken() -> Sentence:
    return sentence("The workbook is broken or locked. Open it, save it as XLSX, and send that.")
