"""One-time links made by hand: for the operator's command line and the sample forum."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.db import once_more_when_raced, writing
from forum.core.ids import uuid7
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.people.models import SignInLink, User
from forum.people.rules import LINK_LASTS, refuse_to_lose_the_last_owner
from forum.people.service.users import join, locked_organisation, owners_of, user_for

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def make_sign_in_link(
    email: str,
    *,
    now: datetime,
    organisation_id: UUID | None = None,
    role: Role | None = None,
    name: str = "",
    lang: str = "",
) -> str:
    """Return the token of a one-time link for an address (/sign-in/{token}, ten minutes).

    Makes the user where there is none, and a member with `role` (owner, where none is said) where
    an organisation is named; a member already there gets the role only where one is said.
    """

    def _make() -> str:
        with writing() as session:
            user = user_for(session, email, name, lang, now)
            if organisation_id is not None:
                _join(session, organisation_id, user, role, now)
            link = SignInLink(
                id=uuid7(), user_id=user.id, created_at=now, expires_at=now + LINK_LASTS
            )
            session.add(link)
            audit.record(
                session, SYSTEM, "user.link_made", ("user", user.id), organisation_id, {}, now
            )
            return derive(Purpose.SIGN_IN, link.id)

    return once_more_when_raced(_make)


def _join(
    session: Session, organisation_id: UUID, user: User, role: Role | None, now: datetime
) -> None:
    locked_organisation(session, organisation_id)
    member = join(session, organisation_id, user, role or Role.OWNER, now)
    if role is not None and member.role is not role:
        if member.role is Role.OWNER:
            refuse_to_lose_the_last_owner(owners_of(session, organisation_id), member.id)
        member.role = role
