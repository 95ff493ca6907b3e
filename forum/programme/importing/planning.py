"""What an import would do, before anything is written: new, changed, gone, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forum.core.i18n import Sentence, sentence, sentences
from forum.core.text import Text, plain_key
from forum.programme.importing.merging import MATERIALS, TIME, Flat
from forum.programme.importing.plan_sessions import Refs, gone_sessions, plan_sessions
from forum.programme.importing.plan_speakers import plan_speakers
from forum.programme.importing.plans import (
    NEW_MARK,
    ImportPlan,
    PlannedPlace,
    PlannedThing,
    Present,
    Standing,
)
from forum.programme.importing.shapes import ImportedProgramme
from forum.programme.rules import MOST_MATERIALS

FEWEST_KNOWN = 2
_OTHER_FILE = sentence(
    "Most sessions of this file have the numbers of sessions imported before, but other titles and "
    "times. If it is the file of another event, do not import it here: it would change those."
)


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
    gone = gone_sessions(file, present, sessions)
    notes = [_OTHER_FILE] if _is_other_file(present, sessions) else []
    notes += _links_left_out(sessions)
    return ImportPlan(rooms, tracks, speakers, sessions, gone, notes)


def _links_left_out(sessions: Sequence[PlannedThing]) -> list[Sentence]:
    left_out = 0
    for one in sessions:
        there = len(one.here.values.get(MATERIALS) or ()) if one.here else 0
        added = next((part.theirs for part in one.changes if part.path == MATERIALS), ())
        if one.standing is Standing.NEW:
            added = one.theirs.get(MATERIALS) or ()
        left_out += max(0, min(len(added), there + len(added) - MOST_MATERIALS))
    if not left_out:
        return []
    return [
        sentences(
            "One link is left out: a session takes %(most)s links and slides.",
            "%(num)s links are left out: a session takes %(most)s links and slides.",
            left_out,
            most=MOST_MATERIALS,
        )
    ]


def _is_other_file(present: Present, sessions: Sequence[PlannedThing]) -> bool:
    """Say whether a file has the numbers of an earlier one, but other sessions behind them.

    Sessionize and OPass count from 1 in each event, and their files do not name the event.
    """
    known = [
        (one.theirs, present.remembered[("session", one.key)].values)
        for one in sessions
        if ("session", one.key) in present.remembered
    ]
    strange = [1 for theirs, before in known if not _likeness(theirs) & _likeness(before)]
    return len(known) >= FEWEST_KNOWN and len(strange) * 2 > len(known)


def _likeness(values: Flat) -> set[str]:
    """Return what tells a session from others: its titles, and when it begins."""
    titles = {plain_key(str(said)) for path, said in values.items() if path.startswith("title.")}
    return (titles | {str(one) for one in (values.get(TIME) or ())[:1]}) - {""}


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
