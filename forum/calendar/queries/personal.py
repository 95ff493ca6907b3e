"""Named reads of personal feeds: one by its address, what is in it, what it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.calendar.models.personal import PersonalFeed
from forum.calendar.queries.programme import absences_with
from forum.calendar.rules.personal import FeedKind
from forum.calendar.rules.timing import ABSENT_AFTER_THE_END, KEPT_AFTER_THE_END
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.links import Purpose, claim, derive
from forum.core.page_scopes import PageScope, event_scope
from forum.events.models import Event
from forum.events.rules import EventState
from forum.people.models import Member, User
from forum.programme.models import Appearance, Engagement, Session
from forum.programme.queries.sessions import in_order, whole_session
from forum.programme.rules import SessionState
from forum.registrations.models import Registration, SessionPlace, Star
from forum.registrations.rules import RegistrationState

MOST_EVENTS = 300
"""The latest ones stand in a feed of staff."""
PURPOSES = {
    FeedKind.AGENDA: Purpose.AGENDA_FEED,
    FeedKind.SPEAKER: Purpose.SPEAKER_FEED,
    FeedKind.STAFF: Purpose.STAFF_FEED,
}
"""For what the address of each kind is derived: one is worthless as another."""
_EVENT = (Event.id, Event.starts_at, Event.ends_at, Event.organisation_id)


@dataclass(frozen=True, slots=True)
class EventTimes:
    """An event's id, and the times by which its feeds change without anybody changing it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a feed belongs to as of now: at which event, for staff at none.

    `generation` is that of the holder's own personal link. What is not shown is an empty calendar.
    """

    generation: int
    shows: bool
    event: EventTimes | None = None
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in a feed: sessions or events by id, by whose times, at which revisions.

    `leaves` is when sessions that have no time any more drop out.
    """

    ids: tuple[UUID, ...]
    events: tuple[EventTimes, ...]
    revisions: tuple[tuple[str, int], ...] = ()
    leaves: tuple[datetime, ...] = ()


def feed_by_token(token: str) -> PersonalFeed:
    """Return the feed that an address opens; 1 statement.

    Raises NotFound, the same for cut, changed, foreign, renewed, revoked and made-up ones.
    """
    said = claim(Purpose.AGENDA_FEED, token)
    found = db.session.scalar(
        sa.select(PersonalFeed)
        .where(PersonalFeed.id == said.id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    holds = claim(PURPOSES[found.kind], token).holds(found.generation)
    if not holds or found.revoked_at is not None:
        raise NotFound
    return found


def token_of(feed: PersonalFeed) -> str:
    """Return the token in a feed's address."""
    return derive(PURPOSES[feed.kind], feed.id, feed.generation)


def feed_of(kind: FeedKind, holder_id: UUID) -> PersonalFeed | None:
    """Return somebody's personal feed, also one that is revoked, or None; 1 statement."""
    return db.session.scalar(
        sa.select(PersonalFeed)
        .where(PersonalFeed.kind == kind, PersonalFeed.holder_id == holder_id)
        .execution_options(populate_existing=True)
    )


def holder_of(kind: FeedKind, holder_id: UUID) -> Holder:
    """Return whom a feed belongs to; raises NotFound where they or the event are gone; 1 statement.

    Guests are shown something once they are confirmed. Of staff nothing is read here.
    """
    if kind is FeedKind.STAFF:
        return Holder(0, shows=True)
    row = db.session.execute(
        _guest(holder_id) if kind is FeedKind.AGENDA else _speaker(holder_id)
    ).first()
    if row is None:
        raise NotFound
    return Holder(
        row.link_generation,
        shows=kind is FeedKind.SPEAKER or row.state is RegistrationState.CONFIRMED,
        event=EventTimes(row.id, row.starts_at, row.ends_at),
        organisation_id=row.organisation_id,
    )


def contents_of(kind: FeedKind, holder_id: UUID, holder: Holder, now: datetime) -> Contents:
    """Return what a feed shows; 1 statement, 2 for staff and where a session has lost its time.

    Staff see the public events of their organisations. Raises NotFound where the user is gone.
    """
    if kind is FeedKind.STAFF:
        return _events_of_staff(holder_id, now)
    if holder.event is None:
        raise NotFound
    mine = _agenda_ids(holder_id) if kind is FeedKind.AGENDA else _stage_ids(holder_id)
    scope = event_scope(holder.event.id)
    rows = db.session.execute(
        sa.select(Session.id, sa.null().label("revision"), Session.starts_at.is_(None).label("off"))
        .where(
            Session.event_id == holder.event.id,
            Session.state != SessionState.DRAFT,
            Session.id.in_(mine),
        )
        .union_all(
            sa.select(sa.null(), PageScope.revision, sa.false()).where(PageScope.scope == scope)
        )
    ).all()
    revision = next((row.revision for row in rows if row.id is None), 0)
    ids = sorted(row.id for row in rows if row.id is not None)
    absent = absences_with([row.id for row in rows if row.id is not None and row.off])
    leaves = sorted(one.ends_at + ABSENT_AFTER_THE_END for one in absent.values())
    return Contents(tuple(ids), (holder.event,), ((scope, revision),), tuple(leaves))


def sessions_among(event_id: UUID, ids: Sequence[UUID]) -> Sequence[Session]:
    """Return these public sessions of an event with all that is shown, in order (2 statements)."""
    if not ids:
        return ()
    found = db.session.scalars(
        sa.select(Session)
        .where(
            Session.event_id == event_id,
            Session.state != SessionState.DRAFT,
            Session.id.in_(ids),
        )
        .options(*whole_session())
        .execution_options(populate_existing=True)
    )
    return sorted(found.unique().all(), key=in_order)


def events_among(ids: Sequence[UUID]) -> Sequence[Event]:
    """Return these public events with venue, series and organisation, by start (1 statement)."""
    if not ids:
        return ()
    return db.session.scalars(
        sa.select(Event)
        .where(Event.id.in_(ids), Event.state != EventState.DRAFT)
        .options(
            joinedload(Event.venue),
            joinedload(Event.series),
            joinedload(Event.organisation),
        )
        .order_by(Event.starts_at, Event.id)
        .execution_options(populate_existing=True)
    ).all()


def _guest(registration_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Registration.state,
            Registration.link_generation,
            *_EVENT,
        )
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id, Event.state != EventState.DRAFT)
    )


def _speaker(engagement_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Engagement.link_generation, *_EVENT)
        .join(Event, Event.id == Engagement.event_id)
        .where(Engagement.id == engagement_id, Event.state != EventState.DRAFT)
    )


def _agenda_ids(registration_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    seated = sa.select(SessionPlace.session_id).where(
        SessionPlace.registration_id == registration_id, SessionPlace.seated.is_(True)
    )
    starred = sa.select(Star.session_id).where(Star.registration_id == registration_id)
    return sa.select(sa.union(seated, starred).subquery().c.session_id)


def _stage_ids(engagement_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Appearance.session_id)
        .join(Engagement, Engagement.speaker_id == Appearance.speaker_id)
        .where(Engagement.id == engagement_id)
    )


def _events_of_staff(user_id: UUID, now: datetime) -> Contents:
    rows = db.session.execute(
        sa.select(Event.id, Event.starts_at, Event.ends_at)
        .select_from(User)
        .outerjoin(Member, Member.user_id == User.id)
        .outerjoin(
            Event,
            sa.and_(
                Event.organisation_id == Member.organisation_id,
                Event.state != EventState.DRAFT,
                Event.ends_at > now - KEPT_AFTER_THE_END,
            ),
        )
        .where(User.id == user_id)
        .order_by(Event.starts_at.is_(None), Event.starts_at.desc(), Event.id)
        .limit(MOST_EVENTS)
    ).all()
    if not rows:
        raise NotFound
    events = tuple(EventTimes(*row) for row in rows if row.id is not None)
    known = db.session.execute(
        sa.select(PageScope.scope, PageScope.revision)
        .where(PageScope.scope.in_([event_scope(one.id) for one in events]))
        .order_by(PageScope.scope)
    ).all()
    ids = tuple(one.id for one in events)
    return Contents(ids, events, tuple((row.scope, row.revision) for row in known))
