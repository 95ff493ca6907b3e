"""Named reads of people: who a session is, whose a link is, members, organisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.actor import Actor, ActorKind
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.links import Purpose, claim, hashed
from forum.core.permissions import Action, Role, require
from forum.people.models import (
    Member,
    MemberInvitation,
    Organisation,
    SignInLink,
    User,
    UserSession,
)
from forum.people.rules import (
    SEEN_EVERY,
    InvitationUsed,
    LinkUsed,
    may_be_organisation,
    session_lives,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_COOKIE = 100


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that may be used: who acts, in which language, and whether to note its use."""

    actor: Actor
    lang: str
    to_be_noted: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """One of a user's organisations, with the role there."""

    organisation: Organisation
    role: Role


def live_session(secret: str, now: datetime) -> LiveSession | None:
    """Return the session of a cookie with its user and all roles, or None (1 statement)."""
    if not secret or len(secret) > LONGEST_COOKIE:
        return None
    rows = db.session.execute(
        sa.select(
            UserSession.id.label("session_id"),
            UserSession.user_id,
            UserSession.expires_at,
            UserSession.last_seen_at,
            User.name,
            User.email,
            User.lang,
            Member.organisation_id,
            Member.role,
        )
        .join(User, User.id == UserSession.user_id)
        .outerjoin(Member, Member.user_id == User.id)
        .where(UserSession.secret_hash == hashed(secret), UserSession.revoked_at.is_(None)),
    ).all()
    if not rows:
        return None
    first = rows[0]
    if not session_lives(now, expires_at=first.expires_at, last_seen_at=first.last_seen_at):
        return None
    roles = {row.organisation_id: row.role for row in rows if row.organisation_id is not None}
    actor = Actor(
        ActorKind.USER,
        first.user_id,
        first.name or first.email,
        roles,
        session_id=first.session_id,
    )
    return LiveSession(actor, first.lang, now - first.last_seen_at >= SEEN_EVERY)


def user_of_link(token: str, now: datetime) -> User:
    """Return whose a sign-in link is, without using it (1 statement).

    Raises NotFound for what was never a link of ours, LinkUsed for one that works no more.
    """
    claimed = claim(Purpose.SIGN_IN, token)
    if not claimed.holds(0):
        raise NotFound
    link = db.session.scalars(
        sa.select(SignInLink)
        .where(SignInLink.id == claimed.id)
        .options(joinedload(SignInLink.user)),
    ).one_or_none()
    if link is None or link.user is None or link.used_at is not None or link.expires_at <= now:
        raise LinkUsed
    return link.user


def open_invitation(token: str, now: datetime) -> tuple[MemberInvitation, User | None]:
    """Return an invitation with its organisation, and the user who has the address (1 statement).

    Raises NotFound for what was never an invitation, InvitationUsed for one that works no more.
    """
    claimed = claim(Purpose.MEMBER_INVITATION, token)
    if not claimed.holds(0):
        raise NotFound
    row = db.session.execute(
        sa.select(MemberInvitation, User)
        .outerjoin(User, User.email_key == MemberInvitation.email_key)
        .where(MemberInvitation.id == claimed.id)
        .options(joinedload(MemberInvitation.organisation)),
    ).one_or_none()
    if row is None:
        raise InvitationUsed
    invitation: MemberInvitation = row[0]
    ended = invitation.accepted_at is not None or invitation.withdrawn_at is not None
    if ended or invitation.expires_at <= now:
        raise InvitationUsed
    return invitation, row[1]


def user_who_acts(actor: Actor) -> User:
    """Return the signed-in user's own row (1 statement); raises NotFound for anybody else."""
    user = db.session.scalars(sa.select(User).where(User.id == actor.id)).one_or_none()
    if not actor.is_user or user is None:
        raise NotFound
    return user


def sessions_of(user_id: UUID, now: datetime) -> Sequence[UserSession]:
    """Return the sessions that may still be used, the latest used first (1 statement)."""
    found = db.session.scalars(
        sa.select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc()),
    ).all()
    return [
        one for one in found
        if session_lives(now, expires_at=one.expires_at, last_seen_at=one.last_seen_at)
    ]  # fmt: skip


def memberships_of(actor: Actor) -> list[Membership]:
    """Return the actor's organisations with the roles there (1 statement)."""
    found = db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.id.in_(list(actor.roles)))
        .order_by(Organisation.slug),
    )
    return [Membership(one, actor.roles[one.id]) for one in found]


def managed_organisation(actor: Actor, slug: str, action: Action) -> Organisation:
    """Return an organisation the actor may act on (1 statement).

    Raises NotFound for others' organisations, Forbidden where the role lacks the action.
    """
    if not may_be_organisation(slug):
        raise NotFound
    found = db.session.scalars(
        sa.select(Organisation).where(
            Organisation.slug == slug, Organisation.id.in_(list(actor.roles))
        ),
    ).one_or_none()
    if found is None:
        raise NotFound
    require(actor, action, found.id)
    return found


def members_of(organisation_id: UUID) -> Sequence[Member]:
    """Return the members with their users, by name (1 statement)."""
    return db.session.scalars(
        sa.select(Member)
        .join(Member.user)
        .where(Member.organisation_id == organisation_id)
        .options(joinedload(Member.user))
        .order_by(sa.func.lower(User.name), User.email_key),
    ).all()


def member_of(organisation_id: UUID, member_id: UUID) -> Member:
    """Return one member with the user (1 statement); raises NotFound for another's."""
    found = db.session.scalars(
        sa.select(Member)
        .where(Member.organisation_id == organisation_id, Member.id == member_id)
        .options(joinedload(Member.user)),
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def open_invitations(organisation_id: UUID, now: datetime) -> Sequence[MemberInvitation]:
    """Return the invitations that can still be taken up, oldest first (1 statement)."""
    return db.session.scalars(
        sa.select(MemberInvitation)
        .where(
            MemberInvitation.organisation_id == organisation_id,
            MemberInvitation.accepted_at.is_(None),
            MemberInvitation.withdrawn_at.is_(None),
            MemberInvitation.expires_at > now,
        )
        .order_by(MemberInvitation.id),
    ).all()


def organisations() -> Sequence[Organisation]:
    """Return every organisation, for the operator's commands alone (1 statement)."""
    return db.session.scalars(sa.select(Organisation).order_by(Organisation.slug)).all()


def users_with_roles() -> list[tuple[User, list[tuple[str, Role]]]]:
    """Return every user with short names and roles, for the operator's commands (1 statement)."""
    rows = db.session.execute(
        sa.select(User, Organisation.slug, Member.role)
        .outerjoin(Member, Member.user_id == User.id)
        .outerjoin(Organisation, Organisation.id == Member.organisation_id)
        .order_by(User.email_key, Organisation.slug),
    )
    found: dict[UUID, tuple[User, list[tuple[str, Role]]]] = {}
    for user, slug, role in rows:
        roles = found.setdefault(user.id, (user, []))[1]
        if slug is not None:
            roles.append((slug, role))
    return list(found.values())
