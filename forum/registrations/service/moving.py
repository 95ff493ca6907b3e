"""An organiser's hand: another type for a guest, a seat out of turn with the reason recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.events.service import shared_event
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import (
    ACTIVE,
    SEATED,
    IllegalMove,
    NoSeatLeft,
    RegistrationState,
    TypeGrows,
)
from forum.registrations.service import seating
from forum.registrations.service.cancelling import Held, hold, others_waiting, still_seats
from forum.registrations.service.types import GROWING
from forum.seats import service as seats
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def seat_by_hand(actor: Actor, registration_id: UUID, *, reason: str, now: datetime) -> None:
    """Give one who waits a seat that is free, past the line; the reason stays in the record.

    Raises NoSeatLeft where none is free, IllegalMove for who does not wait, NobodySeatedNow,
    NotFound, Forbidden.
    """
    with writing() as session:
        held = hold(session, [registration_id])
        require(actor, Action.EDIT_REGISTRATIONS, held.event.organisation_id)
        still_seats(held.event, now)
        one = held.registrations[0]
        if one.state is not RegistrationState.WAITLISTED:
            raise IllegalMove
        limit_id = None if one.in_limit else one.ticket_type.limit_id
        seating.leave_lines(session, [one], staying=others_waiting(session, [one]))
        pools = seating.Pools(one.ticket_type.pool_id, limit_id)
        seated = seating.seat_past_the_line(session, pools, 1)
        if seated is None:
            raise NoSeatLeft
        one.party_id = uuid7()
        one.in_home = True
        seating.give_seat(session, held.event, one, hours=None, now=now, promoted=True)
        _record(session, actor, held, one, "registration.seated_by_hand", {"reason": reason}, now)
        seating.drop_pages(session, held.event.id, *seated.changes)


def change_type(
    actor: Actor, registration_ids: Sequence[UUID], type_id: UUID, *, now: datetime
) -> int:
    """Move registrations of one event to another type; return how many moved.

    Who has a seat must find one in the new type; who waits goes to the end of its line, or is
    seated where it has seats, a party that moves together as one. The tickets are signed anew.
    Emits registration.type_changed, with `seated` for who had a seat and keeps one.
    Raises NoSeatLeft, NobodySeatedNow, NotFound, Forbidden; then nobody is moved.
    """
    with writing() as session:
        # The event is shared before the type is read, so that its pools stay what they are.
        theirs = sa.select(TicketType.event_id).where(TicketType.id == type_id)
        shared_event(session, Event.id.in_(theirs))
        wanted = session.get(TicketType, type_id, populate_existing=True)
        if wanted is None:
            raise NotFound
        pools = seating.pools_of(wanted)
        held = hold(session, registration_ids, more_pools=pools.ids)
        require(actor, Action.EDIT_REGISTRATIONS, held.event.organisation_id)
        if wanted.event_id != held.event.id:
            raise NotFound
        if session.get_one(SeatPool, wanted.pool_id).about in GROWING:
            raise TypeGrows
        still_seats(held.event, now)
        moving = [
            one
            for one in held.registrations
            if one.state in ACTIVE and one.ticket_type_id != wanted.id
        ]
        limits: set[UUID] = set()
        homes: set[UUID] = set()
        waiting = [one for one in moving if one.state is RegistrationState.WAITLISTED]
        more = seating.leave_lines(session, waiting, staying=others_waiting(session, waiting))
        limits |= more[0]
        homes |= more[1]
        changes: list[seating.SeatChange] = []
        for party in _parties(moving):
            had_seats = [one.state in SEATED for one in party]
            party_id = uuid7()
            for one in party:
                one.party_id = party_id
                old = one.ticket_type
                stays = one.in_home and one.block_id is None and old.pool_id == wanted.pool_id
                left = _leave_old(session, one, stays=stays)
                limits |= left[0]
                homes |= left[1]
                changes += _enter_new(session, one, wanted, stays=stays)
            if party[0].state is RegistrationState.WAITLISTED:
                changes += _ask_anew(session, held, party, pools, now)
            for one, seated in zip(party, had_seats, strict=True):
                one.changed_at = now
                one.revision += 1
                session.flush()
                _tell(session, actor, held, one, wanted, now, seated=seated)
        seating.give_on(session, held.event, limits=limits, homes=homes, now=now)
        seating.drop_pages(session, held.event.id, *changes)
        return len(moving)


def _parties(moving: Sequence[Registration]) -> list[list[Registration]]:
    """Return who moves together: those of a party who wait, as against those who do not."""
    parties: dict[tuple[UUID, bool], list[Registration]] = {}
    for one in moving:
        waits = one.state is RegistrationState.WAITLISTED
        parties.setdefault((one.party_id, waits), []).append(one)
    return list(parties.values())


def _leave_old(session: Session, one: Registration, *, stays: bool) -> tuple[set[UUID], set[UUID]]:
    """Free what the old type counted, but for a seat that the new one counts in the same pool."""
    old = one.ticket_type
    limits: set[UUID] = set()
    homes: set[UUID] = set()
    if one.in_limit and old.limit_id is not None:
        seats.leave(session, old.limit_id, one.id, 1, seated=True, pass_on=False)
        limits.add(old.limit_id)
        one.in_limit = False
    if one.in_home and not stays:
        pool_id = one.block_id or old.pool_id
        seats.leave(session, pool_id, one.id, 1, seated=True, pass_on=False)
        homes |= {old.pool_id} if one.block_id is None else set()
        one.block_id = None
    return limits, homes


def _enter_new(
    session: Session, one: Registration, wanted: TicketType, *, stays: bool
) -> list[seating.SeatChange]:
    """Put a guest into the new type, who brings or finds a seat there if there was one before."""
    one.ticket_type = wanted
    one.ticket_type_id = wanted.id
    if not one.in_home:
        return []
    changes: list[seating.SeatChange] = []
    asked = (wanted.limit_id, None if stays else wanted.pool_id)
    for pool_id in (pool_id for pool_id in asked if pool_id is not None):
        taken = seats.take_past_the_line(session, pool_id, 1)
        if taken is None:
            raise NoSeatLeft
        changes.append(taken)
    one.in_limit = wanted.limit_id is not None
    return changes


def _ask_anew(
    session: Session,
    held: Held,
    party: Sequence[Registration],
    pools: seating.Pools,
    now: datetime,
) -> list[seating.SeatChange]:
    """Seat a party that waited, whole, or let it wait in the new type."""
    seated = seating.seat_party(session, pools, party[0].party_id, len(party), now=now)
    for one in party:
        one.in_limit = seated.in_limit
        if seated.in_home:
            seating.give_seat(session, held.event, one, hours=None, now=now, promoted=True)
    return seated.changes


def _tell(
    session: Session,
    actor: Actor,
    held: Held,
    one: Registration,
    wanted: TicketType,
    now: datetime,
    *,
    seated: bool,
) -> None:
    payload = seating.told(one, wanted) | {"seated": seated}
    key = f"{one.id}:{one.revision}"
    outbox.emit(session, "registration.type_changed", payload, key=key, now=now)
    details: dict[str, object] = {"type": wanted.number}
    _record(session, actor, held, one, "registration.type_changed", details, now)


def _record(
    session: Session,
    actor: Actor,
    held: Held,
    one: Registration,
    what: str,
    details: dict[str, object],
    now: datetime,
) -> None:
    audit.record(
        session,
        actor,
        what,
        ("registration", one.id),
        held.event.organisation_id,
        {"code": one.code, **details},
        now,
    )
