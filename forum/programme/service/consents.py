"""What a speaker agrees to, photo and recording: kept with the very words, and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import Actor
from forum.core.db import writing
from forum.programme.models import SpeakerConsent
from forum.programme.service.engagements import held_engagement, note_engagement


@dataclass(frozen=True, slots=True)
class ConsentWording:
    """A consent that is asked for: its purpose and the very words beside its box."""

    purpose: str
    wording: str
    given: bool


def keep_consents(
    actor: Actor,
    engagement_id: UUID,
    asked: Sequence[ConsentWording],
    lang: str,
    *,
    now: datetime,
) -> None:
    """Keep which consents a speaker gives, with the wording they read; the others are withdrawn."""
    with writing() as transaction:
        event, engagement = held_engagement(transaction, actor, engagement_id)
        stands = {
            one.purpose: one
            for one in transaction.scalars(
                sa.select(SpeakerConsent).where(
                    SpeakerConsent.engagement_id == engagement.id,
                    SpeakerConsent.withdrawn_at.is_(None),
                ),
            )
        }
        changes: dict[str, list[Any]] = {}
        for one in asked:
            known = stands.get(one.purpose)
            if one.given == (known is not None):
                continue
            changes[one.purpose] = [not one.given, one.given]
            if known is not None:
                known.withdrawn_at = now
            else:
                transaction.add(
                    SpeakerConsent(
                        engagement_id=engagement.id,
                        purpose=one.purpose,
                        wording=one.wording,
                        lang=lang,
                        given_at=now,
                    ),
                )
        if changes:
            note_engagement(transaction, actor, event, engagement, "speaker.consents", changes, now)
