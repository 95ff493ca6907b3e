"""The sample event's programme: who is on stage, a workshop with few places, two versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.demo import words
from forum.events.models import Event
from forum.programme import service
from forum.programme.models import Appearance, Session, Speaker, SpeakerContact
from forum.programme.queries import planned_sessions
from forum.programme.rules import (
    EngagementState,
    ReleaseCause,
    ReleaseMode,
    SessionKind,
    SessionState,
)
from forum.programme.service import Keeping, Place, Why

PLACES = 16
RELEASED_AGO = timedelta(days=13)
"""Before the first guest registered, so that no mail about it is on its way."""
LENGTHENED = timedelta(minutes=5)
"""What the talk gained in the second version."""


def fill_programme(event: Event, rooms: Mapping[str, UUID], now: datetime) -> UUID:
    """Put the sample sessions with their people into rooms; return the workshop's id."""
    with writing() as transaction:
        speakers = _speakers(event, now)
        transaction.add_all(speakers.values())
        transaction.flush()
        workshop_id = event.id
        for sketch in words.PROGRAMME:
            starts_at = event.starts_at + timedelta(minutes=sketch.after)
            ends_at = starts_at + timedelta(minutes=sketch.minutes)
            if sketch.kind is SessionKind.TALK:
                ends_at -= LENGTHENED
            session = Session(
                id=uuid7(),
                event_id=event.id,
                room_id=rooms[sketch.room],
                kind=sketch.kind,
                state=SessionState.CONFIRMED,
                title=sketch.title,
                abstract=sketch.abstract,
                delivered_in=list(sketch.spoken[:1]),
                interpreted_into=list(sketch.spoken[1:]),
                parts=[dict(one) for one in sketch.parts],
                starts_at=starts_at,
                ends_at=ends_at,
                day=starts_at.astimezone(event.zone).date(),
                created_at=now,
                changed_at=now,
            )
            transaction.add(session)
            transaction.flush()
            transaction.add_all(
                Appearance(
                    session_id=session.id,
                    speaker_id=speakers[letter].id,
                    role=role,
                    position=position,
                    part=part,
                )
                for position, (letter, role, part) in enumerate(sketch.cast)
            )
            if sketch.kind is SessionKind.WORKSHOP:
                workshop_id = session.id
    service.set_places(SYSTEM, event.id, workshop_id, PLACES, now=now)
    return workshop_id


def release_twice(event_id: UUID, now: datetime) -> None:
    """Follow the first version, made when the event was published, with one that changed a time."""
    then = now - RELEASED_AGO
    keeping = Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, event_id, keeping, now=then)
    talk = next(one for one in planned_sessions(event_id) if one.kind is SessionKind.TALK)
    if talk.starts_at is None or talk.ends_at is None:
        return
    place = Place(talk.starts_at, talk.ends_at + LENGTHENED, talk.room_id)
    service.place_session(SYSTEM, event_id, talk.id, talk.revision, place, now=then)
    seen = service.seen_of_planned(planned_sessions(event_id))
    why = Why(ReleaseCause.RELEASED, words.RELEASE_NOTE)
    service.release_programme(SYSTEM, event_id, seen, why, now=then)


def ask_speakers(event_id: UUID, now: datetime) -> UUID:
    """Let every speaker have confirmed but one; return the engagement of that one."""
    with writing() as transaction:
        speakers = transaction.execute(
            sa.select(Speaker.id, Speaker.slug)
            .distinct()
            .join(Appearance, Appearance.speaker_id == Speaker.id)
            .join(Session, Session.id == Appearance.session_id)
            .where(Session.event_id == event_id)
        ).all()
        transaction.add_all(
            SpeakerContact(speaker_id=speaker_id, email=f"{slug}@example.com")
            for speaker_id, slug in speakers
            if slug == words.UNANSWERED
        )
    unanswered = event_id
    for speaker_id, slug in speakers:
        engaged = service.engage(SYSTEM, event_id, speaker_id, now=now)
        if slug == words.UNANSWERED:
            asked = service.ask_to_confirm(SYSTEM, event_id, speaker_id, now=now)
            unanswered = asked.id
        else:
            made_from = engaged.revision
            confirmed = EngagementState.CONFIRMED
            service.answer(SYSTEM, engaged.id, made_from, confirmed, None, now=now)
    return unanswered


def _speakers(event: Event, now: datetime) -> Mapping[str, Speaker]:
    made = {
        words.OFFICIATING: Speaker(
            id=uuid7(),
            organisation_id=event.organisation_id,
            slug="sun-dong",
            name="Sun Dong",
            name_zh="孫東教授",
            salutation="Prof",
            precedence=1,
            title=words.GUEST_TITLE,
            created_at=now,
            changed_at=now,
        ),
    }
    for letter, stem in words.LETTERS.items():
        made[letter] = Speaker(
            id=uuid7(),
            organisation_id=event.organisation_id,
            slug=f"sample-speaker-{letter.lower()}",
            name=f"Sample Speaker {letter}",
            name_zh=f"{stem}（示例講者）",
            title=words.SPEAKER_TITLE,
            affiliation=words.SPEAKER_HOUSE,
            biography=words.SPEAKER_LIFE,
            sample=True,
            created_at=now,
            changed_at=now,
        )
    return made
