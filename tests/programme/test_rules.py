"""What is wrong with a programme, as pure rules say it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.programme.rules import (
    AppearanceRole,
    FarDay,
    SessionKind,
    SessionState,
    Slot,
    WarningKind,
    check_listed_day,
    wall_span,
    warnings_of,
)

START = datetime(2026, 12, 8, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=4)
HALL, PERSON = UUID(int=1), UUID(int=2)


def slot(number: int, begins: int, lasts: int, **given: object) -> Slot:
    values: dict[str, object] = {
        "id": UUID(int=100 + number),
        "kind": SessionKind.TALK,
        "state": SessionState.CONFIRMED,
        "room_id": None,
        "starts_at": START + timedelta(minutes=begins),
        "ends_at": START + timedelta(minutes=begins + lasts),
    }
    return Slot(**(values | given))


def kinds(*slots: Slot) -> list[WarningKind]:
    return [one.kind for one in warnings_of(slots, event_starts=START, event_ends=END)]


def test_sessions_that_follow_each_other_do_not_clash():
    assert kinds(slot(1, 0, 30, room_id=HALL), slot(2, 30, 30, room_id=HALL)) == []


def test_a_room_used_twice_is_a_clash_with_the_time_shared():
    (found,) = warnings_of(
        [slot(1, 0, 40, room_id=HALL), slot(2, 30, 30, room_id=HALL)],
        event_starts=START,
        event_ends=END,
    )
    assert found.kind is WarningKind.ROOM_TWICE
    assert (found.starts_at, found.ends_at) == (
        START + timedelta(minutes=30),
        START + timedelta(minutes=40),
    )
    assert found.about == HALL


def test_a_person_in_two_roles_of_two_sessions_at_once_is_named_once():
    cast = ((PERSON, AppearanceRole.MODERATOR), (PERSON, AppearanceRole.PRESENTER))
    assert kinds(slot(1, 0, 30, cast=cast), slot(2, 10, 30, cast=cast)) == [
        WarningKind.SPEAKER_TWICE
    ]


def test_cancelled_and_untimed_sessions_clash_with_nothing():
    assert (
        kinds(
            slot(1, 0, 30, room_id=HALL),
            slot(2, 0, 30, room_id=HALL, state=SessionState.CANCELLED),
            slot(3, 0, 30, room_id=HALL, starts_at=None, ends_at=None),
        )
        == []
    )


def test_a_panel_needs_a_moderator_or_a_chair():
    assert kinds(slot(1, 0, 30, kind=SessionKind.PANEL)) == [WarningKind.NO_MODERATOR]
    for role in (AppearanceRole.MODERATOR, AppearanceRole.CHAIR):
        assert kinds(slot(1, 0, 30, kind=SessionKind.PANEL, cast=((PERSON, role),))) == []


def test_a_session_outside_the_event_is_named():
    assert kinds(slot(1, -10, 30), slot(2, 230, 30)) == [WarningKind.OUTSIDE, WarningKind.OUTSIDE]


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40), st.integers(0, 2)), max_size=12))
def test_clashes_are_exactly_the_pairs_that_overlap_in_a_room(spans: list[tuple[int, int, int]]):
    slots = [
        slot(n, begins, lasts, room_id=UUID(int=room))
        for n, (begins, lasts, room) in enumerate(spans)
    ]
    found = warnings_of(
        slots, event_starts=START - timedelta(days=1), event_ends=END + timedelta(days=1)
    )
    expected = {
        frozenset((a.id, b.id))
        for i, a in enumerate(slots)
        for b in slots[i + 1 :]
        if a.room_id == b.room_id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
    }
    assert {frozenset(one.sessions) for one in found} == expected
    assert len(found) == len(expected)


def test_a_night_ends_the_next_day_a_slip_of_the_finger_does_not():
    day = date(2026, 12, 8)
    assert wall_span(day, time(23), time(0, 30))[1] == datetime(2026, 12, 9, 0, 30)  # noqa: DTZ001 - a wall time
    starts, ends = wall_span(day, time(10), time(9))
    assert ends < starts


def test_a_session_stands_under_its_own_day_or_the_evening_before():
    day = date(2026, 12, 8)
    check_listed_day(day, day)
    check_listed_day(day - timedelta(days=1), day)
    for far in (day + timedelta(days=1), day - timedelta(days=2)):
        with pytest.raises(FarDay):
            check_listed_day(far, day)
