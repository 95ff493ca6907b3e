"""What a conference app may rely on in our schedule.json, as a JSON schema (draft-06)."""

from __future__ import annotations

from typing import Any

from forum.programme.exporting.outline import LARGEST_ID

GUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"
WEB = r"^https?://"


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(pattern: str = "") -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
LINKS = {"type": "array", "items": _object(title=_text(), url=_text(WEB))}
EVENT = _object(
    id=NUMBER,
    guid=_text(GUID),
    logo=_text(),
    date=_text(MOMENT),
    start=_text(r"^\d\d:\d\d$"),
    duration=_text(r"^\d\d+:\d\d$"),
    room=_text(),
    slug=_text(r"^[a-z0-9_-]+[a-z0-9]$"),
    url=_text(WEB),
    title=_text("."),
    subtitle=_text(),
    track=_text(),
    type=_text("^[a-z]+$"),
    language=_text("^[a-z]*$"),
    abstract=_text(),
    description=_text(),
    recording_license=_text(),
    do_not_record={"type": "boolean"},
    persons={
        "type": "array",
        "items": _object(
            id=NUMBER,
            guid=_text(GUID),
            public_name=_text("."),
            biography={"type": ["string", "null"]},
        ),
    },
    links=LINKS,
    attachments=LINKS,
    answers={"type": "array", "maxItems": 0},
)
CONFERENCE = _object(
    acronym=_text("^[a-z0-9_]+$"),
    title=_text("."),
    start=_text(r"^\d{4}-\d\d-\d\d$"),
    end=_text(r"^\d{4}-\d\d-\d\d$"),
    daysCount={"type": "integer", "minimum": 1},
    timeslot_duration=_text(r"^\d\d:\d\d$"),
    time_zone_name=_text("/"),
    url=_text(WEB),
    rooms={
        "type": "array",
        "items": _object(
            name=_text("."),
            guid=_text(GUID),
            capacity={"type": ["number", "null"]},
            description={"type": ["string", "null"]},
        ),
    },
    tracks={
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": _text("."),
                "slug": _text("."),
                "color": _text("^#[0-9a-f]{6}$"),
            },
            "required": ["name", "slug"],
        },
    },
    days={
        "type": "array",
        "minItems": 1,
        "items": _object(
            index={"type": "integer", "minimum": 1},
            date=_text(r"^\d{4}-\d\d-\d\d$"),
            day_start=_text(MOMENT),
            day_end=_text(MOMENT),
            rooms={"type": "object", "additionalProperties": {"type": "array", "items": EVENT}},
        ),
    },
)
SCHEMA = {
    "$schema": "http://json-schema.org/draft-06/schema#",
    **_object(schedule=_object(version=_text("."), base_url=_text(WEB), conference=CONFERENCE)),
}
"""What a conference app may rely on in our schedule.json: our own statement of frab's format."""
