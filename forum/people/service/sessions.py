"""Sessions: rows that a cookie's hash names, ended by a line in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.actor import Actor, ActorKind
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.links import hashed, new_secret
from forum.people.models import UserSession
from forum.people.rules import LONGEST_DEVICE, SEEN_EVERY, SESSION_LASTS, device_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.people.models import User


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just begun: the cookie's secret, shown this once, and where to go on."""

    secret: str
    session_id: UUID
    user_id: UUID
    onward: str = ""


def begin_session(
    session: Session, user: User, user_agent: str, now: datetime, *, by: str, onward: str = ""
) -> SignedIn:
    """Begin a session with a new secret in the caller's transaction; two statements."""
    secret, session_id = new_secret(), uuid7()
    session.add(
        UserSession(
            id=session_id,
            secret_hash=hashed(secret),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LASTS,
            device=device_of(user_agent)[:LONGEST_DEVICE],
        ),
    )
    actor = Actor(ActorKind.USER, user.id, user.shown_name, session_id=session_id)
    audit.record(session, actor, "user.signed_in", ("user", user.id), None, {"by": by}, now)
    return SignedIn(secret, session_id, user.id, onward)


def end_session(actor: Actor, session_id: UUID, *, now: datetime) -> bool:
    """End one of the actor's own sessions; say whether there was one to end."""
    with writing() as session:
        ended = end_where(
            session, now, UserSession.id == session_id, UserSession.user_id == actor.id
        )
        if ended and actor.id:
            audit.record(session, actor, "user.signed_out", ("user", actor.id), None, {}, now)
        return bool(ended)


def end_other_sessions(actor: Actor, *, now: datetime) -> int:
    """End all of the actor's sessions but the present one; return how many."""
    with writing() as session:
        ended = end_where(
            session, now, UserSession.user_id == actor.id, UserSession.id != actor.session_id
        )
        if ended and actor.id:
            audit.record(
                session,
                actor,
                "user.signed_out_elsewhere",
                ("user", actor.id),
                None,
                {"sessions": ended},
                now,
            )
        return ended


def note_seen(session_id: UUID, *, now: datetime) -> None:
    """Write that a session was used just now, at most once in ten minutes."""
    with writing() as session:
        session.execute(
            sa.update(UserSession)
            .where(UserSession.id == session_id, UserSession.last_seen_at <= now - SEEN_EVERY)
            .values(last_seen_at=now)
            .execution_options(synchronize_session=False),
        )


def end_where(session: Session, now: datetime, *conditions: sa.ColumnElement[bool]) -> int:
    """End the sessions that match, in the caller's transaction; return how many there were."""
    ended = session.execute(
        sa.update(UserSession)
        .where(UserSession.revoked_at.is_(None), *conditions)
        .values(revoked_at=now)
        .returning(UserSession.id)
        .execution_options(synchronize_session=False),
    ).all()
    return len(ended)
