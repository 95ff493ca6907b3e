"""When a speaker cannot be on stage: noted by the speaker or by an editor, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.actor import Actor, ActorKind
from forum.core.db import writing
from forum.core.errors import Invalid
from forum.core.i18n import sentence
from forum.events.rules import check_span
from forum.programme.models import Unavailability
from forum.programme.rules import check_speaker_heard
from forum.programme.service.engagements import held_engagement, note_engagement

MOST_TIMES = 40


class TooManyTimes(Invalid):
    """More times than anybody would look through."""

    code = "too_many_times"
    says = sentence("There are 40 times already. Remove one first, or say it in one longer time.")


def add_unavailable(
    actor: Actor, engagement_id: UUID, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> None:
    """Note a time at which a speaker cannot be on stage; a known one is not noted twice.

    Raises EndsBeforeStart, TooLong, TooManyTimes, NotFound, and EventIsOver where the speaker comes
    too late.
    """
    check_span(starts_at, ends_at, field="ends")
    with writing() as transaction:
        event, engagement = held_engagement(transaction, actor, engagement_id)
        if actor.kind is ActorKind.LINK:
            check_speaker_heard(event.state, event.ends_at, now)
        known = _times(transaction, engagement.id)
        if any((one.starts_at, one.ends_at) == (starts_at, ends_at) for one in known):
            return
        if len(known) >= MOST_TIMES:
            raise TooManyTimes
        transaction.add(
            Unavailability(engagement_id=engagement.id, starts_at=starts_at, ends_at=ends_at),
        )
        span = [starts_at.isoformat(), ends_at.isoformat()]
        changes = {"unavailable": [None, span]}
        note_engagement(transaction, actor, event, engagement, "speaker.unavailable", changes, now)


def remove_unavailable(
    actor: Actor, engagement_id: UUID, unavailability_id: UUID, *, now: datetime
) -> None:
    """Take a time back; one that is gone already is fine."""
    with writing() as transaction:
        event, engagement = held_engagement(transaction, actor, engagement_id)
        known = _times(transaction, engagement.id)
        found = next((one for one in known if one.id == unavailability_id), None)
        if found is None:
            return
        transaction.delete(found)
        span = [found.starts_at.isoformat(), found.ends_at.isoformat()]
        changes = {"unavailable": [span, None]}
        note_engagement(transaction, actor, event, engagement, "speaker.available", changes, now)


def _times(transaction: Transaction, engagement_id: UUID) -> Sequence[Unavailability]:
    return transaction.scalars(
        sa.select(Unavailability).where(Unavailability.engagement_id == engagement_id),
    ).all()
