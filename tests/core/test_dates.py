"""Days and times as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core import dates
from forum.core.languages import KEYS

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
SINGAPORE = ZoneInfo("Asia/Singapore")
LONDON = ZoneInfo("Europe/London")


def hk(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("en", "Tuesday 8 December 2026, 9:00 am–1:00 pm (HKT)"),
        ("zh-Hant", "2026年12月8日（星期二）上午9時至下午1時（香港時間）"),
        ("zh-Hans", "2026年12月8日（星期二）上午9时至下午1时（香港时间）"),
    ],
)
def test_a_half_day_is_said_in_each_languages_own_form(key: str, said: str) -> None:
    assert dates.span(hk(8, 9), hk(8, 13), HONG_KONG, key) == said


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("en", "Saturday 5–Sunday 6 December 2026"),
        ("zh-Hant", "2026年12月5日（星期六）至6日（星期日）"),
        ("zh-Hans", "2026年12月5日（星期六）至6日（星期日）"),
    ],
)
def test_two_days_share_month_and_year(key: str, said: str) -> None:
    assert dates.days(date(2026, 12, 5), date(2026, 12, 6), key) == said


def test_days_of_two_months_or_years_name_both() -> None:
    assert dates.days(date(2026, 10, 31), date(2026, 11, 1), "en") == (
        "Saturday 31 October–Sunday 1 November 2026"
    )
    assert dates.days(date(2026, 12, 31), date(2027, 1, 1), "zh-Hant") == (
        "2026年12月31日（星期四）至2027年1月1日（星期五）"
    )


@pytest.mark.parametrize(
    ("starts", "ends", "english", "chinese"),
    [
        (hk(8, 9, 45), hk(8, 10, 15), "9:45–10:15 am", "上午9時45分至10時15分"),
        (hk(8, 11), hk(8, 12), "11:00 am–12:00 pm", "上午11時至中午12時"),
        (hk(8, 12, 30), hk(8, 13), "12:30–1:00 pm", "下午12時30分至1時"),
        (hk(8, 0), hk(8, 1, 5), "12:00–1:05 am", "凌晨12時至1時5分"),
        (hk(8, 19), hk(9, 1), "7:00 pm–1:00 am", "下午7時至凌晨1時"),
    ],
)
def test_the_half_of_the_day_is_said_once(
    starts: datetime, ends: datetime, english: str, chinese: str
) -> None:
    assert dates.clock_span(starts, ends, HONG_KONG, "en") == english
    assert dates.clock_span(starts, ends, HONG_KONG, "zh-Hant") == chinese


def test_a_night_belongs_to_its_evening() -> None:
    assert dates.last_day(hk(8, 19), hk(9, 1), HONG_KONG) == date(2026, 12, 8)
    assert dates.last_day(hk(8, 9), hk(9, 0), HONG_KONG) == date(2026, 12, 8)
    assert dates.last_day(hk(8, 9), hk(9, 9), HONG_KONG) == date(2026, 12, 9)
    assert dates.last_day(hk(8, 1), hk(8, 3), HONG_KONG) == date(2026, 12, 8)


def test_a_congress_of_days_ends_with_its_last_evening() -> None:
    assert dates.last_day(hk(8, 9), hk(12, 4), HONG_KONG) == date(2026, 12, 11)
    assert dates.last_day(hk(8, 9), hk(11, 18), HONG_KONG) == date(2026, 12, 11)


def test_a_zone_is_said_in_words() -> None:
    assert dates.zone_in_words(HONG_KONG, "en") == "Hong Kong time"
    assert dates.zone_in_words(HONG_KONG, "zh-Hant") == "香港時間"
    assert dates.zone_in_words(HONG_KONG, "zh-Hans") == "香港时间"
    assert dates.zone_in_words(ZoneInfo("Etc/UTC"), "zh-Hans") == "UTC"


def test_a_zone_without_letters_of_its_own_is_named_by_its_city() -> None:
    moment = datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert dates.zone_name(moment, SINGAPORE, "en") == "Singapore time"
    assert dates.zone_name(moment, SINGAPORE, "zh-Hant") == "新加坡時間"
    assert dates.zone_name(moment, LONDON, "en") == "BST"
    assert dates.zone_name(moment, ZoneInfo("UTC"), "zh-Hans") == "UTC"


def test_a_column_of_times_stays_narrow() -> None:
    assert dates.list_clock(hk(8, 9), HONG_KONG, "zh-Hant") == "09:00"
    assert dates.list_span(hk(8, 9), hk(8, 13), HONG_KONG, "zh-Hans") == "09:00–13:00"
    assert dates.list_span(hk(8, 9), hk(8, 10), HONG_KONG, "en") == "9:00–10:00 am"


def test_a_deadline_is_a_day_and_a_time() -> None:
    assert dates.moment(hk(7, 18), HONG_KONG, "en") == "Monday 7 December, 6:00 pm"
    assert dates.moment(hk(7, 18), HONG_KONG, "zh-Hant") == "12月7日（星期一）下午6時"
    assert dates.short_day(date(2026, 12, 8), "en") == "Tue 8 December"


def test_a_column_of_days_is_brief() -> None:
    assert dates.stamp(hk(7, 18), HONG_KONG, "en") == "7 Dec, 6:00 pm"
    assert dates.stamp(hk(7, 18), HONG_KONG, "zh-Hans") == "12月7日 18:00"


@given(
    st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(["Asia/Hong_Kong", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"]),
    st.sampled_from(KEYS),
)
def test_every_moment_can_be_said(when: datetime, zone: str, key: str) -> None:
    moment, there = when.replace(tzinfo=UTC), ZoneInfo(zone)
    said = dates.span(moment, moment, there, key)
    assert str(moment.astimezone(there).year) in said
    assert "  " not in said
