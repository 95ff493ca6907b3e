"""From what a plan calls things to what they are: ids, columns, rows of a cast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from forum.core.text import Text
from forum.programme.importing.merging import (
    MATERIALS,
    SESSION_TEXTS,
    SPEAKER_TEXTS,
    TIME,
    TIME_COLUMNS,
    Flat,
    Verdict,
    whole,
)
from forum.programme.importing.plans import Choices, PlannedThing, is_new
from forum.programme.rules import SessionKind, SessionState


@dataclass(frozen=True, slots=True)
class Made:
    """The ids of rooms and tracks by their keys in the file, of new speakers by reference."""

    rooms: Mapping[str, str | None] = field(default_factory=dict)
    tracks: Mapping[str, str | None] = field(default_factory=dict)
    speakers: Mapping[str, str] = field(default_factory=dict)

    def resolved(self, values: Flat) -> dict[str, Any]:
        """Return values with the ids of what the import has made."""
        found = dict(values)
        if "room_id" in found:
            found["room_id"] = _id_in(self.rooms, found["room_id"])
        if "track_id" in found:
            found["track_id"] = _id_in(self.tracks, found["track_id"])
        if "also_in" in found:
            rooms = [_id_in(self.rooms, one) for one in found["also_in"]]
            found["also_in"] = [one for one in rooms if one]
        if "cast" in found:
            found["cast"] = [[self.speakers.get(who, who), *rest] for who, *rest in found["cast"]]
        return found

    def cast(self, values: Flat) -> list[list[Any]]:
        """Return who is on stage by values, as rows of a cast."""
        return [row for row in self.resolved(values).get("cast", []) if not is_new(row[0])]

    def session_columns(self, values: Flat) -> dict[str, Any]:
        """Return the columns of a new session out of all that the file says of it."""
        found = whole(values, SESSION_TEXTS)
        for name in ("cast", MATERIALS):
            found.pop(name, None)
        for name in SESSION_TEXTS:
            if name in found:
                found[name] = Text(found[name])
        return self.columns(found)

    def columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return JSON values as a session's columns hold them."""
        found = self.resolved(values)
        for name, kind in (
            ("kind", SessionKind),
            ("state", SessionState),
            ("room_id", UUID),
            ("track_id", UUID),
            ("starts_at", datetime.fromisoformat),
            ("ends_at", datetime.fromisoformat),
            ("day", date.fromisoformat),
        ):
            if isinstance(found.get(name), str):
                found[name] = kind(found[name])
        return found


def _id_in(made: Mapping[str, str | None], ref: str | None) -> str | None:
    return made.get(ref.removeprefix("+")) if ref and is_new(ref) else ref


def chosen_values(thing: str, planned: PlannedThing, choices: Choices) -> dict[str, Any]:
    """Return the file's values that are taken, by path."""
    return {
        one.path: one.theirs
        for one in planned.changes
        if one.verdict is Verdict.TAKE or choices.takes(thing, planned.key, one.path)
    }


def columns_in(paths: Iterable[str]) -> list[str]:
    """Return the columns that paths touch."""
    found: dict[str, None] = {}
    for path in paths:
        names = TIME_COLUMNS if path == TIME else (path.partition(".")[0],)
        found |= dict.fromkeys(names)
    return list(found)


def overlaid(
    here: Mapping[str, Any], paths: Mapping[str, Any], texts: Iterable[str]
) -> dict[str, Any]:
    """Return columns with the values of paths laid over what is here."""
    found = whole({path: value for path, value in paths.items() if path != "cast"}, texts)
    for name in texts:
        if name in here:
            languages = dict(here[name].by_language)
            for path, value in paths.items():
                if path.startswith(f"{name}."):
                    languages[path.partition(".")[2]] = value
            found[name] = Text(languages)
    return found


def speaker_columns_of(values: Flat) -> dict[str, Any]:
    """Return the columns of a profile out of values by path."""
    found = whole(values, SPEAKER_TEXTS)
    return found | {name: Text(found[name]) for name in SPEAKER_TEXTS if name in found}
