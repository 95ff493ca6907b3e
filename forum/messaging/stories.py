"""What messages tell of a guest: each mail that was written, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.i18n import sentence
from forum.core.stories import Told, tells_story
from forum.messaging.models import Message
from forum.messaging.words import STATES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@tells_story("registration")
def mailed(session: Session, registration_id: UUID, most: int) -> Sequence[Told]:
    """Tell of each mail about a registration; one statement."""
    rows = session.execute(
        sa.select(Message.id, Message.created_at, Message.subject, Message.state, Message.to_email)
        .where(Message.registration_id == registration_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(most)
    ).all()
    return [
        Told(
            row.created_at,
            sentence(
                "Mail to %(email)s: “%(subject)s”. %(state)s",
                email=row.to_email,
                subject=row.subject,
                state=STATES[row.state][1],
            ),
            kind=STATES[row.state][0],
            path=f"messages/{row.id}",
        )
        for row in rows
    ]
