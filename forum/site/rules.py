"""Pure decisions of public pages: the state line, what a guest may do, slots and grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core import dates
from forum.core.i18n import Sentence, sentence
from forum.core.text import EMPTY, Fragment
from forum.events.rules import Opening
from forum.site.shapes import Cell, Day, Grid, GridRow, Item, RegisterCard, Slot, StateLine

if TYPE_CHECKING:
    from forum.seats.rules import Band

COUNTDOWN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Times:
    """The moments that decide what a guest may do."""

    starts: datetime
    ends: datetime
    opens: datetime | None
    closes: datetime | None
    zone: tzinfo


def counts_down(times: Times, now: datetime) -> bool:
    """Say whether the close of registration is near enough to be said."""
    return times.closes is not None and now < times.closes <= now + COUNTDOWN


def changes_at(times: Times, now: datetime) -> datetime | None:
    """Return the next moment at which an event's page says something else, or None."""
    moments = [times.opens, times.closes, times.ends]
    if times.closes is not None:
        moments.append(times.closes - COUNTDOWN)
    if counts_down(times, now):
        midnight = now.astimezone(times.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        moments.append((midnight + timedelta(days=1)).astimezone(now.tzinfo))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def state_line(
    opening: Opening,
    times: Times,
    seats: Band | None,
    *,
    note: Fragment,
    key: str,
    now: datetime,
) -> StateLine | None:
    """Return what is not normal about an event, or None."""
    kind, says = _abnormal(opening, times, seats, key, now)
    if says is None and not note:
        return None
    return StateLine(kind, says, note)


def _abnormal(
    opening: Opening,
    times: Times,
    seats: Band | None,
    key: str,
    now: datetime,
) -> tuple[str, Sentence | None]:
    if opening is Opening.OPEN:
        if seats is not None and seats.full:
            return "info", sentence("Full: you can join the wait list.")
        if counts_down(times, now):
            return "look", _closes_soon(times, key, now)
        return "look", None
    if opening is Opening.NOT_YET and times.opens is not None:
        when = dates.moment(times.opens, times.zone, key)
        return "info", sentence("Registration opens on %(when)s.", when=when)
    return {
        Opening.CANCELLED: ("stop", sentence("This event is cancelled.")),
        Opening.POSTPONED: (
            "look",
            sentence("This event is postponed. The new date will stand here."),
        ),
        Opening.PAST: ("", sentence("This event is over.")),
        Opening.CLOSED: ("look", sentence("Registration has closed.")),
        Opening.DRAFT: ("info", sentence("A draft: only people with this link see it.")),
    }.get(opening, ("", None))


def _closes_soon(times: Times, key: str, now: datetime) -> Sentence:
    closes = times.closes or times.ends
    away = dates.local_day(closes, times.zone) - dates.local_day(now, times.zone)
    clock = dates.clock(closes, times.zone, key)
    if away.days <= 0:
        return sentence("Registration closes today at %(time)s.", time=clock)
    if away.days == 1:
        return sentence("Registration closes tomorrow at %(time)s.", time=clock)
    return sentence("Registration closes in %(days)s days.", days=away.days)


def register_card(opening: Opening, seats: Band | None, href: str) -> RegisterCard:
    """Return the button a guest is offered, or why there is none."""
    full = bool(seats and seats.full)
    fewer = seats.fewer_than if seats and opening is Opening.OPEN else None
    if seats is None:
        act, says = None, None
    elif opening is Opening.OPEN:
        act, says = (sentence("Join the wait list") if full else sentence("Register")), None
    else:
        act, says = (
            None,
            {
                Opening.NOT_YET: sentence("Registration is not open yet"),
                Opening.CLOSED: sentence("Registration has closed"),
                Opening.CANCELLED: sentence("Cancelled"),
                Opening.POSTPONED: sentence("Postponed"),
                Opening.PAST: sentence("This event is over"),
                Opening.DRAFT: sentence("Registration opens when the event is published"),
            }[opening],
        )
    return RegisterCard(opening, full, fewer, act, says, href)


def days_of(items: Iterable[Item], zone: tzinfo, key: str) -> tuple[Day, ...]:
    """Sort sessions into days, each with its slots and, where rooms run in parallel, its grid."""
    found: list[Day] = []
    ordered = sorted(items, key=lambda item: (item.day, item.starts, item.room_order, item.ends))
    for when, group in groupby(ordered, key=lambda item: item.day):
        of_day = tuple(group)
        found.append(
            Day(
                date=when,
                anchor=f"d{when:%Y%m%d}",
                label=dates.day(when, key, year=False),
                short=dates.short_day(when, key),
                items=of_day,
                slots=_slots(of_day),
                grid=_grid(of_day, zone, key),
            ),
        )
    return tuple(found)


def _slots(items: Sequence[Item]) -> tuple[Slot, ...]:
    return tuple(
        Slot(group[0].iso, group[0].clock, group)
        for _, found in groupby(items, key=lambda item: item.starts)
        for group in (tuple(found),)
    )


@dataclass(slots=True)
class _Block:
    """Sessions of one column that overlap, from the first's start to the last's end."""

    items: list[Item]
    starts: datetime
    ends: datetime
    columns: int = 1


def _grid(items: Sequence[Item], zone: tzinfo, key: str) -> Grid | None:
    rooms = _rooms(items)
    if len(rooms) < 2:  # noqa: PLR2004 - one room needs no columns
        return None
    columns = _columns(items, list(rooms))
    names = [rooms[room] for room in rooms]
    if len(columns) > len(names):
        names.insert(0, EMPTY)
    moments = sorted({edge for item in items for edge in (item.starts, item.ends)})
    begins = {item.starts for item in items}
    row_of = {moment: number for number, moment in enumerate(moments)}
    covered: set[tuple[int, int]] = set()
    rows: list[GridRow] = []
    for number, moment in enumerate(moments[:-1]):
        cells: list[Cell] = []
        for place, blocks in enumerate(columns):
            if (number, place) in covered:
                continue
            block = next((one for one in blocks if one.starts == moment), None)
            if block is None:
                cells.append(Cell())
                continue
            height = row_of[block.ends] - number
            covered |= {
                (number + down, place + across)
                for down in range(height)
                for across in range(block.columns)
            }
            cells.append(Cell(tuple(block.items), height, block.columns))
        clock = dates.list_clock(moment, zone, key)
        rows.append(GridRow(clock, moment in begins, tuple(cells)))
    return Grid(tuple(names), tuple(rows))


def _rooms(items: Sequence[Item]) -> dict[UUID, Fragment]:
    inside = sorted((item for item in items if item.room_id), key=lambda item: item.room_order)
    return {item.room_id: item.room for item in inside if item.room_id}


def _columns(items: Sequence[Item], rooms: list[UUID]) -> list[list[_Block]]:
    """Return each column's blocks; what has no room spans the columns that are free meanwhile."""
    columns = [_blocks([item for item in items if item.room_id == room]) for room in rooms]
    aside: list[_Block] = []
    for block in _blocks([item for item in items if item.room_id is None]):
        first, width = _widest_gap([not _busy(column, block) for column in columns])
        if width:
            block.columns = width
            for place in range(first, first + width):
                columns[place].append(block)
        else:
            aside.append(block)
    return [aside, *columns] if aside else columns


def _busy(column: Iterable[_Block], block: _Block) -> bool:
    return any(one.starts < block.ends and block.starts < one.ends for one in column)


def _widest_gap(free: Sequence[bool]) -> tuple[int, int]:
    """Return where the longest run of True begins, and its length."""
    runs = [(0, 0)]
    for is_free, group in groupby(enumerate(free), key=lambda one: one[1]):
        places = [place for place, _ in group]
        if is_free:
            runs.append((places[0], len(places)))
    return max(runs, key=lambda run: (run[1], -run[0]))


def _blocks(items: Sequence[Item]) -> list[_Block]:
    blocks: list[_Block] = []
    for item in sorted(items, key=lambda one: one.starts):
        if blocks and item.starts < blocks[-1].ends:
            blocks[-1].items.append(item)
            blocks[-1].ends = max(blocks[-1].ends, item.ends)
        else:
            blocks.append(_Block([item], item.starts, item.ends))
    return blocks
