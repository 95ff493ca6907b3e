"""When mails around an event go: by its own clock, before and after, over every leap of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.i18n import Sentence
from forum.messaging.rules.announcements import Anchor, Timing
from forum.messaging.rules.timing import (
    MOST_DAYS,
    UntimelyMail,
    When,
    check_when,
    due_at,
    in_words,
    when_of,
)

ZONES = (
    "Asia/Hong_Kong", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia", "UTC",
)  # fmt: skip
HONG_KONG, LONDON = "Asia/Hong_Kong", "Europe/London"


@dataclass
class Held:
    """An event, as far as the moment of a mail is concerned."""

    starts_at: datetime
    ends_at: datetime
    zone: tzinfo
    dates_open: bool = False


def held(starts: str, ends: str, zone: str = HONG_KONG) -> Held:
    """Return an event by its wall times."""
    there = ZoneInfo(zone)
    moments = [
        datetime.fromisoformat(one).replace(tzinfo=there).astimezone(UTC) for one in (starts, ends)
    ]
    return Held(moments[0], moments[1], there)


FORUM = held("2026-12-08 09:00", "2026-12-08 13:00")


def before(days: int, clock: str | None = None) -> When:
    at = time.fromisoformat(clock) if clock else None
    return When(Timing.RELATIVE, anchor=Anchor.START, days=-days, clock=at)


def wall(moment: datetime | None, event: Held) -> str:
    assert moment is not None
    return moment.astimezone(event.zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("when", "says", "at"),
    [
        (before(7), "7 days before the start", "2026-12-01 09:00"),
        (before(1, "10:00"), "1 day before, at 10:00", "2026-12-07 10:00"),
        (before(0, "08:00"), "On the day, at 08:00", "2026-12-08 08:00"),
        (
            When(Timing.RELATIVE, anchor=Anchor.END, minutes=120),
            "2 hours after the end",
            "2026-12-08 15:00",
        ),
        (
            When(Timing.RELATIVE, anchor=Anchor.START, minutes=-30),
            "30 minutes before the start",
            "2026-12-08 08:30",
        ),
        (
            When(Timing.RELATIVE, anchor=Anchor.END, days=1, clock=time(10)),
            "1 day after, at 10:00",
            "2026-12-09 10:00",
        ),
        (When(Timing.RELATIVE), "When it starts", "2026-12-08 09:00"),
    ],
)
def test_a_moment_is_reckoned_from_the_event_and_said_in_words(
    when: When, says: str, at: str
) -> None:
    assert wall(due_at(when, FORUM), FORUM) == at
    assert str(in_words(when)) == says


def test_what_goes_at_once_or_at_a_moment_needs_no_event() -> None:
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    assert due_at(When(Timing.NOW), FORUM) is None
    assert due_at(When(Timing.AT, at=moment), FORUM) == moment


def test_an_event_without_a_date_lets_everything_wait_but_for_moments_of_their_own() -> None:
    open_dates = Held(FORUM.starts_at, FORUM.ends_at, FORUM.zone, dates_open=True)
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    assert due_at(before(1, "10:00"), open_dates) is None
    assert due_at(When(Timing.AT, at=moment), open_dates) == moment


@pytest.mark.parametrize(
    ("zone", "starts", "when", "at"),
    [
        # 01:30 does not exist on 29 March 2026: the clock leaps from 01:00 to 02:00.
        (LONDON, "2026-03-30 09:00", before(1, "01:30"), "2026-03-29 02:30"),
        # 01:30 comes twice on 25 October 2026: the first of both.
        (LONDON, "2026-10-26 09:00", before(1, "01:30"), "2026-10-25 01:30"),
        # A day before is the same time of day, though 23 hours earlier.
        (LONDON, "2026-03-29 09:00", before(1), "2026-03-28 09:00"),
        (LONDON, "2026-10-25 09:00", before(7, "10:00"), "2026-10-18 10:00"),
    ],
)
def test_summer_time_moves_no_wall_time_but_over_a_gap(
    zone: str, starts: str, when: When, at: str
) -> None:
    event = held(starts, starts.replace("09:00", "13:00"), zone)
    assert wall(due_at(when, event), event) == at


def test_hours_are_as_they_pass_even_over_a_leap_of_the_clock() -> None:
    event = held("2026-03-29 00:30", "2026-03-29 03:30", LONDON)
    assert event.ends_at - event.starts_at == timedelta(hours=2)
    due = due_at(When(Timing.RELATIVE, anchor=Anchor.START, minutes=60), event)
    assert wall(due, event) == "2026-03-29 02:30"


def test_the_first_of_two_equal_wall_times_is_taken() -> None:
    event = held("2026-10-26 09:00", "2026-10-26 13:00", LONDON)
    assert due_at(before(1, "01:30"), event) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_night_belongs_to_the_day_it_began_on() -> None:
    event = held("2026-12-08 19:00", "2026-12-09 02:00")
    thanks = When(Timing.RELATIVE, anchor=Anchor.END, days=1, clock=time(10))
    assert wall(due_at(thanks, event), event) == "2026-12-09 10:00"


moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda one: one.replace(microsecond=0, tzinfo=UTC)
)
lengths = st.timedeltas(timedelta(minutes=1), timedelta(days=30))
zones = st.sampled_from(ZONES).map(ZoneInfo)
clocks = st.times().map(lambda one: one.replace(second=0, microsecond=0))
days_away = st.integers(-MOST_DAYS, MOST_DAYS)


@given(moments, lengths, zones, days_away, clocks, st.sampled_from(Anchor))
def test_a_clock_is_kept_in_every_zone_but_where_it_leaps(
    starts: datetime, length: timedelta, zone: ZoneInfo, days: int, clock: time, anchor: Anchor
) -> None:
    event = Held(starts, starts + length, zone)
    when = When(Timing.RELATIVE, anchor=anchor, days=days, clock=clock)
    due = due_at(when, event)
    assert due is not None
    local = due.astimezone(zone)
    wanted = datetime.combine(local.date(), clock, tzinfo=zone)
    exists = wanted.astimezone(UTC).astimezone(zone).time() == clock
    if exists and local.time() != clock:
        # The whole day was left out (Apia, 30 December 2011): it goes on the next one.
        day = datetime.combine(local.date() - timedelta(days=1), clock, tzinfo=zone)
        assert day.astimezone(UTC).astimezone(zone).date() != day.date()
    elif not exists:
        assert local.time() > clock
    assert due.utcoffset() == timedelta()


@given(moments, lengths, zones, days_away, st.integers(-7 * 24 * 60, 7 * 24 * 60))
def test_a_moved_event_moves_its_mails_by_as_many_days(
    starts: datetime, length: timedelta, zone: ZoneInfo, days: int, minutes: int
) -> None:
    event = Held(starts, starts + length, zone)
    when = When(Timing.RELATIVE, anchor=Anchor.START, days=days, minutes=minutes)
    due = due_at(when, event)
    assert due is not None
    away = due - starts
    assert abs(away - timedelta(days=days, minutes=minutes)) <= timedelta(hours=25)
    if days == 0:
        assert away == timedelta(minutes=minutes)


@given(moments, zones, st.integers(0, 30), clocks)
def test_an_earlier_day_never_goes_later(
    starts: datetime, zone: ZoneInfo, days: int, clock: time
) -> None:
    event = Held(starts, starts + timedelta(hours=4), zone)
    earlier, later = (
        due_at(When(Timing.RELATIVE, days=-number, clock=clock), event)
        for number in (days + 1, days)
    )
    assert earlier is not None
    assert later is not None
    assert earlier <= later


@pytest.mark.parametrize(
    ("when", "field"),
    [
        (before(MOST_DAYS + 1), "days"),
        (When(Timing.RELATIVE, minutes=8 * 24 * 60), "hours"),
        (before(60), "days"),
        (When(Timing.AT, at=datetime(2020, 1, 1, tzinfo=UTC)), "days"),
    ],
)
def test_a_moment_that_is_past_or_too_far_is_refused(when: When, field: str) -> None:
    with pytest.raises(UntimelyMail) as refused:
        check_when(when, FORUM, datetime(2026, 11, 22, tzinfo=UTC))
    assert refused.value.field == field


def test_a_moment_to_come_is_taken() -> None:
    check_when(before(1, "10:00"), FORUM, datetime(2026, 11, 22, tzinfo=UTC))
    check_when(When(Timing.NOW), FORUM, datetime(2026, 11, 22, tzinfo=UTC))


@given(
    st.builds(
        When,
        st.sampled_from(Timing),
        st.none(),
        st.sampled_from(Anchor),
        days_away,
        st.none() | clocks,
        st.integers(-10_000, 10_000),
    )
)
def test_every_moment_can_be_said(when: When) -> None:
    assert isinstance(in_words(when), Sentence)
    assert "%(" not in str(in_words(when))


@dataclass
class Row:
    """A moment as it is stored."""

    timing: Timing = Timing.RELATIVE
    at: datetime | None = None
    anchor: Anchor | None = None
    days: int | None = None
    clock: str | None = None
    minutes: int | None = None


def test_a_stored_moment_is_read_whole() -> None:
    assert when_of(Row(anchor=Anchor.END, days=1, clock="10:00")) == When(
        Timing.RELATIVE, anchor=Anchor.END, days=1, clock=time(10)
    )
    assert when_of(Row()) == When(Timing.RELATIVE)
