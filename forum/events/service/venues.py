"""The place of an event: one used before, a new one, or none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, check_unchanged, difference, plain
from forum.core.text import Text
from forum.events.models import Event, Venue
from forum.events.service.changes import locked_event, note_change
from forum.events.service.telling import Telling, facts_told, told, venue_of


@dataclass(frozen=True, slots=True)
class VenueDetails:
    """What guests read of a place."""

    name: Text
    address: Text
    directions: Text
    access: Text

    def values(self) -> dict[str, object]:
        """Return the columns."""
        return {
            "name": self.name,
            "address": self.address,
            "directions": self.directions,
            "access": self.access,
        }


def use_venue(
    actor: Actor,
    event_id: UUID,
    venue_id: UUID | None,
    *,
    now: datetime,
    tell: Telling | None = None,
) -> Event:
    """Hold the event at a place the organisation has used, or at none yet; raises NotFound.

    Guests are told where `tell` says so.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        if venue_id is not None:
            _venue(session, event, venue_id)
        changes = difference({"venue_id": event.venue_id}, {"venue_id": venue_id})
        if changes:
            before = facts_told(event, venue_of(session, event))
            event.venue_id = venue_id
            extra = told(actor, event, before, tell, now)
            note_change(session, actor, event, changes, now, extra=extra)
        return event


def write_venue(
    actor: Actor,
    event_id: UUID,
    seen: str,
    details: VenueDetails,
    *,
    now: datetime,
    tell: Telling | None = None,
) -> Event:
    """Describe the event's place: a new one where it has none, else for every event held there.

    `seen` is the fingerprint the form carried. Guests of all these events are told where `tell`
    says so. Raises ThingChangedMeanwhile.
    """
    with writing() as session:
        held = _locked_where(session, event_id)
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        if event.venue_id is None:
            check_unchanged(seen, {})
            facts = facts_told(event, None)
            venue = Venue(organisation_id=event.organisation_id, **details.values())
            session.add(venue)
            session.flush()
            event.venue_id = venue.id
            extra = told(actor, event, facts, tell, now)
            changed_place = {"venue_id": [None, plain(venue.id)]}
            note_change(session, actor, event, changed_place, now, extra=extra)
            return event
        if event not in held:
            raise ThingChangedMeanwhile
        venue = _venue(session, event, event.venue_id)
        before = venue_values(venue)
        check_unchanged(seen, before)
        changes = difference(before, details.values())
        if not changes:
            return event
        facts_of = {one.id: facts_told(one, venue) for one in held}
        for name, value in details.values().items():
            setattr(venue, name, value)
        seen_by_calendars = bool({"name", "address"} & set(changes))
        noted = {
            ("venue_id" if seen_by_calendars else "venue"): [plain(venue.id), plain(venue.id)],
            **{f"venue.{name}": change for name, change in changes.items()},
        }
        changed(session, SITE, *(event_scope(one.id) for one in held))
        for one in held:
            extra = told(actor, one, facts_of[one.id], tell if seen_by_calendars else None, now)
            note_change(session, actor, one, noted, now, extra=extra)
        return event


def venue_values(venue: Venue | None) -> dict[str, object]:
    """Return what an editor can change of a place; nothing where there is none."""
    if venue is None:
        return {}
    return {
        "name": venue.name,
        "address": venue.address,
        "directions": venue.directions,
        "access": venue.access,
    }


def _venue(session: Session, event: Event, venue_id: UUID) -> Venue:
    venue = session.get(Venue, venue_id, populate_existing=True)
    if venue is None or venue.organisation_id != event.organisation_id:
        raise NotFound
    return venue


def _locked_where(session: Session, event_id: UUID) -> list[Event]:
    """Lock the place of an event, then all events held there in the order of their ids.

    Whoever else writes the same place waits at its row, holding none of the events.
    """
    venue_id = session.scalar(sa.select(Event.venue_id).where(Event.id == event_id))
    if venue_id is None:
        return []
    session.execute(sa.select(Venue.id).where(Venue.id == venue_id).with_for_update())
    return list(
        session.scalars(
            sa.select(Event)
            .where(Event.venue_id == venue_id)
            .order_by(Event.id)
            .with_for_update()
            .execution_options(populate_existing=True),
        ),
    )
