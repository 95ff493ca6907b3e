"""Sample events on the public pages: a half-day forum, and a programme of any size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forum.core.db import writing
from forum.events.models import Event, Room
from forum.programme.models import Appearance, Session, Speaker, Track
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from tests.factories import (
    NOW,
    STARTS,
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


def conference(
    sessions: int = 1000, *, days: int = 2, rooms: int = 20, minutes: int = 25, **given: Any
) -> Event:
    """Store an event with sessions in every room one after another, two speakers in each third.

    Titles have 60 letters, abstracts 1,000; half of the sessions have a track.
    """
    organisation = make_organisation()
    event = make_event(
        organisation,
        venue_id=make_venue(organisation).id,
        ends_at=STARTS + timedelta(days=days - 1, hours=9),
        **given,
    )
    places = [
        Room(event_id=event.id, slug=f"hall-{one}", name=text(f"Hall {one}"), position=one)
        for one in range(1, rooms + 1)
    ]
    tracks = [
        Track(event_id=event.id, slug=slug, name=text(slug.title()), colour="#0b5563", position=at)
        for at, slug in enumerate(("security", "robotics", "cities", "health"))
    ]
    people = [
        Speaker(
            organisation_id=organisation.id,
            slug=f"sample-speaker-{one}",
            name=f"Sample Speaker{one}",
            name_zh="示例講者",
            title=text("Director of Samples"),
            affiliation=text("Sample Organisation"),
            sample=True,
            created_at=NOW,
            changed_at=NOW,
        )
        for one in range(max(2, sessions))
    ]
    with writing() as session:
        session.add_all([*places, *tracks, *people])
        session.flush()
        a_day = -(-sessions // days)
        for number in range(sessions):
            day, place = divmod(number, a_day)
            row, column = divmod(place, rooms)
            starts = STARTS + timedelta(days=day, minutes=row * minutes)
            talk = Session(
                event_id=event.id,
                kind=SessionKind.WORKSHOP if number % 7 == 0 else SessionKind.TALK,
                state=SessionState.CONFIRMED,
                title=text(f"Talk {number}: what a sample of this length would be called here"),
                abstract=text("An abstract that no list shows. " * 30),
                delivered_in=["yue"] if number % 3 else ["en"],
                interpreted_into=[] if number % 3 else ["yue"],
                room_id=places[column].id,
                track_id=tracks[number % 4].id if number % 2 else None,
                starts_at=starts,
                ends_at=starts + timedelta(minutes=minutes),
                day=(STARTS + timedelta(days=day)).astimezone(event.zone).date(),
                created_at=NOW,
                changed_at=NOW,
            )
            cast = [people[number], *([people[number - 1]] if number % 3 == 0 else [])]
            talk.appearances = [
                Appearance(speaker_id=one.id, role=AppearanceRole.PRESENTER, position=at)
                for at, one in enumerate(cast)
            ]
            session.add(talk)
    return event
