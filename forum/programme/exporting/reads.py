"""What only files ask of the database: who is not to be recorded."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.programme.models import Engagement, SpeakerConsent

RECORDING = "recording"


def not_recorded(event_id: UUID) -> set[UUID]:
    """Return the speakers who took back their consent to be recorded (1 statement)."""
    given = sa.func.count().filter(SpeakerConsent.withdrawn_at.is_(None))
    return set(
        db.session.scalars(
            sa.select(Engagement.speaker_id)
            .join(SpeakerConsent, SpeakerConsent.engagement_id == Engagement.id)
            .where(Engagement.event_id == event_id, SpeakerConsent.purpose == RECORDING)
            .group_by(Engagement.speaker_id)
            .having(given == 0)
        )
    )
