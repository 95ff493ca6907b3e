"""Named reads of the calendar: which public event a feed's address means, and all it shows."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.events.models import Event, OldSlug
from forum.events.queries import looks_like_slug
from forum.events.rules import EventState


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


def public_event(event_id: UUID) -> Event:
    """Return a public event with its venue, series and organisation, read afresh (1 statement).

    Raises NotFound.
    """
    found = db.session.scalar(
        sa.select(Event)
        .where(Event.id == event_id, Event.state != EventState.DRAFT)
        .options(
            joinedload(Event.venue),
            joinedload(Event.series),
            joinedload(Event.organisation),
        )
        .execution_options(populate_existing=True),
    )
    if found is None:
        raise NotFound
    return found
