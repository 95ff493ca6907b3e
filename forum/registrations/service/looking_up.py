"""What a registration is decided by: the event as it stands, its desk, and who is known there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import one_of, table_of
from forum.events.models import Event
from forum.events.rules import EventState, Opening, opening_of
from forum.registrations.models import (
    HOLDS_ADDRESS,
    Booking,
    Registration,
    RegistrationPolicy,
    TicketType,
)
from forum.registrations.rules import VISIBLE, Access, RegistrationClosed
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BY_HAND_TOO = frozenset({Opening.NOT_YET, Opening.CLOSED, Opening.DRAFT, Opening.POSTPONED})


@dataclass(slots=True)
class EventThere:
    """What of an event decides whether somebody may register, as it stands under the lock."""

    id: UUID
    organisation_id: UUID
    state: EventState
    opens_at: datetime | None
    closes_at: datetime | None
    ends_at: datetime
    discreet: bool


@dataclass(slots=True)
class TypeThere:
    """What of a ticket type decides how somebody registers, as it stands under the lock."""

    id: UUID
    pool_id: UUID
    limit_id: UUID | None
    number: int
    access: Access
    opens_at: datetime | None
    closes_at: datetime | None
    closed_for_good_at: datetime | None
    most_per_booking: int
    holds_while_pending: bool


_OF_EVENT = [one.name for one in fields(EventThere)]
_OF_TYPE = [one.name for one in fields(TypeThere)]
_IN_EVENT, _IN_BOTH = len(_OF_EVENT), len(_OF_EVENT) + len(_OF_TYPE)
_EVENT, _TYPE, _POOL = table_of(Event), table_of(TicketType), table_of(SeatPool)
_BOOKING, _REGISTRATION = table_of(Booking), table_of(Registration)
_POLICY, _LIMIT = table_of(RegistrationPolicy), table_of(SeatPool).alias()
_FREE = sa.and_(_POOL.c.waiting == 0, _POOL.c.taken < _POOL.c.capacity)
_LIMIT_FREE = sa.or_(
    _TYPE.c.limit_id.is_(None),
    sa.and_(_LIMIT.c.waiting == 0, _LIMIT.c.taken < _LIMIT.c.capacity),
)
# Built once: putting a statement together costs as much as sending it.
_DESK = (
    sa.select(
        *(_EVENT.c[name] for name in _OF_EVENT),
        *(_TYPE.c[name] for name in _OF_TYPE),
        sa.and_(_FREE, _LIMIT_FREE),
        sa.func.coalesce(_POLICY.c.several_per_address, sa.false()),
    )
    .join(_TYPE, _TYPE.c.event_id == _EVENT.c.id)
    # Outer: by the time its row is held the type may have other pools, which look taken then.
    .outerjoin(_POOL, _POOL.c.id == _TYPE.c.pool_id)
    .outerjoin(_LIMIT, _LIMIT.c.id == _TYPE.c.limit_id)
    .outerjoin(_POLICY, _POLICY.c.event_id == _EVENT.c.id)
    .where(_EVENT.c.id == sa.bindparam("event_id"))
    .limit(1)
    # Who cancels the event waits for those at the desk, and who comes after sees it cancelled; so
    # does who changes where a type's seats come from.
    .with_for_update(read=True, key_share=True, of=(_EVENT, _TYPE))
)
_FIRST_DESK = _DESK.where(one_of(_TYPE.c.access, VISIBLE)).order_by(
    _TYPE.c.position, _TYPE.c.number
)
_DESK_OF_TYPE = _DESK.where(_TYPE.c.id == sa.bindparam("type_id"))
_FORM = (
    sa.select(_REGISTRATION.c.id.label("id"), sa.literal(0).label("place"))
    .join(_BOOKING, _BOOKING.c.id == _REGISTRATION.c.booking_id)
    .where(
        _BOOKING.c.event_id == sa.bindparam("event_id"),
        _BOOKING.c.form_key == sa.bindparam("form_key"),
    )
)
_HOLDER = sa.select(_REGISTRATION.c.id, sa.literal(1)).where(
    _REGISTRATION.c.event_id == sa.bindparam("event_id"),
    # In the index's own words, without which no database takes the index.
    HOLDS_ADDRESS,
)
# Two halves, each by its own index: joined by OR they would read the whole list of guests. One
# address is the usual thing, and asked for without the list that is written anew each time.
_KNOWN_BY_ONE = _FORM.union_all(
    _HOLDER.where(_REGISTRATION.c.email_key == sa.bindparam("email_key"))
).order_by("place")
_KNOWN_BY_SEVERAL = _FORM.union_all(
    _HOLDER.where(_REGISTRATION.c.email_key.in_(sa.bindparam("email_keys", expanding=True)))
).order_by("place")
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

    event: EventThere
    ticket_type: TypeThere
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
    row = session.connection().execute(wanted, values).first()
    if row is None:
        raise RegistrationClosed
    event, ticket_type = EventThere(*row[:_IN_EVENT]), TypeThere(*row[_IN_EVENT:_IN_BOTH])
    stands = opening_of(event, now)
    if stands is not Opening.OPEN and not (by_hand and stands in BY_HAND_TOO):
        raise RegistrationClosed
    return LockedDesk(event, ticket_type, bool(row[-2]), bool(row[-1]))


def who_is_known(
    session: Session, event_id: UUID, email_keys: Sequence[str], form_key: bytes | None
) -> list[Known]:
    """Return whose form or addresses these are, the form before the addresses; at most two reads.

    The same form is answered as before: then it is all of its registrations, and no others.
    """
    values: dict[str, object] = {"event_id": event_id, "form_key": form_key}
    if len(email_keys) == 1:
        statement, values["email_key"] = _KNOWN_BY_ONE, email_keys[0]
    else:
        statement, values["email_keys"] = _KNOWN_BY_SEVERAL, list(email_keys)
    found = session.connection().execute(statement, values).all()
    if not found:
        return []
    by_form = [row.id for row in found if row.place == 0]
    ids = by_form or [row.id for row in found]
    rows = session.execute(_WHOLE, {"ids": ids}).all()
    return [Known(row[0], row[1], row[2], by_form=bool(by_form)) for row in rows]
