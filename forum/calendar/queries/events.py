"""Named reads of the events in a feed: of an organisation, of a series, of the whole site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.calendar.rules import KEPT_AFTER_THE_END
from forum.core.db import db
from forum.core.errors import NotFound
from forum.events.models import Event, Series
from forum.events.queries import looks_like_slug
from forum.events.rules import EventState
from forum.people.models import Organisation

MOST_EVENTS = 2000
"""The latest ones stand in a feed of events."""


@dataclass(frozen=True, slots=True)
class EventsShown:
    """The public events that a feed shows, and the end of the last one that has left it."""

    events: Sequence[Event]
    last_gone: datetime | None

    @property
    def any_ever(self) -> bool:
        """Whether there is or was anything that guests may know of."""
        return bool(self.events) or self.last_gone is not None


def events_shown(now: datetime, *which: sa.ColumnElement[bool]) -> EventsShown:
    """Return the public events that stand in calendars still, by their start (2 statements)."""
    over = now - KEPT_AFTER_THE_END
    public = (Event.state != EventState.DRAFT, *which)
    found = db.session.scalars(
        sa.select(Event)
        .where(*public, Event.ends_at > over)
        .options(joinedload(Event.venue), joinedload(Event.series), joinedload(Event.organisation))
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST_EVENTS)
    ).all()
    gone = db.session.scalar(
        sa.select(sa.func.max(Event.ends_at)).where(*public, Event.ends_at <= over)
    )
    return EventsShown(found[::-1], gone)


def organisation_by_slug(slug: str) -> Organisation:
    """Return an organisation (1 statement); raises NotFound."""
    found = None
    if looks_like_slug(slug):
        found = db.session.scalar(sa.select(Organisation).where(Organisation.slug == slug))
    if found is None:
        raise NotFound
    return found


def series_by_slug(slug: str) -> Series:
    """Return a series (1 statement); raises NotFound."""
    found = None
    if looks_like_slug(slug):
        found = db.session.scalar(sa.select(Series).where(Series.slug == slug))
    if found is None:
        raise NotFound
    return found


def only_organisation() -> Organisation | None:
    """Return the organisation where there is just one (1 statement)."""
    found = db.session.scalars(sa.select(Organisation).order_by(Organisation.id).limit(2)).all()
    return found[0] if len(found) == 1 else None
