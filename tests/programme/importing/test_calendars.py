"""iCalendar files of others as programmes: the traps that real files hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import forum.calendar.reader  # noqa: F401 - it offers its reader to the import
from forum.programme.importing.reading import read_programme
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme
from forum.programme.rules import SessionState
from tests.programme.importing.files import calendar

ZONE = ZoneInfo("Asia/Hong_Kong")
NINE = datetime(2026, 12, 8, 1, tzinfo=UTC)
HEAD = "UID:1\nSUMMARY:Sample talk\n"


def read(*events: str, zone: ZoneInfo = ZONE) -> ImportedProgramme:
    return read_programme(calendar(*events), zone)


def said(programme: ImportedProgramme) -> str:
    return " ".join(str(one) for one in programme.warnings)


def times(*events: str, zone: ZoneInfo = ZONE) -> list[tuple[datetime | None, datetime | None]]:
    return [(one.starts_at, one.ends_at) for one in read(*events, zone=zone).sessions]


def test_times_of_a_calendar_without_a_zone_are_on_the_clocks_asked_for() -> None:
    floating = f"{HEAD}DTSTART:20261208T090000\nDTEND:20261208T093000\n"
    half = timedelta(minutes=30)
    assert times(floating) == [(NINE, NINE + half)]
    earlier = NINE - timedelta(hours=1)
    assert times(floating, zone=ZoneInfo("Asia/Tokyo")) == [(earlier, earlier + half)]


@pytest.mark.parametrize(
    "start",
    [
        "DTSTART:20261208T010000Z",
        "DTSTART;TZID=Asia/Hong_Kong:20261208T090000",
        "DTSTART;TZID=China Standard Time:20261208T090000",
        "DTSTART;TZID=Europe/London:20261208T010000",
        "DTSTART;VALUE=DATE-TIME:20261208T010000Z",
        "dtstart;tzid=Asia/Hong_Kong:20261208T090000",
    ],
)
def test_a_zone_that_is_named_is_kept(start: str) -> None:
    length = "DURATION:PT1H30M\n"
    assert times(f"{HEAD}{start}\n{length}", zone=ZoneInfo("America/New_York")) == [
        (NINE, NINE + timedelta(minutes=90))
    ]


def test_a_session_after_midnight_has_its_own_date() -> None:
    late = f"{HEAD}DTSTART;TZID=Asia/Hong_Kong:20261209T003000\nDURATION:PT1H\n"
    ((starts_at, _),) = times(late)
    assert starts_at == datetime(2026, 12, 8, 16, 30, tzinfo=UTC)


def test_a_day_without_a_time_is_kept_without_one_and_said() -> None:
    programme = read(f"{HEAD}DTSTART;VALUE=DATE:20261208\n")
    assert [(one.starts_at, one.ends_at) for one in programme.sessions] == [(None, None)]
    assert "names a day and no time" in said(programme)


def test_an_end_before_the_start_and_none_at_all_are_given_one_or_left_out_and_said() -> None:
    none = read(f"{HEAD}DTSTART:20261208T010000Z\n")
    assert [(one.starts_at, one.ends_at) for one in none.sessions] == [
        (NINE, NINE + timedelta(minutes=30))
    ]
    before = read(f"{HEAD}DTSTART:20261208T010000Z\nDTEND:20261207T010000Z\n", f"{HEAD}UID:2\n")
    assert "ends before it starts" in said(before)


@pytest.mark.parametrize("room", ["", " ", "None", "none", "N/A", "TBA", "\\n"])
def test_a_blank_or_no_word_is_no_room(room: str) -> None:
    programme = read(f"{HEAD}DTSTART:20261208T010000Z\nLOCATION:{room}\n")
    assert [one.room for one in programme.sessions] == [None]
    assert not programme.rooms


def test_rooms_and_tracks_come_from_location_and_categories() -> None:
    programme = read(
        f"{HEAD}DTSTART:20261208T010000Z\nLOCATION:Hall 1\\, 5/F\nCATEGORIES:Robots,Arms\n"
    )
    assert [one.name.get("en") for one in programme.rooms] == ["Hall 1, 5/F"]
    assert programme.sessions[0].track is not None


def test_titles_come_without_controls_marks_and_doubled_languages() -> None:
    odd = "UID:1\nSUMMARY:Sample \x0b<b>talk</b>\u200b 🎉\\, again\nDTSTART:20261208T010000Z\n"
    (only,) = read(odd).sessions
    assert only.title.get("en") == "Sample talk 🎉, again"
    chinese = read("UID:1\nSUMMARY:機械臂與人\nDTSTART:20261208T010000Z\n").sessions[0]
    assert list(chinese.title.by_language) == ["zh-Hant"]


def test_descriptions_lose_their_markup_and_keep_their_lines() -> None:
    html = "DESCRIPTION:<p>One &amp; two</p><script>x()</script>\\n\\nThree\n"
    (only,) = read(f"{HEAD}DTSTART:20261208T010000Z\n{html}").sessions
    assert "One & two" in str(only.abstract)
    assert "Three" in str(only.abstract)
    assert "script" not in str(only.abstract)
    assert "x()" not in str(only.abstract)


def test_what_is_cancelled_comes_in_as_cancelled() -> None:
    (only,) = read(f"{HEAD}DTSTART:20261208T010000Z\nSTATUS:CANCELLED\n").sessions
    assert only.state is SessionState.CANCELLED


def test_a_rule_is_said_and_only_its_first_time_is_taken() -> None:
    programme = read(f"{HEAD}DTSTART:20261208T010000Z\nRRULE:FREQ=DAILY;COUNT=3\n")
    assert len(programme.sessions) == 1
    assert "only the first time is taken" in said(programme)


def test_one_organiser_is_the_host_and_several_are_speakers() -> None:
    def held(number: int, name: str) -> str:
        start = f"DTSTART:20261208T0{number}0000Z\n"
        return f"UID:{number}\nSUMMARY:S{number}\n{start}ORGANIZER;CN={name}:mailto:x@example.com\n"

    assert not read(held(1, "Sample House"), held(2, "Sample House")).speakers
    several = read(held(1, "Ada Sample"), held(2, "Ben Sample"))
    assert sorted(one.name for one in several.speakers) == ["Ada Sample", "Ben Sample"]
    assert "x@example.com" not in str(several), "addresses are not taken"


def test_any_line_end_encoding_and_number_of_calendars_is_read() -> None:
    plain = calendar(f"{HEAD}DTSTART:20261208T010000Z\nDESCRIPTION:會議\n")
    for content in (
        plain.replace(b"\n", b"\r\n"),
        plain.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + plain,
        plain.decode().encode("utf-16"),
        plain.decode().encode("big5"),
        b"\r\n\r\n" + plain,
        plain.replace(b"Sample talk", b"Sam\n ple talk"),
    ):
        assert [one.title.get("en") for one in read_programme(content, ZONE).sessions] == [
            "Sample talk"
        ]
    two = plain + plain.replace(b"UID:1", b"UID:2")
    assert len(read_programme(two, ZONE).sessions) == 2


def test_what_is_no_calendar_is_refused_in_words() -> None:
    for content in (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", b"BEGIN:VCALENDAR\n\xff\n"):
        with pytest.raises(UnreadableProgramme, match="No event that can be read"):
            read_programme(content, ZONE)
