"""Named reads of feeds so large that they are written before anybody asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.calendar.rules import (
    KEPT_AFTER_THE_END,
    feed_path,
    organisation_feed_path,
    part_feed_path,
    series_feed_path,
    site_feed_path,
)
from forum.core.db import db
from forum.core.languages import KEYS
from forum.core.page_scopes import PageBytes
from forum.events.models import Event, Room, Series
from forum.events.rules import EventState
from forum.people.models import Organisation
from forum.programme.models import Session, Track
from forum.programme.rules import SessionState

LARGE = 100
"""So many sessions or events take long enough to write that no poll should wait for it."""
AT_ONCE = 500


def large_feeds(now: datetime) -> list[str]:
    """Return the addresses of all large feeds of programmes, in each language of their event.

    The events' own come first (1 statement where there is none, else 4).
    """
    rows = db.session.execute(
        sa.select(Event.id, Event.slug, Event.languages)
        .where(
            Event.state != EventState.DRAFT,
            Event.ends_at > now - KEPT_AFTER_THE_END,
            Event.id.in_(_crowded(Session.event_id)),
        )
        .order_by(Event.id)
    ).all()
    events = {row.id: row for row in rows}
    paths = [(one.languages, feed_path(one.slug)) for one in rows]
    for by, event_id, part in _parts(events):
        event = events[event_id]
        paths.append((event.languages, part_feed_path(event.slug, by, part)))
    return [
        address
        for languages, path in paths
        for address in (path, *(f"{path}?lang={key}" for key in languages))
    ]


def large_listings(now: datetime) -> list[str]:
    """Return the addresses of all feeds of so many events, in every language.

    1 statement where the site has fewer, else 3.
    """
    shown = (Event.state != EventState.DRAFT, Event.ends_at > now - KEPT_AFTER_THE_END)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Event).where(*shown)) or 0
    if total < LARGE:
        return []
    paths = [site_feed_path()]
    for whose, path_of in ((Organisation, organisation_feed_path), (Series, series_feed_path)):
        slugs = db.session.scalars(
            sa.select(whose.slug)
            .join(
                Event,
                (Event.organisation_id if whose is Organisation else Event.series_id) == whose.id,
            )
            .where(*shown)
            .group_by(whose.slug)
            .having(sa.func.count() >= LARGE)
            .order_by(whose.slug)
        )
        paths += map(path_of, slugs)
    return [one for path in paths for one in (path, *(f"{path}?lang={key}" for key in KEYS))]


def kept_among(edition: str, addresses: Sequence[str], now: datetime) -> set[str]:
    """Return which of these addresses are kept and still true (1 statement for each 500)."""
    kept: set[str] = set()
    for first in range(0, len(addresses), AT_ONCE):
        keys = [edition + one for one in addresses[first : first + AT_ONCE]]
        wanted = sa.select(PageBytes.address).where(
            PageBytes.address.in_(keys), PageBytes.valid_until > now.timestamp()
        )
        kept.update(one.removeprefix(edition) for one in db.session.scalars(wanted))
    return kept


def _crowded(*columns: Any) -> sa.Select[Any]:  # noqa: ANN401 - any column
    """Select the values of columns that so many public sessions with a time share."""
    return (
        sa.select(*columns)
        .where(Session.state != SessionState.DRAFT, Session.starts_at.is_not(None))
        .group_by(*columns)
        .having(sa.func.count() >= LARGE)
    )


def _parts(event_ids: Collection[UUID]) -> list[tuple[str, UUID, str]]:
    """Return the large parts of events: rooms and tracks by their slugs, and kinds."""
    if not event_ids:
        return []
    here = Session.event_id.in_(event_ids)
    selects = {
        "kind": _crowded(Session.event_id, Session.kind),
        "room": _crowded(Session.event_id, Room.slug).join(Room, Room.id == Session.room_id),
        "track": _crowded(Session.event_id, Track.slug).join(Track, Track.id == Session.track_id),
    }
    return [
        (by, event_id, str(part))
        for by, select in selects.items()
        for event_id, part in db.session.execute(
            select.where(here).order_by(*select.selected_columns)
        )
    ]
