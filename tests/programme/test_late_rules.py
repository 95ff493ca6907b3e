"""Running late, by the rules alone: what moves, what absorbs, what stays, what it never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forum.programme.rules import (
    Choice,
    NoSuchDelay,
    Reach,
    ReleaseCause,
    Retimed,
    SessionKind,
    TooEarly,
    Turn,
    announced,
    fingerprint_of,
    follows,
    last_end,
    past_the_end,
    ripple,
    runs_into,
)

NINE = datetime(2026, 12, 8, 1, 0, tzinfo=UTC)
HALL, STUDIO = UUID(int=901), UUID(int=902)
ADA, BEN = UUID(int=801), UUID(int=802)
TALK, BREAK, MEAL = SessionKind.TALK, SessionKind.BREAK, SessionKind.MEAL


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def turn(number, start, end, kind=TALK, rooms=(HALL,), people=()):
    return Turn(UUID(int=number), kind, at(start), at(end), frozenset(rooms), frozenset(people))


def told(moved):
    """Return the new minutes of each session by its number."""
    return {
        one.id.int: tuple(int((when - NINE).total_seconds() / 60) for when in one.after)
        for one in moved
    }


MORNING = [
    turn(1, 0, 30),
    turn(2, 30, 60),
    turn(3, 60, 80, BREAK),
    turn(4, 80, 110),
    turn(5, 30, 60, rooms=(STUDIO,), people=(ADA,)),
    turn(6, 110, 140, people=(ADA,)),
]


def test_a_delay_moves_what_follows_in_the_room_until_a_break_absorbs_it():
    choice = Choice(8, absorbing=frozenset({UUID(int=3)}))
    assert told(ripple(MORNING, UUID(int=1), choice)) == {1: (0, 38), 2: (38, 68), 3: (68, 80)}


def test_a_break_that_does_not_absorb_moves_as_a_whole():
    assert told(ripple(MORNING, UUID(int=1), Choice(8))) == {
        1: (0, 38),
        2: (38, 68),
        3: (68, 88),
        4: (88, 118),
        6: (118, 148),
    }


def test_of_a_break_its_shortest_length_is_left_and_the_rest_goes_on():
    choice = Choice(18, absorbing=frozenset({UUID(int=3)}))
    assert told(ripple(MORNING, UUID(int=1), choice)) == {
        1: (0, 48),
        2: (48, 78),
        3: (78, 83),
        4: (83, 113),
        6: (113, 143),
    }


def test_a_gap_swallows_a_delay_up_to_the_time_that_turning_the_room_around_needs():
    day = [turn(1, 0, 30), turn(2, 40, 60), turn(3, 60, 90)]
    assert told(ripple(day, UUID(int=1), Choice(8))) == {1: (0, 38)}
    assert told(ripple(day, UUID(int=1), Choice(8), turnaround=5)) == {
        1: (0, 38),
        2: (43, 63),
        3: (63, 93),
    }


def test_what_stays_keeps_its_time_and_what_follows_makes_room_for_the_delay_alone():
    day = [turn(1, 0, 30), turn(2, 30, 40), turn(3, 40, 70)]
    choice = Choice(15, staying=frozenset({UUID(int=2)}))
    assert told(ripple(day, UUID(int=1), choice)) == {1: (0, 45), 3: (45, 75)}


def test_another_room_moves_only_with_its_people_or_when_all_wait():
    day = [turn(1, 0, 30, people=(ADA,)), turn(2, 30, 60, rooms=(STUDIO,), people=(ADA,)),
           turn(3, 30, 60, rooms=(UUID(int=903),))]  # fmt: skip
    first = UUID(int=1)
    assert set(told(ripple(day, first, Choice(8)))) == {1}
    assert set(told(ripple(day, first, Choice(8, reach=Reach.PEOPLE)))) == {1, 2}
    assert set(told(ripple(day, first, Choice(8, reach=Reach.ALL)))) == {1, 2, 3}


def test_a_break_without_a_room_is_everybodys():
    day = [turn(1, 0, 30), turn(2, 30, 50, BREAK, ()), turn(3, 50, 80, rooms=(STUDIO,))]
    assert set(told(ripple(day, UUID(int=1), Choice(8)))) == {1, 2, 3}


def test_a_session_shown_in_two_rooms_holds_both_up():
    day = [turn(1, 0, 30), turn(2, 30, 60, rooms=(HALL, STUDIO)), turn(3, 60, 90, rooms=(STUDIO,))]
    assert set(told(ripple(day, UUID(int=1), Choice(8)))) == {1, 2, 3}


def test_a_session_that_begins_later_too_keeps_its_length():
    assert told(ripple(MORNING, UUID(int=4), Choice(8, whole=True))) == {
        4: (88, 118),
        6: (118, 148),
    }


def test_what_follows_directly_comes_forward_and_a_break_grows():
    choice = Choice(-10, absorbing=frozenset({UUID(int=3)}))
    assert told(ripple(MORNING, UUID(int=1), choice)) == {1: (0, 20), 2: (20, 50), 3: (50, 80)}


def test_after_a_gap_nothing_comes_forward():
    day = [turn(1, 0, 30), turn(2, 40, 60)]
    assert told(ripple(day, UUID(int=1), Choice(-10))) == {1: (0, 20)}


@pytest.mark.parametrize(
    ("minutes", "whole", "problem"),
    [
        (0, False, NoSuchDelay),
        (241, False, NoSuchDelay),
        (-5, True, NoSuchDelay),
        (-30, False, TooEarly),
    ],
)
def test_a_delay_that_makes_no_sense_is_refused(minutes, whole, problem):
    with pytest.raises(problem):
        ripple(MORNING, UUID(int=1), Choice(minutes, whole=whole))


def test_what_ends_past_the_events_end_is_named_and_so_is_the_days_new_end():
    moved = ripple(MORNING, UUID(int=1), Choice(8))
    assert past_the_end(moved, at(140)) == [UUID(int=6)]
    assert last_end(MORNING, moved) == (at(140), at(148))


def test_a_delay_can_reach_all_that_follows_and_nothing_beside_it():
    assert {one.int for one in follows(MORNING, UUID(int=2), Reach.ROOM)} == {3, 4, 6}
    assert {one.int for one in follows(MORNING, UUID(int=5), Reach.PEOPLE)} == {6}


def test_a_session_is_late_against_what_guests_were_told_before():
    first = Retimed(ReleaseCause.LATE, (at(0), at(30)), (at(0), at(38)))
    second = Retimed(ReleaseCause.LATE, (at(0), at(38)), (at(0), at(40)))
    back = Retimed(ReleaseCause.LATE, (at(0), at(40)), (at(0), at(30)))
    newly = Retimed(ReleaseCause.SAVED, (at(0), at(40)), (at(5), at(45)))
    assert announced([first, second]) == (at(0), at(30))
    assert announced([first, second, back]) is None
    assert announced([first, second, newly]) is None
    assert announced([]) is None


@st.composite
def days(draw):
    """A day of up to three rooms, in each of which sessions follow one another."""
    turns, number = [], 1
    for room in draw(st.sampled_from([(HALL,), (HALL, STUDIO), ()])) or (None,):
        clock = draw(st.integers(0, 60))
        for _ in range(draw(st.integers(1, 7))):
            clock += draw(st.sampled_from([0, 0, 0, 5, 20]))
            length = draw(st.integers(1, 90))
            kind = draw(st.sampled_from([TALK, TALK, BREAK, MEAL]))
            people = draw(st.sampled_from([(), (ADA,), (BEN,), (ADA, BEN)]))
            rooms = (room,) if room else ()
            turns.append(turn(number, clock, clock + length, kind, rooms, people))
            number, clock = number + 1, clock + length
    return turns


ids = st.integers(1, 20).map(lambda number: UUID(int=number))
some = st.frozensets(ids)
late_ones = st.integers(0, 6)


delays = st.integers(1, 240)


def choices(minutes=delays):
    return st.builds(
        Choice,
        minutes=minutes,
        reach=st.sampled_from(Reach),
        absorbing=some,
        staying=some,
        shortest=st.integers(0, 30),
    )


def as_it_is(turns, moved):
    known = {one.id: one.after for one in moved}
    return {one.id: known.get(one.id, (one.starts_at, one.ends_at)) for one in turns}


def overlap(one, two):
    return one[0] < two[1] and two[0] < one[1]


@given(days(), late_ones, choices(), st.sampled_from([0, 5, 10]))
def test_nothing_in_a_room_overlaps_that_did_not_unless_it_stays(turns, which, choice, turnaround):
    late = turns[which % len(turns)].id
    new = as_it_is(turns, ripple(turns, late, choice, turnaround=turnaround))
    for one, two in combinations(turns, 2):
        if not one.shares_room(two) or {one.id, two.id} & choice.staying:
            continue
        if not overlap((one.starts_at, one.ends_at), (two.starts_at, two.ends_at)):
            assert not overlap(new[one.id], new[two.id])
            assert (one.starts_at < two.starts_at) == (new[one.id][0] < new[two.id][0])


@given(days(), late_ones, choices(), st.sampled_from([0, 5, 10]))
def test_no_break_falls_below_its_shortest_and_all_else_keeps_its_length(
    turns, which, choice, turnaround
):
    late = turns[which % len(turns)].id
    by_id = {one.id: one for one in turns}
    for one in ripple(turns, late, choice, turnaround=turnaround):
        before, after = (times[1] - times[0] for times in (one.before, one.after))
        if one.id == late:
            continue
        if by_id[one.id].is_pause and one.id in choice.absorbing:
            assert min(before, timedelta(minutes=choice.shortest)) <= after <= before
        else:
            assert after == before


@given(days(), late_ones, choices())
def test_nothing_moves_further_than_the_delay_nor_before_it_nor_what_stays(turns, which, choice):
    late = turns[which % len(turns)]
    reached = follows(turns, late.id, choice.reach) | {late.id}
    for one in ripple(turns, late.id, choice):
        assert one.id in reached
        starts, ends = one.minutes
        assert 0 <= starts <= choice.minutes
        assert 0 <= ends <= choice.minutes
        assert one.id == late.id or one.id not in choice.staying
        assert one.id == late.id or one.before[0] >= late.ends_at


@given(days(), late_ones, choices(st.integers(-60, -1)))
def test_what_ends_earlier_makes_nothing_overlap_and_nothing_later(turns, which, choice):
    late = turns[which % len(turns)]
    assume(late.ends_at + timedelta(minutes=choice.minutes) > late.starts_at)
    moved = ripple(turns, late.id, choice)
    new = as_it_is(turns, moved)
    assert all(starts <= 0 and ends <= 0 for starts, ends in (one.minutes for one in moved))
    assert all(choice.minutes <= one.minutes[0] for one in moved)
    for one, two in combinations(turns, 2):
        old = ((one.starts_at, one.ends_at), (two.starts_at, two.ends_at))
        if one.shares_room(two) and not overlap(*old):
            assert not overlap(new[one.id], new[two.id])


@given(st.lists(st.integers(1, 90), min_size=1, max_size=8), st.integers(1, 120), st.integers(0, 7))
def test_without_breaks_and_gaps_ending_earlier_takes_a_delay_back(lengths, minutes, which):
    turns, clock = [], 0
    for number, length in enumerate(lengths, 1):
        turns.append(turn(number, clock, clock + length))
        clock += length
    late = turns[which % len(turns)].id
    there = as_it_is(turns, ripple(turns, late, Choice(minutes)))
    moved = [Turn(one.id, one.kind, *there[one.id], one.rooms, one.people) for one in turns]
    back = as_it_is(moved, ripple(moved, late, Choice(-minutes)))
    assert back == {one.id: (one.starts_at, one.ends_at) for one in turns}


@given(days(), late_ones, choices())
def test_the_same_ripple_has_the_same_fingerprint_whatever_the_order(turns, which, choice):
    late = turns[which % len(turns)].id
    one, two = ripple(turns, late, choice), ripple(turns[::-1], late, choice)
    assert fingerprint_of(one) == fingerprint_of(two)


def test_a_session_that_newly_shares_time_with_a_break_elsewhere_is_named_with_it():
    turns = [
        turn(1, 0, 30),
        turn(2, 30, 60),
        turn(3, 60, 75, BREAK, (STUDIO,)),
        turn(4, 25, 70, rooms=(STUDIO,)),
    ]
    moved = ripple(turns, UUID(int=1), Choice(10))
    assert runs_into(turns, moved) == [(UUID(int=2), UUID(int=3))]
    assert runs_into(turns, []) == []


def test_a_break_that_gives_way_is_run_into_by_nothing():
    turns = [turn(1, 0, 30), turn(2, 30, 45, BREAK), turn(3, 45, 60)]
    moved = ripple(turns, UUID(int=1), Choice(8, absorbing=frozenset({UUID(int=2)})))
    assert runs_into(turns, moved) == []
