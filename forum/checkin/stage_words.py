"""What is on and what comes next, as the door's page says it in one quiet line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, ngettext

from forum.checkin.wording import Line, Piece, day, piece_of, time_of_day
from forum.core import dates
from forum.core.http.i18n import current_language

if TYPE_CHECKING:
    from forum.checkin.queries import AtTheDoor, OnStage, Staged

LONGEST_TITLE = 40
BETWEEN = Piece(" · ")


@dataclass(frozen=True, slots=True)
class StageLines:
    """Lines on the programme, and when they were true."""

    lines: tuple[Line, ...]
    at: str

    def as_json(self) -> dict[str, Any]:
        """Return the shape that the page's script knows."""
        return {
            "lines": [[piece.as_json() for piece in line] for line in self.lines],
            "at": self.at,
        }


def stage_lines(found: OnStage, at: AtTheDoor, now: datetime) -> StageLines:
    """Return what the phone shows of the programme."""
    lines = []
    if found.now:
        lines.append(_line(gettext("Now"), _hours(found.now, at), found.now, at))
    if found.next:
        lines.append(_line(gettext("Up next"), _start(found.next, at, now), found.next, at))
    return StageLines(tuple(lines), time_of_day(now, at.zone))


def _hours(one: Staged, at: AtTheDoor) -> str:
    return dates.list_span(one.starts_at, one.ends_at, at.zone, current_language().key)


def _start(one: Staged, at: AtTheDoor, now: datetime) -> str:
    clock = dates.list_clock(one.starts_at, at.zone, current_language().key)
    if dates.local_day(one.starts_at, at.zone) == dates.local_day(now, at.zone):
        return clock
    return f"{day(one.starts_at, at.zone)} {clock}"


def _line(word: str, when: str, one: Staged, at: AtTheDoor) -> Line:
    title, room = (piece_of(text, at.event.languages) for text in (one.title, one.room))
    said = [Piece(word, strong=True), Piece(when)]
    if one.late:
        said.append(Piece(_late(one.late), strong=True))
    if room.text:
        said.append(room)
    said.append(Piece(_clipped(title.text), title.lang))
    if one.others:
        said.append(Piece(ngettext("%(num)s more", "%(num)s more", one.others)))
    return tuple(part for piece in said for part in (BETWEEN, piece))[1:]


def _late(minutes: int) -> str:
    if minutes > 0:
        return str(ngettext("%(num)s min late", "%(num)s min late", minutes))
    return str(ngettext("%(num)s min early", "%(num)s min early", -minutes))


def _clipped(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
