"""Where a party sits or waits: in a block, else within its type's limit in the pool of its seats.

Seats of a block count towards no limit. Any other party passes two counters at most, and waits at
the first that has no room. Who waits for a seat of the event while the type is limited holds a
place within that limit already.
Locks: all pools are held before, in the order of their ids (`lock_pools`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.page_scopes import SITE, changed, event_scope
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.registrations.models import (
    AccessCode,
    ChoicePlace,
    Option,
    Registration,
    RegistrationPolicy,
    TicketType,
)
from forum.registrations.rules import RegistrationState, check_move, offer_ends
from forum.seats import service as seats
from forum.seats.rules import SeatAnswer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SeatChange = seats.Outcome | seats.Given


@dataclass(frozen=True, slots=True)
class Pools:
    """The pools that count a registration: its type's limit, a block it may use, its type's own."""

    home_id: UUID
    limit_id: UUID | None = None
    block_id: UUID | None = None

    @property
    def ids(self) -> tuple[UUID, ...]:
        """All of them."""
        return tuple(one for one in (self.home_id, self.limit_id, self.block_id) if one)


@dataclass(slots=True)
class Seated:
    """Where a party came to sit or wait, and what changed for those who look at the pools."""

    in_home: bool = False
    in_limit: bool = False
    block_id: UUID | None = None
    changes: list[SeatChange] = field(default_factory=list)


class Counted(Protocol):
    """A ticket type as far as its pools are concerned."""

    pool_id: UUID
    limit_id: UUID | None


def pools_of(ticket_type: Counted, block_id: UUID | None = None) -> Pools:
    """Return the pools that count registrations of a type."""
    return Pools(ticket_type.pool_id, ticket_type.limit_id, block_id)


def lock_pools(session: Session, pool_ids: Iterable[UUID | None]) -> None:
    """Hold pools until the transaction ends, in the order of their ids, against rings."""
    for pool_id in sorted({one for one in pool_ids if one is not None}):
        seats.lock(session, pool_id)


def seat_party(
    session: Session, pools: Pools, party_id: UUID, people: int, *, now: datetime
) -> Seated:
    """Seat a party whole, or let it wait at the first pool that has no room for it.

    Seats of a block that is full come from the type's own pool. Those of a block were put aside
    beforehand: its type's limit does not count them.
    """
    seated = Seated()
    if pools.block_id is not None:
        taken = seats.take(session, pools.block_id, people)
        if taken is not None:
            seated.in_home, seated.block_id = True, pools.block_id
            return seated
    if pools.limit_id is not None:
        asked = seats.ask(session, pools.limit_id, party_id, people, now=now)
        seated.changes.append(asked)
        if asked.answer is SeatAnswer.WAITING:
            return seated
        seated.in_limit = True
    asked = seats.ask(session, pools.home_id, party_id, people, now=now)
    seated.changes.append(asked)
    seated.in_home = asked.answer is SeatAnswer.TAKEN
    return seated


def seat_past_the_line(session: Session, pools: Pools, people: int) -> Seated | None:
    """Seat a party though others wait, by an organiser's hand; None where seats are missing.

    Nothing is undone by None: the caller rolls back.
    """
    seated = Seated()
    if pools.block_id is not None:
        taken = seats.take_past_the_line(session, pools.block_id, people)
        if taken is not None:
            return Seated(in_home=True, block_id=pools.block_id, changes=[taken])
    if pools.limit_id is not None:
        taken = seats.take_past_the_line(session, pools.limit_id, people)
        if taken is None:
            return None
        seated.in_limit = True
        seated.changes.append(taken)
    taken = seats.take_past_the_line(session, pools.home_id, people)
    if taken is None:
        return None
    seated.in_home = True
    seated.changes.append(taken)
    return seated


def pools_holding(session: Session, registrations: Sequence[Registration]) -> list[UUID]:
    """Return every pool that counts these registrations or where they wait; one statement.

    Their types must be loaded. Choices with limited places are among them.
    """
    ids: set[UUID | None] = {one.ticket_type.pool_id for one in registrations}
    ids |= {one.ticket_type.limit_id for one in registrations if one.ticket_type.limit_id}
    ids |= {one.block_id for one in registrations if one.block_id}
    ids |= set(
        session.scalars(
            sa.select(Option.pool_id)
            .join(ChoicePlace, ChoicePlace.option_id == Option.id)
            .where(
                ChoicePlace.registration_id.in_([one.id for one in registrations]),
                Option.pool_id.is_not(None),
            )
        )
    )
    return sorted(one for one in ids if one is not None)


def let_go(
    session: Session,
    event: Event,
    registrations: Sequence[Registration],
    now: datetime,
    *,
    limits: Iterable[UUID] = (),
    homes: Iterable[UUID] = (),
) -> list[UUID]:
    """Free the seats that these registrations hold and give them on; return who moved up.

    Their pools are locked, their types loaded, their new states set by the caller. `limits` and
    `homes` are pools whose next may fit for another reason. What is returned are ids of
    registrations that are confirmed or offered a seat now.
    """
    freed: dict[UUID, seats.Given] = {}
    homes, limits = set(homes), set(limits)
    for one in registrations:
        home, limit = one.ticket_type.pool_id, one.ticket_type.limit_id
        if one.in_home:
            pool_id = one.block_id or home
            freed[pool_id] = _free(session, pool_id, one.id, freed.get(pool_id))
            homes |= {home} if one.block_id is None else set()
        if one.in_limit and limit is not None:
            freed[limit] = _free(session, limit, one.id, freed.get(limit))
            limits.add(limit)
        one.in_home = one.in_limit = False
        one.block_id = None
    session.flush()
    return give_on(session, event, limits=limits, homes=homes, now=now, before=freed)


def leave_lines(
    session: Session, waiting: Sequence[Registration], *, staying: dict[UUID, int]
) -> tuple[set[UUID], set[UUID]]:
    """Take registrations off their wait lists; return limits and homes whose next may now fit.

    `staying` says how many of each party go on waiting: the party then asks for so many fewer.
    """
    limits: set[UUID] = set()
    homes: set[UUID] = set()
    by_party: dict[UUID, list[Registration]] = {}
    for one in waiting:
        by_party.setdefault(one.party_id, []).append(one)
    for party_id, leaving in by_party.items():
        first = leaving[0]
        limit = first.ticket_type.limit_id
        at_limit = limit is not None and not first.in_limit
        pool_id = limit if at_limit and limit is not None else first.ticket_type.pool_id
        (limits if at_limit else homes).add(pool_id)
        if staying.get(party_id):
            seats.shrink(session, pool_id, party_id, len(leaving), pass_on=False)
        else:
            seats.leave_the_line(session, pool_id, party_id)
    return limits, homes


def give_on(
    session: Session,
    event: Event,
    *,
    limits: Iterable[UUID],
    homes: Iterable[UUID],
    now: datetime,
    before: dict[UUID, seats.Given] | None = None,
) -> list[UUID]:
    """Give what is free in these pools to those who wait there; return registrations that moved.

    Limits come first: who is let past one asks for a seat, behind those who wait for one.
    """
    passes = passes_seats_on(event, now)
    served: list[UUID] = []
    seen: list[SeatChange] = list((before or {}).values())
    all_homes = set(homes)
    for limit in sorted(set(limits)):
        given = seats.give_what_is_free(session, limit, pass_on=passes)
        seen.append(given)
        more, asked_at = _let_past(session, given.holder_ids, now)
        served += more
        all_homes |= asked_at
    for home in sorted(all_homes):
        given = seats.give_what_is_free(session, home, pass_on=passes)
        seen.append(given)
        served += given.holder_ids
    moved = promote(session, event, served, now)
    drop_pages(session, event.id, *seen)
    return moved


def promote(session: Session, event: Event, party_ids: Sequence[UUID], now: datetime) -> list[UUID]:
    """Confirm parties whom a pool has counted in, or offer them their seats; tell them.

    Return the registrations that moved. Four statements and more where anybody moves.
    """
    if not party_ids:
        return []
    policy = session.get(RegistrationPolicy, event.id)
    hours = policy.offer_hours if policy else None
    waiting = session.scalars(
        sa.select(Registration)
        .where(
            Registration.party_id.in_(party_ids),
            Registration.state == RegistrationState.WAITLISTED,
        )
        .options(joinedload(Registration.ticket_type))
        .order_by(Registration.position, Registration.id)
        .execution_options(populate_existing=True),
    ).all()
    for one in waiting:
        give_seat(session, event, one, hours=hours, now=now, promoted=True)
    session.flush()
    return [one.id for one in waiting]


def give_seat(
    session: Session,
    event: Event,
    one: Registration,
    *,
    hours: int | None,
    now: datetime,
    promoted: bool,
) -> None:
    """Make a registration whose seat is counted confirmed, or offered for a time; tell it."""
    offered = hours is not None
    state = RegistrationState.OFFERED if offered else RegistrationState.CONFIRMED
    check_move(one.state, state)
    one.state, one.in_home, one.changed_at = state, True, now
    one.in_limit = one.ticket_type.limit_id is not None
    one.offered_until = offer_ends(now, event.starts_at, hours) if hours is not None else None
    if not offered:
        one.confirmed_at = now
    one.revision += 1
    session.flush()
    payload = told(one, one.ticket_type)
    if promoted:
        payload["promoted"] = True
    if one.offered_until is not None:
        payload["until"] = one.offered_until.isoformat()
    topic = "registration.offered" if offered else "registration.confirmed"
    key = f"{one.id}:{one.revision}" if offered else str(one.id)
    outbox.emit(session, topic, payload, key=key, now=now)
    audit.record(
        session,
        SYSTEM,
        "registration.offered" if offered else "registration.promoted",
        ("registration", one.id),
        event.organisation_id,
        {"code": one.code},
        now,
    )


def free_code(session: Session, code_id: UUID, uses: int) -> None:
    """Give uses of an access code back; one statement."""
    session.execute(
        sa.update(AccessCode)
        .where(AccessCode.id == code_id)
        .values(used=AccessCode.used - uses)
        .execution_options(synchronize_session=False)
    )


def told(registration: Registration, ticket_type: TicketType) -> dict[str, str | int | bool]:
    """Return what the outbox says of a registration; no personal data."""
    return {
        "registration_id": str(registration.id),
        "event_id": str(registration.event_id),
        "booking_id": str(registration.booking_id),
        "type_number": ticket_type.number,
        "lang": registration.lang,
        "revision": registration.revision,
    }


def drop_pages(session: Session, event_id: UUID, *seats_now: SeatChange) -> None:
    """Drop what tells of the seats: the event's pages, and the lists where fullness changed."""
    if any(one.full_changed for one in seats_now):
        changed(session, event_scope(event_id), SITE)
    elif any(one.band_changed for one in seats_now):
        changed(session, event_scope(event_id))


def _free(
    session: Session, pool_id: UUID, holder_id: UUID, before: seats.Given | None
) -> seats.Given:
    now = seats.leave(session, pool_id, holder_id, 1, seated=True, pass_on=False)
    return seats.Given(before.before if before else now.before, now.after, ())


def _let_past(
    session: Session, party_ids: Sequence[UUID], now: datetime
) -> tuple[list[UUID], set[UUID]]:
    """Let parties whom a type's limit has counted in ask for their seats.

    Return the parties that got them, and the pools where they asked.
    """
    if not party_ids:
        return [], set()
    rows = session.execute(
        sa.select(Registration.party_id, TicketType.pool_id, sa.func.count())
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(
            Registration.party_id.in_(party_ids),
            Registration.state == RegistrationState.WAITLISTED,
        )
        .group_by(Registration.party_id, TicketType.pool_id)
    ).all()
    found = {row[0]: (row[1], row[2]) for row in rows}
    session.execute(
        sa.update(Registration)
        .where(
            Registration.party_id.in_(party_ids),
            Registration.state == RegistrationState.WAITLISTED,
        )
        .values(in_limit=True)
        .execution_options(synchronize_session=False)
    )
    served: list[UUID] = []
    homes: set[UUID] = set()
    for party_id in party_ids:
        home_id, people = found[party_id]
        homes.add(home_id)
        asked = seats.ask(session, home_id, party_id, people, now=now)
        if asked.answer is SeatAnswer.TAKEN:
            served.append(party_id)
    return served, homes
