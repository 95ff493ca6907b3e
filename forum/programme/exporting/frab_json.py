"""Writing frab JSON (`schedule.json`), which conference apps and video teams read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from forum.programme.exporting.outline import SLOT, DayOut, ItemOut, Link, Outline


def write_json(outline: Outline) -> bytes:
    """Return the whole file in UTF-8."""
    return json.dumps(schedule_of(outline), ensure_ascii=False, separators=(",", ":")).encode()


def schedule_of(outline: Outline) -> dict[str, Any]:
    """Return the file as JSON's own values."""
    days = outline.days
    return {
        "schedule": {
            "version": outline.version,
            "base_url": outline.base_url,
            "conference": {
                "acronym": outline.acronym,
                "title": outline.title,
                "start": days[0].date.isoformat(),
                "end": days[-1].date.isoformat(),
                "daysCount": len(days),
                "timeslot_duration": hours_and_minutes(SLOT),
                "time_zone_name": outline.time_zone,
                "url": outline.url,
                "rooms": [
                    {
                        "name": room.name,
                        "guid": str(room.guid),
                        "capacity": room.capacity,
                        "description": None,
                    }
                    for room in outline.rooms
                ],
                "tracks": [
                    {"name": track.name, "slug": track.slug}
                    | ({"color": track.colour} if track.colour else {})
                    for track in outline.tracks
                ],
                "days": [_day(index, day) for index, day in enumerate(days)],
            },
        },
    }


def hours_and_minutes(length: timedelta) -> str:
    """Return HH:MM; the schema knows no days, so that a long session has more hours."""
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _day(index: int, day: DayOut) -> dict[str, Any]:
    return {
        "index": index + 1,
        "date": day.date.isoformat(),
        "day_start": day.starts_at.isoformat(timespec="seconds"),
        "day_end": day.ends_at.isoformat(timespec="seconds"),
        "rooms": _rooms(day.rooms),
    }


def _rooms(rooms: Mapping[str, Sequence[ItemOut]]) -> dict[str, Any]:
    return {name: [_item(item) for item in items] for name, items in rooms.items()}


def _item(item: ItemOut) -> dict[str, Any]:
    return {
        "id": item.id,
        "guid": str(item.guid),
        "logo": "",
        "date": item.starts_at.isoformat(timespec="seconds"),
        "start": f"{item.starts_at:%H:%M}",
        "duration": hours_and_minutes(item.duration),
        "room": item.room,
        "slug": item.slug,
        "url": item.url,
        "title": item.title,
        "subtitle": "",
        "track": item.track.name if item.track else "",
        "type": item.kind,
        "language": item.language,
        "abstract": item.abstract,
        "description": item.description,
        "recording_license": "",
        "do_not_record": item.not_recorded,
        "persons": [
            {
                "id": one.id,
                "guid": str(one.guid),
                "public_name": one.name,
                "biography": one.biography or None,
            }
            for one in item.persons
        ],
        "links": _linked(item.links),
        "attachments": _linked(item.attachments),
        "answers": [],
    }


def _linked(links: Iterable[Link]) -> list[dict[str, str]]:
    return [{"title": one.title, "url": one.url} for one in links]
