"""What a registration is decided by: the event as it stands, its desk, and who is known there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from forum.events.models import Event
from forum.events.rules import Opening, opening_of
from forum.registrations.models import (
    HOLDS_ADDRESS,
    Booking,
    Registration,
    RegistrationPolicy,
    TicketType,
)
from forum.registrations.rules import VISIBLE, RegistrationClosed
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_LIMIT = aliased(SeatPool)
_FREE = sa.and_(SeatPool.waiting == 0, SeatPool.taken < SeatPool.capacity)
_LIMIT_FREE = sa.or_(
    TicketType.limit_id.is_(None), sa.and_(_LIMIT.waiting == 0, _LIMIT.taken < _LIMIT.capacity)
)
# Built once: putting a statement together costs as much as sending it.
_DESK = (
    sa.select(
        Event,
        TicketType,
        sa.and_(_FREE, _LIMIT_FREE),
        sa.func.coalesce(RegistrationPolicy.several_per_address, sa.false()),
    )
    .join(TicketType, TicketType.event_id == Event.id)
    # Outer: by the time its row is held the type may have other pools, which look taken then.
    .outerjoin(SeatPool, SeatPool.id == TicketType.pool_id)
    .outerjoin(_LIMIT, _LIMIT.id == TicketType.limit_id)
    .outerjoin(RegistrationPolicy, RegistrationPolicy.event_id == Event.id)
    .where(Event.id == sa.bindparam("event_id"))
    .limit(1)
    # Who cancels the event waits for those at the desk, and who comes after sees it cancelled; so
    # does who changes where a type's seats come from.
    .with_for_update(read=True, key_share=True, of=(Event, TicketType))
    .execution_options(populate_existing=True)
)
_FIRST_DESK = _DESK.where(TicketType.access.in_(VISIBLE)).order_by(
    TicketType.position, TicketType.number
)
_DESK_OF_TYPE = _DESK.where(TicketType.id == sa.bindparam("type_id"))
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
            Registration.email_key.in_(sa.bindparam("email_keys", expanding=True)),
            # In the index's own words, without which no database takes the index.
            HOLDS_ADDRESS,
        )
    )
    .order_by("place")
)
_WHOLE = (
    sa.select(Registration, Booking, TicketType)
    .join(Booking, Booking.id == Registration.booking_id)
    .join(TicketType, TicketType.id == Registration.ticket_type_id)
    .where(Registration.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(Registration.position, Registration.id)
)


@dataclass(frozen=True, slots=True)
class LockedDesk:
    """An event that takes registrations, the type that is wanted, and whether it looked free."""

    event: Event
    ticket_type: TicketType
    looks_free: bool
    several_per_address: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A registration that is there already; `by_form` where it came of the very same form."""

    registration: Registration
    booking: Booking
    ticket_type: TicketType
    by_form: bool


def locked_desk(
    session: Session, event_id: UUID, type_id: UUID | None, now: datetime, *, by_hand: bool
) -> LockedDesk:
    """Return the desk, the event held for sharing until the commit; one statement.

    Raises RegistrationClosed when the event takes nobody now; `by_hand` looks past its times.
    """
    wanted = _FIRST_DESK if type_id is None else _DESK_OF_TYPE
    values = {"event_id": event_id, "type_id": type_id} if type_id else {"event_id": event_id}
    row = session.execute(wanted, values).first()
    if row is None:
        raise RegistrationClosed
    desk = LockedDesk(row[0], row[1], bool(row[2]), bool(row[3]))
    stands = opening_of(desk.event, now)
    by_hand_too = {Opening.NOT_YET, Opening.CLOSED, Opening.DRAFT, Opening.POSTPONED}
    if stands is not Opening.OPEN and not (by_hand and stands in by_hand_too):
        raise RegistrationClosed
    return desk


def who_is_known(
    session: Session, event_id: UUID, email_keys: Sequence[str], form_key: bytes | None
) -> list[Known]:
    """Return whose form or addresses these are, the form before the addresses; at most two reads.

    The same form is answered as before: then it is all of its registrations, and no others.
    """
    values = {"event_id": event_id, "email_keys": list(email_keys), "form_key": form_key}
    found = session.execute(_KNOWN, values).all()
    if not found:
        return []
    by_form = [row.id for row in found if row.place == 0]
    ids = by_form or [row.id for row in found]
    rows = session.execute(_WHOLE, {"ids": ids}).all()
    return [Known(row[0], row[1], row[2], by_form=bool(by_form)) for row in rows]
