"""A sample event with rooms, people and sessions, laid into the database as rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from forum.core.db import writing
from forum.core.page_scopes import changed, event_scope
from forum.core.text import Text
from forum.events.models import Event, OldSlug, Room, Venue
from forum.events.rules import EventState
from forum.people.models import Organisation
from forum.programme.models import Appearance, Session, Speaker, Track
from forum.programme.rules import AppearanceRole, SessionKind, SessionState

ZONE = ZoneInfo("Asia/Hong_Kong")
MADE = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
START = datetime(2026, 12, 8, 9, 0, tzinfo=ZONE).astimezone(UTC)
SLUG = "sample-forum"
FEED = f"/e/{SLUG}/{SLUG}.ics"


@dataclass(frozen=True)
class Stage:
    """The ids of what was laid."""

    organisation: UUID
    event: UUID
    venue: UUID
    rooms: tuple[UUID, UUID]
    track: UUID
    moderator: UUID
    panellist: UUID
    keynote: UUID
    panel: UUID
    lunch: UUID
    draft: UUID


def lay(**changes: Any) -> Stage:
    """Lay a half-day event in Hong Kong with a keynote, a panel, a lunch and a draft session."""
    with writing() as rows:
        organisation = Organisation(
            slug="sample-house",
            name=Text({"en": "Sample House", "zh-Hant": "範例之家"}),
            languages=["en", "zh-Hant"],
            contact_email="events@example.com",
            created_at=MADE,
        )
        venue = Venue(
            name=Text({"en": "Sample Centre", "zh-Hant": "範例中心"}),
            address=Text({"en": "1 Sample Road,\nHong Kong", "zh-Hant": "香港範例道一號"}),
            latitude=22.2829,
            longitude=114.173,
        )
        rows.add(organisation)
        rows.flush()
        venue.organisation_id = organisation.id
        rows.add(venue)
        rows.flush()
        event = Event(
            organisation_id=organisation.id,
            venue_id=venue.id,
            slug=SLUG,
            title=Text({"en": "Sample forum: factories", "zh-Hant": "範例論壇：工廠"}),
            summary=Text({"en": "A sample, <b>invented</b>.", "zh-Hant": "範例，純屬虛構。"}),
            state=EventState.PUBLISHED,
            languages=["en", "zh-Hant"],
            time_zone="Asia/Hong_Kong",
            starts_at=START,
            ends_at=START + timedelta(hours=4),
            created_at=MADE,
            changed_at=MADE,
            published_at=MADE,
        )
        for name, value in changes.items():
            setattr(event, name, value)
        rows.add(event)
        rows.flush()
        return _fill(rows, organisation, event, venue)


def _fill(rows: Transaction, organisation: Organisation, event: Event, venue: Venue) -> Stage:
    rooms = [
        Room(event_id=event.id, slug=slug, name=Text({"en": name, "zh-Hant": han}), position=place)
        for place, (slug, name, han) in enumerate(
            [("hall-1", "Hall 1", "一號廳"), ("hall-2", "Hall 2", "二號廳")],
        )
    ]
    track = Track(
        event_id=event.id, slug="robots", name=Text({"en": "Robots, arms", "zh-Hant": "機械臂"})
    )
    people = [
        Speaker(
            organisation_id=organisation.id,
            slug=slug,
            name=name,
            name_zh=han,
            salutation=salutation,
            title=Text({"en": "Sample Director", "zh-Hant": "範例總監"}),
            affiliation=Text({"en": "Sample Works"}),
            created_at=MADE,
            changed_at=MADE,
        )
        for slug, name, han, salutation in [
            ("lee", "Lee Sample", "李範例", "Dr"),
            ("wong", "Wong Sample", "", ""),
        ]
    ]
    rows.add_all([*rooms, track, *people])
    rows.flush()
    hour = timedelta(hours=1)
    sessions = [
        a_session(event, SessionKind.KEYNOTE, "Opening keynote", START, hour, room=rooms[0]),
        a_session(
            event, SessionKind.PANEL, "A panel; on robots", START + hour, hour, room=rooms[1]
        ),
        a_session(event, SessionKind.MEAL, "Lunch", START + 3 * hour, hour),
        a_session(
            event,
            SessionKind.TALK,
            "Secret draft",
            START + 2 * hour,
            hour,
            state=SessionState.DRAFT,
        ),
    ]
    sessions[1].track_id = track.id
    sessions[1].abstract = Text({"en": "<p>Who needs whom?</p><ul><li>People</li></ul>"})
    sessions[1].delivered_in, sessions[1].interpreted_into = ["en"], ["yue"]
    sessions[1].stream_url = "https://stream.example.com/robots"
    rows.add_all(sessions)
    rows.flush()
    for place, (person, role) in enumerate(
        [(people[0], AppearanceRole.MODERATOR), (people[1], AppearanceRole.PANELLIST)],
    ):
        rows.add(
            Appearance(session_id=sessions[1].id, speaker_id=person.id, role=role, position=place)
        )
    rows.add(OldSlug(slug="older-forum", event_id=event.id))
    changed(rows, event_scope(event.id))
    return Stage(
        organisation.id,
        event.id,
        venue.id,
        (rooms[0].id, rooms[1].id),
        track.id,
        people[0].id,
        people[1].id,
        *(session.id for session in sessions),
    )


def a_session(
    event: Event,
    kind: SessionKind,
    title: str,
    start: datetime,
    length: timedelta,
    *,
    room: Room | None = None,
    state: SessionState = SessionState.CONFIRMED,
) -> Session:
    """Return a session that is not in the database yet."""
    return Session(
        event_id=event.id,
        kind=kind,
        state=state,
        title=Text({"en": title}),
        starts_at=start,
        ends_at=start + length,
        day=day_of(start),
        created_at=MADE,
        changed_at=MADE,
        room_id=room.id if room else None,
    )


def day_of(moment: datetime) -> date:
    """Return the day in Hong Kong."""
    return moment.astimezone(ZONE).date()


@contextmanager
def shown_change(stage: Stage) -> Iterator[Transaction]:
    """Change rows as a service would: in one transaction that drops the event's pages."""
    with writing() as rows:
        yield rows
        changed(rows, event_scope(stage.event))
