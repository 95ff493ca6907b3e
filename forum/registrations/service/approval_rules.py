"""Rules that approve requests by themselves: added and removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import NotFound
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.registrations.models import (
    ApprovalRule,
    GuestList,
    Option,
    Question,
    TicketType,
)
from forum.registrations.rules import WITH_OPTIONS, QuestionKind, RuleKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

YES_OR_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class RuleWanted:
    """A rule: a domain, a guest list's id, or an answer (an option's id, yes or no)."""

    kind: RuleKind
    value: str
    question_id: UUID | None = None


def add_rule(
    actor: Actor, event_id: UUID, type_id: UUID, wanted: RuleWanted, *, now: datetime
) -> None:
    """Let a rule approve requests for a type from now on; the same again changes nothing.

    Raises NotFound for a list, question or answer of another event, Forbidden.
    """
    once_more_when_raced(lambda: _add(actor, event_id, type_id, wanted, now))


def remove_rule(
    actor: Actor, event_id: UUID, type_id: UUID, rule_id: UUID, *, now: datetime
) -> None:
    """End a rule; who was approved by it stays so. Raises NotFound, Forbidden."""
    with writing() as session:
        found = _type(session, actor, event_id, type_id)
        rule = session.get(ApprovalRule, rule_id, populate_existing=True)
        if rule is None or rule.ticket_type_id != found.id:
            raise NotFound
        session.delete(rule)
        _record(session, actor, found, "approval_rule.removed", rule.kind, now)


def _add(actor: Actor, event_id: UUID, type_id: UUID, wanted: RuleWanted, now: datetime) -> None:
    with writing() as session:
        found = _type(session, actor, event_id, type_id)
        if not _exists(session, event_id, wanted):
            raise NotFound
        there = session.scalar(
            sa.select(ApprovalRule.id).where(
                ApprovalRule.ticket_type_id == found.id,
                ApprovalRule.kind == wanted.kind,
                ApprovalRule.value == wanted.value,
                ApprovalRule.question_id.is_not_distinct_from(wanted.question_id),
            )
        )
        if there is not None:
            return
        session.add(
            ApprovalRule(
                ticket_type_id=found.id,
                kind=wanted.kind,
                question_id=wanted.question_id,
                value=wanted.value,
                created_at=now,
            )
        )
        session.flush()
        _record(session, actor, found, "approval_rule.added", wanted.kind, now)


def _exists(session: Session, event_id: UUID, wanted: RuleWanted) -> bool:
    """Say whether what the rule names belongs to the event."""
    if wanted.kind is RuleKind.DOMAIN:
        return bool(wanted.value)
    if wanted.kind is RuleKind.INVITATION:
        guest_list = session.get(GuestList, UUID(wanted.value))
        return guest_list is not None and guest_list.event_id == event_id
    question = session.get(Question, wanted.question_id) if wanted.question_id else None
    if question is None or question.event_id != event_id:
        return False
    if question.kind is QuestionKind.YES_NO:
        return wanted.value in YES_OR_NO
    option = session.get(Option, UUID(wanted.value)) if question.kind in WITH_OPTIONS else None
    return option is not None and option.question_id == question.id


def _type(session: Session, actor: Actor, event_id: UUID, type_id: UUID) -> TicketType:
    found = session.scalar(
        sa.select(TicketType)
        .where(TicketType.id == type_id, TicketType.event_id == event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    event = session.get_one(Event, event_id)
    require(actor, Action.EDIT_EVENT, event.organisation_id)
    return found


def _record(
    session: Session, actor: Actor, one: TicketType, what: str, kind: RuleKind, now: datetime
) -> None:
    event = session.get_one(Event, one.event_id)
    audit.record(
        session,
        actor,
        what,
        ("ticket_type", one.id),
        event.organisation_id,
        {"kind": kind.value},
        now,
    )
