"""Programme files of the tests' own, in every format, with the traps that real files hold."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from forum.programme.sheet_columns import SESSION_COLUMNS, SPEAKER_COLUMNS


def element(name: str, words: object = "", **attributes: str) -> str:
    said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{said}>{words if str(words).startswith('<') else escape(str(words))}</{name}>"


def frab_event(**given: Any) -> dict[str, Any]:
    return {
        "guid": "11111111-aaaa-4aaa-8aaa-000000000001",
        "id": 1,
        "date": "2026-12-08T09:00:00+08:00",
        "start": "09:00",
        "duration": "00:45",
        "room": "Hall",
        "title": "Sample talk",
        "subtitle": "",
        "track": "Harbour",
        "type": "lecture",
        "language": "en",
        "abstract": "About it.",
        "description": "",
        "persons": [{"id": 7, "public_name": "Ada Sample"}],
        "links": [],
        "attachments": [],
    } | given


def frab_xml(*events: dict[str, Any], day: str = "2026-12-08", head: str = "") -> bytes:
    rooms: dict[str, list[str]] = {}
    for event in events or (frab_event(),):
        rooms.setdefault(str(event["room"]), []).append(_xml_event(event))
    conference = element(
        "conference",
        "<acronym>sample26</acronym><title>Sample Conference</title>"
        "<time_zone_name>Asia/Hong_Kong</time_zone_name>" + head,
    )
    inside = "".join(
        f"<room name={quoteattr(name)}>{''.join(found)}</room>" for name, found in rooms.items()
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?><schedule><version>1</version>"
        f"{conference}<day index='1' date='{day}'>{inside}</day></schedule>"
    ).encode()


def _xml_event(event: dict[str, Any]) -> str:
    plain = "".join(
        element(name, event[name])
        for name in (
            "date", "start", "duration", "room", "title", "subtitle", "track", "type",
            "language", "abstract", "description",
        )
    )  # fmt: skip
    persons = "".join(
        element("person", one["public_name"], id=str(one["id"])) for one in event["persons"]
    )
    links = "".join(element("link", one["title"], href=one["url"]) for one in event["links"])
    attachments = "".join(
        element("attachment", one["title"], href=one["url"], type=one.get("type", ""))
        for one in event["attachments"]
    )
    return (
        f"<event guid={quoteattr(str(event['guid']))} id={quoteattr(str(event['id']))}>{plain}"
        f"<persons>{persons}</persons><links>{links}</links>"
        f"<attachments>{attachments}</attachments></event>"
    )


def frab_json(*events: dict[str, Any], **conference: Any) -> bytes:
    rooms: dict[str, list[Any]] = {}
    for event in events or (frab_event(),):
        rooms.setdefault(str(event["room"]), []).append(event)
    head = {
        "acronym": "sample26",
        "title": "Sample Conference",
        "time_zone_name": "Asia/Hong_Kong",
        "days": [{"index": 1, "date": "2026-12-08", "rooms": rooms}],
    }
    return json.dumps({"schedule": {"version": "1", "conference": head | conference}}).encode()


def sessionize(*sessions: dict[str, Any], **given: Any) -> bytes:
    file = {
        "sessions": list(sessions)
        or [
            {
                "id": "1",
                "title": "Sample talk",
                "description": "About it.",
                "startsAt": "2026-12-08T09:00:00",
                "endsAt": "2026-12-08T09:45:00",
                "isServiceSession": False,
                "speakers": ["a"],
                "categoryItems": [11, 21],
                "questionAnswers": [{"questionId": 3, "answerValue": "private answer"}],
                "roomId": 5,
                "liveUrl": "https://example.com/live",
            }
        ],
        "speakers": [
            {
                "id": "a",
                "firstName": "Ada",
                "lastName": "Sample",
                "fullName": "Ada Sample",
                "bio": "Writes samples.",
                "tagLine": "Head of Samples",
                "profilePicture": "https://example.com/ada.jpg",
                "links": [{"title": "Blog", "url": "https://example.com/ada"}],
                "questionAnswers": [{"questionId": 4, "answerValue": "private answer"}],
            }
        ],
        "questions": [{"id": 3, "question": "Diet?"}],
        "categories": [
            {"id": 1, "title": "Track", "items": [{"id": 11, "name": "Harbour"}]},
            {"id": 2, "title": "Language", "items": [{"id": 21, "name": "Cantonese"}]},
        ],
        "rooms": [{"id": 5, "name": "Hall"}],
    }
    return json.dumps(file | given).encode()


def calendar(*events: str) -> bytes:
    usual = "UID:1\nDTSTART:20261208T010000Z\nDTEND:20261208T014500Z\nSUMMARY:Sample talk\n"
    inside = "".join(f"BEGIN:VEVENT\n{one}END:VEVENT\n" for one in events or (usual,))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//sample//\n{inside}END:VCALENDAR\n".encode()


AS_WRITTEN = {
    "in_memory": True,
    "remove_timezone": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
SESSION_HEADERS = [column.header for column in SESSION_COLUMNS]
SPEAKER_HEADERS = [column.header for column in SPEAKER_COLUMNS]


def sheet_csv(*rows: dict[str, str], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Return a CSV with the columns that the rows name, in our order."""
    headers = [
        header
        for header in dict.fromkeys([*SESSION_HEADERS, *SPEAKER_HEADERS])
        if any(header in row for row in rows)
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def sheet_xlsx(sessions: list[dict[str, Any]], speakers: list[dict[str, Any]]) -> bytes:
    """Return a workbook of our two tables, with real dates and times in it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, AS_WRITTEN) as book:
        formats = {
            "Day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "Listed under": book.add_format({"num_format": "yyyy-mm-dd"}),
            "Start": book.add_format({"num_format": "hh:mm"}),
            "End": book.add_format({"num_format": "hh:mm"}),
        }
        for name, headers, rows in (
            ("Sessions", SESSION_HEADERS, sessions),
            ("Speakers", SPEAKER_HEADERS, speakers),
        ):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, headers)
            for number, row in enumerate(rows, start=1):
                for place, header in enumerate(headers):
                    value = row.get(header)
                    if value is not None:
                        sheet.write(number, place, value, formats.get(header))
    return out.getvalue()
