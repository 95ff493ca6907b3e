"""Inviting somebody into an organisation, and taking the invitation up."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.actor import Actor, ActorKind
from forum.core.addresses import address_key
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.links import Purpose, claim
from forum.core.permissions import Action, Role, require
from forum.people.models import Member, MemberInvitation, User
from forum.people.rules import INVITATION_LASTS, AlreadyMember, InvitationUsed
from forum.people.service.attempts import refusing_guesses
from forum.people.service.sessions import SignedIn, begin_session
from forum.people.service.users import join, locked_organisation, user_for

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def invite_member(
    actor: Actor, organisation_id: UUID, email: str, role: Role, *, lang: str, now: datetime
) -> UUID:
    """Invite an address for 24 hours and have it mailed; an earlier open invitation dies.

    Returns the invitation's id. Raises AlreadyMember, and NotFound or Forbidden.
    """
    require(actor, Action.EDIT_MEMBERS, organisation_id)
    key = address_key(email)
    with writing() as session:
        organisation = locked_organisation(session, organisation_id)
        known = session.scalar(
            sa.select(Member.id)
            .join(User, User.id == Member.user_id)
            .where(Member.organisation_id == organisation_id, User.email_key == key),
        )
        if known is not None:
            raise AlreadyMember(field="email")
        _withdraw(
            session,
            now,
            MemberInvitation.organisation_id == organisation_id,
            MemberInvitation.email_key == key,
        )
        invitation = MemberInvitation(
            id=uuid7(),
            organisation_id=organisation_id,
            email=email,
            email_key=key,
            role=role,
            lang=lang,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
        session.add(invitation)
        told = {
            "invitation_id": str(invitation.id),
            "organisation_id": str(organisation.id),
            "lang": lang,
        }
        outbox.emit(session, "people.member_invited", told, key=str(invitation.id), now=now)
        audit.record(
            session,
            actor,
            "member.invited",
            ("member_invitation", invitation.id),
            organisation_id,
            {"email": email, "role": role.value},
            now,
        )
        return invitation.id


def withdraw_invitation(
    actor: Actor, organisation_id: UUID, invitation_id: UUID, *, now: datetime
) -> None:
    """Let an invitation work no more; raises NotFound where there is none open."""
    require(actor, Action.EDIT_MEMBERS, organisation_id)
    with writing() as session:
        if not _withdraw(
            session,
            now,
            MemberInvitation.organisation_id == organisation_id,
            MemberInvitation.id == invitation_id,
        ):
            raise NotFound
        audit.record(
            session,
            actor,
            "member.invitation_withdrawn",
            ("member_invitation", invitation_id),
            organisation_id,
            {},
            now,
        )


def accept_invitation(
    token: str, *, name: str, lang: str, network: str, user_agent: str, now: datetime
) -> SignedIn:
    """Take an invitation up once: the address becomes a member, and is signed in.

    `lang` is a new user's language, the one that the invitation was read in.

    Raises NotFound for what was never an invitation, InvitationUsed for one that works no more,
    TooMany.
    """

    def _accept() -> SignedIn:
        claimed = claim(Purpose.MEMBER_INVITATION, token)
        if not claimed.holds(0):
            raise NotFound
        with writing() as session:
            taken = session.execute(
                sa.update(MemberInvitation)
                .where(
                    MemberInvitation.id == claimed.id,
                    MemberInvitation.accepted_at.is_(None),
                    MemberInvitation.withdrawn_at.is_(None),
                    MemberInvitation.expires_at > now,
                )
                .values(accepted_at=now)
                .returning(
                    MemberInvitation.organisation_id, MemberInvitation.email, MemberInvitation.role
                )
                .execution_options(synchronize_session=False),
            ).one_or_none()
            if taken is None:
                raise InvitationUsed
            user = user_for(session, taken.email, name, lang, now)
            member = join(session, taken.organisation_id, user, taken.role, now)
            actor = Actor(ActorKind.USER, user.id, user.shown_name)
            audit.record(
                session,
                actor,
                "member.joined",
                ("member", member.id),
                taken.organisation_id,
                {"role": member.role.value},
                now,
            )
            return begin_session(session, user, user_agent, now, by="invitation")

    return refusing_guesses(
        network, now, (NotFound, InvitationUsed), lambda: once_more_when_raced(_accept)
    )


def _withdraw(session: Session, now: datetime, *conditions: sa.ColumnElement[bool]) -> bool:
    withdrawn = session.execute(
        sa.update(MemberInvitation)
        .where(
            MemberInvitation.accepted_at.is_(None),
            MemberInvitation.withdrawn_at.is_(None),
            *conditions,
        )
        .values(withdrawn_at=now)
        .returning(MemberInvitation.id)
        .execution_options(synchronize_session=False),
    ).all()
    return bool(withdrawn)
