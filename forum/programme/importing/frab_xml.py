"""Reading frab XML, in the dialects of frab, pretalx, FOSDEM and c3voc; event by event."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import (  # nosec B405  # names; defusedxml parses
    Element,
    ParseError,
    tostring,
)

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from forum.core.i18n import sentence
from forum.programme.importing.frab import FrabFile, programme_of
from forum.programme.importing.moments import day_of
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

DEEPEST = 40
_PLAIN = (
    "date", "start", "duration", "room", "title", "subtitle", "track", "type", "language",
    "abstract", "description",
)  # fmt: skip


def read_frab_xml(content: bytes, zone: ZoneInfo) -> ImportedProgramme:
    """Read a file's bytes; raises UnreadableProgramme with the line where it is broken."""
    found = _Reader()
    try:
        for step, element in iterparse(BytesIO(content), events=("start", "end")):
            if step == "start":
                found.begin(element)
            else:
                found.end(element)
    except DefusedXmlException:
        raise UnreadableProgramme(
            sentence("The file declares entities of its own. That is refused: it can do harm.")
        ) from None
    except ParseError as error:
        raise UnreadableProgramme(
            sentence(
                "The XML is broken at line %(line)s. Export the file again.", line=error.position[0]
            )
        ) from None
    except (LookupError, ValueError):
        raise UnreadableProgramme(
            sentence("The XML is written in an encoding that is not known. Use UTF-8.")
        ) from None
    if found.root != "schedule":
        raise UnreadableProgramme(
            sentence(
                "The file is XML, but begins with “%(name)s”, not with “schedule”.",
                name=found.root[:40],
            )
        )
    return programme_of(found.file, zone)


class _Reader:
    """Where in the file we are, and what has been found so far."""

    def __init__(self) -> None:
        self.file = FrabFile()
        self.root = ""
        self._path: list[str] = []
        self._holders: list[Element] = []
        self._day: date | None = None
        self._room = ""

    def begin(self, element: Element) -> None:
        name = _name(element)
        self.root = self.root or name
        self._path.append(name)
        self._holders.append(element)
        if len(self._path) > DEEPEST:
            raise UnreadableProgramme(sentence("The XML is nested deeper than any schedule is."))
        if self._path == ["schedule", "day"]:
            self._day = day_of(element.get("date"))
        elif self._path == ["schedule", "day", "room"]:
            self._room = element.get("name") or ""
            self.file.rooms.append({"name": self._room, "guid": element.get("guid")})

    def end(self, element: Element) -> None:
        path = "/".join(self._path)
        self._path.pop()
        self._holders.pop()
        act = _ENDS.get(path)
        if act is not None:
            act(self, element)
        # What was read, and what belongs to nothing that is read, goes: a file may be large.
        if self._holders and (act is not None or not path.startswith(_KEPT)):
            self._holders[-1].remove(element)

    def conference(self, element: Element) -> None:
        """Take the head, with its tracks where they stand in it (38C3)."""
        for name in ("acronym", "title", "time_zone_name", "base_url"):
            self.file.conference[name] = _text(element, name)
        for track in element:
            if _name(track) == "track":
                self.file.tracks.append(
                    {"name": track.get("name") or track.text, "color": track.get("color")}
                )

    def track(self, element: Element) -> None:
        """Take a track of the list that FOSDEM puts first."""
        self.file.tracks.append({"name": element.text, "color": element.get("color")})

    def person(self, element: Element) -> None:
        """Take a person of the list that FOSDEM puts last."""
        self.file.people[element.get("id") or ""] = {
            name: _text(element, name) for name in ("name", "biography", "extended_biography")
        }

    def event(self, element: Element) -> None:
        """Take an event, as frab JSON would hold it."""
        fields: dict[str, Any] = {name: _text(element, name) for name in _PLAIN}
        fields |= {"id": element.get("id"), "guid": element.get("guid")}
        fields["persons"] = [
            {
                "id": one.get("id"),
                "guid": one.get("guid"),
                "code": one.get("code"),
                "public_name": one.get("name") or _text(one, "name") or one.text,
                "biography": _text(one, "biography"),
            }
            for one in _under(element, "persons", "person")
        ]
        fields["links"] = [
            {"url": one.get("href"), "title": one.text} for one in _under(element, "links", "link")
        ]
        fields["attachments"] = [
            {"url": one.get("href"), "title": one.text, "type": one.get("type")}
            for one in _under(element, "attachments", "attachment")
        ]
        self.file.events.append((self._day, self._room, fields))


_ENDS: dict[str, Callable[[_Reader, Element], None]] = {
    "schedule/conference": _Reader.conference,
    "schedule/tracks/track": _Reader.track,
    "schedule/persons/person": _Reader.person,
    "schedule/day/room/event": _Reader.event,
}


_KEPT = tuple(f"{path}/" for path in _ENDS)
"""What stands below these is read with them."""


def _name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    """Return the words of a child; markup inside it stays, for who takes it out of all texts."""
    child = next((one for one in element if _name(one) == name), None)
    if child is None:
        return ""
    if len(child) == 0:
        return child.text or ""
    inside = (tostring(one, encoding="unicode", method="html") for one in child)
    return escape(child.text or "") + "".join(inside)


def _under(element: Element, holder: str, name: str) -> list[Element]:
    return [
        one for group in element if _name(group) == holder for one in group if _name(one) == name
    ]
