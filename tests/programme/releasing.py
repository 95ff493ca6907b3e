"""What editors do to a programme that is held back: move, release, look at it anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.programme import queries, service
from forum.programme.models import Session
from forum.programme.rules import ReleaseCause, ReleaseMode
from tests import factories

LATER = factories.NOW + timedelta(minutes=5)


def hold(event: Any) -> None:
    """Let changes wait for a release from now on."""
    keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, event.id, keeping, now=factories.NOW)


def move(event: Any, session: Any, minutes: int, **more: Any) -> None:
    """Move a session by minutes, or into another room."""
    known = queries.planned_session(event.id, session.id)
    by = timedelta(minutes=minutes)
    room_id = more.get("room_id", known.room_id)
    place = service.Place(known.starts_at + by, known.ends_at + by, room_id)
    service.place_session(SYSTEM, event.id, session.id, known.revision, place, now=LATER)


def unreleased(event: Any) -> str:
    """Return the fingerprint of what waits."""
    return service.seen_of(queries.unreleased_of(event.id))


def release(event: Any, **why: Any) -> Any:
    """Release what waits."""
    return service.release_programme(
        SYSTEM, event.id, unreleased(event), service.Why(ReleaseCause.RELEASED, **why), now=LATER
    )


def go_back(event: Any, number: int) -> int:
    """Prepare an earlier version."""
    return service.roll_back(SYSTEM, event.id, number, unreleased(event), now=LATER)


def public(session_id: UUID) -> Session:
    """Return a session as guests see it now."""
    db.session.rollback()
    return db.session.get_one(Session, session_id, populate_existing=True)
