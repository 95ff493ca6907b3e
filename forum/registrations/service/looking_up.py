"""What a registration is decided by: the event as it stands, its desk, and who is known there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.events.models import Event
from forum.events.rules import Opening, opening_of
from forum.registrations.models import HOLDS_ADDRESS, Booking, Registration, TicketType
from forum.registrations.rules import RegistrationClosed
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


# Built once: putting a statement together costs as much as sending it.
_DESK = (
    sa.select(Event, TicketType, sa.and_(SeatPool.waiting == 0, SeatPool.taken < SeatPool.capacity))
    .join(TicketType, TicketType.event_id == Event.id)
    .join(SeatPool, SeatPool.id == TicketType.pool_id)
    .where(Event.id == sa.bindparam("event_id"))
    .order_by(TicketType.position, TicketType.number)
    .limit(1)
    # Who cancels the event waits for those at the desk, and who comes after sees it cancelled.
    .with_for_update(read=True, key_share=True, of=Event)
    .execution_options(populate_existing=True)
)
# Two halves, each by its own index: joined by OR they would read the whole list of guests.
_KNOWN = (
    sa.select(Registration.id.label("id"), sa.literal(0).label("place"))
    .join(Booking, Booking.id == Registration.booking_id)
    .where(
        Booking.event_id == sa.bindparam("event_id"), Booking.form_key == sa.bindparam("form_key")
    )
    .union_all(
        sa.select(Registration.id, sa.literal(1)).where(
            Registration.event_id == sa.bindparam("event_id"),
            Registration.email_key == sa.bindparam("email_key"),
            # In the index's own words, without which no database takes the index.
            HOLDS_ADDRESS,
        )
    )
    .order_by("place")
    .limit(1)
)
_WHOLE = (
    sa.select(Registration, Booking, TicketType)
    .join(Booking, Booking.id == Registration.booking_id)
    .join(TicketType, TicketType.id == Registration.ticket_type_id)
    .where(Registration.id == sa.bindparam("registration_id"))
)


@dataclass(frozen=True, slots=True)
class LockedDesk:
    """An event that takes registrations, its ticket type, and whether a seat looked free."""

    event: Event
    ticket_type: TicketType
    looks_free: bool


def locked_desk(session: Session, event_id: UUID, now: datetime, *, by_hand: bool) -> LockedDesk:
    """Return the desk, the event held for sharing until the commit; one statement.

    Raises RegistrationClosed when the event takes nobody now; `by_hand` looks past its times.
    """
    row = session.execute(_DESK, {"event_id": event_id}).first()
    if row is None:
        raise RegistrationClosed
    desk = LockedDesk(row[0], row[1], bool(row[2]))
    stands = opening_of(desk.event, now)
    by_hand_too = {Opening.NOT_YET, Opening.CLOSED, Opening.DRAFT, Opening.POSTPONED}
    if stands is not Opening.OPEN and not (by_hand and stands in by_hand_too):
        raise RegistrationClosed
    return desk


def who_is_known(
    session: Session, event_id: UUID, email_key: str, form_key: bytes | None
) -> tuple[Registration, Booking, TicketType] | None:
    """Return whose form or address this is, the form before the address; one statement, or two."""
    values = {"event_id": event_id, "email_key": email_key, "form_key": form_key}
    found = session.scalar(_KNOWN, values)
    if found is None:
        return None
    row = session.execute(_WHOLE, {"registration_id": found}).one()
    return row[0], row[1], row[2]
