"""An event on whose stage somebody speaks, and what editors do to its programme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.programme import queries, service
from forum.programme.models import Engagement, Session, Speaker, SpeakerContact
from forum.programme.rules import EngagementState, ReleaseCause, ReleaseMode
from forum.registrations.models import Star
from tests.factories import (
    NOW,
    _stored,
    make_appearance,
    make_event,
    make_organisation,
    make_session,
    make_speaker,
    text,
)


@dataclass(frozen=True)
class Stage:
    """An event with a talk, its speaker who can be written to, and an engagement."""

    event: Event
    talk: Session
    speaker: Speaker
    engagement: Engagement


def make_stage() -> Stage:
    """Store one talk with a speaker who can be written to, in Chinese."""
    organisation = make_organisation()
    event = make_event(organisation)
    talk = make_session(event, title=text("The talk"))
    speaker = make_speaker(organisation.id, name="Ada Sample", name_zh="示例")
    make_appearance(talk, speaker)
    _stored(SpeakerContact(speaker_id=speaker.id, email="ada@example.com", lang="zh-Hant"))
    engagement = _stored(
        Engagement(
            event_id=event.id,
            speaker_id=speaker.id,
            state=EngagementState.CONFIRMED,
            created_at=NOW,
        )
    )
    return Stage(event, talk, speaker, engagement)


def hold(event: Event) -> None:
    keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, event.id, keeping, now=NOW)


def move(session: Session, minutes: int, now: datetime = NOW, **more: Any) -> None:
    known = queries.planned_session(session.event_id, session.id)
    by = timedelta(minutes=minutes)
    room = more.get("room_id", known.room_id)
    place = service.Place(known.starts_at + by, known.ends_at + by, room)
    service.place_session(SYSTEM, session.event_id, session.id, known.revision, place, now=now)


def release(event: Event, now: datetime = NOW, **why: Any) -> None:
    seen = service.seen_of_planned(queries.planned_sessions(event.id))
    service.release_programme(
        SYSTEM, event.id, seen, service.Why(ReleaseCause.RELEASED, **why), now=now
    )


def star(register: Callable[..., Any], session: Session, **given: Any) -> Any:
    guest = register(session.event_id and db.session.get_one(Event, session.event_id), **given)
    _stored(Star(registration_id=guest.registration_id, session_id=session.id, starred_at=NOW))
    return guest


def plain(mail: EmailMessage) -> str:
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/plain")
    return str(part.get_content())


def link_in(mail: EmailMessage, path: str) -> str:
    """Return the personal link of a mail, without its host."""
    link = next(word for word in plain(mail).split() if path in word)
    return link.partition("localhost")[2]
