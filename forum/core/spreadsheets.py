"""Tables for other people's programs: CSV and XLSX, written row by row, no cell ever a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from xlsxwriter import Workbook

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
WIDEST = 60
PIECE = 64 * 1024
_TEXT_ONLY = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def harmless(cell: str) -> str:
    """Return a cell that no program takes for a formula (ASVS 1.2.10)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def csv_pieces(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Return rows as pieces of a CSV file (RFC 4180, with a BOM), whatever their number."""
    yield "\ufeff".encode()
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        if written.tell() > PIECE:
            yield written.getvalue().encode("utf-8", "replace")
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode("utf-8", "replace")


def workbook_pieces(rows: Iterable[Sequence[str]], title: str) -> Iterator[bytes]:
    """Return rows as pieces of an XLSX file, the first row its header; memory stays constant."""
    with tempfile.TemporaryFile() as file:
        _write(file, rows, title)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write(file: IO[bytes], rows: Iterable[Sequence[str]], title: str) -> None:
    with Workbook(file, _TEXT_ONLY) as book:
        sheet = book.add_worksheet(title[:31])
        header = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF1F3"})
        text = book.add_format({"num_format": "@"})
        for number, row in enumerate(rows):
            if number == 0:
                for place, cell in enumerate(row):
                    sheet.set_column(place, place, min(max(len(cell) + 4, 12), WIDEST), text)
                sheet.freeze_panes(1, 0)
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell[:32_000], header if number == 0 else text)
