"""Storing an imported programme: an event with rooms, sessions, speakers, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.ids import uuid7
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action, require
from forum.core.text import Text, plain_key
from forum.core.zones import zone_of
from forum.events.models import Event, Room
from forum.events.rules import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    EventState,
    FarYear,
    TooLong,
    check_span,
    free_slug,
    slug_of,
)
from forum.events.service import new_slug
from forum.events.service.details import latin
from forum.people.models import Organisation
from forum.programme.importing.opass import read_opass
from forum.programme.importing.shapes import (
    ImportedProgramme,
    ImportedSession,
    ImportedSpeaker,
    UnreadableProgramme,
)
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import SessionState

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy.orm import Session as Database

    from forum.core.actor import Actor

Reader = Callable[[bytes, "ZoneInfo"], ImportedProgramme]
READERS: dict[str, Reader] = {"opass": read_opass}


class ImportedBefore(Conflict):
    """The same file was imported for this organisation before."""

    code = "imported_before"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the file does not say; `starts_on` moves all days so that the first is that one."""

    title: str
    time_zone: str
    capacity: int
    publish: bool
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it."""

    event_id: UUID
    slug: str
    sessions: int
    speakers: int
    rooms: int
    days: int
    warnings: tuple[str, ...]


def import_event(
    actor: Actor,
    organisation_id: UUID,
    content: bytes,
    format_name: str,
    wanted: Wanted,
    *,
    now: datetime,
) -> Imported:
    """Make an event of a programme file's bytes.

    Raises UnreadableProgramme, UnknownZone, FarYear, ImportedBefore, NotFound; then nothing is
    stored.
    """
    zone = zone_of(wanted.time_zone)
    wanted = replace(wanted, time_zone=zone.key)
    programme = READERS[format_name](content, zone)
    _check_span(programme)
    shift = _shift(programme, zone, wanted.starts_on)
    source = f"{format_name}:{hashlib.sha256(content).hexdigest()}"
    with writing() as session:
        require(actor, Action.CREATE_EVENT, organisation_id)
        organisation = session.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound
        _refuse_again(session, organisation_id, source)
        event = _event(session, organisation, programme, wanted, shift, now)
        event.import_source = source
        session.add(event)
        session.flush()
        rooms = _rooms(session, event, programme)
        speakers = _speakers(session, organisation_id, format_name, programme, now)
        _sessions(session, event, programme, rooms, speakers, shift, now)
        changed(session, event_scope(event.id), SITE)
        audit.record(
            session,
            actor,
            "event.imported",
            ("event", event.id),
            organisation_id,
            {"format": format_name, "sessions": len(programme.sessions)},
            now,
        )
        told = {"event_id": str(event.id), "organisation_id": str(organisation_id)}
        outbox.emit(
            session,
            "event.created",
            {**told, "capacity": wanted.capacity},
            key=str(event.id),
            now=now,
        )
        days = {item.day for item in programme.sessions}
        return Imported(
            event.id,
            event.slug,
            len(programme.sessions),
            len(speakers),
            len(rooms),
            len(days),
            tuple(programme.warnings),
        )


def _check_span(programme: ImportedProgramme) -> None:
    first = min(item.starts_at for item in programme.sessions)
    last = max(item.ends_at for item in programme.sessions)
    try:
        check_span(first, last)
    except TooLong:
        raise UnreadableProgramme(
            sentence(
                "The sessions in this file lie more than a year apart, from %(first)s to %(last)s. "
                "Mend their dates in the file.",
                first=first.date().isoformat(),
                last=last.date().isoformat(),
            ),
        ) from None


def _shift(
    programme: ImportedProgramme, zone: ZoneInfo, starts_on: date | None
) -> Callable[[datetime], datetime]:
    if starts_on is None:
        return lambda moment: moment
    first = min(item.day for item in programme.sessions)
    by = starts_on - first
    lasts = max(item.day for item in programme.sessions) - first
    if not EARLIEST_YEAR <= starts_on.year <= LATEST_YEAR or (starts_on + lasts).year > LATEST_YEAR:
        raise FarYear(field="starts_on")

    def _moved(moment: datetime) -> datetime:
        wall = moment.astimezone(zone).replace(tzinfo=None) + by
        return wall.replace(tzinfo=zone).astimezone(UTC)

    return _moved


def _refuse_again(session: Database, organisation_id: UUID, source: str) -> None:
    slug = session.scalar(
        sa.select(Event.slug).where(
            Event.organisation_id == organisation_id, Event.import_source == source
        ),
    )
    if slug is not None:
        raise ImportedBefore(
            sentence(
                "This file was imported before, as the event “%(slug)s”. Nothing was changed.",
                slug=slug,
            ),
        )


def _event(
    session: Database,
    organisation: Organisation,
    programme: ImportedProgramme,
    wanted: Wanted,
    shift: Callable[[datetime], datetime],
    now: datetime,
) -> Event:
    title = Text({"en": wanted.title})
    return Event(
        id=uuid7(),
        organisation_id=organisation.id,
        slug=new_slug(session, title),
        title=title,
        state=EventState.PUBLISHED if wanted.publish else EventState.DRAFT,
        published_at=now if wanted.publish else None,
        languages=list(organisation.languages),
        time_zone=wanted.time_zone,
        starts_at=min(shift(item.starts_at) for item in programme.sessions),
        ends_at=max(shift(item.ends_at) for item in programme.sessions),
        contact_email=organisation.contact_email,
        privacy=organisation.privacy,
        accent=organisation.accent,
        created_at=now,
        changed_at=now,
    )


def _rooms(session: Database, event: Event, programme: ImportedProgramme) -> dict[str, UUID]:
    ids: dict[str, UUID] = {}
    used: set[str] = set()
    for position, room in enumerate(programme.rooms):
        slug = free_slug(
            slug_of(latin(str(room.name.pick("en")))), used.__contains__, otherwise="room"
        )
        used.add(slug)
        ids[room.key] = uuid7()
        session.add(
            Room(id=ids[room.key], event_id=event.id, slug=slug, name=room.name, position=position)
        )
    session.flush()
    return ids


def _speakers(
    session: Database,
    organisation_id: UUID,
    format_name: str,
    programme: ImportedProgramme,
    now: datetime,
) -> dict[str, UUID]:
    known = {
        row.source_id: row.id
        for row in session.execute(
            sa.select(Speaker.id, Speaker.source_id).where(
                Speaker.organisation_id == organisation_id, Speaker.source_id.is_not(None)
            ),
        )
    }
    used = set(
        session.scalars(sa.select(Speaker.slug).where(Speaker.organisation_id == organisation_id))
    )
    ids: dict[str, UUID] = {}
    for person in programme.speakers:
        source_id = _source_id(format_name, person)
        if source_id in known:
            ids[person.key] = known[source_id]
            continue
        wanted = slug_of(latin(person.name or person.name_zh))
        slug = free_slug(wanted, used.__contains__, otherwise="speaker")
        used.add(slug)
        ids[person.key] = uuid7()
        session.add(
            Speaker(
                id=ids[person.key],
                organisation_id=organisation_id,
                slug=slug,
                name=person.name,
                name_zh=person.name_zh,
                biography=person.biography,
                source_id=source_id,
                created_at=now,
                changed_at=now,
            ),
        )
    session.flush()
    return ids


def _source_id(format_name: str, person: ImportedSpeaker) -> str:
    """Return what tells a person apart: ids are only unique in a file, so the names count too."""
    names = f"{plain_key(person.name)}\n{plain_key(person.name_zh)}"
    return f"{format_name}:{person.key}:{hashlib.sha256(names.encode()).hexdigest()[:16]}"


def _sessions(
    session: Database,
    event: Event,
    programme: ImportedProgramme,
    rooms: Mapping[str, UUID],
    speakers: Mapping[str, UUID],
    shift: Callable[[datetime], datetime],
    now: datetime,
) -> None:
    rows = [_session(event, item, rooms, shift, now) for item in programme.sessions]
    session.add_all(rows)
    session.flush()
    session.add_all(
        Appearance(session_id=row.id, speaker_id=speakers[key], role=item.role, position=position)
        for row, item in zip(rows, programme.sessions, strict=True)
        for position, key in enumerate(item.speakers)
        if key in speakers
    )
    session.flush()


def _session(
    event: Event,
    item: ImportedSession,
    rooms: Mapping[str, UUID],
    shift: Callable[[datetime], datetime],
    now: datetime,
) -> Session:
    starts_at = shift(item.starts_at)
    days_moved = (
        starts_at.astimezone(event.zone).date() - item.starts_at.astimezone(event.zone).date()
    ).days
    return Session(
        id=uuid7(),
        event_id=event.id,
        room_id=rooms.get(item.room) if item.room else None,
        kind=item.kind,
        state=SessionState.CONFIRMED,
        title=item.title,
        abstract=item.abstract,
        starts_at=starts_at,
        ends_at=shift(item.ends_at),
        day=item.day + timedelta(days=days_moved),
        source_id=item.key,
        created_at=now,
        changed_at=now,
    )
