"""Filling a fresh database with the sample forum, through the same services that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.demo import words
from forum.demo.guests import draw_by_lot, fill_registrations
from forum.demo.logos import draw_logo
from forum.demo.programme import ask_speakers, fill_programme, release_twice
from forum.events import service as events
from forum.events.models import Event, Room, Series, Venue
from forum.events.rules import EventState, Subject
from forum.events.service import Logo, NewEvent
from forum.events.views import uploads
from forum.people import service as people
from forum.people.service import NewOrganisation
from forum.registrations import service as registrations
from forum.registrations.service import Attendee

HONG_KONG = "Asia/Hong_Kong"
TUESDAY = 1
WEEKS_AHEAD = 2
MAIN_SLUG = "crafting-tomorrow"
GUESTS = 158
"""By the public form; others come by invitation, by request and by a code."""
SEATS = 220
FULL_SEATS = 24
FULL_GUESTS = 31
PAST_GUESTS = 40
WORKSHOP_GUESTS = 13
PUBLISHED_AGO = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Sample:
    """What was made: the organisation, its main event, a speaker who has not answered yet."""

    organisation_id: UUID
    slug: str
    event_id: UUID
    engagement_id: UUID


@dataclass(frozen=True, slots=True)
class _Sketch:
    """What one sample event is; `minutes` long, with so many guests."""

    title: Text
    starts_at: datetime
    minutes: int
    capacity: int
    accent: str = "#0b5563"
    subject: Subject = Subject.TOOLPATH
    state: EventState = EventState.PUBLISHED
    guests: int = 0


def fill(now: datetime) -> Sample:
    """Make the organisation, its owner, the main event and one event in each other state."""
    new = NewOrganisation(
        slug="sample-forum-office",
        name=words.ORGANISATION,
        contact_email="forum@example.com",
        privacy=words.PRIVACY,
    )
    organisation_id = people.create_organisation(SYSTEM, new, now=now)
    series_id = _series(organisation_id, now)
    starts_at = next_tuesday(now)
    main = _event(organisation_id, _Sketch(words.TITLE, starts_at, 240, SEATS), now)
    workshop_id = _finish_main(main, series_id, now)
    release_twice(main.id, now)
    engagement_id = ask_speakers(main.id, now)
    guests = _guests(main.id, GUESTS, now, "guest")
    for registration_id in guests[:WORKSHOP_GUESTS]:
        registrations.take_place(SYSTEM, registration_id, workshop_id, now=now)
    fill_registrations(main, now)
    for sketch in _sketches(starts_at):
        made = _event(organisation_id, sketch, now)
        if sketch.state is not EventState.DRAFT:
            events.publish(SYSTEM, made.id, now=now)
        if sketch.state is EventState.CANCELLED:
            events.cancel(SYSTEM, made.id, words.CANCELLED_NOTE, now=now)
        if sketch.guests > sketch.capacity:
            draw_by_lot(made.id, now)
        _guests(made.id, sketch.guests, now, sketch.accent.removeprefix("#"))
    year_ago = now - timedelta(days=365)
    past = _event(
        organisation_id,
        _Sketch(words.PAST_TITLE, next_tuesday(year_ago), 240, 60, "#8a4b08", Subject.STREETS),
        year_ago,
        series_id,
    )
    events.publish(SYSTEM, past.id, now=year_ago)
    _guests(past.id, PAST_GUESTS, year_ago, "visitor")
    return Sample(organisation_id, MAIN_SLUG, main.id, engagement_id)


def _sketches(starts_at: datetime) -> tuple[_Sketch, ...]:
    week = timedelta(days=7)
    return (
        _Sketch(
            words.FULL_TITLE,
            starts_at + week,
            180,
            FULL_SEATS,
            "#7a3e9d",
            Subject.RINGS,
            guests=FULL_GUESTS,
        ),
        _Sketch(
            words.CANCELLED_TITLE,
            starts_at + 2 * week,
            120,
            30,
            "#9c2b2b",
            Subject.TOOLPATH,
            EventState.CANCELLED,
        ),
        _Sketch(
            words.DRAFT_TITLE,
            starts_at + 3 * week,
            150,
            80,
            "#0b6e4f",
            Subject.COASTLINE,
            EventState.DRAFT,
        ),
    )


def next_tuesday(now: datetime) -> datetime:
    """Return nine o'clock in Hong Kong on a Tuesday two to three weeks ahead."""
    zone = ZoneInfo(HONG_KONG)
    day = now.astimezone(zone).date() + timedelta(weeks=WEEKS_AHEAD)
    day += timedelta(days=(TUESDAY - day.weekday()) % 7)
    return datetime.combine(day, time(9), zone).astimezone(UTC)


def _series(organisation_id: UUID, now: datetime) -> UUID:
    with writing() as session:
        series = Series(
            id=uuid7(),
            organisation_id=organisation_id,
            slug="advanced-manufacturing",
            title=words.SERIES,
            summary=words.SERIES_SUMMARY,
            created_at=now,
        )
        session.add(series)
        return series.id


def _event(
    organisation_id: UUID, sketch: _Sketch, now: datetime, series_id: UUID | None = None
) -> Event:
    new = NewEvent(
        title=sketch.title,
        starts_at=sketch.starts_at,
        ends_at=sketch.starts_at + timedelta(minutes=sketch.minutes),
        time_zone=HONG_KONG,
        capacity=sketch.capacity,
        venue_name=words.VENUE,
    )
    made = events.create_event(SYSTEM, organisation_id, new, now=now)
    with writing() as session:
        event = session.get_one(Event, made.id)
        event.summary, event.accent = words.SHORT_SUMMARY, sketch.accent
        event.subject = sketch.subject
        event.series_id, event.sample = series_id, True
        event.privacy, event.spoken_languages = words.PRIVACY, words.SPOKEN
        venue = session.get_one(Venue, event.venue_id)
        venue.address, venue.directions, venue.access = (
            words.VENUE_ADDRESS,
            words.DIRECTIONS,
            words.ACCESS,
        )
        return event


def _finish_main(event: Event, series_id: UUID, now: datetime) -> UUID:
    """Give the main event its rooms, partners and programme; return the workshop's id."""
    with writing() as session:
        main = session.get_one(Event, event.id)
        main.series_id, main.slug, main.summary = series_id, MAIN_SLUG, words.SUMMARY
        hall = Room(
            id=uuid7(), event_id=main.id, slug="hall", name=words.HALL, capacity=SEATS, position=0
        )
        foyer = Room(id=uuid7(), event_id=main.id, slug="foyer", name=words.FOYER, position=1)
        studio = Room(
            id=uuid7(), event_id=main.id, slug="studio", name=words.STUDIO, capacity=24, position=2
        )
        session.add_all([hall, foyer, studio])
    _partners(main.id, now)
    rooms = {"hall": hall.id, "foyer": foyer.id, "studio": studio.id}
    workshop_id = fill_programme(main, rooms, now)
    events.publish(SYSTEM, event.id, now=now - PUBLISHED_AGO)
    return workshop_id


def _partners(event_id: UUID, now: datetime) -> None:
    for name, role, tier, logo in words.PARTNERS:
        details = events.PartnerDetails(name, role, tier, "")
        drawn = Logo(uploads(), draw_logo(*logo)) if logo else None
        events.add_partner(SYSTEM, event_id, details, drawn, now=now)


def _guests(event_id: UUID, number: int, now: datetime, stem: str) -> list[UUID]:
    made = []
    for one in range(number):
        days_ago = 13 - 13 * one * one // (number * number)
        sign = (
            words.STEMS[one % len(words.STEMS)]
            + words.STEMS[one // len(words.STEMS) % len(words.STEMS)]
        )
        address = f"sample.{stem}.{one + 1}@example.com"
        guest = Attendee(
            name=f"Sample Guest {one + 1}",
            name_zh=f"{sign}（示例）",
            organisation=words.GUEST_HOUSES[one % len(words.GUEST_HOUSES)],
            email=address,
            email_key=address,
            lang=("en", "zh-Hant", "zh-Hans")[one % 3],
        )
        moment = now - timedelta(days=days_ago, minutes=one)
        done = registrations.register(ANONYMOUS, event_id, guest, form_key=None, now=moment)
        made.append(done.registration_id)
    return made
