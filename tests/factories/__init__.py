"""One factory a model: what a test does not say is an ordinary sample."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events.models import Event, Partner, Room, Series, Venue
from forum.events.rules import EventState, PartnerRole
from forum.people.models import Member, Organisation, User
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from forum.programme.service import set_places
from forum.registrations.service import Attendee, open_desk

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
"""The moment at which tests happen: a Sunday afternoon in Hong Kong."""

STARTS = datetime(2026, 12, 8, 1, 0, tzinfo=UTC)
ENDS = datetime(2026, 12, 8, 5, 0, tzinfo=UTC)
_number = count(1)


def text(english: str) -> Text:
    """Return the same sample in three languages, told apart by their marks."""
    return Text({"en": english, "zh-Hant": f"{english}（繁）", "zh-Hans": f"{english}（简）"})


def make_organisation(**given: Any) -> Organisation:
    """Store an organisation."""
    number = next(_number)
    values = {
        "slug": f"sample-organisation-{number}",
        "name": text("Sample Organisation"),
        "languages": ["en", "zh-Hant", "zh-Hans"],
        "contact_email": "forum@example.com",
        "created_at": NOW,
    }
    return _stored(Organisation(**(values | given)))


def make_event(
    organisation: Organisation | None = None, *, capacity: int = 200, **given: Any
) -> Event:
    """Store a published half-day event on 8 December 2026 with its desk."""
    organisation = organisation or make_organisation()
    values = {
        "organisation_id": organisation.id,
        "slug": f"sample-forum-{next(_number)}",
        "title": text("Sample Forum: a fresh look"),
        "summary": text("A sample half-day seminar."),
        "state": EventState.PUBLISHED,
        "languages": ["en", "zh-Hant", "zh-Hans"],
        "time_zone": "Asia/Hong_Kong",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "contact_email": "forum@example.com",
        "created_at": NOW,
        "changed_at": NOW,
        "published_at": NOW,
    }
    event = Event(**(values | given))
    with writing() as session:
        session.add(event)
        session.flush()
        open_desk(session, event.id, capacity)
        changed(session, event_scope(event.id), SITE)
    return event


def make_venue(organisation: Organisation, **given: Any) -> Venue:
    """Store a venue."""
    values = {
        "organisation_id": organisation.id,
        "name": text("Sample Hall, Sample Centre"),
        "address": text("Level 3, Central"),
    }
    return _stored(Venue(**(values | given)))


def make_series(organisation: Organisation, **given: Any) -> Series:
    """Store a series."""
    values = {
        "organisation_id": organisation.id,
        "slug": f"sample-series-{next(_number)}",
        "title": text("Sample Series"),
        "created_at": NOW,
    }
    return _stored(Series(**(values | given)))


def make_room(event: Event, **given: Any) -> Room:
    """Store a room."""
    number = next(_number)
    values = {
        "event_id": event.id,
        "slug": f"room-{number}",
        "name": text(f"Room {number}"),
        "position": number,
    }
    return _stored(Room(**(values | given)))


def make_partner(event: Event, **given: Any) -> Partner:
    """Store a partner."""
    values = {
        "event_id": event.id,
        "name": text("Sample Association"),
        "role": PartnerRole.SUPPORTING,
    }
    return _stored(Partner(**(values | given)))


def make_session(event: Event, *, after: int = 30, minutes: int = 30, **given: Any) -> Session:
    """Store a confirmed talk that begins `after` minutes into the event."""
    starts_at = event.starts_at + timedelta(minutes=after)
    values = {
        "event_id": event.id,
        "kind": SessionKind.TALK,
        "state": SessionState.CONFIRMED,
        "title": text("Sample talk"),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "day": starts_at.astimezone(event.zone).date(),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return _stored(Session(**(values | given)))


def make_workshop(event: Event, *, places: int = 2, **given: Any) -> Session:
    """Store a session for which guests must sign up."""
    session = make_session(event, **({"kind": SessionKind.WORKSHOP} | given))
    set_places(SYSTEM, event.id, session.id, places, now=NOW)
    return session


def make_speaker(organisation_id: Any, **given: Any) -> Speaker:
    """Store a speaker, marked as a sample."""
    number = next(_number)
    values = {
        "organisation_id": organisation_id,
        "slug": f"sample-speaker-{number}",
        "name": f"Sample Speaker {number}",
        "name_zh": "示例講者",
        "title": text("Sample title"),
        "affiliation": text("Sample Organisation"),
        "sample": True,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return _stored(Speaker(**(values | given)))


def make_appearance(
    session: Session,
    speaker: Speaker,
    role: AppearanceRole = AppearanceRole.PRESENTER,
    position: int = 0,
) -> Appearance:
    """Store an appearance."""
    return _stored(
        Appearance(session_id=session.id, speaker_id=speaker.id, role=role, position=position)
    )


def make_member(organisation: Organisation, role: Role = Role.OWNER, **given: Any) -> User:
    """Store a user who is a member of the organisation."""
    address = f"sample.member.{next(_number)}@example.com"
    values = {"email": address, "email_key": address, "name": "Sample Member", "created_at": NOW}
    user = _stored(User(**(values | given)))
    _stored(Member(organisation_id=organisation.id, user_id=user.id, role=role, created_at=NOW))
    return user


def attendee(number: int | str | None = None, **given: Any) -> Attendee:
    """Return what a form would have taken from a sample guest."""
    number = next(_number) if number is None else number
    address = f"guest.{number}@example.com"
    values: Mapping[str, Any] = {
        "name": f"Sample Guest {number}",
        "name_zh": "示例嘉賓",
        "organisation": "Sample Robotics",
        "email": address,
        "email_key": address,
        "lang": "en",
    }
    return Attendee(**{**values, **given})


def _stored(row: Any) -> Any:
    with writing() as session:
        session.add(row)
    return row
