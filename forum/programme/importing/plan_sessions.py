"""Which session here each one of a file is, and which of those here the file has no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from forum.core.revisions import plain
from forum.core.text import plain_key
from forum.programme.importing.meeting import met
from forum.programme.importing.merging import (
    MATERIALS,
    SESSION_TEXTS,
    TIME,
    Flat,
    flat,
    said,
)
from forum.programme.importing.plans import NEW_MARK, Here, PlannedThing, Present, Standing
from forum.programme.importing.shapes import ImportedLink, ImportedProgramme, ImportedSession
from forum.programme.rules import AppearanceRole


@dataclass(frozen=True, slots=True)
class Refs:
    """What the keys of a file are here, or will be; None for what was removed here."""

    rooms: Mapping[str, str | None]
    tracks: Mapping[str, str | None]
    speakers: Mapping[str, str | None]


def session_values(item: ImportedSession, refs: Refs, zone: tzinfo) -> dict[str, Any]:
    """Return what a file says of a session, as its content in JSON; what was removed is left out.

    It is listed under the file's day where that is its own or the one before.
    """
    day = None
    if item.starts_at is not None:
        own = item.starts_at.astimezone(zone).date()
        day = item.listed if item.listed in {own, own - timedelta(days=1)} else own
    room = refs.rooms.get(item.room) if item.room else None
    others = [refs.rooms.get(one) for one in item.also_in]
    return {
        "kind": item.kind.value,
        "title": plain(item.title),
        "abstract": plain(item.abstract),
        "delivered_in": list(item.delivered_in),
        "interpreted_into": list(item.interpreted_into),
        "room_id": room,
        "also_in": [one for one in dict.fromkeys(others) if one and one != room],
        "track_id": refs.tracks.get(item.track) if item.track else None,
        "parts": [dict(part) for part in item.parts],
        "starts_at": _moment(item.starts_at),
        "ends_at": _moment(item.ends_at),
        "day": day.isoformat() if day else None,
        "stream_url": item.stream_url,
        "cast": _cast(item, refs),
        MATERIALS: [_link(one) for one in item.links],
        **({"state": item.state.value} if item.state else {}),
    }


def _cast(item: ImportedSession, refs: Refs) -> list[list[Any]]:
    rows: dict[tuple[str, AppearanceRole], list[Any]] = {}
    for part in item.cast:
        who = refs.speakers.get(part.who)
        if who:
            row = [who, part.role.value, dict(part.called.by_language), part.part]
            rows.setdefault((who, part.role), row)
    return list(rows.values())


def _link(one: ImportedLink) -> dict[str, str]:
    return {"title": one.title, "url": one.url, "kind": one.kind}


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def plan_sessions(file: ImportedProgramme, present: Present, refs: Refs) -> list[PlannedThing]:
    """Return what becomes of each session of a file, in its order."""
    fields = file.source.session_fields
    known = {
        one.key: present.remembered[("session", one.key)]
        for one in file.sessions
        if ("session", one.key) in present.remembered
    }
    by_key = {one.key for one in file.sessions} & present.sessions.keys()
    taken = {one.thing_id for one in known.values()} | by_key
    alike = _Alike(one for one in present.sessions.values() if one.id not in taken)
    vanished = _Vanished(present)
    found = []
    for item in file.sessions:
        theirs = said(flat(session_values(item, refs, present.zone), SESSION_TEXTS), fields)
        here, base, likeness = None, None, False
        if item.key in known:
            here = present.sessions.get(known[item.key].thing_id)
            base = vanished.cleaned(known[item.key].values)
            if here is None:
                found.append(PlannedThing(item.key, "", Standing.REMOVED_HERE, theirs))
                continue
        elif item.key in present.sessions:
            here = present.sessions[item.key]
        elif (here := alike.take(theirs)) is not None:
            likeness = True
        if here is None:
            found.append(PlannedThing(item.key, f"{NEW_MARK}{item.key}", Standing.NEW, theirs))
        else:
            found.append(met(item.key, theirs, here, here.base or base, by_likeness=likeness))
    return found


class _Vanished:
    """Takes out of remembered values what was removed here since: nobody asked for it back."""

    def __init__(self, present: Present) -> None:
        self._present = present

    def cleaned(self, values: Flat) -> dict[str, Any]:
        found = dict(values)
        for name, here in (("room_id", self._present.rooms), ("track_id", self._present.tracks)):
            if name in found and found[name] not in here:
                found[name] = None
        if "also_in" in found:
            found["also_in"] = [one for one in found["also_in"] if one in self._present.rooms]
        if "cast" in found:
            there = {one.id for one in self._present.profiles}
            found["cast"] = [row for row in found["cast"] if row[0] in there]
        return found


class _Alike:
    """Finds the session here that one of the file is although no key says so: start and title."""

    def __init__(self, sessions: Iterable[Here]) -> None:
        self._by_likeness: dict[tuple[str, str], Here] = {}
        self._taken: set[str] = set()
        for one in sessions:
            for likeness in self._of(one.values):
                self._by_likeness.setdefault(likeness, one)

    def take(self, theirs: Flat) -> Here | None:
        for likeness in self._of(theirs):
            here = self._by_likeness.get(likeness)
            if here is not None and here.id not in self._taken:
                self._taken.add(here.id)
                return here
        return None

    @staticmethod
    def _of(values: Flat) -> list[tuple[str, str]]:
        times = values.get(TIME) or []
        return [
            (plain_key(str(words)), str(times[0]))
            for path, words in values.items()
            if times and words and path.startswith("title.")
        ]


def gone_sessions(
    file: ImportedProgramme, present: Present, sessions: Sequence[PlannedThing]
) -> list[Here]:
    """Return sessions that came from this source, or all where our own sheet has come back."""
    if not file.source.session_fields:
        return []
    met = {one.ref for one in sessions}
    keys = {one.key for one in file.sessions}
    of_here = keys & present.sessions.keys()
    came = {
        known.thing_id
        for (thing, key), known in present.remembered.items()
        if thing == "session" and key not in keys
    }
    return [
        one
        for one in present.sessions.values()
        if one.id not in met
        and (one.id in came or of_here)
        and one.values.get("state") != "cancelled"
    ]
