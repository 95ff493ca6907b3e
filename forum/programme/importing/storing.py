"""Storing an imported programme, into an event or as a new one, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.db import db, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import Sentence, sentence
from forum.core.ids import uuid7
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action, can, require
from forum.core.text import Text
from forum.core.zones import zone_of
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.service import locked_event, new_slug, speak
from forum.people.models import Organisation
from forum.programme.importing.hand import Hand
from forum.programme.importing.languages import languages_in
from forum.programme.importing.planning import plan_import
from forum.programme.importing.plans import Choices, ImportPlan, Standing, is_new
from forum.programme.importing.present import present_at, present_before
from forum.programme.importing.reading import read_programme
from forum.programme.importing.shapes import ImportedProgramme
from forum.programme.importing.shifting import check_times, moved_to
from forum.programme.importing.writing import Written, write_plan
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import ReleaseCause
from forum.programme.service import note_first_version, note_release
from forum.programme.service.conflicting import strictly
from forum.programme.service.layers import programme_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session as Database

    from forum.core.actor import Actor


class ImportedBefore(Conflict):
    """The same file was imported for this organisation before."""

    code = "imported_before"

    def __init__(self, slug: str) -> None:
        """Keep the slug of the event that the file became, for a link to it."""
        says = sentence(
            "This file was imported before, as the event “%(slug)s”. Nothing was changed.",
            slug=slug,
        )
        super().__init__(says, field="file")
        self.slug = slug


class ImportChangedMeanwhile(Conflict):
    """What the import would do is no longer what the preview showed."""

    code = "import_changed_meanwhile"
    says = sentence(
        "The programme was changed while you were reading. Look at what the import does now, and "
        "import again."
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the file does not say; `starts_on` moves all days so that the first is that one.

    Without `languages` the event's pages have those of its titles.
    """

    title: Text
    time_zone: str
    capacity: int
    publish: bool
    starts_on: date | None = None
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it: what the file holds, and what of it was new or changed here.

    `number` is that of the version guests see from now on, None where they see no change.
    `languages` are those of the event's pages.
    """

    event_id: UUID
    slug: str
    sessions: int
    speakers: int
    rooms: int
    days: int
    made: int
    changed: int
    dropped: int
    number: int | None
    languages: tuple[str, ...]
    warnings: tuple[Sentence, ...]


def plan_into(
    event: Event, file: ImportedProgramme, people: Mapping[str, str] | None = None
) -> ImportPlan:
    """Return what importing a file into an event would do; reads only."""
    return plan_import(file, present_at(event, file), people)


def import_into(
    actor: Actor,
    event_id: UUID,
    file: ImportedProgramme,
    choices: Choices,
    seen: str | None,
    *,
    now: datetime,
) -> Imported:
    """Import a file into an event, all of it or nothing; `seen` is the preview's fingerprint.

    New sessions and changes go where the event keeps edits: at once to guests, as one version, or
    into the next release. Raises ImportChangedMeanwhile, StrictConflict, ProgrammeFull, NotFound,
    and Forbidden where the languages are chosen by one who may not.
    """
    with writing() as transaction:
        _lock(transaction, actor, event_id, file, choices)
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        present = present_at(event, file)
        plan = plan_import(file, present)
        if seen is not None and seen != plan.seen:
            raise ImportChangedMeanwhile
        if choices.people:
            plan = plan_import(file, present, choices.people)
        programme = programme_of(transaction, event.id)
        hand = Hand(transaction, actor, event, programme, file.source.name, now)
        if choices.languages:
            speak(transaction, actor, event, choices.languages, now)
        with strictly(transaction, event, programme):
            done = write_plan(hand, plan, choices)
        release = note_release(
            transaction, actor, event, programme, done.shown, now, ReleaseCause.IMPORTED
        )
        transaction.flush()
        changed(transaction, event_scope(event.id), SITE)
        audit.record(
            transaction,
            actor,
            "programme.imported",
            ("programme", event.id),
            event.organisation_id,
            {
                "source": file.source.name,
                "made": done.made,
                "changed": done.changed,
                "dropped": done.dropped,
                "number": release.number if release else None,
            },
            now,
        )
        return _figures(event, file, done, release.number if release else None)


def import_event(
    actor: Actor,
    organisation_id: UUID,
    content: bytes,
    wanted: Wanted,
    choices: Choices,
    *,
    now: datetime,
) -> Imported:
    """Make an event of a programme file's bytes; of the choices the people and states count.

    Raises UnreadableProgramme, UnknownZone, FarYear, ImportedBefore, NotFound; then nothing is
    stored.
    """
    zone = zone_of(wanted.time_zone)
    file = moved_to(check_times(read_programme(content, zone)), zone, wanted.starts_on)
    source = _source_of(file, content)
    with writing() as transaction:
        require(actor, Action.CREATE_EVENT, organisation_id)
        organisation = transaction.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound
        _refuse_again(transaction, organisation_id, source)
        event = event_of(organisation, file, wanted, new_slug(transaction, wanted.title), now)
        event.import_source = source
        transaction.add(event)
        transaction.flush()
        plan = plan_import(file, present_before(organisation_id, zone, file), choices.people)
        programme = programme_of(transaction, event.id)
        hand = Hand(transaction, actor, event, programme, file.source.name, now)
        done = write_plan(hand, plan, choices)
        changed(transaction, event_scope(event.id), SITE)
        audit.record(
            transaction,
            actor,
            "event.imported",
            ("event", event.id),
            organisation_id,
            {"source": file.source.name, "sessions": len(file.sessions)},
            now,
        )
        outbox.emit(
            transaction,
            "event.created",
            {
                "event_id": str(event.id),
                "organisation_id": str(organisation_id),
                "capacity": wanted.capacity,
            },
            key=str(event.id),
            now=now,
        )
        if wanted.publish:
            note_first_version(transaction, event, now)
        return _figures(event, file, done, None)


def _figures(event: Event, file: ImportedProgramme, done: Written, number: int | None) -> Imported:
    days = {
        item.starts_at.astimezone(event.zone).date() for item in file.sessions if item.starts_at
    }
    return Imported(
        event.id,
        event.slug,
        len(file.sessions),
        len(file.speakers),
        len(file.rooms),
        len(days),
        done.made,
        done.changed,
        done.dropped,
        number,
        tuple(event.languages),
        tuple(file.warnings),
    )


def _lock(
    transaction: Database,
    actor: Actor,
    event_id: UUID,
    file: ImportedProgramme,
    choices: Choices,
) -> None:
    """Lock the profiles that are meant, then the events that show those that change.

    Everybody locks in one order: profiles, then events, each in the order of their ids. What is
    planned is worked out again after that.
    """
    event = transaction.get(Event, event_id)
    if event is None:
        raise NotFound
    require(actor, Action.EDIT_PROGRAMME, event.organisation_id)
    plan = plan_into(event, file, choices.people)
    ids = [UUID(one.ref) for one in plan.speakers if one.ref and not is_new(one.ref)]
    transaction.execute(
        sa.select(Speaker.id).where(Speaker.id.in_(ids)).order_by(Speaker.id).with_for_update()
    )
    changing = [UUID(one.ref) for one in plan.standing(plan.speakers, Standing.CHANGED)]
    theirs = (
        sa.select(Session.event_id)
        .join(Appearance, Appearance.session_id == Session.id)
        .where(Appearance.speaker_id.in_(changing))
    )
    transaction.execute(
        sa.select(Event.id)
        .where(sa.or_(Event.id.in_(theirs), Event.id == event_id))
        .order_by(Event.id)
        .with_for_update()
    )


def _refuse_again(transaction: Database, organisation_id: UUID, source: str) -> None:
    slug = transaction.scalar(
        sa.select(Event.slug).where(
            Event.organisation_id == organisation_id, Event.import_source == source
        ),
    )
    if slug is not None:
        raise ImportedBefore(slug)


def refuse_everywhere(actor: Actor, file: ImportedProgramme, content: bytes) -> None:
    """Raise ImportedBefore where a file is an event already wherever a member may make one."""
    places = {one for one in actor.roles if can(actor, Action.CREATE_EVENT, one)}
    source = _source_of(file, content)
    wanted = sa.select(Event.organisation_id, Event.slug)
    rows = db.session.execute(
        wanted.where(Event.organisation_id.in_(places), Event.import_source == source)
    )
    known = {row.organisation_id: str(row.slug) for row in rows}
    if places and known.keys() == places:
        raise ImportedBefore(next(iter(known.values())))


def _source_of(file: ImportedProgramme, content: bytes) -> str:
    return f"{file.source.name}:{hashlib.sha256(content).hexdigest()}"


def event_of(
    organisation: Organisation, file: ImportedProgramme, wanted: Wanted, slug: str, now: datetime
) -> Event:
    """Return the event that a file with times makes, before anything is stored."""
    return Event(
        id=uuid7(),
        organisation_id=organisation.id,
        slug=slug,
        title=wanted.title,
        state=EventState.PUBLISHED if wanted.publish else EventState.DRAFT,
        published_at=now if wanted.publish else None,
        languages=list(wanted.languages) or languages_in(file) or list(organisation.languages),
        time_zone=zone_of(wanted.time_zone).key,
        starts_at=min(item.starts_at for item in file.sessions if item.starts_at),
        ends_at=max(item.ends_at for item in file.sessions if item.ends_at),
        contact_email=organisation.contact_email,
        privacy=organisation.privacy,
        accent=organisation.accent,
        created_at=now,
        changed_at=now,
    )
