"""Whatever stands where in a file, a reader gives a programme that can be stored, or a sentence."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import datetime
from functools import reduce
from operator import getitem
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import forum.calendar.reader  # noqa: F401 - offers the reader of calendars
from forum.programme.importing.moments import is_far
from forum.programme.importing.reading import read_programme
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme
from tests.programme.importing import files

HONG_KONG = ZoneInfo("Asia/Hong_Kong")

ODD_JSON: list[Any] = [
    None, True, False, 0, -1, 10**30, 1e308, float("nan"), "", [], {}, [None], {"a": 1},
    "\ud800", "\x00x", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "99:99",
    "999:59", "-1:00", "1e9", "x" * 20_000, "<script>alert(1)</script>", "=1+1",
    "https://[::1", "http://a:99999999/", "None", "1969-01-01", "00:00:00:00:00", "24:00",
    [[[[]]]], "2024-06-01T10:00:00+99:99", "2024-06-01T10:00:00.123456789012345Z", "١٢:٣٠", "²",
]  # fmt: skip
ODD_WORDS = [
    "9999-12-31T23:59:59+00:00", "0001-01-01", "99:99:99:99", "", "-1", "x" * 5000, "²", "١٢",
    "None", "&amp;#0;", "1969-01-01T00:00:00Z", "00000101T000000", "99991231T235959Z",
    "P9999999D", "-P1D", "P", "PT", "FREQ=SECONDLY",
]  # fmt: skip
ODD_CELLS = [
    (-0.5, "[h]:mm"), (-1e6, "[h]:mm"), (1e7, "[h]:mm"), (1e12, "yyyy-mm-dd hh:mm"),
    (-5, "yyyy-mm-dd hh:mm"), (2_958_466.5, "yyyy-mm-dd hh:mm"), (1e300, ""), (True, ""),
    ("99:99", ""), ("9999-12-31", ""), ("x" * 20_000, ""), ("\x0b", ""),
]  # fmt: skip

OPASS = {
    "sessions": [
        {
            "id": "a",
            "type": "talk",
            "room": "R1",
            "broadcast": ["R2"],
            "start": "2026-12-08T09:00:00+08:00",
            "end": "2026-12-08T09:45:00+08:00",
            "zh": {"title": "示例", "description": "內容"},
            "en": {"title": "Sample", "description": "Words"},
            "speakers": ["s"],
            "tags": [],
            "language": "en",
            "slide": "https://example.com/a.pdf",
        }
    ],
    "speakers": [{"id": "s", "zh": {"name": "甲", "bio": ""}, "en": {"name": "Ada", "bio": "B"}}],
    "session_types": [{"id": "talk", "zh": {"name": "演講"}, "en": {"name": "Talk"}}],
    "rooms": [{"id": "R1", "zh": {"name": "一"}, "en": {"name": "One"}}, {"id": "R2"}],
    "tags": [],
}
FILES = [json.loads(files.frab_json()), json.loads(files.sessionize()), OPASS]
XML = files.frab_xml().decode()
CALENDAR = files.calendar().decode()

usual = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def paths(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where everything in a JSON value stands."""
    inside: Iterable[tuple[Any, Any]] = (
        value.items() if isinstance(value, dict) else enumerate(value)
    )
    for name, found in inside:
        yield (*above, name)
        if isinstance(found, (dict, list)):
            yield from paths(found, (*above, name))


def broken(file: object, changes: list[tuple[tuple[str | int, ...], Any]]) -> bytes:
    """Return a file with other values at these places, as far as they are still there."""
    found = json.loads(json.dumps(file))
    for path, value in changes:
        try:
            holder: Any = reduce(getitem, path[:-1], found)
            holder[path[-1]] = deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue
    return json.dumps(found).encode()


def can_be_stored(content: bytes) -> bool:
    """Read a file; fail where what it gives could not be stored. Say whether it was read.

    Texts have no halves of signs and no NUL (neither database takes them), moments have years.
    """
    try:
        found = read_programme(content, HONG_KONG)
    except UnreadableProgramme as error:
        return str(error.says) == ""
    for words in words_of(found):
        assert "\0" not in words
        words.encode()
    for one in found.sessions:
        for moment in (one.starts_at, one.ends_at):
            assert moment is None or isinstance(moment, datetime)
            assert moment is None or not is_far(moment, HONG_KONG)
    return True


def words_of(found: ImportedProgramme) -> Iterator[str]:
    for one in found.sessions:
        yield from (one.key, one.room or "", one.track or "", one.stream_url)
        yield from (*one.title.by_language.values(), *one.abstract.by_language.values())
        yield from (link.url + link.title for link in one.links)
    for person in found.speakers:
        yield from (person.key, person.name, person.name_zh, person.website)
        yield from person.biography.by_language.values()
    for place in (*found.rooms, *found.tracks):
        yield from (place.key, *place.name.by_language.values())
    yield from (found.source.title, found.source.zone_name, *map(str, found.warnings))


@pytest.mark.parametrize("file", FILES, ids=["frab", "Sessionize", "OPass"])
def test_json_with_any_odd_value_anywhere(file: dict[str, Any]):
    places = st.tuples(st.sampled_from(sorted(paths(file), key=str)), st.sampled_from(ODD_JSON))

    @usual
    @given(st.lists(places, min_size=1, max_size=4))
    def check(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
        can_be_stored(broken(file, changes))

    check()
    assert can_be_stored(broken(file, []))


@usual
@given(st.data())
def test_xml_with_any_odd_words_in_any_element_or_attribute(data: st.DataObject):
    places = [one.span(one.lastindex or 1) for one in re.finditer(r'>([^<>]+)<|"([^"]*)"', XML)]
    start, end = data.draw(st.sampled_from(places))
    can_be_stored((XML[:start] + data.draw(st.sampled_from(ODD_WORDS)) + XML[end:]).encode())


@usual
@given(st.data())
def test_calendars_with_any_odd_value_in_any_line(data: st.DataObject):
    lines = CALENDAR.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        head, _, tail = lines[place].partition(":")
        odd = data.draw(st.sampled_from(ODD_WORDS))
        lines[place] = data.draw(
            st.sampled_from(
                [f"{head}:{odd}", f"{head};TZID=Nowhere/X:20240101T000000",
                 f"{head};VALUE=DATE:99991231", "", f"{head};X:{tail}"]
            )
        )  # fmt: skip
    can_be_stored("\r\n".join(lines).encode())


@pytest.mark.parametrize("odd", ODD_CELLS, ids=lambda odd: f"{str(odd[0])[:12]} {odd[1]}")
def test_sheets_with_any_odd_cell_in_any_column(odd: tuple[Any, str]):
    headers = [
        "Title (en)", "Day", "Start", "End", "Room", "Revision", "Kind", "Listed under",
        "People", "Parts (en)", "Track", "State",
    ]  # fmt: skip
    for place in range(len(headers)):
        row: list[Any] = ["T", "2026-01-02", "10:00", "11:00", "R", *[None] * 7]
        row[place] = odd[0]
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet("Sessions")
            sheet.write_row(0, 0, headers)
            shape = book.add_format({"num_format": odd[1]}) if odd[1] else None
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(1, column, value, shape if column == place else None)
        can_be_stored(out.getvalue())
