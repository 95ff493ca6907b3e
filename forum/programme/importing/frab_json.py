"""Reading frab JSON as frab, pretalx and others write it: {"schedule": {"conference": …}}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.programme.importing.frab import FrabFile, programme_of
from forum.programme.importing.json_file import Item, inside, items
from forum.programme.importing.moments import day_of
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme
from forum.programme.importing.texts import line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def read_frab_json(file: Item, zone: ZoneInfo) -> ImportedProgramme:
    """Read a file's object; the order of an object's rooms is the order of the rooms."""
    conference = inside(file, "schedule", "conference")
    if not isinstance(conference, dict) or not isinstance(conference.get("days"), list):
        raise UnreadableProgramme(
            sentence("The file has a schedule, but no conference with days in it.")
        )
    found = FrabFile()
    base = line(conference.get("base_url")) or line(inside(file, "schedule", "base_url"))
    found.conference = {
        "acronym": conference.get("acronym"),
        "title": conference.get("title"),
        "time_zone_name": conference.get("time_zone_name"),
        "base_url": base,
    }
    found.rooms = list(items(conference, "rooms"))
    found.tracks = list(items(conference, "tracks"))
    for day in items(conference, "days"):
        listed = day_of(day.get("date"))
        rooms = day.get("rooms")
        for room, events in rooms.items() if isinstance(rooms, dict) else ():
            if not any(one.get("name") == room for one in found.rooms):
                found.rooms.append({"name": room})
            for event in events if isinstance(events, list) else ():
                if isinstance(event, dict):
                    found.events.append((listed, room, event))
    return programme_of(found, zone)
