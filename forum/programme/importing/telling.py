"""What an import would do, as plain lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from forum.core.languages import KEYS
from forum.core.text import Text
from forum.programme.importing.merging import TIME, Verdict
from forum.programme.importing.plans import ImportPlan, PlannedThing, Standing
from forum.programme.importing.shapes import ImportedProgramme

MOST_LINES = 40


def lines_of(file: ImportedProgramme, plan: ImportPlan, zone: tzinfo) -> Iterator[str]:
    """Yield what is in the file, what is new, changed and gone, and what is to be decided."""
    days = {one.starts_at.astimezone(zone).date() for one in file.sessions if one.starts_at}
    yield (
        f"{len(file.sessions)} sessions, {len(file.speakers)} speakers, {len(file.rooms)} rooms, "
        f"{len(days)} days, times in {zone}"
    )
    if file.source.zone_name and file.source.zone_name != str(zone):
        yield f"The file names its own time zone: {file.source.zone_name}"
    yield from (f"note: {said}" for said in plan.notes)
    for word, things in (("sessions", plan.sessions), ("speakers", plan.speakers)):
        new, changed, same, removed = (len(plan.standing(things, one)) for one in Standing)
        yield f"{word}: {new} new, {changed} changed, {same} as they are, {removed} removed here"
    for word, places in (("rooms", plan.rooms), ("tracks", plan.tracks)):
        if new_ones := [one.name.pick("en").text for one in places if one.is_new]:
            yield f"new {word}: {', '.join(new_ones)}"
    told = [
        *(line for one in plan.sessions for line in _changes("session", one)),
        *(line for one in plan.speakers for line in _changes("speaker", one)),
        *(f"gone from the file, left as it is: {_title(one.values)}" for one in plan.gone),
    ]
    yield from told[:MOST_LINES]
    if len(told) > MOST_LINES:
        yield f"… and {len(told) - MOST_LINES} more"


def _changes(thing: str, planned: PlannedThing) -> Iterator[str]:
    for change in planned.changes:
        what = "taken" if change.verdict is Verdict.TAKE else "changed here too, kept as it is here"
        name = "start and end" if change.path == TIME else change.path
        yield f"{thing} “{_title(planned.theirs)}”: {name}, {what}"


def _title(values: object) -> str:
    found = dict(values) if isinstance(values, dict) else {}
    title = Text({key: str(found.get(f"title.{key}") or "") for key in KEYS})
    return str(found.get("name") or found.get("name_zh") or title.pick("en").text)
