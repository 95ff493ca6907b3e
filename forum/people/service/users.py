"""Users: found by address, made where there is none, given a role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from forum.core.addresses import address_key
from forum.core.errors import NotFound
from forum.core.permissions import Role
from forum.core.text import clean_line
from forum.people.models import Member, Organisation, User
from forum.people.rules import LONGEST_NAME

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TRIES = 3
Answer = TypeVar("Answer")


def once_more_when_raced(act: Callable[[], Answer]) -> Answer:
    """Do it again where another made the same user or member at the same moment."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except IntegrityError:
            continue
    return act()


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
    """Return an organisation with its row locked, so that owners are counted one act at a time."""
    found = session.scalars(
        sa.select(Organisation)
        .where(Organisation.id == organisation_id)
        .with_for_update()
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
        found = Member(
            organisation_id=organisation_id, user_id=user.id, role=role, created_at=now
        )
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
