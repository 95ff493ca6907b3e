"""Sessions by day: headings of time, and rooms as columns where several run in parallel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby
from uuid import UUID

from forum.core import dates
from forum.core.text import EMPTY, Fragment
from forum.site.shapes import Cell, Day, Grid, GridRow, Item, OtherRoom, Slot


def days_of(
    items: Iterable[Item], zone: tzinfo, key: str, *, as_lists_of: frozenset[date] | None = None
) -> tuple[Day, ...]:
    """Sort sessions into days, each with its slots and, where rooms run in parallel, its grid.

    With `as_lists_of`, the days that have several rooms when nothing is left out, there is no grid.
    """
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
                parallel=when in (parallel_days(of_day) if as_lists_of is None else as_lists_of),
                grid=_grid(of_day, zone, key) if as_lists_of is None else None,
            ),
        )
    return tuple(found)


def parallel_days(items: Iterable[Item]) -> frozenset[date]:
    """Return the days on which sessions in several rooms overlap; breaks do not count."""
    found: set[date] = set()
    until: dict[date, tuple[datetime, frozenset[UUID]]] = {}
    held = [item for item in items if item.room_ids and not item.thin and not item.cancelled]
    for item in sorted(held, key=lambda one: one.starts):
        rooms = frozenset(item.room_ids)
        ends, before = until.get(item.day, (item.starts, rooms))
        if item.starts < ends:
            if rooms != before:
                found.add(item.day)
            rooms, ends = rooms | before, max(ends, item.ends)
        else:
            ends = item.ends
        until[item.day] = (ends, rooms)
    return frozenset(found)


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
    if not parallel_days(items):
        return None
    rooms = _rooms(items)
    columns = [{block.starts: block for block in column} for column in _columns(items, list(rooms))]
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
            block = blocks.get(moment)
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
        iso = moment.astimezone(zone).isoformat(timespec="minutes")
        late = moment in begins and dates.local_day(moment, zone) > items[0].day
        rows.append(GridRow(iso, clock, moment in begins, tuple(cells), late))
    return Grid(tuple(names), tuple(rows))


def _rooms(items: Sequence[Item]) -> dict[UUID, Fragment]:
    found = {one.id: one for item in items for one in item.further}
    found |= {
        item.room_id: OtherRoom(item.room_id, item.room, item.room_order)
        for item in items
        if item.room_id
    }
    return {one.id: one.name for one in sorted(found.values(), key=lambda one: one.order)}


def _columns(items: Sequence[Item], rooms: list[UUID]) -> list[list[_Block]]:
    """Return each column's blocks; what has no room spans the columns that are free meanwhile."""
    place_of = {room: place for place, room in enumerate(rooms)}
    inside: list[list[Item]] = [[] for _ in rooms]
    for item in items:
        for room in item.room_ids:
            inside[place_of[room]].append(item)
    spans = _spanning(items, inside, place_of)
    columns = [_blocks(column) for column in inside]
    for places, item in spans:
        block = _Block([item], item.starts, item.ends, len(places))
        for place in places:
            columns[place].append(block)
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


def _spanning(
    items: Iterable[Item], inside: Sequence[list[Item]], place_of: Mapping[UUID, int]
) -> list[tuple[list[int], Item]]:
    """Take out what several rooms show that stand side by side with nothing else meanwhile.

    All else that several rooms show stands in each of them.
    """
    found: list[tuple[list[int], Item]] = []
    for item in (one for one in items if one.further):
        places = sorted(place_of[room] for room in item.room_ids)
        in_a_row = places[-1] - places[0] == len(places) - 1
        if in_a_row and all(_alone(item, inside[place]) for place in places):
            found.append((places, item))
            for place in places:
                inside[place].remove(item)
    return found


def _alone(item: Item, column: Iterable[Item]) -> bool:
    return not any(
        one is not item and one.starts < item.ends and item.starts < one.ends for one in column
    )


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
