"""Making an event, changing what it says of itself, and its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from anyascii import anyascii
from sqlalchemy.orm import Session

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.outbox import emit
from forum.core.page_scopes import changed, event_scope
from forum.core.permissions import Action, require
from forum.core.revisions import changes_since, difference
from forum.core.text import Text
from forum.core.zones import zone_of
from forum.events.models import Event, OldSlug, Venue, values_of
from forum.events.rules import (
    TOLD_FIELDS,
    Subject,
    check_slug,
    check_span,
    free_slug,
    slug_of,
)
from forum.events.service.changes import EventChangedMeanwhile, locked_event, note_change
from forum.events.service.telling import Telling, facts_told, told, venue_of
from forum.people.models import Organisation

FIRST_CJK = 0x2E80


class SlugTaken(Conflict):
    """Another event has this address, or once had it."""

    code = "slug_taken"
    status = 422
    says = sentence("Another event has this address, or once had it. Choose another.")


class ClosesBeforeOpening(Invalid):
    """Registration would close before it opens."""

    code = "closes_before_opening"
    says = sentence("Enter a closing time that is after the opening")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What is needed to make an event; `capacity` in seats."""

    title: Text
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    capacity: int
    venue_name: Text


@dataclass(frozen=True, slots=True)
class EventDetails:
    """What an event says of itself; each name is a column."""

    title: Text
    summary: Text
    slug: str
    languages: list[str]
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    discreet: bool
    spoken_languages: Text
    contact_email: str
    privacy: Text
    accent: str
    subject: Subject


def create_event(actor: Actor, organisation_id: UUID, new: NewEvent, *, now: datetime) -> Event:
    """Make a draft with an address of its own, a venue where one is named, and its seats.

    Emits event.created with the capacity. Raises NotFound, Forbidden, EndsBeforeStart, UnknownZone.
    """
    zone = zone_of(new.time_zone)
    check_span(new.starts_at, new.ends_at)
    return once_more_when_raced(lambda: _create(actor, organisation_id, new, zone.key, now))


def _create(
    actor: Actor, organisation_id: UUID, new: NewEvent, time_zone: str, now: datetime
) -> Event:
    with writing() as session:
        require(actor, Action.CREATE_EVENT, organisation_id)
        organisation = session.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound
        venue = None
        if new.venue_name:
            venue = Venue(organisation_id=organisation_id, name=new.venue_name)
            session.add(venue)
            session.flush()
        event = Event(
            organisation_id=organisation_id,
            venue_id=venue.id if venue else None,
            slug=new_slug(session, new.title),
            title=new.title,
            languages=list(organisation.languages),
            time_zone=time_zone,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            contact_email=organisation.contact_email,
            privacy=organisation.privacy,
            accent=organisation.accent,
            created_at=now,
            changed_at=now,
        )
        session.add(event)
        session.flush()
        changed(session, event_scope(event.id))
        audit.record(
            session,
            actor,
            "event.created",
            ("event", event.id),
            organisation_id,
            {"revision": 1, "slug": event.slug, "capacity": new.capacity},
            now,
        )
        emit(
            session,
            "event.created",
            {
                "event_id": str(event.id),
                "organisation_id": str(organisation_id),
                "capacity": new.capacity,
            },
            key=str(event.id),
            now=now,
        )
        return event


def update_event(
    actor: Actor,
    event_id: UUID,
    made_from: int,
    details: EventDetails,
    *,
    now: datetime,
    tell: Telling | None = None,
) -> Event:
    """Change what an event says of itself; a new slug keeps the old one where it was public.

    `made_from` is the revision the form showed; guests are told where `tell` says so. Raises
    EventChangedMeanwhile with what changed since, SlugTaken, BadSlug, EndsBeforeStart,
    ClosesBeforeOpening, UnknownZone.
    """
    check_slug(details.slug)
    zone_of(details.time_zone)
    check_span(details.starts_at, details.ends_at)
    if details.opens_at and details.closes_at and details.closes_at <= details.opens_at:
        raise ClosesBeforeOpening(field="closes_at")
    return once_more_when_raced(lambda: _update(actor, event_id, made_from, details, now, tell))


def _update(
    actor: Actor,
    event_id: UUID,
    made_from: int,
    details: EventDetails,
    now: datetime,
    tell: Telling | None,
) -> Event:
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        if event.revision != made_from:
            raise EventChangedMeanwhile(changes_since(session, "event", event.id, made_from))
        if details.slug != event.slug:
            _rename(session, event, details.slug)
        before = values_of(event)
        wanted = {field.name: getattr(details, field.name) for field in fields(details)}
        changes = difference(before, wanted)
        facts = facts_told(event, venue_of(session, event))
        for name in changes:
            setattr(event, name, wanted[name])
        if "starts_at" in changes:
            event.dates_open = False
        if changes:
            extra = told(actor, event, facts, tell if TOLD_FIELDS & set(changes) else None, now)
            note_change(session, actor, event, changes, now, extra=extra)
        return event


def speak(
    session: Session, actor: Actor, event: Event, languages: Sequence[str], now: datetime
) -> None:
    """Give a locked event's pages other languages. Emits event.changed. Raises Forbidden."""
    require(actor, Action.EDIT_EVENT, event.organisation_id)
    changes = difference({"languages": event.languages}, {"languages": list(languages)})
    if changes:
        event.languages = list(languages)
        note_change(session, actor, event, changes, now)


def new_slug(session: Session, title: Text) -> str:
    """Return a free address made from a title, in Latin letters (1 statement)."""
    wanted = slug_of(latin(title.get("en") or title.pick("zh-Hant").text))
    stem = wanted or "event"
    used = set(
        session.scalars(
            sa.union(
                sa.select(Event.slug).where(Event.slug.like(f"{stem}%")),
                sa.select(OldSlug.slug).where(OldSlug.slug.like(f"{stem}%")),
            ),
        ),
    )
    return free_slug(wanted, used.__contains__, otherwise="event")


def latin(text: str) -> str:
    """Return a text in Latin letters, each Chinese character a word of its own."""
    return "".join(
        f" {anyascii(letter)} " if ord(letter) >= FIRST_CJK else anyascii(letter) for letter in text
    )


def _rename(session: Session, event: Event, slug: str) -> None:
    other = session.scalar(
        sa.select(Event.id).where(Event.slug == slug, Event.id != event.id),
    )
    past = session.get(OldSlug, slug)
    if other is not None or (past is not None and past.event_id != event.id):
        raise SlugTaken(field="slug")
    if past is not None:
        session.delete(past)
        session.flush()
    if event.published_at is not None:
        session.add(OldSlug(slug=event.slug, event_id=event.id))
