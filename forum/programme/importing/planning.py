"""What an import would do, before anything is written: new, changed, gone, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping

from forum.core.text import Text, plain_key
from forum.programme.importing.plan_sessions import Refs, gone_sessions, plan_sessions
from forum.programme.importing.plan_speakers import plan_speakers
from forum.programme.importing.plans import (
    NEW_MARK,
    ImportPlan,
    PlannedPlace,
    Present,
    Standing,
)
from forum.programme.importing.shapes import ImportedProgramme


def plan_import(
    file: ImportedProgramme, present: Present, people: Mapping[str, str] | None = None
) -> ImportPlan:
    """Return what importing a file would do; `people` are chosen profiles by speakers' keys."""
    rooms = [
        _place("room", one.key, one.name, present.rooms, present, capacity=one.capacity)
        for one in file.rooms
    ]
    tracks = [
        _place("track", one.key, one.name, present.tracks, present, colour=one.colour)
        for one in file.tracks
    ]
    speakers = plan_speakers(file, present, people or {})
    refs = Refs(
        {one.key: one.ref for one in rooms},
        {one.key: one.ref for one in tracks},
        {one.key: None if one.standing is Standing.REMOVED_HERE else one.ref for one in speakers},
    )
    sessions = plan_sessions(file, present, refs)
    return ImportPlan(rooms, tracks, speakers, sessions, gone_sessions(file, present, sessions))


def _place(
    thing: str,
    key: str,
    name: Text,
    here: Mapping[str, Text],
    present: Present,
    *,
    capacity: int | None = None,
    colour: str = "",
) -> PlannedPlace:
    known = present.remembered.get((thing, key))
    ref: str | None = f"{NEW_MARK}{key}"
    if known is not None:
        ref = known.thing_id if known.thing_id in here else None
    if known is None or ref is None:
        names = {plain_key(words) for words in name.by_language.values()}
        ref = next(
            (
                thing_id
                for thing_id, own in here.items()
                if names & {plain_key(words) for words in own.by_language.values()}
            ),
            ref,
        )
    return PlannedPlace(key, ref, name, capacity, colour)
