"""What stands here of a programme, as plain values for the plan of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from forum.core.audit import AuditEntry
from forum.core.db import db
from forum.core.revisions import plain
from forum.core.text import plain_key
from forum.events.models import Event
from forum.events.queries import rooms_of
from forum.programme.importing.merging import (
    MATERIALS,
    SESSION_TEXTS,
    SPEAKER_TEXTS,
    Flat,
    flat,
)
from forum.programme.importing.plans import Here, Known, Present, Remembered
from forum.programme.importing.shapes import (
    SPEAKER_FIELDS,
    ImportedProgramme,
    ImportedSession,
    ImportedSpeaker,
)
from forum.programme.models import ImportedThing, Material, Session, Speaker
from forum.programme.queries import content_of, planned_sessions, tracks_of

IDS_AT_ONCE = 5000


def present_at(event: Event, file: ImportedProgramme) -> Present:
    """Return what stands in an event, as far as a file can touch it (at most 16 statements)."""
    remembered = _remembered(event.id, file.source.name)
    sessions = _sessions(event.id)
    speakers, profiles, elsewhere = _speakers(event.organisation_id, event.id, file, remembered)
    return Present(
        zone=event.zone,
        rooms={str(room.id): room.name for room in rooms_of(event.id)},
        tracks={str(track.id): track.name for track in tracks_of(event.id)},
        sessions=_with_bases("session", file.sessions, sessions, remembered, SESSION_TEXTS),
        speakers=_with_bases("speaker", file.speakers, speakers, remembered, SPEAKER_TEXTS),
        profiles=profiles,
        remembered={
            key: Remembered(str(one.thing_id), one.values) for key, one in remembered.items()
        },
        elsewhere=elsewhere,
    )


def present_before(organisation_id: UUID, zone: ZoneInfo, file: ImportedProgramme) -> Present:
    """Return what stands in an organisation where the event is yet to be made (4 statements)."""
    speakers, profiles, elsewhere = _speakers(organisation_id, None, file, {})
    return Present(zone=zone, speakers=speakers, profiles=profiles, elsewhere=elsewhere)


def speaker_columns(speaker: Speaker) -> dict[str, Any]:
    """Return the columns of a profile that files can speak of, as JSON."""
    return {name: plain(getattr(speaker, name)) for name in sorted(SPEAKER_FIELDS)}


def _remembered(event_id: UUID, source: str) -> dict[tuple[str, str], ImportedThing]:
    rows = db.session.scalars(
        sa.select(ImportedThing)
        .where(ImportedThing.event_id == event_id, ImportedThing.source == source)
        .execution_options(populate_existing=True)
    )
    return {(row.thing, row.key): row for row in rows}


def _sessions(event_id: UUID) -> dict[str, Here]:
    links: dict[UUID, list[dict[str, str]]] = {}
    for row in db.session.execute(
        sa.select(Material.session_id, Material.title, Material.url, Material.kind)
        .join(Session, Session.id == Material.session_id)
        .where(Session.event_id == event_id)
        .order_by(Material.position, Material.id)
    ):
        one = {"title": row.title.pick("en").text, "url": row.url, "kind": row.kind}
        links.setdefault(row.session_id, []).append(one)
    return {
        str(one.id): Here(
            str(one.id),
            one.revision,
            flat({**content_of(one), MATERIALS: links.get(one.id, [])}, SESSION_TEXTS),
        )
        for one in planned_sessions(event_id)
    }


def _speakers(
    organisation_id: UUID,
    event_id: UUID | None,
    file: ImportedProgramme,
    remembered: Mapping[tuple[str, str], ImportedThing],
) -> tuple[dict[str, Here], list[Known], dict[str, list[Remembered]]]:
    """Return the profiles that may be meant, everybody's names, and what others remember."""
    profiles = [
        Known(str(row.id), row.name, row.name_zh)
        for row in db.session.execute(
            sa.select(Speaker.id, Speaker.name, Speaker.name_zh)
            .where(Speaker.organisation_id == organisation_id)
            .order_by(Speaker.id)
        )
    ]
    elsewhere = _elsewhere(organisation_id, event_id, file)
    names = {plain_key(name) for one in file.speakers for name in (one.name, one.name_zh) if name}
    keys = {one.key for one in file.speakers}
    wanted = {
        *(str(one.thing_id) for (thing, _), one in remembered.items() if thing == "speaker"),
        *(one.thing_id for many in elsewhere.values() for one in many),
        *(
            one.id
            for one in profiles
            if one.id in keys or names & {plain_key(one.name), plain_key(one.name_zh)}
        ),
    }
    here = {
        str(row.id): Here(str(row.id), row.revision, flat(speaker_columns(row), SPEAKER_TEXTS))
        for chosen in _batches(sorted(wanted))
        for row in db.session.scalars(
            sa.select(Speaker)
            .where(Speaker.organisation_id == organisation_id, Speaker.id.in_(map(UUID, chosen)))
            .execution_options(populate_existing=True)
        )
    }
    return here, profiles, elsewhere


def _elsewhere(
    organisation_id: UUID, event_id: UUID | None, file: ImportedProgramme
) -> dict[str, list[Remembered]]:
    """Return what imports of the same source into other events remember of the same keys."""
    keys = {one.key for one in file.speakers}
    wanted = (
        sa.select(ImportedThing.key, ImportedThing.thing_id, ImportedThing.values)
        .join(Event, Event.id == ImportedThing.event_id)
        .where(
            Event.organisation_id == organisation_id,
            ImportedThing.source == file.source.name,
            ImportedThing.thing == "speaker",
        )
        .order_by(ImportedThing.imported_at.desc())
    )
    if event_id is not None:
        wanted = wanted.where(ImportedThing.event_id != event_id)
    found: dict[str, list[Remembered]] = {}
    for row in db.session.execute(wanted.limit(IDS_AT_ONCE * 4)):
        if row.key in keys:
            found.setdefault(row.key, []).append(Remembered(str(row.thing_id), row.values))
    return found


def _with_bases(
    thing: str,
    items: Iterable[ImportedSession | ImportedSpeaker],
    here: Mapping[str, Here],
    remembered: Mapping[tuple[str, str], ImportedThing],
    texts: Sequence[str],
) -> dict[str, Here]:
    """Give things of our own sheet what they were when it was written: by the audit trail.

    A sheet names the revision of each row. What an import of it has noted since counts more.
    """
    since: dict[str, int] = {}
    for item in items:
        if item.revision is None or item.key not in here:
            continue
        known = remembered.get((thing, item.key))
        if known is None or item.revision >= known.revision:
            since[item.key] = item.revision
    if not since:
        return dict(here)
    changed = [key for key, revision in since.items() if here[key].revision > revision]
    before = _before(thing, changed, since)
    return {
        key: Here(
            one.id,
            one.revision,
            one.values,
            {**one.values, **flat_part(before.get(key, {}), one.values, texts)}
            if key in since
            else None,
        )
        for key, one in here.items()
    }


def flat_part(columns: Mapping[str, Any], now: Flat, texts: Sequence[str]) -> dict[str, Any]:
    """Return former values of some columns by path; of a time, the rest is as it is now."""
    found = flat(columns, texts)
    times = list(now.get("time") or [None, None, None])
    if {"starts_at", "ends_at", "day"} & columns.keys():
        for place, name in enumerate(("starts_at", "ends_at", "day")):
            if name in columns:
                times[place] = columns[name]
        found["time"] = times if times[0] else []
    return found


def _before(
    thing: str, changed: Sequence[str], since: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    """Return what changed columns were at a revision: the oldest change after it tells."""
    found: dict[str, dict[str, Any]] = {}
    for chosen in _batches(changed):
        rows = db.session.execute(
            sa.select(AuditEntry.thing_id, AuditEntry.details)
            .where(AuditEntry.thing_kind == thing, AuditEntry.thing_id.in_(map(UUID, chosen)))
            .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        )
        for row in rows:
            details = row.details or {}
            if details.get("revision", 0) > since[str(row.thing_id)]:
                for name, (before, _after) in details.get("changes", {}).items():
                    found.setdefault(str(row.thing_id), {})[name] = before
    return found


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[first : first + IDS_AT_ONCE] for first in range(0, len(ids), IDS_AT_ONCE))
