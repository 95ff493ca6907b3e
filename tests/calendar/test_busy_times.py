"""When a room is taken elsewhere: rules, exceptions, zones and oddities of strangers' files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.calendar import busy
from forum.calendar.busy import LONGEST, MOST_TIMES, Busy, Reading, TooMany, answer, read_busy

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NEW_YORK = ZoneInfo("America/New_York")
DAY = datetime(2026, 12, 8, tzinfo=HONG_KONG)
HOUR = timedelta(hours=1)
PLAIN = "UID:1\nSUMMARY:Booked\nDTSTART:20261208T010000Z\nDTEND:20261208T020000Z\n"


def calendar(*events: str, more: str = "") -> bytes:
    inside = "".join(f"BEGIN:VEVENT\n{one}END:VEVENT\n" for one in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{more}{inside}END:VCALENDAR\n".encode()


def read(
    content: bytes, first: datetime = DAY, days: int = 1, zone: ZoneInfo = HONG_KONG
) -> Reading:
    return read_busy(content, zone, first, first + timedelta(days=days))


def starts(content: bytes, first: datetime = DAY, days: int = 1) -> list[str]:
    zone = first.tzinfo
    return [
        f"{one.starts_at.astimezone(zone):%m-%d %H:%M}" for one in read(content, first, days).times
    ]


def test_one_booking_is_one_time() -> None:
    begins = datetime(2026, 12, 8, 1, tzinfo=UTC)
    found = read(calendar(PLAIN))
    assert found.times == [Busy(begins, begins + HOUR, "Booked", "1")]
    assert (found.entries, dict(found.odd), found.zones) == (1, {}, set())


@pytest.mark.parametrize(
    "line",
    [
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "STATUS:cancelled",
    ],
)
def test_what_is_cancelled_or_free_blocks_nothing(line: str) -> None:
    found = read(calendar(f"{PLAIN}{line}\n"))
    assert found.times == []
    assert found.odd["free"] == 1


@pytest.mark.parametrize(
    "line", ["STATUS:TENTATIVE", "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"]
)
def test_what_is_only_likely_blocks(line: str) -> None:
    assert len(read(calendar(f"{PLAIN}{line}\n")).times) == 1


@pytest.mark.parametrize("kept", ["PRIVATE", "CONFIDENTIAL", "private"])
def test_the_title_of_a_private_booking_is_not_told(kept: str) -> None:
    (only,) = read(calendar(f"{PLAIN}CLASS:{kept}\n")).times
    assert only.title == ""


def test_bookings_of_other_days_are_left_out_and_what_reaches_in_is_not() -> None:
    before = "UID:2\nDTSTART:20261207T150000Z\nDTEND:20261207T160000Z\n"
    weeks = "UID:3\nSUMMARY:Works\nDTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20261224\n"
    after = "UID:4\nDTSTART:20261208T160000Z\nDTEND:20261208T170000Z\n"
    found = read(calendar(before, weeks, after))
    assert [one.title for one in found.times] == ["Works"]
    assert found.entries == 3


def test_a_whole_day_is_taken_on_the_clocks_that_were_asked_for() -> None:
    whole = "UID:1\nDTSTART;VALUE=DATE:20261208\n"
    (only,) = read(calendar(whole)).times
    assert (only.starts_at, only.ends_at) == (DAY, DAY + timedelta(days=1))
    found = read(calendar(whole), zone=ZoneInfo("Asia/Tokyo"))
    assert found.times[0].starts_at == DAY - HOUR
    assert found.odd["days"] == 1


def test_a_whole_day_when_the_clock_is_put_has_23_hours() -> None:
    spring = datetime(2027, 3, 14, tzinfo=NEW_YORK)
    (only,) = read(calendar("UID:1\nDTSTART;VALUE=DATE:20270314\nDTEND;VALUE=DATE:20270315\n"),
                   spring, zone=NEW_YORK).times  # fmt: skip
    assert only.ends_at - only.starts_at == timedelta(hours=23)


def test_a_floating_time_is_on_the_clocks_that_were_asked_for() -> None:
    floats = calendar("UID:1\nDTSTART:20261208T090000\nDURATION:PT90M\n")
    (only,) = read(floats).times
    assert (only.starts_at, only.ends_at - only.starts_at) == (DAY + 9 * HOUR, 1.5 * HOUR)
    assert read(floats).odd["floating"] == 1


def test_an_unknown_zone_is_named_and_its_times_float() -> None:
    found = read(calendar("UID:1\nDTSTART;TZID=Moon/Base:20261208T090000\nDURATION:PT1H\n"))
    assert found.times[0].starts_at == DAY + 9 * HOUR
    assert found.zones == {"Moon/Base"}


def test_zones_of_outlook_and_zones_told_in_the_file_are_known() -> None:
    told = (
        "BEGIN:VTIMEZONE\nTZID:Our Hall\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0700\nTZOFFSETTO:+0700\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    outlook = "UID:1\nDTSTART;TZID=China Standard Time:20261208T090000\nDURATION:PT1H\n"
    own = "UID:2\nDTSTART;TZID=Our Hall:20261208T090000\nDURATION:PT1H\n"
    assert starts(calendar(outlook, own, more=told)) == ["12-08 09:00", "12-08 10:00"]


def test_a_booking_without_an_end_is_given_an_hour() -> None:
    found = read(calendar("UID:1\nDTSTART:20261208T010000Z\n"))
    assert found.times[0].ends_at - found.times[0].starts_at == HOUR
    assert found.odd["without_end"] == 1
    backwards = calendar("UID:1\nDTSTART:20261208T010000Z\nDTEND:20261208T000000Z\n")
    assert read(backwards).odd["without_end"] == 1


def test_events_that_share_a_uid_all_block() -> None:
    other = PLAIN.replace("T01", "T03").replace("T02", "T04")
    assert starts(calendar(PLAIN, other, PLAIN)) == ["12-08 09:00", "12-08 11:00"]


def test_broken_lines_other_line_ends_and_encodings_are_read() -> None:
    broken = calendar(PLAIN.replace("Booked", "Booked\nby others\n\nfor long"))
    (only,) = read(broken).times
    assert only.title == "Booked by others for long"
    for content in (
        broken.replace(b"\n", b"\r\n"),
        broken.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + broken,
        broken.decode().encode("utf-16"),
        broken + broken,
    ):
        assert [one.starts_at for one in read(content).times] == [only.starts_at]


def test_chinese_titles_in_old_encodings_are_read() -> None:
    content = calendar(PLAIN.replace("Booked", "董事會會議在此舉行，請勿打擾")).decode()
    for encoding in ("big5hkscs", "utf-8"):
        assert read(content.encode(encoding)).times[0].title.startswith("董事會會議")


def test_one_broken_event_does_not_take_the_others_with_it() -> None:
    for odd in (
        "DTSTART:soon\nRRULE:;;\n",
        "DTSTART:20261208T010000Z\nRRULE:FREQ=NEVER\n",
        "SUMMARY\n",
    ):
        found = read(calendar(f"UID:9\n{odd}", PLAIN))
        assert "Booked" in [one.title for one in found.times], odd


def test_a_weekly_rule_keeps_its_hour_when_the_clock_is_put() -> None:
    weekly = calendar(
        "UID:1\nDTSTART;TZID=America/New_York:20261006T090000\n"
        "DTEND;TZID=America/New_York:20261006T100000\nRRULE:FREQ=WEEKLY;BYDAY=TU\n"
    )
    first = datetime(2027, 3, 8, tzinfo=NEW_YORK)
    assert starts(weekly, first, 14) == ["03-09 09:00", "03-16 09:00"]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("20261210T010000Z", ["12-08 09:00", "12-09 09:00", "12-10 09:00"]),
        ("20261210T005959Z", ["12-08 09:00", "12-09 09:00"]),
        ("20261210", ["12-08 09:00", "12-09 09:00", "12-10 09:00"]),
        ("20261209T090000", ["12-08 09:00", "12-09 09:00"]),
    ],
)
def test_a_rule_ends_where_until_says(until: str, expected: list[str]) -> None:
    daily = (
        "UID:1\nDTSTART;TZID=Asia/Hong_Kong:20261201T090000\nDURATION:PT1H\n"
        f"RRULE:FREQ=DAILY;UNTIL={until}\n"
    )
    assert starts(calendar(daily), DAY, 7) == expected


DAILY = "UID:1\nSUMMARY:Daily\nDTSTART;TZID=Asia/Hong_Kong:20261201T090000\nDURATION:PT1H\n"


def test_count_begins_at_the_first_one() -> None:
    assert starts(calendar(f"{DAILY}RRULE:FREQ=DAILY;COUNT=9\n"), DAY, 7) == [
        "12-08 09:00",
        "12-09 09:00",
    ]


def test_exceptions_take_away_moments_and_whole_days() -> None:
    rule = f"{DAILY}RRULE:FREQ=DAILY;COUNT=12\n"
    for line in (
        "EXDATE;TZID=Asia/Hong_Kong:20261209T090000,20261210T090000\n",
        "EXDATE:20261209T010000Z\nEXDATE:20261210T010000Z\n",
        "EXDATE;VALUE=DATE:20261209,20261210\n",
    ):
        assert starts(calendar(rule + line), DAY, 9) == [
            "12-08 09:00", "12-11 09:00", "12-12 09:00",
        ], line  # fmt: skip


def test_an_exception_of_whole_days_takes_one_away() -> None:
    days = (
        "UID:1\nDTSTART;VALUE=DATE:20261207\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;VALUE=DATE:20261209\n"
    )
    assert starts(calendar(days), DAY, 9) == ["12-08 00:00", "12-10 00:00"]


def test_further_dates_and_periods_are_added() -> None:
    more = (
        f"{DAILY}RDATE;TZID=Asia/Hong_Kong:20261208T140000\n"
        "RDATE;VALUE=PERIOD:20261208T100000Z/PT30M,20261208T120000Z/20261208T130000Z\n"
    )
    assert starts(calendar(more)) == ["12-08 14:00", "12-08 18:00", "12-08 20:00"]


def test_an_exception_moves_or_cancels_one_of_a_series() -> None:
    series = f"{DAILY}RRULE:FREQ=DAILY;COUNT=12\n"
    moved = (
        "UID:1\nSUMMARY:Moved\nRECURRENCE-ID;TZID=Asia/Hong_Kong:20261208T090000\n"
        "DTSTART;TZID=Asia/Hong_Kong:20261208T150000\nDURATION:PT2H\n"
    )
    gone = (
        "UID:1\nRECURRENCE-ID:20261209T010000Z\nDTSTART:20261209T010000Z\nDURATION:PT1H\n"
        "STATUS:CANCELLED\n"
    )
    content = calendar(series, moved, gone)
    assert starts(content, DAY, 3) == ["12-08 15:00", "12-10 09:00"]
    assert read(content).times[0].title == "Moved"


def test_an_exception_moved_into_the_days_from_far_away_blocks() -> None:
    series = DAILY.replace("20261201", "20270601") + "RRULE:FREQ=DAILY;COUNT=3\n"
    moved = (
        "UID:1\nRECURRENCE-ID;TZID=Asia/Hong_Kong:20270601T090000\n"
        "DTSTART;TZID=Asia/Hong_Kong:20261208T150000\nDURATION:PT2H\n"
    )
    assert starts(calendar(series, moved)) == ["12-08 15:00"]


def test_an_exception_may_hold_for_all_that_follow() -> None:
    series = f"{DAILY}RRULE:FREQ=DAILY;COUNT=20\n"
    later = (
        "UID:1\nSUMMARY:Later\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Hong_Kong:20261209T090000\n"
        "DTSTART;TZID=Asia/Hong_Kong:20261209T093000\nDURATION:PT3H\n"
    )
    found = read(calendar(series, later), DAY, 4)
    assert starts(calendar(series, later), DAY, 4) == [
        "12-08 09:00", "12-09 09:30", "12-10 09:30", "12-11 09:30",
    ]  # fmt: skip
    assert {one.ends_at - one.starts_at for one in found.times[1:]} == {3 * HOUR}


def test_free_and_busy_times_without_events_are_read() -> None:
    free_busy = (
        "BEGIN:VFREEBUSY\nUID:f\nFREEBUSY:20261208T010000Z/PT1H,20261208T030000Z/20261208T040000Z\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261208T060000Z/PT1H\n"
        "FREEBUSY;FBTYPE=FREE:20261208T080000Z/PT1H\nEND:VFREEBUSY\n"
    )
    assert starts(calendar(more=free_busy)) == ["12-08 09:00", "12-08 11:00", "12-08 14:00"]


def test_too_many_times_are_refused() -> None:
    with pytest.raises(TooMany):
        read(calendar(f"{PLAIN}RRULE:FREQ=SECONDLY\n"))
    asked = {"zone": "UTC", "first": DAY.isoformat(), "last": (DAY + 24 * HOUR).isoformat()}
    assert answer(asked, calendar(f"{PLAIN}RRULE:FREQ=SECONDLY\n")) == {"refused": "too_many"}


def test_a_rule_is_followed_no_further_than_anybody_would_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = 0

    def counted(text: str, *, dtstart: datetime) -> Iterator[datetime]:
        nonlocal drawn
        for one in rrulestr(text, dtstart=dtstart):
            drawn += 1
            yield one

    monkeypatch.setattr(busy, "rrulestr", counted)
    months = "UID:1\nDTSTART:20261207T200000\nDURATION:P1W\nRRULE:FREQ=SECONDLY\n"
    with pytest.raises(TooMany):
        read(calendar(months))
    assert drawn < 2 * MOST_TIMES


def test_a_booking_without_measure_lasts_for_as_long_as_any() -> None:
    endless = "UID:1\nDTSTART:20261208T010000Z\nDTEND:29991208T010000Z\n"
    (only,) = read(calendar(endless)).times
    assert only.ends_at - only.starts_at == LONGEST


def alone(script: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own, which may be stopped."""
    whole = f"import sys\nfrom forum.calendar import busy\n{script}"
    return subprocess.run(
        [sys.executable, "-c", whole], capture_output=True, text=True, check=False, **options
    )


def test_a_file_that_asks_for_too_much_memory_is_refused_by_the_reader() -> None:
    much = "lambda: b'{}\\n' + bytes(busy.MOST_BYTES)"
    done = alone(f"busy.bound()\nbusy.main({much}, sys.stdout.buffer.write)")
    assert json.loads(done.stdout) == {"refused": "too_long"}


def test_a_reader_without_an_end_is_stopped_by_the_system() -> None:
    done = alone("busy.MOST_SECONDS = 1\nbusy.bound()\nwhile True:\n    pass", timeout=60)
    assert done.returncode in {-signal.SIGXCPU, -signal.SIGKILL}


@given(
    begins=st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2026-12-01")),
    step=st.integers(1, 9),
    weekdays=st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1),
)
@settings(max_examples=40, deadline=None)
def test_a_weekly_rule_holds_on_the_days_that_counting_finds(
    begins: datetime, step: int, weekdays: set[str]
) -> None:
    begins = begins.replace(second=0, microsecond=0)
    names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    content = calendar(
        f"UID:1\nDTSTART;TZID=Asia/Hong_Kong:{begins:%Y%m%dT%H%M%S}\nDURATION:PT5M\n"
        f"RRULE:FREQ=WEEKLY;INTERVAL={step};BYDAY={','.join(sorted(weekdays))}\n"
    )

    def monday(day: date) -> date:
        return day - timedelta(days=day.weekday())

    def held(day: date) -> bool:
        weeks = (monday(day) - monday(begins.date())).days // 7
        return day >= begins.date() and weeks % step == 0 and names[day.weekday()] in weekdays

    days = [DAY.date() + timedelta(days=n) for n in range(28)]
    expected = [f"{day:%m-%d} {begins:%H:%M}" for day in days if held(day)]
    assert starts(content, DAY, 28) == expected


LINES = st.sampled_from(
    [
        "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SUMMARY",
        "TRANSP", "STATUS", "CLASS", "UID", "BEGIN", "END", "X-ODD;TZID=",
    ]
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "", ";", "20261208T010000Z", "20261208", "00000000T000000", "99991231T235959Z", "PT1H",
        "-P9999999D", "P1W", "FREQ=DAILY;COUNT=2", "FREQ=YEARLY;UNTIL=x", "FREQ=DAILY;BYDAY=9ZZ",
        "20261208T010000Z/PT1H", "VEVENT", "\x00", "\\,;:", "一" * 300,
    ]
) | st.text(max_size=30)  # fmt: skip


@given(st.lists(st.tuples(LINES, VALUES), max_size=8))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_file_another_event_is_read_or_nothing_is_and_no_error_escapes(
    lines: list[tuple[str, str]],
) -> None:
    odd = "".join(f"{name}:{value}\n" for name, value in lines)
    found = read(calendar(odd, PLAIN))
    assert all(one.starts_at < one.ends_at for one in found.times)
