"""Which profile each person of a file is: by key, by an earlier import, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forum.core.revisions import plain
from forum.core.text import plain_key
from forum.programme.importing.meeting import met
from forum.programme.importing.merging import SPEAKER_TEXTS, Flat, flat, said
from forum.programme.importing.plans import (
    NEW_MARK,
    NOBODY_KNOWN,
    Known,
    PlannedThing,
    Present,
    Standing,
)
from forum.programme.importing.shapes import ImportedProgramme, ImportedSpeaker

MOST_CANDIDATES = 5


def speaker_values(person: ImportedSpeaker) -> dict[str, Any]:
    """Return what a file says of a person, as columns of a profile in JSON."""
    return {
        "name": person.name,
        "name_zh": person.name_zh,
        "surname": person.surname,
        "salutation": person.salutation,
        "post_nominals": person.post_nominals,
        "precedence": person.precedence,
        "title": plain(person.title),
        "affiliation": plain(person.affiliation),
        "biography": plain(person.biography),
        "website": person.website,
        "links": [{"title": one.title, "url": one.url} for one in person.links],
    }


def plan_speakers(
    file: ImportedProgramme, present: Present, people: Mapping[str, str]
) -> list[PlannedThing]:
    """Return what becomes of each person of a file; `people` are chosen profiles by keys."""
    by_name = _profiles_by_name(present.profiles)
    claimed = {
        known.thing_id
        for person in file.speakers
        if (known := present.remembered.get(("speaker", person.key)))
    }
    found = []
    for person in file.speakers:
        theirs = said(flat(speaker_values(person), SPEAKER_TEXTS), file.source.speaker_fields)
        if not person.name and not person.name_zh:
            theirs = {}
        elif not file.source.speaker_fields:
            theirs = {"name": person.name, "name_zh": person.name_zh}
        found.append(_speaker(person, theirs, present, people, by_name, claimed))
    return found


def _speaker(
    person: ImportedSpeaker,
    theirs: Flat,
    present: Present,
    people: Mapping[str, str],
    by_name: Mapping[str, Sequence[Known]],
    claimed: set[str],
) -> PlannedThing:
    known = present.remembered.get(("speaker", person.key))
    if known is not None:
        here = present.speakers.get(known.thing_id)
        if here is None:
            return PlannedThing(person.key, "", Standing.REMOVED_HERE, theirs)
        return met(person.key, theirs, here, here.base or known.values)
    if person.key in present.speakers:
        here = present.speakers[person.key]
        return met(person.key, theirs, here, here.base)
    if not theirs:
        return PlannedThing(person.key, "", Standing.REMOVED_HERE, theirs)
    names = {plain_key(name) for name in (person.name, person.name_zh) if name}
    for other in present.elsewhere.get(person.key, ()):
        here = present.speakers.get(other.thing_id)
        if here and names & _names_in(here.values) and here.id not in claimed:
            claimed.add(here.id)
            return met(person.key, theirs, here, other.values)
    candidates = tuple(
        dict.fromkeys(
            one.id
            for name in sorted(names)
            for one in by_name.get(name, ())
            if _could_be(person, one)
        )
    )[:MOST_CANDIDATES]
    return _by_name(person.key, theirs, candidates, present, people, claimed)


def _by_name(
    key: str,
    theirs: Flat,
    candidates: tuple[str, ...],
    present: Present,
    people: Mapping[str, str],
    claimed: set[str],
) -> PlannedThing:
    """Take the profile that was chosen, else the only one of this name, else make a new one."""
    free = [one for one in candidates if one not in claimed]
    chosen = people.get(key, free[0] if len(free) == 1 and len(candidates) == 1 else NOBODY_KNOWN)
    if chosen in candidates and chosen in present.speakers:
        claimed.add(chosen)
        here = present.speakers[chosen]
        return met(key, theirs, here, None, candidates=candidates, by_likeness=True)
    return PlannedThing(key, f"{NEW_MARK}{key}", Standing.NEW, theirs, candidates=candidates)


def _profiles_by_name(profiles: Iterable[Known]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for one in profiles:
        for name in {plain_key(one.name), plain_key(one.name_zh)} - {""}:
            found.setdefault(name, []).append(one)
    return found


def _could_be(person: ImportedSpeaker, known: Known) -> bool:
    """Say whether no name speaks against it: both forms given, and one of them another."""
    return all(
        not theirs or not ours or plain_key(theirs) == plain_key(ours)
        for theirs, ours in ((person.name, known.name), (person.name_zh, known.name_zh))
    )


def _names_in(values: Flat) -> set[str]:
    return {plain_key(str(values.get(name) or "")) for name in ("name", "name_zh")} - {""}
