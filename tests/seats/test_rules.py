"""Seat arithmetic for any numbers: what guests are told, and who of those waiting is seated."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.seats.rules import FEW_SHARE, ROUND_STEPS, Band, Waiting, band, who_fits

CAPACITIES = st.integers(0, 100_000)
LINES = st.lists(st.integers(1, 12), max_size=40).map(
    lambda sizes: [Waiting(UUID(int=number), seats) for number, seats in enumerate(sizes)]
)


@st.composite
def pools(draw: st.DrawFn) -> tuple[int, int]:
    """Return a capacity and how much of it is taken."""
    capacity = draw(CAPACITIES)
    return capacity, draw(st.integers(0, capacity))


@given(pools())
def test_a_pool_is_full_exactly_when_no_seat_is_left(pool: tuple[int, int]) -> None:
    capacity, taken = pool
    assert band(capacity, taken).full == (taken == capacity)


@given(pools(), st.integers(1, 1000))
def test_while_somebody_waits_newcomers_are_told_it_is_full(
    pool: tuple[int, int], waiting: int
) -> None:
    assert band(*pool, waiting) == Band(full=True)


@given(pools())
def test_few_seats_are_told_as_fewer_than_a_round_number_that_is_true_and_the_least(
    pool: tuple[int, int],
) -> None:
    capacity, taken = pool
    left, told = capacity - taken, band(capacity, taken)
    if told.fewer_than is not None:
        assert not told.full
        assert told.fewer_than in ROUND_STEPS
        assert left < told.fewer_than
        assert all(left >= step for step in ROUND_STEPS if step < told.fewer_than)
    elif not told.full:
        assert left > capacity * FEW_SHARE or left >= ROUND_STEPS[-1]


@given(CAPACITIES.filter(bool))
def test_filling_a_pool_changes_what_is_told_seldom_and_never_back(capacity: int) -> None:
    """A page is drawn anew only when its band changes: a handful of times, however many come."""
    step = max(1, capacity // 3000)
    told = [band(capacity, taken) for taken in (*range(0, capacity, step), capacity)]
    rank = {None: len(ROUND_STEPS), **{one: place for place, one in enumerate(ROUND_STEPS)}}
    ranks = [-1 if one.full else rank[one.fewer_than] for one in told]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) <= len(ROUND_STEPS) + 2


@pytest.mark.parametrize(
    ("capacity", "taken", "told"),
    [
        (200, 0, Band(full=False)),
        (200, 159, Band(full=False)),
        (200, 160, Band(full=False, fewer_than=50)),
        (200, 181, Band(full=False, fewer_than=20)),
        (200, 196, Band(full=False, fewer_than=5)),
        (200, 199, Band(full=False, fewer_than=5)),
        (200, 200, Band(full=True)),
        (1, 0, Band(full=False)),
        (0, 0, Band(full=True)),
        (100_000, 90_000, Band(full=False)),
    ],
)
def test_bands_of_known_pools(capacity: int, taken: int, told: Band) -> None:
    assert band(capacity, taken) == told


@given(LINES, st.integers(0, 200))
def test_who_is_seated_is_the_front_of_the_line_whole_and_within_the_seats(
    line: list[Waiting], free: int
) -> None:
    given_seats = list(who_fits(line, free))
    assert given_seats == line[: len(given_seats)]
    assert sum(party.seats for party in given_seats) <= free


@given(LINES, st.integers(0, 200))
def test_the_next_in_line_is_left_only_because_it_does_not_fit(
    line: list[Waiting], free: int
) -> None:
    given_seats = who_fits(line, free)
    if len(given_seats) < len(line):
        left = free - sum(party.seats for party in given_seats)
        assert line[len(given_seats)].seats > left


@given(LINES, st.integers(0, 100), st.integers(0, 100))
def test_seats_freed_in_two_parts_seat_whom_they_seat_together(
    line: list[Waiting], first: int, second: int
) -> None:
    early = who_fits(line, first)
    left = first - sum(party.seats for party in early)
    late = who_fits(line[len(early) :], left + second)
    assert [*early, *late] == list(who_fits(line, first + second))


@given(LINES)
def test_no_seats_seat_nobody_and_enough_seat_all(line: list[Waiting]) -> None:
    assert list(who_fits(line, 0)) == []
    assert list(who_fits(line, sum(party.seats for party in line))) == line
