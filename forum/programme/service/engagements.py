"""A speaker at one event: asked, confirmed or declined, and the personal link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor, ActorKind
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.outbox import emit
from forum.core.permissions import Action, require
from forum.core.revisions import ChangedMeanwhile, changes_since, difference
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.service import shared_event
from forum.programme.models import Engagement, Speaker, SpeakerContact
from forum.programme.rules import (
    EngagementState,
    check_engagement_move,
    check_speaker_heard,
    was_just_asked,
)


class NoAddress(Conflict):
    """There is no e-mail address to write to."""

    code = "no_address"
    status = 422
    says = sentence("Enter the speaker’s email address first, then ask again.")


class NobodyIsAsked(Conflict):
    """The event is cancelled or over: nobody is asked to speak any more."""

    code = "nobody_is_asked"
    says = sentence("The event is cancelled or over. Nobody is asked to speak at it any more.")


class AnsweredMeanwhile(ChangedMeanwhile):
    """The answer was changed in another window, or by the organiser."""

    code = "answered_meanwhile"


def engage(actor: Actor, event_id: UUID, speaker_id: UUID, *, now: datetime) -> Engagement:
    """Return how a speaker stands with an event, made now where there is nothing yet.

    Raises NotFound for a speaker of another organisation.
    """

    def _engage() -> Engagement:
        with writing() as transaction:
            _hold_profile(transaction, speaker_id)
            event = shared_event(transaction, Event.id == event_id)
            require(actor, Action.EDIT_PROGRAMME, event.organisation_id)
            return _engaged(transaction, actor, event, speaker_id, now)

    return once_more_when_raced(_engage)


def ask_to_confirm(actor: Actor, event_id: UUID, speaker_id: UUID, *, now: datetime) -> Engagement:
    """Ask a speaker by mail to confirm, or remind them; emits speaker.asked.

    Whoever was asked within the last minute is not asked twice: a button was pressed twice, unless
    the address has been changed since. Raises NoAddress, NobodyIsAsked, NotFound, and IllegalAnswer
    for one who has confirmed.
    """

    def _ask() -> Engagement:
        with writing() as transaction:
            _hold_profile(transaction, speaker_id)
            event = shared_event(transaction, Event.id == event_id)
            require(actor, Action.EDIT_PROGRAMME, event.organisation_id)
            if event.state is EventState.CANCELLED or event.ends_at <= now:
                raise NobodyIsAsked
            engagement = _engaged(transaction, actor, event, speaker_id, now)
            contact = transaction.get(SpeakerContact, speaker_id, populate_existing=True)
            if contact is None or not contact.email:
                raise NoAddress
            just = was_just_asked(engagement.state, engagement.asked_at, now)
            if just and not _address_changed(transaction, speaker_id, engagement.asked_at):
                return engagement
            changes = {}
            if engagement.state is not EngagementState.ASKED:
                check_engagement_move(engagement.state, EngagementState.ASKED)
                changes = {"state": [engagement.state.value, EngagementState.ASKED.value]}
            engagement.state, engagement.asked_at = EngagementState.ASKED, now
            note_engagement(transaction, actor, event, engagement, "speaker.asked", changes, now)
            _tell(transaction, event, engagement, now)
            return engagement

    return once_more_when_raced(_ask)


def answer(
    actor: Actor,
    engagement_id: UUID,
    made_from: int,
    wanted: EngagementState,
    note: str | None,
    *,
    now: datetime,
) -> Engagement:
    """Confirm or decline, by the speaker, or by an editor to whom it was said.

    The same answer again changes only the note; None leaves the note. Raises AnsweredMeanwhile,
    IllegalAnswer, NotFound, and EventIsOver where the speaker comes too late.
    """
    with writing() as transaction:
        event, engagement = held_engagement(transaction, actor, engagement_id)
        if actor.kind is ActorKind.LINK:
            check_speaker_heard(event.state, event.ends_at, now)
        if engagement.revision != made_from:
            since = changes_since(transaction, "engagement", engagement.id, made_from)
            if theirs := tuple(one for one in since if one.field in {"state", "note"}):
                raise AnsweredMeanwhile(theirs)
        before = {"state": engagement.state, "note": engagement.note}
        after = {"state": wanted, "note": engagement.note if note is None else note}
        changes = difference(before, after)
        if not changes:
            return engagement
        if "state" in changes:
            check_engagement_move(engagement.state, wanted)
            engagement.answered_at = now
        engagement.state, engagement.note = wanted, str(after["note"])
        action = f"speaker.{wanted.value}" if "state" in changes else "speaker.noted"
        note_engagement(transaction, actor, event, engagement, action, changes, now)
        return engagement


def renew_speaker_link(actor: Actor, event_id: UUID, speaker_id: UUID, *, now: datetime) -> None:
    """Give a speaker a new personal link and a new calendar; the old ones are dead at once."""
    with writing() as transaction:
        _hold_profile(transaction, speaker_id)
        event = shared_event(transaction, Event.id == event_id)
        require(actor, Action.EDIT_PROGRAMME, event.organisation_id)
        engagement = _engaged(transaction, actor, event, speaker_id, now)
        engagement.link_generation += 1
        note_engagement(transaction, actor, event, engagement, "speaker.link_renewed", {}, now)


def held_engagement(
    transaction: Transaction, actor: Actor, engagement_id: UUID
) -> tuple[Event, Engagement]:
    """Load an event, held for sharing, and an engagement of it, locked.

    For editors, and for the speaker by the personal link. Raises NotFound or Forbidden.
    """
    event_id = transaction.scalar(
        sa.select(Engagement.event_id).where(Engagement.id == engagement_id),
    )
    if event_id is None:
        raise NotFound
    event = shared_event(transaction, Event.id == event_id)
    if actor.kind is not ActorKind.LINK:
        require(actor, Action.EDIT_PROGRAMME, event.organisation_id)
    elif actor.id != engagement_id:
        raise NotFound
    engagement = transaction.get(
        Engagement, engagement_id, with_for_update=True, populate_existing=True
    )
    if engagement is None:
        raise NotFound
    return event, engagement


def _hold_profile(transaction: Transaction, speaker_id: UUID) -> None:
    """Keep a profile from being changed, before any event is locked (see `hold_speakers`)."""
    transaction.execute(
        sa.select(Speaker.id)
        .where(Speaker.id == speaker_id)
        .with_for_update(read=True, key_share=True),
    )


def _address_changed(transaction: Transaction, speaker_id: UUID, since: datetime | None) -> bool:
    found = transaction.scalars(
        sa.select(audit.AuditEntry.details).where(
            audit.AuditEntry.thing_kind == "speaker",
            audit.AuditEntry.thing_id == speaker_id,
            audit.AuditEntry.action == "speaker.contact_changed",
            audit.AuditEntry.at > since,
        )
    )
    return any("email" in (details or {}).get("fields", ()) for details in found)


def _engaged(
    transaction: Transaction, actor: Actor, event: Event, speaker_id: UUID, now: datetime
) -> Engagement:
    found = transaction.scalar(
        sa.select(Engagement)
        .where(Engagement.event_id == event.id, Engagement.speaker_id == speaker_id)
        .with_for_update()
        .execution_options(populate_existing=True),
    )
    if found is not None:
        return found
    speaker = transaction.get(Speaker, speaker_id)
    if speaker is None or speaker.organisation_id != event.organisation_id:
        raise NotFound
    made = Engagement(event_id=event.id, speaker_id=speaker_id, created_at=now, revision=1)
    transaction.add(made)
    transaction.flush()
    audit.record(
        transaction,
        actor,
        "speaker.engaged",
        ("engagement", made.id),
        event.organisation_id,
        {"revision": 1},
        now,
    )
    return made


def note_engagement(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    engagement: Engagement,
    action: str,
    changes: Mapping[str, list[Any]],
    now: datetime,
) -> None:
    """Count a change of an engagement and record it."""
    engagement.revision += 1
    transaction.flush()
    audit.record(
        transaction,
        actor,
        action,
        ("engagement", engagement.id),
        event.organisation_id,
        {"revision": engagement.revision, "changes": dict(changes)},
        now,
    )


def _tell(transaction: Transaction, event: Event, engagement: Engagement, now: datetime) -> None:
    ids = {
        "engagement": engagement.id,
        "event": event.id,
        "speaker": engagement.speaker_id,
        "organisation": event.organisation_id,
    }
    payload = {f"{name}_id": str(value) for name, value in ids.items()}
    revision = engagement.revision
    emit(
        transaction,
        "speaker.asked",
        {**payload, "revision": revision},
        key=f"{engagement.id}:{revision}",
        now=now,
    )
