"""Types that Forum keeps itself: their pools grow with those who are let in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.text import Text
from forum.registrations.models import TicketType
from forum.registrations.rules import Access
from forum.registrations.service.types import free_number
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

AFTER_GUESTS = 90
"""Their place among the ticket types: the first is what guests register for."""

NAMES = {
    PoolAbout.SPEAKERS: Text({"en": "Speaker", "zh-Hant": "講者", "zh-Hans": "讲者"}),
    PoolAbout.STAND_BY: Text({"en": "Stand-by", "zh-Hant": "現場候補", "zh-Hans": "现场候补"}),
}


def growing_type(session: Session, event_id: UUID, about: PoolAbout) -> TicketType:
    """Return an event's type of this kind with its own pool, made on first use.

    Nobody can choose it. Two who make it at once meet at its number: the second tries again.
    """
    types = session.execute(
        sa.select(TicketType, SeatPool.about)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .where(TicketType.event_id == event_id)
    ).all()
    found = next((row[0] for row in types if row[1] is about), None)
    if found is not None:
        return found
    pool = seats.open_pool(session, event_id, 0, about)
    made = TicketType(
        event_id=event_id,
        pool_id=pool.id,
        number=free_number([row[0] for row in types]),
        name=NAMES[about],
        access=Access.OFFICE,
        position=AFTER_GUESTS,
    )
    session.add(made)
    session.flush()
    return made
