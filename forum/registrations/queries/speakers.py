"""Which speakers of an event hold a seat, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.programme.models import Engagement
from forum.registrations.models import Registration, SpeakerSeat, TicketType
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from forum.core.text import Text


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """A speaker's registration: its id, state, reference, and the name of its ticket type.

    `waited` says whether they waited for a seat as a guest before.
    """

    registration_id: UUID
    state: RegistrationState
    code: str
    type_name: Text
    waited: bool


def speaker_seats(event_id: UUID) -> dict[UUID, SeatHeld]:
    """Return the seats of an event's speakers by speaker, cancelled ones too (1 statement)."""
    rows = db.session.execute(
        sa.select(
            Engagement.speaker_id,
            Registration.id,
            Registration.state,
            Registration.code,
            TicketType.name,
            SpeakerSeat.waited,
        )
        .join(SpeakerSeat, SpeakerSeat.engagement_id == Engagement.id)
        .join(Registration, Registration.id == SpeakerSeat.registration_id)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(Engagement.event_id == event_id),
    )
    return {row[0]: SeatHeld(*row[1:]) for row in rows}
