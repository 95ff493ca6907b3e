"""Members: their roles, and their leaving; the last owner stays."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.permissions import Action, Role, require
from forum.people.models import Member, UserSession
from forum.people.rules import refuse_to_lose_the_last_owner
from forum.people.service.sessions import end_where
from forum.people.service.users import locked_organisation, owners_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def change_role(
    actor: Actor, organisation_id: UUID, member_id: UUID, role: Role, *, now: datetime
) -> None:
    """Give a member another role; it holds from that person's next request. Raises LastOwner."""
    require(actor, Action.EDIT_MEMBERS, organisation_id)
    with writing() as session:
        member = _locked_member(session, organisation_id, member_id)
        if member.role is role:
            return
        if member.role is Role.OWNER:
            refuse_to_lose_the_last_owner(owners_of(session, organisation_id), member.id)
        details = {"role": [member.role.value, role.value], "user_id": str(member.user_id)}
        member.role = role
        audit.record(
            session,
            actor,
            "member.role_changed",
            ("member", member.id),
            organisation_id,
            details,
            now,
        )


def remove_member(actor: Actor, organisation_id: UUID, member_id: UUID, *, now: datetime) -> None:
    """Remove a member and end all of that person's sessions at once. Raises LastOwner."""
    require(actor, Action.EDIT_MEMBERS, organisation_id)
    with writing() as session:
        member = _locked_member(session, organisation_id, member_id)
        if member.role is Role.OWNER:
            refuse_to_lose_the_last_owner(owners_of(session, organisation_id), member.id)
        session.delete(member)
        end_where(session, now, UserSession.user_id == member.user_id)
        audit.record(
            session,
            actor,
            "member.removed",
            ("member", member.id),
            organisation_id,
            {"role": member.role.value, "user_id": str(member.user_id)},
            now,
        )


def _locked_member(session: Session, organisation_id: UUID, member_id: UUID) -> Member:
    locked_organisation(session, organisation_id)
    found = session.scalars(
        sa.select(Member)
        .where(Member.organisation_id == organisation_id, Member.id == member_id)
        .execution_options(populate_existing=True),
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
