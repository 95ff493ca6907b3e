"""How an event takes guests: seats and over-invitation, who is next, offers, deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, difference
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.registrations.models import GuestList, RegistrationPolicy
from forum.registrations.rules import TooFewInvited, room_for
from forum.registrations.service import seating
from forum.registrations.service.blocks import release_block, resize_block
from forum.registrations.service.holding import held_event
from forum.seats import lines
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import CapacityBelowTaken, PoolAbout, WaitOrder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


@dataclass(frozen=True, slots=True)
class PolicyWanted:
    """How an event is to take guests; see RegistrationPolicy.

    Without `seats` the number of seats, and of those invited beyond it, stays as it is.
    """

    offer_hours: int | None
    order: WaitOrder
    smaller_pass: bool
    several_per_address: bool
    changes_until: datetime | None
    ask_hours: int | None
    stand_by: bool
    seats: int | None = None
    over_percent: int = 0


def set_capacity(
    actor: Actor, event_id: UUID, capacity: int, *, over_percent: int | None = None, now: datetime
) -> Sequence[UUID]:
    """Set how many seats there are, and by how many per cent more may be invited.

    New seats go to those who wait; return the registrations that moved up. Raises
    CapacityBelowTaken, naming the number that is taken.
    """
    with writing() as session:
        event, policy, pool = _held_desk(session, actor, event_id)
        percent = policy.over_percent if over_percent is None else over_percent
        passes = passes_seats_on(event, now)
        given = seats.set_capacity(session, pool.id, room_for(capacity, percent), pass_on=passes)
        policy.seats, policy.over_percent = capacity, percent
        policy.revision += 1
        audit.record(
            session,
            actor,
            "event.capacity",
            ("event", event.id),
            event.organisation_id,
            {"capacity": capacity, "over_percent": percent},
            now,
        )
        moved = seating.promote(session, event, given.holder_ids, now)
        seating.drop_pages(session, event.id, given)
        return tuple(moved)


def set_policy(
    actor: Actor, event_id: UUID, wanted: PolicyWanted, *, revision: int, now: datetime
) -> Sequence[UUID]:
    """Set how an event takes guests; return registrations that move up by a changed rule.

    Raises ChangedMeanwhile, TooFewInvited, NotFound, Forbidden.
    """
    with writing() as session:
        event, policy, pool = _held_desk(session, actor, event_id)
        if policy.revision != revision:
            raise ThingChangedMeanwhile
        before = _rules_of(policy, pool)
        policy.offer_hours, policy.ask_hours = wanted.offer_hours, wanted.ask_hours
        policy.several_per_address = wanted.several_per_address
        policy.changes_until, policy.stand_by = wanted.changes_until, wanted.stand_by
        if wanted.seats is not None:
            policy.seats, policy.over_percent = wanted.seats, wanted.over_percent
        policy.revision += 1
        lines = _lines_of(session, event_id)
        for line in lines:
            seats.set_rule(session, line.id, wanted.order, smaller_pass=wanted.smaller_pass)
        if wanted.seats is not None:
            room = room_for(wanted.seats, wanted.over_percent)
            if room < pool.taken:
                raise TooFewInvited(pool.taken, room)
            seats.set_capacity(session, pool.id, room, pass_on=False)
        session.flush()
        session.refresh(pool)
        audit.record(
            session,
            actor,
            "event.registration_policy",
            ("event", event.id),
            event.organisation_id,
            {"changes": difference(before, _rules_of(policy, pool))},
            now,
        )
        moved = seating.give_on(
            session,
            event,
            limits=[line.id for line in lines if line.about is PoolAbout.LIMIT],
            homes=[line.id for line in lines if line.about is not PoolAbout.LIMIT],
            now=now,
        )
        changed(session, event_scope(event.id), SITE)
        return tuple(moved)


def _rules_of(policy: RegistrationPolicy, pool: SeatPool) -> dict[str, Any]:
    return {
        "seats": policy.seats,
        "over_percent": policy.over_percent,
        "offer_hours": policy.offer_hours,
        "order": pool.order,
        "smaller_pass": pool.smaller_pass,
        "several_per_address": policy.several_per_address,
        "changes_until": policy.changes_until,
        "ask_hours": policy.ask_hours,
        "stand_by": policy.stand_by,
    }


def keep_seats(
    session: Session, event: Event, guest_list: GuestList, number: int, now: datetime
) -> None:
    """Keep seats aside for a guest list, more or fewer than before; noughts dissolve the block.

    A block of seats that its type does not have any more makes room for a new one. The caller holds
    the event. Raises NoRoomForBlock, and CapacityBelowTaken where more of the list have accepted.
    """
    home_id = guest_list.ticket_type.pool_id
    if guest_list.block_id is not None:
        _leave_block_elsewhere(session, event, guest_list, home_id, now)
    if guest_list.block_id is None:
        if number:
            seating.lock_pools(session, [home_id])
            block = seats.carve(session, event.id, home_id, number)
            guest_list.block_id = block.id
        return
    resize_block(session, event, guest_list.block_id, number, now)


def _leave_block_elsewhere(
    session: Session, event: Event, guest_list: GuestList, home_id: UUID, now: datetime
) -> None:
    """Give up a list's block where its seats were kept out of another pool than its type's now."""
    block_id = guest_list.block_id
    parent_id = session.scalar(sa.select(SeatPool.parent_id).where(SeatPool.id == block_id))
    if block_id is None or parent_id in {None, home_id}:
        return
    seating.lock_pools(session, [home_id, parent_id, block_id])
    # Nobody of the old type may sit there: they would be counted by the pool of another.
    block = session.get_one(SeatPool, block_id, populate_existing=True)
    if block.taken:
        raise CapacityBelowTaken(block.taken)
    release_block(session, event, block_id, now)
    guest_list.block_id = None
    session.flush()
    lines.take_down(session, block_id)


def release_seats(session: Session, event: Event, guest_list: GuestList, now: datetime) -> int:
    """Give back what is left of a list's seats; who has accepted sits among all others from now.

    The caller holds the event. Return how many seats became free.
    """
    block_id = guest_list.block_id
    guest_list.released_at = now
    if block_id is None:
        return 0
    released = release_block(session, event, block_id, now)
    audit.record(
        session,
        SYSTEM,
        "guest_list.released",
        ("guest_list", guest_list.id),
        event.organisation_id,
        {"freed": released.freed, "accepted": released.stayed},
        now,
    )
    return released.freed


def _held_desk(
    session: Session, actor: Actor, event_id: UUID
) -> tuple[Event, RegistrationPolicy, SeatPool]:
    event = held_event(session, actor, event_id, Action.EDIT_EVENT)
    policy = session.get_one(
        RegistrationPolicy, event_id, populate_existing=True, with_for_update=True
    )
    pool = session.scalars(
        sa.select(SeatPool)
        .where(SeatPool.event_id == event_id, SeatPool.about == PoolAbout.EVENT)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    return event, policy, pool


def _lines_of(session: Session, event_id: UUID) -> Sequence[SeatPool]:
    """Return the pools where guests of an event wait, held: its own and those of its types."""
    return session.scalars(
        sa.select(SeatPool)
        .where(
            SeatPool.event_id == event_id,
            SeatPool.about.in_([PoolAbout.EVENT, PoolAbout.TYPE, PoolAbout.LIMIT]),
        )
        .order_by(SeatPool.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
