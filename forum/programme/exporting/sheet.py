"""Our own sheet: the planned sessions and their speakers as a workbook to edit and import again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from forum.events.models import Event, Room
from forum.programme.models import Speaker
from forum.programme.queries import Planned
from forum.programme.sheet_cells import Cell, names_in_cells, session_cells, speaker_cells
from forum.programme.sheet_columns import HEADER_ROW, SESSIONS, SPEAKERS, TABLES, Column, Holds

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT_ONLY = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""What somebody typed stays text, whatever it looks like."""

_FORMATS: Mapping[Holds, dict[str, Any]] = {
    Holds.LINE: {"num_format": "@", "valign": "top"},
    Holds.PARAGRAPHS: {"num_format": "@", "valign": "top", "text_wrap": True},
    Holds.DAY: {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    Holds.CLOCK: {"num_format": "hh:mm", "valign": "top", "align": "left"},
    Holds.NUMBER: {"num_format": "0", "valign": "top", "align": "left"},
    Holds.KEY: {"num_format": "@", "valign": "top", "font_color": "#7A838D"},
}
_MOMENT = {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"}
_HEADER = {"bold": True, "bottom": 1, "valign": "top", "text_wrap": True, "bg_color": "#EEF1F3"}


def write_sheet(event: Event, sessions: Sequence[Planned], rooms: Iterable[Room]) -> bytes:
    """Return the workbook: a table of sessions, a table of everybody in them."""
    speakers = _speakers(sessions)
    names = names_in_cells(speakers)
    by_id = {room.id: room for room in rooms}
    rows: Mapping[str, list[Mapping[str, Cell]]] = {
        SESSIONS: [
            session_cells(one, zone=event.zone, rooms=by_id, names=names, order=event.languages)
            for one in sessions
        ],
        SPEAKERS: [speaker_cells(one) for one in speakers],
    }
    written = BytesIO()
    with Workbook(written, _TEXT_ONLY) as book:
        for title, columns in TABLES.items():
            _Table(book, title, columns).write(rows[title])
    return written.getvalue()


class _Table:
    """One table: its headers with notes, which stay in sight, and its rows."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._sheet = book.add_worksheet(title)
        self._formats = {holds: book.add_format(look) for holds, look in _FORMATS.items()}
        self._moment = book.add_format(_MOMENT)
        header = book.add_format(_HEADER)
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width, self._formats[column.holds])
            self._sheet.write_string(HEADER_ROW - 1, place, column.header, header)
            if column.note:
                self._sheet.write_comment(HEADER_ROW - 1, place, column.note, {"x_scale": 2})
        self._sheet.freeze_panes(HEADER_ROW, 0)

    def write(self, rows: Sequence[Mapping[str, Cell]]) -> None:
        """Write the rows under the headers; an empty cell is left out."""
        for number, row in enumerate(rows, HEADER_ROW):
            for place, column in enumerate(self._columns):
                self._cell(number, place, row[column.name], self._formats[column.holds])
        self._sheet.autofilter(
            HEADER_ROW - 1, 0, HEADER_ROW - 1 + len(rows), len(self._columns) - 1
        )

    def _cell(self, row: int, place: int, value: Cell, look: Any) -> None:  # noqa: ANN401 - a workbook's own
        if value is None or value == "":
            return
        if isinstance(value, str):
            self._sheet.write_string(row, place, value, look)
        elif isinstance(value, datetime):
            self._sheet.write_datetime(row, place, value, self._moment)
        elif isinstance(value, date | time):
            self._sheet.write_datetime(row, place, value, look)
        else:
            self._sheet.write_number(row, place, value, look)


def _speakers(sessions: Iterable[Planned]) -> list[Speaker]:
    """Return everybody on stage, each once, in the order of protocol."""
    found = {one.speaker_id: one.speaker for session in sessions for one in session.appearances}
    return sorted(
        found.values(), key=lambda one: (one.precedence, one.name, one.name_zh, str(one.id))
    )
