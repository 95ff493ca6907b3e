"""Telling guests of a change: only where who makes it says so, with what stood there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from forum.core.revisions import plain
from forum.core.text import Text
from forum.events.models import Event, Venue
from forum.events.rules import tells_guests

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


GATHERED = timedelta(minutes=5)
"""So long further changes are waited for, before guests get one mail of all of them."""


@dataclass(frozen=True, slots=True)
class Telling:
    """That guests are told of a change by mail, with a word of the organiser's own."""

    note: Text = field(default_factory=Text)


def facts_told(event: Event, venue: Venue | None) -> dict[str, Any]:
    """Return, as JSON, what guests are told of when it changes: title, time, place, address."""
    return {
        "title": plain(event.title),
        "starts_at": plain(event.starts_at),
        "ends_at": plain(event.ends_at),
        "time_zone": event.time_zone,
        "place": plain(venue.name) if venue else {},
        "address": plain(venue.address) if venue else {},
    }


def with_facts(event: Event, facts: Mapping[str, Any]) -> Event:
    """Return an event as it would stand with such facts, apart from every database session.

    Its place and organisation must be loaded; of another place only name and address are known.
    """
    values = {one.key: getattr(event, one.key) for one in sa.inspect(Event).column_attrs}
    found = Event(
        **values
        | {
            "title": Text(facts["title"]),
            "starts_at": datetime.fromisoformat(facts["starts_at"]),
            "ends_at": datetime.fromisoformat(facts["ends_at"]),
            "time_zone": facts["time_zone"],
        }
    )
    place = None
    if facts["place"]:
        known = {"name": Text(facts["place"]), "address": Text(facts["address"])}
        place = Venue(directions=Text(), access=Text(), **known)
    set_committed_value(found, "venue", place)
    set_committed_value(found, "organisation", event.organisation)
    return found


def venue_of(session: Session, event: Event) -> Venue | None:
    """Return an event's place as it stands (1 statement, none where it has none)."""
    if event.venue_id is None:
        return None
    return session.get(Venue, event.venue_id, populate_existing=True)


def told(
    actor: Actor,
    event: Event,
    before: Mapping[str, Any],
    telling: Telling | None,
    now: datetime,
) -> dict[str, Any]:
    """Return what event.changed says besides where guests are told: from whom, what was, a note.

    Nothing for an event that was never public, is off or over.
    """
    until = max(event.ends_at, datetime.fromisoformat(before["ends_at"]))
    if telling is None or not tells_guests(event.state, event.published_at, until, now):
        return {}
    return {"tell": {"by": actor.name, "before": dict(before), "note": plain(telling.note)}}
