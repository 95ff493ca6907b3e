"""Approval: what approves a request by itself, and whether it trusted an address that was typed."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.registrations.models import ApprovalRule, Invitation
from forum.registrations.rules import RuleKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from forum.registrations.service.parties import Attendee, Party


class Approval(Enum):
    """Whether rules approve a party, and by what: its answers, or somebody's typed address.

    Anybody can type any address: what it approved is shown to nobody but in a mail to it.
    """

    NONE = 0
    BY_ANSWERS = 1
    BY_ADDRESS = 2


def approval_of(session: Session, type_id: UUID, party: Party) -> Approval:
    """Return what the rules of a type say of everybody in a party; at most two statements.

    Where an address approves, the contact's must do so too: all tickets may go there. Without a
    contact it is the first attendee.
    """
    rules = session.scalars(
        sa.select(ApprovalRule).where(ApprovalRule.ticket_type_id == type_id)
    ).all()
    if not rules:
        return Approval.NONE
    if all(_answered(rules, who, party) for who in party.attendees):
        return Approval.BY_ANSWERS
    contact = {(party.contact or party.attendees[0]).email_key}
    keys = {who.email_key for who in party.attendees} | contact
    trusted = _trusted(session, rules, keys - {""})
    people = all(
        who.email_key in trusted or _answered(rules, who, party) for who in party.attendees
    )
    return Approval.BY_ADDRESS if people and contact <= trusted else Approval.NONE


def _trusted(session: Session, rules: Sequence[ApprovalRule], keys: Collection[str]) -> set[str]:
    """Return the addresses that a rule names: of a mail domain, or invited."""
    domains = [rule.value for rule in rules if rule.kind is RuleKind.DOMAIN]
    lists = [UUID(rule.value) for rule in rules if rule.kind is RuleKind.INVITATION]
    found = {key for key in keys if any(_is_of(key, domain) for domain in domains)}
    if lists:
        found |= set(
            session.scalars(
                sa.select(Invitation.email_key).where(
                    Invitation.list_id.in_(lists), Invitation.email_key.in_(keys)
                )
            )
        )
    return found


def _is_of(key: str, domain: str) -> bool:
    host = key.rpartition("@")[2]
    return host == domain or host.endswith(f".{domain}")


def _answered(rules: Sequence[ApprovalRule], who: Attendee, party: Party) -> bool:
    return any(
        rule.kind is RuleKind.ANSWER
        and answer.question_id == rule.question_id
        and rule.value in map(str, answer.value)
        for rule in rules
        for answer in (*who.answers, *party.answers)
    )
