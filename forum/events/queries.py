"""Named reads of events: the one scoped look-up, lists, rooms, partners, venues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.permissions import Action, can, require
from forum.events.models import Event, OldSlug, Partner, Room, Venue
from forum.events.rules import LONGEST_SLUG, EventState
from forum.people.models import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm.interfaces import ORMOption

    from forum.core.actor import Actor

PAGE = 60
_SLUG = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{LONGEST_SLUG - 1}}}")


class View(StrEnum):
    """The saved views of the organiser's list."""

    UPCOMING = "upcoming"
    DRAFTS = "drafts"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class EventList:
    """A page of events and how many each view has."""

    events: Sequence[Event]
    counts: dict[View, int]
    total: int
    first: int


def looks_like_slug(text: str) -> bool:
    """Say whether an address could name anything of ours, before a database is asked."""
    return _SLUG.fullmatch(text) is not None


def managed_event(actor: Actor, slug: str, action: Action) -> Event:
    """Return an event the actor may act on, with venue, series and organisation (1 statement).

    Raises NotFound for what belongs to others, Forbidden where the role lacks the action.
    """
    if not looks_like_slug(slug):
        raise NotFound
    query = sa.select(Event).where(Event.slug == slug).options(*_whole())
    if not actor.is_system:
        query = query.where(Event.organisation_id.in_(list(actor.roles)))
    event = db.session.scalars(query).one_or_none()
    if event is None:
        raise NotFound
    require(actor, action, event.organisation_id)
    return event


def public_event(slug: str) -> tuple[Event, bool]:
    """Return an event that guests may know of, and whether the slug is an old one of it.

    With venue, series and organisation; 1 statement, 2 for an old slug. Raises NotFound.
    """
    if not looks_like_slug(slug):
        raise NotFound
    known = sa.select(Event).where(Event.state != EventState.DRAFT).options(*_whole())
    event = db.session.scalars(known.where(Event.slug == slug)).one_or_none()
    if event is not None:
        return event, False
    by_old = known.join(OldSlug, OldSlug.event_id == Event.id).where(OldSlug.slug == slug)
    event = db.session.scalars(by_old).one_or_none()
    if event is None:
        raise NotFound
    return event, True


def public_event_id(slug: str) -> UUID:
    """Return the id of the event that has or once had this slug (1 statement).

    Raises NotFound for a draft as for what never was.
    """
    if not looks_like_slug(slug):
        raise NotFound
    once = sa.select(OldSlug.event_id).where(OldSlug.slug == slug)
    found = db.session.scalar(
        sa.select(Event.id)
        .where(Event.state != EventState.DRAFT, sa.or_(Event.slug == slug, Event.id.in_(once)))
        .order_by(sa.case((Event.slug == slug, 0), else_=1))
        .limit(1),
    )
    if found is None:
        raise NotFound
    return found


def public_event_by_id(event_id: UUID) -> Event:
    """Return a public event with its venue, series and organisation, read afresh (1 statement).

    Raises NotFound.
    """
    found = db.session.scalar(
        sa.select(Event)
        .where(Event.id == event_id, Event.state != EventState.DRAFT)
        .options(*_whole())
        .execution_options(populate_existing=True),
    )
    if found is None:
        raise NotFound
    return found


def event_by_id(event_id: UUID) -> Event:
    """Return an event with venue, series and organisation (1 statement); raises NotFound."""
    event = db.session.scalars(
        sa.select(Event).where(Event.id == event_id).options(*_whole()),
    ).one_or_none()
    if event is None:
        raise NotFound
    return event


def events_of(
    organisations: Iterable[UUID],
    *,
    view: View = View.UPCOMING,
    now: datetime,
    first: int = 0,
    limit: int = PAGE,
) -> EventList:
    """Return a page of the events of some organisations by view, with counts (2 statements)."""
    ours = Event.organisation_id.in_(list(organisations))
    draft = Event.state == EventState.DRAFT
    past = sa.and_(~draft, Event.ends_at <= now)
    coming = sa.and_(~draft, Event.ends_at > now)
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(coming),
            sa.func.count().filter(draft),
            sa.func.count().filter(past),
        )
        .select_from(Event)
        .where(ours),
    ).one()
    counts = {View.UPCOMING: row[0], View.DRAFTS: row[1], View.PAST: row[2]}
    wanted = {View.UPCOMING: coming, View.DRAFTS: draft, View.PAST: past}[view]
    order = Event.starts_at.desc() if view is View.PAST else Event.starts_at
    events = db.session.scalars(
        sa.select(Event)
        .where(ours, wanted)
        .options(*_whole())
        .order_by(order, Event.id)
        .offset(first)
        .limit(limit),
    ).all()
    return EventList(events, counts, counts[view], first)


def rooms_of(event_id: UUID) -> Sequence[Room]:
    """Return the rooms of an event in their order (1 statement)."""
    return db.session.scalars(
        sa.select(Room).where(Room.event_id == event_id).order_by(Room.position, Room.id),
    ).all()


def room_by_slug(event_id: UUID, slug: str) -> Room:
    """Return one room of an event (1 statement); raises NotFound."""
    if not looks_like_slug(slug):
        raise NotFound
    room = db.session.scalars(
        sa.select(Room).where(Room.event_id == event_id, Room.slug == slug),
    ).one_or_none()
    if room is None:
        raise NotFound
    return room


def partners_of(event_id: UUID) -> Sequence[Partner]:
    """Return the organisations behind an event with their logos, in their order (1 statement)."""
    return db.session.scalars(
        sa.select(Partner)
        .where(Partner.event_id == event_id)
        .options(joinedload(Partner.picture))
        .order_by(Partner.position, Partner.id),
    ).all()


def venues_of(organisation_id: UUID) -> Sequence[Venue]:
    """Return the places an organisation has used (1 statement)."""
    return db.session.scalars(
        sa.select(Venue)
        .where(Venue.organisation_id == organisation_id)
        .order_by(Venue.id)
        .limit(500),
    ).all()


def events_at(venue_id: UUID) -> Sequence[Event]:
    """Return the events that take place at a venue (1 statement)."""
    return db.session.scalars(
        sa.select(Event).where(Event.venue_id == venue_id).order_by(Event.starts_at),
    ).all()


def organisations_for(actor: Actor, action: Action) -> Sequence[Organisation]:
    """Return the organisations in which the actor may do this, by name (1 statement)."""
    allowed = [one for one in actor.roles if can(actor, action, one)]
    if not allowed:
        return []
    found = db.session.scalars(
        sa.select(Organisation).where(Organisation.id.in_(allowed)).order_by(Organisation.slug),
    )
    return found.all()


def _whole() -> tuple[ORMOption, ...]:
    return (joinedload(Event.venue), joinedload(Event.series), joinedload(Event.organisation))
