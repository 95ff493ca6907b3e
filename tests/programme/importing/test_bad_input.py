"""What is wrong with a file gets a sentence, and the rest of it is still of use."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forum.core.tables import USUAL, UnreadableTable, tables_of
from forum.programme.importing.reading import LARGEST_FILE, read_programme
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme
from forum.programme.rules import MOST_TRACKS
from tests.programme.importing import files

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def read(content: bytes) -> ImportedProgramme:
    return read_programme(content, HONG_KONG)


def said(programme: ImportedProgramme) -> list[str]:
    return [str(one) for one in programme.warnings]


BILLION = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;">]><schedule><conference><title>&c;</title></conference></schedule>"""
LAUGHING = BILLION.replace(b"schedule", b"worksheet")
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<schedule><conference><title>&a;</title></conference></schedule>"""

REFUSED = {
    "nothing": (b" \n", "The file is empty."),
    "too large": (b" " * LARGEST_FILE + b"{}", "The file is larger than 20 MB."),
    "a billion laughs": (BILLION, "declares entities of its own"),
    "another's file": (OUTSIDE, "declares entities of its own"),
    "broken XML": (files.frab_xml()[:-20], "The XML is broken at line 1."),
    "other XML": (b"<rss><channel/></rss>", "begins with “rss”, not with “schedule”"),
    "deep XML": (b"<schedule>" + b"<a>" * 90 + b"</a>" * 90 + b"</schedule>", "nested deeper"),
    "odd encoding": (b"<?xml version='1.0' encoding='klingon'?><schedule/>", "encoding"),
    "no event": (b"<schedule/>", "No session in this file"),
    "broken JSON": (b'{"sessions": [', "looks like JSON, but is broken"),
    "deep JSON": (b"[" * 100_000, "looks like JSON, but is broken"),
    "JSON of another kind": (b'{"users": [], "posts": []}', "it holds users, posts"),
    "a list": (b"[]", "no programme that Forum knows"),
    "a schedule without days": (b'{"schedule": {"conference": {}}}', "no conference with days"),
    "nothing usable": (b'{"sessions": [{"id": 1}]}', "The first problem: session 1: has no title"),
    "a page": (b"<!DOCTYPE html><html></html>", "This is a web page."),
    "a PDF": (b"%PDF-1.7 ...", "This is a PDF."),
    "a picture": (b"\x89PNG\r\n\x1a\n", "This is a picture."),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "Save it as XLSX."),
    "packed": (b"\x1f\x8b\x08", "Unpack it"),
    "prose": (b"Dear all,\nplease come.\n", "No table with the headers of a programme"),
    "an empty calendar": (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "No event that can be read"),
    "a broken calendar": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "No event that can be read"),
    "scrambled": (
        "Title (en)\nfa\xe7ade\xff\xfe\xe9".encode("latin-1"),
        "encoding cannot be told",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_none_gets_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableProgramme) as caught:
        read(content)
    assert says in str(caught.value)


def test_bad_sessions_are_named_and_the_good_one_stays() -> None:
    bad: dict[str, dict[str, Any]] = {
        "old": {"date": "1969-12-31T09:00:00+08:00"},
        "long": {"duration": "400:00:00"},
        "twin": {"guid": "good"},
        "nameless": {"title": "  \u200b "},
        "shapeless": {"title": {"no": "text"}},
    }
    events = [
        files.frab_event(guid="good", id=1),
        *(files.frab_event(**{"guid": key, "id": key, **given}) for key, given in bad.items()),
        files.frab_event(guid="endless", id=9, duration="soon"),
    ]
    programme = read(files.frab_json(*events))
    assert [one.key for one in programme.sessions] == ["good", "endless"]
    assert said(programme) == [
        "session old: is not between the years 1970 and 2200, left out",
        "session long: lasts longer than a year, left out",
        "session good: has the id of another one, left out",
        "session nameless: has no title, left out",
        "session shapeless: has no title, left out",
        "session endless: has no readable length, kept without a time",
    ]


def test_a_session_of_five_days_is_kept_and_named() -> None:
    programme = read(files.frab_json(files.frab_event(duration="5:00:00")))
    assert len(programme.sessions) == 1
    assert said(programme)[0].endswith("lasts 5 days. Is that so?")


def test_scripts_and_markup_become_plain_words_and_angle_brackets_of_code_stay() -> None:
    abstract = (
        "<p>Use <b>List&lt;Int&gt;</b></p><script>steal()</script><style>p{}</style>"
        '<ul><li>one</li><li><a href="https://example.com/x">two</a></li></ul>'
        '<img src=x onerror="steal()"><a href="javascript:steal()">three</a>'
    )
    plain = "A Map<String, Int> &amp; 1 < 2 &copy=1"
    programme = read(
        files.frab_json(
            files.frab_event(abstract=abstract),
            files.frab_event(guid="b", id=2, abstract=plain),
        )
    )
    first, second = (one.abstract.get("en") for one in programme.sessions)
    assert first == "Use List<Int>\n\n- one\n- two (https://example.com/x)three"
    assert second == "A Map<String, Int> & 1 < 2 &copy=1"


def test_long_texts_are_cut_to_what_forms_take_with_a_note() -> None:
    event = files.frab_event(guid="a", abstract="x" * 10_001, title="y" * 301)
    programme = read(files.frab_json(event))
    (session,) = programme.sessions
    assert (len(session.abstract.get("en")), len(session.title.get("en"))) == (10_000, 300)
    assert said(programme) == [
        "session a: a text is longer than 300 characters, its end left out",
        "session a: a text is longer than 10,000 characters, its end left out",
    ]


def test_vertical_tabs_zero_widths_and_loose_accents_are_cleaned() -> None:
    title = "Caf\u0065\u0301\u000b talk\u200b \U0001f388"
    programme = read(files.frab_json(files.frab_event(title=title)))
    assert programme.sessions[0].title.get("en") == "Caf\u0065\u0301 talk \U0001f388".replace(
        "e\u0301", "é"
    )


NONSENSE: list[Any] = [None, 1, True, [], {}, "x", [None, 1], {"a": None}, [[[]]]]


@pytest.mark.parametrize("value", NONSENSE, ids=repr)
def test_anything_may_stand_anywhere_in_json(value: Any) -> None:
    good = files.frab_event(guid="good", id=1)
    for name in good:
        odd = files.frab_event(guid="odd", id=2, room="Hall") | {name: value}
        content = json.loads(files.frab_json(good))
        content["schedule"]["conference"]["days"][0]["rooms"]["Hall"].append(odd)
        assert read(json.dumps(content).encode()).sessions[0].key == "good"
    whole = json.loads(files.sessionize())
    for part in ("rooms", "categories", "questions", "speakers"):
        assert read(json.dumps(whole | {part: value}).encode()).sessions
    for name in whole["sessions"][0]:
        sessions = [whole["sessions"][0], {**whole["sessions"][0], "id": "2", name: value}]
        assert read(json.dumps(whole | {"sessions": sessions}).encode()).sessions
    opass = {"sessions": [{"id": 1, "en": {"title": "One"}}], "rooms": value, "speakers": value}
    assert read(json.dumps(opass).encode()).sessions
    for name in ("room", "speakers", "start", "end", "zh", "language", "broadcast", "live"):
        session = {"id": 1, "en": {"title": "One"}, name: value}
        assert read(json.dumps({"sessions": [session]}).encode()).sessions


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def rebuilt(change: dict[str, bytes]) -> bytes:
    """Return a good workbook with some of its parts replaced."""
    out = io.BytesIO()
    good = zipfile.ZipFile(io.BytesIO(files.sheet_xlsx([{"Title (en)": "One"}], [])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in good.infolist():
            archive.writestr(one.filename, change.get(one.filename, good.read(one)))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def worksheet(rows: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


TOO_LARGE = {
    "a far row": worksheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
    "a far row of cells without places": worksheet('<row r="1048576"><c><v>1</v></c></row>'),
    "a far column": worksheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'),
    "a place written with an entity": worksheet('<row r="1"><c r="&#88;FD1"><v>1</v></c></row>'),
    "many rows": worksheet("<row/>" * (USUAL.rows + 1)),
}


@pytest.mark.parametrize("sheet", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_a_workbook_beyond_bounds_is_refused_before_it_is_read(sheet: bytes) -> None:
    with pytest.raises(UnreadableTable, match="The table is larger than"):
        tables_of(rebuilt({SHEET: sheet}))


def test_one_long_text_in_many_cells_is_counted_as_often_as_it_stands() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'.encode()
    cells = "".join(
        f'<row r="{row}">' + '<c t="s"><v>0</v></c>' * 100 + "</row>" for row in range(1, 20)
    )
    with pytest.raises(UnreadableTable, match="The table is larger than"):
        tables_of(rebuilt({SHEET: worksheet(cells), "xl/sharedStrings.xml": strings}))


def test_a_packed_bomb_is_refused_by_its_size() -> None:
    with pytest.raises(UnreadableTable, match="The table is larger than"):
        tables_of(rebuilt({SHEET: b" " * 70_000_000}))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (packed(readme=b"hello"), "The file is a ZIP, but no XLSX"),
        (b"PK\x03\x04 torn", "The workbook is broken or locked"),
        (files.sheet_xlsx([{"Title (en)": "One"}], [])[:-200], "The workbook is broken or locked"),
        (rebuilt({SHEET: b"<worksheet><row>"}), "The workbook is broken or locked"),
        (rebuilt({SHEET: LAUGHING}), "The workbook is broken or locked"),
    ],
)
def test_a_workbook_that_is_none_gets_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableTable, match=says):
        tables_of(content)
    with pytest.raises(UnreadableProgramme, match=says):
        read(content)


def test_a_table_of_text_has_bounds_too() -> None:
    with pytest.raises(UnreadableTable):
        tables_of(("a,b\n" * (USUAL.rows + 1)).encode())
    with pytest.raises(UnreadableTable):
        tables_of(("," * USUAL.columns + "\n").encode())


@pytest.mark.parametrize(
    "text",
    ["香港數碼論壇,講者名單\n陳大文,主席\n", "香港数码论坛,讲者名单\n陈大文,主席\n"],
)
def test_big5_and_gb18030_are_told_apart(text: str) -> None:
    encoding = "big5hkscs" if "數" in text else "gb18030"
    (table,) = tables_of(text.encode(encoding))
    assert table.rows[1][0] == text.splitlines()[1].partition(",")[0]


def test_more_tracks_than_a_programme_takes_are_left_out_with_one_note() -> None:
    events = [
        files.frab_event(guid=f"g{number}", id=number, track=f"Track {number}")
        for number in range(MOST_TRACKS + 5)
    ]
    programme = read(files.frab_json(*events))
    assert len(programme.tracks) == MOST_TRACKS
    assert programme.sessions[-1].track is None
    assert said(programme) == [
        "There are more than 60 tracks. Sessions in the others come without."
    ]


def test_what_is_not_read_of_a_large_file_does_not_stay_in_memory():
    unknown = "<history>" + "<change who='x'/>" * 100_000 + "</history>"
    file = files.frab_xml().replace(b"</schedule>", f"{unknown}</schedule>".encode())
    tracemalloc.start()
    try:
        assert read(file).sessions
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(file) * 2
