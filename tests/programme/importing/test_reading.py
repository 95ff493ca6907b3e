"""Every format becomes the same words of ours, whatever its files hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import forum.calendar.reader  # noqa: F401 - it offers its reader to the import
from forum.programme.importing.reading import format_of, read_programme
from forum.programme.importing.shapes import ImportedProgramme
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from tests.programme.importing import files

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NINE = datetime(2026, 12, 8, 1, tzinfo=UTC)


def read(content: bytes, zone: ZoneInfo = HONG_KONG) -> ImportedProgramme:
    return read_programme(content, zone)


def said(programme: ImportedProgramme) -> list[str]:
    return [str(one) for one in programme.warnings]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (files.frab_xml(), "frab-xml"),
        (files.frab_json(), "json"),
        (files.sessionize(), "json"),
        (files.calendar(), "icalendar"),
        (files.sheet_csv({"Title (en)": "One"}), "sheet"),
        (files.sheet_xlsx([{"Title (en)": "One"}], []), "sheet"),
        (b"\xef\xbb\xbf\r\n" + files.frab_xml(), "frab-xml"),
        (files.sheet_csv({"Title (en)": "One"}, encoding="utf-16"), "sheet"),
    ],
)
def test_what_a_file_is_shows_from_its_content(content: bytes, name: str) -> None:
    assert format_of(content) == name


@pytest.mark.parametrize(
    "content",
    [files.frab_xml(), files.frab_json(), files.sessionize(), files.calendar()],
    ids=["frab XML", "frab JSON", "Sessionize", "iCalendar"],
)
def test_the_same_talk_reads_the_same_from_every_format(content: bytes) -> None:
    (session,) = read(content).sessions
    assert session.title.get("en") == "Sample talk"
    assert (session.starts_at, session.kind) == (NINE, SessionKind.TALK)
    assert session.ends_at == datetime(2026, 12, 8, 1, 45, tzinfo=UTC)


def test_frab_names_its_zone_title_tracks_and_languages() -> None:
    track = '<track name="Harbour" color="#0b5563"/>'
    programme = read(files.frab_xml(files.frab_event(language="zh-HK"), head=track))
    assert programme.source.zone_name == "Asia/Hong_Kong"
    assert programme.source.title == "Sample Conference"
    assert [(one.key, one.colour) for one in programme.tracks] == [("Harbour", "#0b5563")]
    assert programme.sessions[0].delivered_in == ["yue"]


@pytest.mark.parametrize("make", [files.frab_xml, files.frab_json])
def test_both_forms_of_frab_give_the_same_programme(make: Any) -> None:
    event = files.frab_event(
        subtitle="A second line",
        description="<p>More <b>words</b>.</p><script>alert(1)</script>",
        links=[{"title": "Paper", "url": "https://example.com/paper"}],
        attachments=[
            {"title": "Slides", "url": "https://example.com/s.pdf", "type": "slides"},
            {"title": "Bad", "url": "javascript:alert(1)"},
        ],
        persons=[{"id": 7, "public_name": "Ada Sample"}, {"id": 8, "public_name": "示例甲"}],
    )
    programme = read(make(event))
    (session,) = programme.sessions
    assert session.abstract.get("en") == "A second line\n\nAbout it.\n\nMore words."
    assert [(one.kind, one.url) for one in session.links] == [
        ("link", "https://example.com/paper"),
        ("slides", "https://example.com/s.pdf"),
    ]
    assert [(one.name, one.name_zh) for one in programme.speakers] == [
        ("Ada Sample", ""),
        ("", "示例甲"),
    ]


def test_fosdem_puts_people_and_tracks_at_the_top() -> None:
    content = b"""<schedule><conference><acronym>sample</acronym></conference>
    <tracks><track slug="main">Main</track></tracks>
    <day index="1" date="2026-12-08"><room name="H.1"><event id="12">
    <date>2026-12-08T09:00:00+08:00</date><duration>00:30</duration><room>H.1</room>
    <title>One</title><track slug="main">Main</track>
    <persons><person id="3"/></persons></event></room></day>
    <persons><person id="3"><name>Ada Sample</name>
    <biography>&lt;p&gt;Writes.&lt;/p&gt;</biography></person></persons></schedule>"""
    programme = read(content)
    assert programme.sessions[0].key == "sample:12"
    assert [(one.name, one.biography.get("en")) for one in programme.speakers] == [
        ("Ada Sample", "Writes.")
    ]


def test_a_session_after_midnight_keeps_its_moment_and_the_day_it_is_listed_under() -> None:
    event = files.frab_event(date="2026-12-09T01:30:00+08:00", start="01:30")
    (session,) = read(files.frab_xml(event, day="2026-12-08")).sessions
    assert session.starts_at == datetime(2026, 12, 8, 17, 30, tzinfo=UTC)
    assert session.listed == date(2026, 12, 8)


def test_the_offset_of_an_event_is_the_truth_and_the_zone_only_fills_gaps() -> None:
    with_offset = files.frab_event(date="2026-12-08T09:00:00+01:00")
    without = files.frab_event(guid="b", id=2, date="2026-12-08T09:00:00")
    only_clock = files.frab_event(guid="c", id=3, date="", start="09:00")
    programme = read(files.frab_json(with_offset, without, only_clock), ZoneInfo("Europe/London"))
    assert [one.starts_at.hour for one in programme.sessions if one.starts_at] == [8, 9, 9]


@pytest.mark.parametrize(
    ("length", "minutes"),
    [("00:45", 45), ("1:00:00", 1440), ("01:00:00", 60), ("0:01:30:00", 90), ("25:30", 1530)],
)
def test_a_length_may_have_days_and_seconds(length: str, minutes: int) -> None:
    (session,) = read(files.frab_json(files.frab_event(duration=length))).sessions
    assert session.starts_at
    assert session.ends_at
    assert (session.ends_at - session.starts_at).total_seconds() == minutes * 60


def test_sessionize_gives_tracks_languages_links_and_no_private_answer() -> None:
    programme = read(files.sessionize())
    (session,), (speaker,) = programme.sessions, programme.speakers
    assert (session.track, session.delivered_in) == ("Harbour", ["yue"])
    assert session.stream_url == "https://example.com/live"
    assert speaker.title.get("en") == "Head of Samples"
    assert [one.url for one in speaker.links] == ["https://example.com/ada"]
    assert "private answer" not in repr(programme)


def test_sessionize_may_lack_times_ends_rooms_and_be_declined() -> None:
    def item(key: str, **given: Any) -> dict[str, Any]:
        return {"id": key, "title": key, "startsAt": None, "endsAt": None, "roomId": None} | given

    programme = read(
        files.sessionize(
            item("tray"),
            item("open", startsAt="2026-12-08T08:00:00Z"),
            item("no", status="Declined"),
            item("off", status="Canceled", startsAt="2026-12-08T08:00", endsAt="2026-12-08T09:00"),
        )
    )
    tray, unended, off = programme.sessions
    assert tray.starts_at is None
    assert unended.ends_at == datetime(2026, 12, 8, 8, 30, tzinfo=UTC)
    assert off.state is SessionState.CANCELLED
    assert said(programme) == [
        "session open: has no end; it was given 30 minutes",
        "session no: is not accepted (declined), left out",
    ]


def test_a_grid_of_sessionize_is_read_too() -> None:
    item = {
        "id": "1",
        "title": "Sample talk",
        "startsAt": "2026-12-08T09:00:00",
        "endsAt": "2026-12-08T09:45:00",
        "speakers": [{"id": "a", "name": "Ada Sample"}],
        "room": "Hall",
    }
    grid = [{"date": "2026-12-08", "rooms": [{"id": 5, "name": "Hall", "sessions": [item]}]}]
    programme = read(json.dumps(grid).encode())
    assert [one.name for one in programme.speakers] == ["Ada Sample"]
    assert programme.sessions[0].room == "5"
    assert [one.name.get("en") for one in programme.rooms] == ["Hall"]


def test_a_calendar_with_shared_uids_keeps_every_event_and_says_so() -> None:
    def event(hour: int, title: str) -> str:
        return f"UID:7\nDTSTART:20261208T{hour:02}0000Z\nDURATION:PT45M\nSUMMARY:{title}\n"

    programme = read(files.calendar(event(1, "One"), event(1, "Two"), event(2, "One")))
    assert len({one.key for one in programme.sessions}) == 3
    (note,) = said(programme)
    assert note.startswith("Some events share their UID with others (1 UIDs).")


def test_a_calendar_may_be_unfolded_lack_ends_rooms_and_name_unknown_things() -> None:
    programme = read(
        files.calendar(
            "UID:a\nDTSTART:20261208T090000\nSUMMARY:Open end\nLOCATION:None\nX-ODD;P=1:2\n"
            "DESCRIPTION:first line\nsecond line without a blank\n",
            "UID:b\nDTSTART;VALUE=DATE:20261208\nSUMMARY:All day\n",
            "UID:c\nDTSTART;TZID=Europe/Berlin:20261208T090000\nDTEND;TZID=Europe/Berlin:"
            "20261208T100000\nSUMMARY:Elsewhere\nSTATUS:CANCELLED\nLOCATION:Hall\n",
        )
    )
    first, second, third = programme.sessions
    assert first.starts_at == NINE
    assert first.room is None
    assert first.abstract.get("en") == "first line\nsecond line without a blank"
    assert second.starts_at is None
    assert (third.starts_at, third.state) == (
        datetime(2026, 12, 8, 8, tzinfo=UTC),
        SessionState.CANCELLED,
    )
    assert [one.key for one in programme.rooms] == ["Hall"]


def test_one_broken_event_of_a_calendar_does_not_take_the_others_with_it() -> None:
    good = "UID:b\nDTSTART:20261208T010000Z\nDTEND:20261208T020000Z\nSUMMARY:Good\n"
    programme = read(files.calendar("UID:a\nDTSTART:soon\nRRULE:;;\nSUMMARY:Odd\n", good))
    assert "Good" in [one.title.get("en") for one in programme.sessions]


ROW = {
    "Title (en)": "Sample panel",
    "Title (zh-Hant)": "示例座談",
    "Kind": "panel",
    "Day": "2026-12-08",
    "Start": "09:00",
    "End": "09:45",
    "Room": "Hall",
    "Also in": "Foyer; Garden",
    "Delivered in": "yue; English",
    "Interpreted into": "Putonghua",
    "People": "moderator: Ada Sample; panellist [2]: 示例乙；Host / 主持: Cai Sample",
    "Parts (en)": "First | 20\nSecond",
    "Parts (zh-Hant)": "第一\n第二 | 15",
}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5hkscs"])
def test_our_sheet_as_csv_in_any_encoding(separator: str, encoding: str) -> None:
    programme = read(files.sheet_csv(ROW, separator=separator, encoding=encoding))
    (session,) = programme.sessions
    assert session.title.by_language == {"en": "Sample panel", "zh-Hant": "示例座談"}
    assert (session.starts_at, session.kind) == (NINE, SessionKind.PANEL)
    assert (session.delivered_in, session.interpreted_into) == (["yue", "en"], ["cmn"])
    assert list(session.also_in) == ["Foyer", "Garden"]
    assert [(one.role, one.part) for one in session.cast] == [
        (AppearanceRole.MODERATOR, None),
        (AppearanceRole.PANELLIST, 1),
        (AppearanceRole.OTHER, None),
    ]
    assert session.cast[2].called.by_language == {"en": "Host", "zh-Hant": "主持"}
    assert session.parts == [
        {"title": {"en": "First", "zh-Hant": "第一"}, "minutes": 20},
        {"title": {"en": "Second", "zh-Hant": "第二"}, "minutes": 15},
    ]


def test_our_sheet_in_gb18030() -> None:
    rows = [{"Title (zh-Hans)": "关于香港的会议", "Abstract (zh-Hans)": "我们来说说这个问题。"}]
    programme = read(files.sheet_csv(*rows, encoding="gb18030"))
    assert programme.sessions[0].title.get("zh-Hans") == "关于香港的会议"


def test_our_sheet_as_workbook_with_dates_and_times_of_its_own() -> None:
    content = files.sheet_xlsx(
        [
            {
                "Key": "one",
                "Title (en)": "Late show",
                "Day": datetime(2026, 12, 8),  # noqa: DTZ001 - a cell has no zone
                "Start": time(23, 30),
                "End": time(0, 30),
                "People": "presenter: Ada Sample",
            }
        ],
        [{"Key": "ada", "Name": "Ada Sample", "Name in Chinese": "示例甲", "Precedence": 3}],
    )
    programme = read(content)
    (session,), (speaker,) = programme.sessions, programme.speakers
    assert session.ends_at == datetime(2026, 12, 8, 16, 30, tzinfo=UTC)
    assert (speaker.key, speaker.name_zh, speaker.precedence) == ("ada", "示例甲", 3)
    assert [one.who for one in session.cast] == ["ada"]


def test_a_room_called_none_or_nothing_is_no_room() -> None:
    events = [
        files.frab_event(guid=f"g{number}", id=number, room=room)
        for number, room in enumerate(("None", "", "null", "Hall"))
    ]
    programme = read(files.frab_json(*events))
    assert [one.room for one in programme.sessions] == [None, None, None, "Hall"]
    assert [one.key for one in programme.rooms] == ["Hall"]


def test_people_without_a_name_are_left_out_and_namesakes_are_two_people() -> None:
    persons = [
        {"id": 1, "public_name": "Ada Sample"},
        {"id": 2, "public_name": "ada  sample"},
        {"id": None, "public_name": "No Id"},
        {"id": 4, "public_name": "-"},
        {"id": 5, "public_name": None},
    ]
    programme = read(files.frab_json(files.frab_event(persons=persons)))
    assert [one.name for one in programme.speakers] == ["Ada Sample", "ada sample", "No Id"]
    assert said(programme) == [
        "speaker 2: has the name of speaker 1 too: ada sample. They are kept as two people.",
        "speaker 4: has no name, left out",
        "speaker 5: has no name, left out",
    ]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Sample", ("Ada Sample", "")),
        ("示例甲", ("", "示例甲")),
        ("Ada Sample 示例甲", ("Ada Sample", "示例甲")),
        ("Ada Sample (示例甲)", ("Ada Sample", "示例甲")),
        ("示例甲（Ada Sample）", ("Ada Sample", "示例甲")),
        ("示例 Ada 甲", ("", "示例 Ada 甲")),
        ("A示例甲乙丙丁戊己庚", ("", "A示例甲乙丙丁戊己庚")),
    ],
)
def test_a_name_in_both_scripts_is_taken_apart(written: str, names: tuple[str, str]) -> None:
    person = {"id": 1, "public_name": written}
    (speaker,) = read(files.frab_json(files.frab_event(persons=[person]))).speakers
    assert (speaker.name, speaker.name_zh) == names
