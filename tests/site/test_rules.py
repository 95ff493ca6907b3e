"""What a page says about its event's state, and the programme as slots and grid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from forum.core.text import EMPTY, Fragment
from forum.events.rules import Opening
from forum.events.titles import title_of
from forum.programme import words
from forum.programme.rules import SessionKind
from forum.seats.rules import Band
from forum.site.grid import days_of
from forum.site.rules import Times, changes_at, register_card, state_line
from forum.site.shapes import Item

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
TIMES = Times(NOW + 7 * DAY, NOW + 8 * DAY, None, NOW + 6 * DAY, ZONE)
FREE = Band(full=False)
NEAR = replace(TIMES, closes=NOW + 2 * DAY)


def line(
    opening: Opening, times: Times = TIMES, seats: Band | None = FREE
) -> tuple[str, str] | None:
    said = state_line(opening, times, seats, note=EMPTY, key="en", now=NOW)
    return (said.kind, str(said.says)) if said else None


def test_what_is_normal_says_nothing() -> None:
    assert line(Opening.OPEN) is None


@pytest.mark.parametrize(
    ("opening", "times", "seats", "said"),
    [
        (Opening.OPEN, TIMES, Band(full=True), ("info", "Full: you can join the wait list.")),
        (Opening.OPEN, NEAR, FREE, ("look", "Registration closes in 2 days.")),
        (Opening.CANCELLED, TIMES, FREE, ("stop", "This event is cancelled.")),
        (Opening.PAST, TIMES, FREE, ("", "This event is over.")),
        (Opening.CLOSED, TIMES, FREE, ("look", "Registration has closed.")),
        (
            Opening.NOT_YET,
            replace(TIMES, opens=NOW + DAY),
            FREE,
            ("info", "Registration opens on Wednesday 2 December, 10:00 am."),
        ),
    ],
)
def test_what_is_not_normal_is_said(
    opening: Opening, times: Times, seats: Band, said: tuple[str, str]
) -> None:
    assert line(opening, times, seats) == said


def test_the_last_days_are_counted_by_the_venues_calendar() -> None:
    today = replace(TIMES, closes=NOW + timedelta(hours=5))
    tomorrow = replace(TIMES, closes=NOW + timedelta(hours=15))
    assert line(Opening.OPEN, today) == ("look", "Registration closes today at 3:00 pm.")
    assert line(Opening.OPEN, tomorrow) == ("look", "Registration closes tomorrow at 1:00 am.")


def test_an_organisers_note_stands_alone_where_all_else_is_normal() -> None:
    note = Fragment("Moved to Hall 3", "en")
    said = state_line(Opening.OPEN, TIMES, FREE, note=note, key="en", now=NOW)
    assert said is not None
    assert (said.says, said.note) == (None, note)


def test_a_page_is_true_until_the_next_moment_that_changes_it() -> None:
    assert changes_at(TIMES, NOW) == NOW + 3 * DAY
    assert changes_at(NEAR, NOW) == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert changes_at(TIMES, NOW + 30 * DAY) is None


@pytest.mark.parametrize("opening", [one for one in Opening if one is not Opening.OPEN])
def test_there_is_never_a_dead_button(opening: Opening) -> None:
    card = register_card(opening, FREE, "/register")
    assert card.act is None
    assert card.says is not None


def test_the_button_names_the_act() -> None:
    assert str(register_card(Opening.OPEN, FREE, "/").act) == "Register"
    assert str(register_card(Opening.OPEN, Band(full=True), "/").act) == "Join the wait list"
    assert register_card(Opening.OPEN, None, "/").act is None


def test_the_hint_below_the_button_is_true_of_every_form() -> None:
    """Forms may ask more than three boxes: the hint promises none of them."""
    hint = str(register_card(Opening.OPEN, FREE, "/").hint)
    assert hint == "No account is needed. Change or cancel by the link in your mail."


def item(starts: float, hours: float, room: int | None = None, day: int = 8) -> Item:
    begin = datetime(2026, 12, day, tzinfo=ZONE) + timedelta(hours=starts)
    return Item(
        id=uuid4(), href="/", feed="/", kind=SessionKind.TALK, word=words.KINDS[SessionKind.TALK],
        title=title_of(Fragment(f"{starts:g}", "en")), abstract=EMPTY, spoken=EMPTY,
        starts=begin, ends=begin + timedelta(hours=hours), day=date(2026, 12, day),
        iso=begin.isoformat(), clock=f"{starts:g}", until="", span="", hours="", date="",
        room=Fragment(f"Room {room}", "en") if room else EMPTY,
        room_id=ROOMS[room] if room else None, room_order=room or -1, track=EMPTY, cast=(),
        thin=False, next_day=False, cancelled=False,
    )  # fmt: skip


ROOMS = {number: uuid4() for number in range(1, 7)}


def test_one_room_is_a_list_and_two_are_a_grid() -> None:
    (day,) = days_of([item(9, 1, 1), item(10, 1, 1)], ZONE, "en")
    assert day.grid is None
    (day,) = days_of([item(9, 1, 1), item(9, 1, 2)], ZONE, "en")
    assert day.grid is not None
    assert [room.text for room in day.grid.rooms] == ["Room 1", "Room 2"]


def test_rooms_used_one_after_the_other_or_only_for_a_break_are_a_list() -> None:
    (day,) = days_of([item(9, 1, 1), item(10, 1, 2)], ZONE, "en")
    assert day.grid is None
    assert not day.parallel
    (day,) = days_of([item(9, 2, 1), replace(item(9.5, 0.5, 2), thin=True)], ZONE, "en")
    assert day.grid is None
    (day,) = days_of([item(9, 2, 1), replace(item(9.5, 0.5, 2), cancelled=True)], ZONE, "en")
    assert day.grid is None


def test_a_short_session_does_not_end_the_overlap_with_a_long_one() -> None:
    (day,) = days_of([item(9, 3, 1), item(9.25, 0.25, 1), item(11, 1, 2)], ZONE, "en")
    assert day.grid is not None


def test_a_row_of_the_grid_after_midnight_says_so() -> None:
    late = [item(23, 1.5, 1), item(23, 1, 2), item(24.25, 1, 2)]
    (day,) = days_of(late, ZONE, "en")
    assert day.grid is not None
    said = [row.next_day for row in day.grid.rows if row.starts_something]
    assert said == [False, True]


def test_what_begins_together_stands_under_one_time() -> None:
    (day,) = days_of([item(9, 1, 1), item(9, 0.5, 2), item(10, 1, 1)], ZONE, "en")
    assert [(slot.clock, len(slot.items)) for slot in day.slots] == [("9", 2), ("10", 1)]


def test_the_grid_spans_rows_for_length_and_columns_for_what_all_share() -> None:
    talks = [item(9, 1, 1), item(9, 0.5, 2), item(9.5, 0.5, 2), item(10, 0.5), item(10.5, 1, 2)]
    (day,) = days_of(talks, ZONE, "en")
    assert day.grid is not None
    shape = [
        [(cell.rows, cell.columns, len(cell.items)) for cell in row.cells] for row in day.grid.rows
    ]
    assert shape == [[(2, 1, 1), (1, 1, 1)], [(1, 1, 1)], [(1, 2, 1)], [(1, 1, 0), (1, 1, 1)]]


def test_a_break_spans_the_rooms_that_are_free_meanwhile() -> None:
    talks = [item(9, 1, 1), item(9, 1, 2), item(9, 3, 3), item(10, 1), item(11, 1, 1)]
    (day,) = days_of(talks, ZONE, "en")
    assert day.grid is not None
    assert len(day.grid.rooms) == 3
    assert [cell.columns for cell in day.grid.rows[1].cells] == [2]


def test_what_finds_no_free_room_stands_in_a_column_of_its_own() -> None:
    (day,) = days_of([item(9, 3, 1), item(9, 3, 2), item(10, 1)], ZONE, "en")
    assert day.grid is not None
    assert [room.text for room in day.grid.rooms] == ["", "Room 1", "Room 2"]


def test_every_cell_of_the_grid_is_covered_once() -> None:
    talks = [item(9 + n * 0.25, 0.75 + n % 3, 1 + n % 6) for n in range(40)]
    talks += [item(12, 1), item(30, 1)]
    (day,) = days_of(talks, ZONE, "en")
    assert day.grid is not None
    covered = sum(cell.rows * cell.columns for row in day.grid.rows for cell in row.cells)
    assert covered == len(day.grid.rows) * len(day.grid.rooms)
    shown = [one for row in day.grid.rows for cell in row.cells for one in cell.items]
    assert sorted(one.id for one in shown) == sorted(one.id for one in talks)


def test_two_sessions_that_overlap_in_a_room_share_a_cell() -> None:
    (day,) = days_of([item(9, 1, 1), item(9.5, 1, 1), item(9, 1, 2)], ZONE, "en")
    assert day.grid is not None
    assert len(day.grid.rows[0].cells[0].items) == 2


def test_days_stand_in_order_each_with_its_own_name() -> None:
    found = days_of([item(9, 1, day=9), item(9, 1, day=8)], ZONE, "zh-Hant")
    assert [day.short for day in found] == ["12月8日（星期二）", "12月9日（星期三）"]
    assert [day.anchor for day in found] == ["d20261208", "d20261209"]
