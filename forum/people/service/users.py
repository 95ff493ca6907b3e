"""Users: found by address, made where there is none, given a role."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.addresses import address_key
from forum.core.errors import NotFound
from forum.core.permissions import Role
from forum.core.text import clean_line
from forum.people.models import Member, Organisation, User
from forum.people.rules import LONGEST_NAME

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def user_for(session: Session, email: str, name: str, lang: str, now: datetime) -> User:
    """Return the user of an address, made if there is none; a name fills only an empty one."""
    key = address_key(email)
    user = session.scalars(
        sa.select(User).where(User.email_key == key).execution_options(populate_existing=True)
    ).one_or_none()
    name = clean_line(name)[:LONGEST_NAME]
    if user is None:
        user = User(email=email, email_key=key, name=name, lang=lang, created_at=now)
        session.add(user)
        session.flush()
    elif name and not user.name:
        user.name = name
    return user


def locked_organisation(session: Session, organisation_id: UUID) -> Organisation:
    """Return an organisation with its row locked, so that owners are counted one act at a time.

    Rows that only refer to it are written meanwhile: their writers never wait for this one.
    """
    found = session.scalars(
        sa.select(Organisation)
        .where(Organisation.id == organisation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True),
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def membership(session: Session, organisation_id: UUID, user_id: UUID) -> Member | None:
    """Return the user's membership of an organisation as the database has it now."""
    return session.scalars(
        sa.select(Member)
        .where(Member.organisation_id == organisation_id, Member.user_id == user_id)
        .execution_options(populate_existing=True),
    ).one_or_none()


def join(session: Session, organisation_id: UUID, user: User, role: Role, now: datetime) -> Member:
    """Make a user a member; who is one already keeps the role that is there."""
    found = membership(session, organisation_id, user.id)
    if found is None:
        found = Member(organisation_id=organisation_id, user_id=user.id, role=role, created_at=now)
        session.add(found)
        session.flush()
    return found


def owners_of(session: Session, organisation_id: UUID) -> list[UUID]:
    """Return the ids of the memberships of all owners."""
    return list(
        session.scalars(
            sa.select(Member.id).where(
                Member.organisation_id == organisation_id, Member.role == Role.OWNER
            ),
        ),
    )
