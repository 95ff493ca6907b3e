"""Which format a file has, by its content, and its reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from forum.core.i18n import Sentence, sentence
from forum.core.tables import UnreadableTable, is_workbook, text_of_bytes
from forum.programme.importing.frab_json import read_frab_json
from forum.programme.importing.frab_xml import read_frab_xml
from forum.programme.importing.json_file import items, json_of
from forum.programme.importing.opass import read_opass
from forum.programme.importing.sessionize import read_grid, read_sessionize
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme
from forum.programme.importing.sheet import read_sheet

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LARGEST_FILE = 20_000_000

Reader = Callable[[bytes, "ZoneInfo"], ImportedProgramme]


_FOREIGN: Mapping[bytes, Sentence] = {
    b"%PDF": sentence("This is a PDF. Send the file that the programme was exported to."),
    b"\x89PNG": sentence("This is a picture. Send the file that the programme was exported to."),
    b"\xff\xd8\xff": sentence(
        "This is a picture. Send the file that the programme was exported to."
    ),
    b"GIF8": sentence("This is a picture. Send the file that the programme was exported to."),
    b"\xd0\xcf\x11\xe0": sentence("This is an old or locked Office file. Save it as XLSX."),
    b"\x1f\x8b": sentence("This file is packed. Unpack it, and send what is inside."),
    b"7z\xbc\xaf": sentence("This file is packed. Unpack it, and send what is inside."),
    b"Rar!": sentence("This file is packed. Unpack it, and send what is inside."),
}
_BLANKS = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


def _json(content: bytes, zone: ZoneInfo) -> ImportedProgramme:
    file = json_of(content)
    if isinstance(file, list) and any(isinstance(day, dict) and "rooms" in day for day in file):
        return read_grid(file, zone)
    if isinstance(file, dict):
        if "schedule" in file:
            return read_frab_json(file, zone)
        if isinstance(file.get("sessions"), list):
            kind = read_sessionize if _is_sessionize(file) else read_opass
            return kind(file, zone)
    names = ", ".join(str(name)[:40] for name in list(file)[:8]) if isinstance(file, dict) else ""
    raise UnreadableProgramme(
        sentence(
            "The file is JSON, but no programme that Forum knows: it holds %(names)s.", names=names
        )
        if names
        else sentence("The file is JSON, but no programme that Forum knows.")
    )


def _is_sessionize(file: Mapping[str, object]) -> bool:
    marks = {"startsAt", "endsAt", "isServiceSession", "speakerIds", "categoryItems"}
    return "questions" in file or any(marks & item.keys() for item in items(file, "sessions"))


_READERS: dict[str, Reader] = {
    "frab-xml": read_frab_xml,
    "json": _json,
    "sheet": read_sheet,
}


def offer(name: str, read: Reader) -> None:
    """Take in the reader of a format that another room has."""
    _READERS[name] = read


def read_programme(content: bytes, zone: ZoneInfo) -> ImportedProgramme:
    """Read a file of any format; `zone` is for times that have none.

    Raises UnreadableProgramme with a sentence on what to do.
    """
    if not content.strip():
        raise UnreadableProgramme(sentence("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise UnreadableProgramme(sentence("The file is larger than 20 MB."))
    return _READERS[format_of(content)](content, zone)


def format_of(content: bytes) -> str:
    """Return the name of a file's format by how it begins; raises UnreadableProgramme."""
    for mark, says in _FOREIGN.items():
        if content.startswith(mark):
            raise UnreadableProgramme(says)
    if is_workbook(content):
        return "sheet"
    head = _head(content)
    if head.startswith("<"):
        if head.casefold().startswith(("<!doctype html", "<html")):
            raise UnreadableProgramme(
                sentence("This is a web page. Send the file that the programme was exported to.")
            )
        return "frab-xml"
    if head.casefold().startswith("begin:vcalendar"):
        return "icalendar"
    if head.startswith(("{", "[")):
        return "json"
    return "sheet"


def _head(content: bytes) -> str:
    """Return how a text file begins, in whatever encoding."""
    head = content[:4000]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        try:
            return text_of_bytes(head[: len(head) // 2 * 2]).lstrip("\ufeff \t\r\n")
        except UnreadableTable:
            return ""
    return head.removeprefix(_BOM).lstrip(_BLANKS).decode("latin-1")
