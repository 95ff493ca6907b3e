"""Approval: what approves a request by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.registrations.models import ApprovalRule, Invitation
from forum.registrations.rules import RuleKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.service.parties import Attendee, Party


def approves_itself(session: Session, type_id: UUID, party: Party) -> bool:
    """Say whether a rule of the type approves everybody of a party; at most two statements."""
    rules = session.scalars(
        sa.select(ApprovalRule).where(ApprovalRule.ticket_type_id == type_id)
    ).all()
    if not rules:
        return False
    lists = [UUID(rule.value) for rule in rules if rule.kind is RuleKind.INVITATION]
    invited = set(
        session.scalars(
            sa.select(Invitation.email_key).where(
                Invitation.list_id.in_(lists),
                Invitation.email_key.in_(
                    [who.email_key for who in party.attendees if who.email_key]
                ),
            )
        )
        if lists
        else ()
    )
    return all(
        who.email_key in invited or any(_fits(rule, who, party) for rule in rules)
        for who in party.attendees
    )


def _fits(rule: ApprovalRule, who: Attendee, party: Party) -> bool:
    if rule.kind is RuleKind.DOMAIN:
        host = who.email_key.rpartition("@")[2]
        return host == rule.value or host.endswith(f".{rule.value}")
    if rule.kind is RuleKind.ANSWER:
        return any(
            answer.question_id == rule.question_id and rule.value in map(str, answer.value)
            for answer in (*who.answers, *party.answers)
        )
    return False
