"""The days and hours of sessions, as pure rules say them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from forum.programme.rules import FarDay, check_listed_day, wall_span


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
