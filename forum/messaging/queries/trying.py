"""Reads for trying words out: real people of an event to write a letter to, without sending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.rules.wordings import INVITED, SPEAKERS
from forum.people.models import User
from forum.programme.models import Engagement, Session, Speaker
from forum.registrations.models import Invitation, Registration

MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class Somebody:
    """One to whom a letter can be tried: the id by which it is written, and how they are listed."""

    id: UUID
    name: str


def people_to_try(event_id: UUID, kind: Kind) -> list[Somebody]:
    """Return the newest people whom this kind of mail could reach; one statement."""
    if kind in INVITED:
        return _people(
            sa.select(Invitation.id, Invitation.name, Invitation.name_zh)
            .where(Invitation.event_id == event_id)
            .order_by(Invitation.id.desc())
        )
    if kind in SPEAKERS:
        return _people(
            sa.select(Engagement.id, Speaker.name, Speaker.name_zh)
            .join(Speaker, Speaker.id == Engagement.speaker_id)
            .where(Engagement.event_id == event_id)
            .order_by(Engagement.id.desc())
        )
    return _people(
        sa.select(Registration.id, Registration.name, Registration.name_zh)
        .where(Registration.event_id == event_id)
        .order_by(Registration.id.desc())
    )


def invitation_with_list(event_id: UUID, invitation_id: UUID) -> Invitation:
    """Return an invitation of an event with its list and whole event; raises NotFound."""
    of_event = joinedload(Invitation.event)
    found = db.session.scalar(
        sa.select(Invitation)
        .where(Invitation.id == invitation_id, Invitation.event_id == event_id)
        .options(
            joinedload(Invitation.guest_list),
            of_event.joinedload(Event.venue),
            of_event.joinedload(Event.organisation),
        )
    )
    if found is None:
        raise NotFound
    return found


def session_to_try(event_id: UUID) -> Session | None:
    """Return an event's first session with a time, for a letter about one; one statement."""
    return db.session.scalar(
        sa.select(Session)
        .where(Session.event_id == event_id, Session.starts_at.is_not(None))
        .order_by(Session.starts_at, Session.id)
        .limit(1)
    )


def tests_since(email: str, since: datetime) -> int:
    """Return how many letters were tried out at an address since then; one statement."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Message)
            .where(
                Message.to_email == email,
                Message.created_at > since,
                Message.key.startswith(TEST_KEY),
            )
        )
        or 0
    )


def address_of_member(user_id: UUID) -> str:
    """Return where a member reads mail; one statement."""
    return db.session.scalar(sa.select(User.email).where(User.id == user_id)) or ""


def _people(wanted: sa.Select[UUID, str, str]) -> list[Somebody]:
    rows = db.session.execute(wanted.limit(MOST_PEOPLE)).all()
    named = [(row[0], " ".join(filter(None, (row[1], row[2])))) for row in rows]
    return [Somebody(who, name) for who, name in named if name]
