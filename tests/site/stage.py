"""Sample events on the public pages: a half-day forum, and a programme of any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forum.events.models import Event
from forum.programme.models import Session, Speaker
from forum.programme.rules import AppearanceRole, SessionKind
from tests.factories import (
    make_appearance,
    make_event,
    make_organisation,
    make_partner,
    make_room,
    make_series,
    make_session,
    make_speaker,
    make_venue,
    text,
)


@dataclass(frozen=True)
class Stage:
    """A half-day event with a guest of honour and a panel."""

    event: Event
    guest: Speaker
    keynote: Session
    panel: Session

    @property
    def path(self) -> str:
        """The event's page in English."""
        return f"/en/e/{self.event.slug}/"


def half_day(**given: Any) -> Stage:
    """Store the event with venue, series, a partner, a keynote, a panel of five, and a break."""
    organisation = make_organisation()
    venue = make_venue(organisation, directions=text("Exit S"), access=text("Step-free"))
    series = make_series(organisation)
    event = make_event(organisation, venue_id=venue.id, series_id=series.id, **given)
    hall = make_room(event, name=text("Sample Hall"))
    make_partner(event)
    keynote = make_session(
        event,
        after=30,
        kind=SessionKind.KEYNOTE,
        title=text("The opening keynote"),
        room_id=hall.id,
    )
    guest = make_speaker(
        organisation.id,
        slug="sun-dong",
        name="Sun Dong",
        name_zh="孫東",
        salutation="Prof",
        precedence=1,
    )
    make_appearance(keynote, guest, AppearanceRole.OFFICIATING_GUEST)
    make_session(event, after=60, kind=SessionKind.BREAK, title=text("A short break"))
    panel = make_session(
        event,
        after=90,
        minutes=60,
        kind=SessionKind.PANEL,
        title=text("A sample panel"),
        room_id=hall.id,
    )
    for place in range(5):
        role = AppearanceRole.PANELLIST if place else AppearanceRole.MODERATOR
        make_appearance(panel, make_speaker(organisation.id), role, place)
    return Stage(event, guest, keynote, panel)


def programme_of(size: int) -> Event:
    """Store an event with this many sessions in three rooms, each with a speaker, and partners."""
    organisation = make_organisation()
    event = make_event(organisation, venue_id=make_venue(organisation).id)
    rooms = [make_room(event) for _ in range(3)]
    for place in range(size):
        session = make_session(event, after=place * 5, room_id=rooms[place % 3].id)
        make_appearance(session, make_speaker(organisation.id))
        make_partner(event)
    return event
