"""Days and times as people write them: English, Hong Kong Chinese, Simplified Chinese."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from babel.dates import get_timezone_location

from forum.core.languages import by_key

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMERALS = "一二三四五六日"
NOON = 12
DAWN = 6
SMALL_HOURS = time(DAWN)


def day(when: date, key: str, *, year: bool = True, weekday: bool = True) -> str:
    """Return "Tuesday 8 December 2026" or 「2026年12月8日（星期二）」, or less of it."""
    if key == "en":
        parts = [WEEKDAYS[when.weekday()]] if weekday else []
        parts += [str(when.day), MONTHS[when.month - 1]]
        return " ".join([*parts, str(when.year)] if year else parts)
    return _chinese_day(when, year=year, month=True, weekday=weekday)


def short_day(when: date, key: str) -> str:
    """Return "Tue 8 December" or 「12月8日（星期二）」."""
    if key == "en":
        return f"{WEEKDAYS[when.weekday()][:3]} {when.day} {MONTHS[when.month - 1]}"
    return _chinese_day(when, year=False, month=True, weekday=True)


def brief_day(when: date, key: str) -> str:
    """Return "8 Dec" or 「12月8日」, for columns and axes."""
    if key == "en":
        return f"{when.day} {MONTHS[when.month - 1][:3]}"
    return f"{when.month}月{when.day}日"


def stamp(when: datetime, zone: tzinfo, key: str) -> str:
    """Return "8 Dec, 9:00 am" or 「12月8日 09:00」, for columns."""
    gap = ", " if key == "en" else " "
    return f"{brief_day(local_day(when, zone), key)}{gap}{list_clock(when, zone, key)}"


def days(first: date, last: date, key: str) -> str:
    """Return one day, or a first and a last one without what they share."""
    if first >= last:
        return day(first, key)
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    if key == "en":
        start = day(first, key, year=not same_year)
        if same_month:
            start = f"{WEEKDAYS[first.weekday()]} {first.day}"
        return f"{start}–{day(last, key)}"
    end = _chinese_day(last, year=not same_year, month=not same_month, weekday=True)
    return f"{day(first, key)}至{end}"


def clock(moment: datetime, zone: tzinfo, key: str) -> str:
    """Return "9:00 am" or 「上午9時」 in the zone."""
    local = moment.astimezone(zone)
    if key == "en":
        return f"{_twelve(local.hour)}:{local.minute:02d} {_half(local.hour)}"
    return _period(local) + _chinese_clock(local, key)


def list_clock(moment: datetime, zone: tzinfo, key: str) -> str:
    """Return a time for a column: "9:00 am" or 「09:00」."""
    return clock(moment, zone, key) if key == "en" else f"{moment.astimezone(zone):%H:%M}"


def list_span(starts: datetime, ends: datetime, zone: tzinfo, key: str) -> str:
    """Return two times for a column: "9:45–10:15 am" or 「09:45–10:15」."""
    if key == "en":
        return clock_span(starts, ends, zone, key)
    return f"{list_clock(starts, zone, key)}–{list_clock(ends, zone, key)}"


def clock_span(starts: datetime, ends: datetime, zone: tzinfo, key: str) -> str:
    """Return "9:45–10:15 am" or 「上午9時45分至10時15分」: the half of the day is said once."""
    start, end = starts.astimezone(zone), ends.astimezone(zone)
    if key == "en":
        first = clock(start, zone, key)
        if start.date() == end.date() and _half(start.hour) == _half(end.hour):
            first = first.rpartition(" ")[0]
        return f"{first}–{clock(end, zone, key)}"
    same = start.date() == end.date() and _period(start) == _period(end)
    last = _chinese_clock(end, key) if same else clock(end, zone, key)
    return f"{clock(start, zone, key)}至{last}"


def zone_name(moment: datetime, zone: tzinfo, key: str) -> str:
    """Return "HKT", "London time" where a zone has no letters of its own, or 「香港時間」."""
    short = moment.astimezone(zone).tzname() or ""
    if key == "en":
        return short if short.isalpha() else f"{_city(str(zone), 'en')} time"
    if short == "UTC":
        return short
    language = by_key(key)
    city = _city(str(zone), language.babel if language else "en")
    return city + ("時間" if key == "zh-Hant" else "时间")


def zone_in_words(zone: tzinfo, key: str) -> str:
    """Return "Hong Kong time" or 「香港時間」, and a zone without a place by its own name."""
    name = str(zone)
    if "/" not in name or name.startswith("Etc/"):
        return name.removeprefix("Etc/")
    language = by_key(key)
    city = _city(name, language.babel if language else "en")
    return f"{city} time" if key == "en" else city + ("時間" if key == "zh-Hant" else "时间")


def hours(starts: datetime, ends: datetime, zone: tzinfo, key: str) -> str:
    """Return "9:00 am–1:00 pm (HKT)" or 「上午9時至下午1時（香港時間）」."""
    name = zone_name(starts, zone, key)
    said = clock_span(starts, ends, zone, key)
    return f"{said} ({name})" if key == "en" else f"{said}（{name}）"


def span(starts: datetime, ends: datetime, zone: tzinfo, key: str) -> str:
    """Return day or days, times and zone in one line."""
    said = days(local_day(starts, zone), last_day(starts, ends, zone), key)
    return f"{said}{', ' if key == 'en' else ''}{hours(starts, ends, zone, key)}"


def moment(when: datetime, zone: tzinfo, key: str, *, year: bool = False) -> str:
    """Return "Monday 7 December, 6:00 pm" or 「12月7日（星期一）下午6時」."""
    said = day(local_day(when, zone), key, year=year)
    return f"{said}, {clock(when, zone, key)}" if key == "en" else said + clock(when, zone, key)


def local_day(when: datetime, zone: tzinfo) -> date:
    """Return the calendar day of a moment in the zone."""
    return when.astimezone(zone).date()


def last_day(starts: datetime, ends: datetime, zone: tzinfo) -> date:
    """Return the last day people would name: a night until six belongs to its evening."""
    end = ends.astimezone(zone)
    is_night = end.date() > local_day(starts, zone) and end.time() <= SMALL_HOURS
    return end.date() - timedelta(days=1) if is_night else end.date()


def _chinese_day(when: date, *, year: bool, month: bool, weekday: bool) -> str:
    said = f"{when.year}年" if year else ""
    said += f"{when.month}月" if month or year else ""
    said += f"{when.day}日"
    return f"{said}（星期{NUMERALS[when.weekday()]}）" if weekday else said


def _twelve(hour: int) -> int:
    return (hour - 1) % NOON + 1


def _half(hour: int) -> str:
    return "am" if hour < NOON else "pm"


def _period(local: datetime) -> str:
    if local.hour < DAWN:
        return "凌晨"
    if local.hour < NOON:
        return "上午"
    if local.hour == NOON and local.minute == 0:
        return "中午"
    return "下午"


def _chinese_clock(local: datetime, key: str) -> str:
    hour_word = "時" if key == "zh-Hant" else "时"
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{_twelve(local.hour)}{hour_word}{minutes}"


@lru_cache(maxsize=256)
def _city(zone: str, babel: str) -> str:
    return get_timezone_location(zone, locale=babel, return_city=True).rpartition("/")[2]
