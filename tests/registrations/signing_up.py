"""Guests who sign up for sessions: what tests of places share."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import ANONYMOUS, Actor, ActorKind
from forum.core.db import db
from forum.registrations import service
from forum.registrations.models import Registration, SessionPlace
from forum.registrations.service import SignedUp
from tests.factories import NOW, attendee

GUEST = Actor(ActorKind.LINK, name="guest")


def registered(event_id: UUID, name: int | str | None = None) -> UUID:
    """Register a sample guest and return the registration."""
    done = service.register(ANONYMOUS, event_id, attendee(name), form_key=None, now=NOW)
    return done.registration_id


def sign_up(registration_id: UUID, session_id: UUID, *instead_of: UUID) -> SignedUp:
    """Sign a guest up, giving up what clashes where it is named."""
    return service.take_place(GUEST, registration_id, session_id, instead_of=instead_of, now=NOW)


def leave(registration_id: UUID, session_id: UUID) -> bool:
    """Give up a place or a turn."""
    return service.leave_place(GUEST, registration_id, session_id, now=NOW)


def standing(session_id: UUID) -> dict[str, bool]:
    """Return who has a place in a session (True) and who waits (False), by the guest's name."""
    rows = db.session.execute(
        sa.select(Registration.name, SessionPlace.seated)
        .join(SessionPlace, SessionPlace.registration_id == Registration.id)
        .where(SessionPlace.session_id == session_id)
    )
    return {row[0].removeprefix("Sample Guest "): row[1] for row in rows}
