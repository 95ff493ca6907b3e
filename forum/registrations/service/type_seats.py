"""Where a type's seats come from, changed while people sit there and wait: the counters follow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.events.rules import passes_seats_on
from forum.registrations.models import AccessCode, GuestList, Registration, TicketType
from forum.registrations.rules import NoRoomForType, RegistrationState, SeatsFrom
from forum.registrations.service import seating
from forum.seats import lines
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import CapacityBelowTaken, PoolAbout, who_fits

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.events.models import Event

MOST_IN_ONE = 500


@dataclass(frozen=True, slots=True)
class SeatsWanted:
    """Where the seats of a type are to come from, and how many; none for the event's own."""

    come_from: SeatsFrom
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Who sits in a type's seats: `people` its limit counts, `home` its pool counts for them.

    `blocks` are seats kept aside for lists and codes of the type; the pool counts them whole.
    """

    people: int
    home: int
    blocks: Sequence[UUID]


def seats_from(ticket_type: TicketType, event_pool_id: UUID) -> SeatsFrom:
    """Say where a type's seats come from."""
    if ticket_type.pool_id != event_pool_id:
        return SeatsFrom.OWN
    return SeatsFrom.EVENT if ticket_type.limit_id is None else SeatsFrom.LIMITED


def event_pool(session: Session, event_id: UUID) -> SeatPool:
    """Return the pool of an event's own seats as it is now; one statement."""
    return session.scalars(
        sa.select(SeatPool)
        .where(SeatPool.event_id == event_id, SeatPool.about == PoolAbout.EVENT)
        .execution_options(populate_existing=True)
    ).one()


def open_seats(session: Session, ticket_type: TicketType, wanted: SeatsWanted) -> None:
    """Give a new type its pools."""
    shared = event_pool(session, ticket_type.event_id)
    ticket_type.pool_id, ticket_type.limit_id = shared.id, None
    if wanted.come_from is SeatsFrom.OWN:
        ticket_type.pool_id = _open(session, shared, wanted.number, PoolAbout.TYPE)
    elif wanted.come_from is SeatsFrom.LIMITED:
        ticket_type.limit_id = _open(session, shared, wanted.number, PoolAbout.LIMIT)


def reseat(
    session: Session, event: Event, one: TicketType, wanted: SeatsWanted, now: datetime
) -> list[UUID]:
    """Let a type's seats come from elsewhere, or be more or fewer; return who moved up.

    The caller holds the event against all others, so nobody is at the desk. People keep their
    seats and their order in the line. Raises CapacityBelowTaken and NoRoomForType.
    """
    shared = event_pool(session, event.id)
    before = seats_from(one, shared.id)
    seating.lock_pools(session, [shared.id, one.pool_id, one.limit_id])
    if before is SeatsFrom.EVENT and wanted.come_from is SeatsFrom.EVENT:
        return []
    if before is SeatsFrom.OWN and wanted.come_from is SeatsFrom.OWN:
        given = seats.set_capacity(
            session, one.pool_id, wanted.number, pass_on=passes_seats_on(event, now)
        )
        moved = seating.promote(session, event, given.holder_ids, now)
        seating.drop_pages(session, event.id, given)
        return moved
    if SeatsFrom.OWN in {before, wanted.come_from}:
        return _change_home(session, event, one, shared, wanted, now)
    if wanted.come_from is SeatsFrom.LIMITED:
        return _limit(session, event, one, shared, wanted.number, now)
    return _end_limit(session, event, one, now)


def _change_home(
    session: Session,
    event: Event,
    one: TicketType,
    shared: SeatPool,
    wanted: SeatsWanted,
    now: datetime,
) -> list[UUID]:
    """Move a type between the event's seats and some of its own, with all who sit or wait there."""
    crowd, old_home, old_limit = _crowd(session, one, shared.id), one.pool_id, one.limit_id
    session.refresh(shared)
    new_limit = None
    if wanted.come_from is SeatsFrom.OWN:
        if crowd.home > wanted.number:
            raise CapacityBelowTaken(crowd.home)
        new_home = _open(session, shared, wanted.number, PoolAbout.TYPE)
    else:
        if crowd.home > shared.left:
            raise NoRoomForType(crowd.home, shared.left)
        new_home = shared.id
    if wanted.come_from is SeatsFrom.LIMITED:
        if crowd.people > wanted.number:
            raise CapacityBelowTaken(crowd.people)
        new_limit = _open(session, shared, wanted.number, PoolAbout.LIMIT)
        lines.count_in(session, new_limit, crowd.people)
    lines.count_in(session, new_home, crowd.home)
    lines.hand_over(session, crowd.blocks, new_home)
    seats.give_back(session, old_home, crowd.home, pass_on=False)
    waiting = _waiting(one)
    for line in (old_home, old_limit):
        if line is not None:
            parties = lines.line_of(session, line, waiting)
            lines.move_line(
                session, line, new_limit or new_home, [party.holder_id for party in parties]
            )
    one.pool_id, one.limit_id = new_home, new_limit
    session.flush()
    _mark(session, one, in_limit=new_limit is not None, seated=True)
    _mark(session, one, in_limit=False, seated=False)
    for gone in (old_limit, old_home if old_home != shared.id else None):
        if gone is not None:
            lines.take_down(session, gone)
    return seating.give_on(
        session,
        event,
        limits=[new_limit] if new_limit else [],
        homes=sorted({shared.id, new_home}),
        now=now,
    )


def _limit(
    session: Session, event: Event, one: TicketType, shared: SeatPool, number: int, now: datetime
) -> list[UUID]:
    """Let a type take at most so many of the event's seats; who waits beyond waits for the limit.

    Who waited for a seat of the event stays in that line as far as the limit has room.
    """
    crowd = _crowd(session, one, shared.id)
    if number < crowd.people:
        raise CapacityBelowTaken(crowd.people)
    first_limit = one.limit_id is None
    limit = one.limit_id or _open(session, shared, number, PoolAbout.LIMIT)
    at_home = lines.line_of(session, shared.id, _waiting(one))
    staying = who_fits(at_home, number - crowd.people, smaller_pass=shared.smaller_pass)
    stays = {party.holder_id for party in staying}
    leaving = [party.holder_id for party in at_home if party.holder_id not in stays]
    lines.set_counts(
        session, limit, capacity=number, taken=crowd.people + sum(one.seats for one in staying)
    )
    lines.move_line(session, shared.id, limit, leaving, first=True)
    one.limit_id = limit
    session.flush()
    if first_limit:
        _mark(session, one, in_limit=True, seated=True)
    _mark_parties(session, stays, in_limit=True)
    _mark_parties(session, leaving, in_limit=False)
    return seating.give_on(session, event, limits=[limit], homes=[shared.id], now=now)


def _end_limit(session: Session, event: Event, one: TicketType, now: datetime) -> list[UUID]:
    """Let a type take any of the event's seats; who waited for its limit goes behind who waits."""
    limit, home = one.limit_id, one.pool_id
    if limit is None:
        return []
    parties = lines.line_of(session, limit, _waiting(one))
    lines.move_line(session, limit, home, [party.holder_id for party in parties])
    one.limit_id = None
    session.flush()
    _mark(session, one, in_limit=False, seated=True)
    _mark(session, one, in_limit=False, seated=False)
    lines.take_down(session, limit)
    return seating.give_on(session, event, limits=(), homes=[home], now=now)


def _open(session: Session, shared: SeatPool, number: int, about: PoolAbout) -> UUID:
    """Open a pool whose line is served by the same rule as the event's own."""
    pool = seats.open_pool(session, shared.event_id, number, about)
    pool.order, pool.smaller_pass = shared.order, shared.smaller_pass
    session.flush()
    return pool.id


def _crowd(session: Session, one: TicketType, shared_id: UUID) -> _Crowd:
    # Who came by a seat that was kept stays outside of a limit, also once the rest is released.
    limited = Registration.in_limit.is_(True) if one.limit_id else Registration.block_id.is_(None)
    people, seated, in_blocks = session.execute(
        sa.select(
            sa.func.count().filter(limited),
            sa.func.count(),
            sa.func.count().filter(Registration.block_id.is_not(None)),
        ).where(Registration.ticket_type_id == one.id, Registration.in_home.is_(True))
    ).one()
    mine = sa.union(
        sa.select(GuestList.block_id).where(
            GuestList.ticket_type_id == one.id, GuestList.block_id.is_not(None)
        ),
        sa.select(AccessCode.block_id).where(
            AccessCode.ticket_type_id == one.id, AccessCode.block_id.is_not(None)
        ),
    )
    kept = sa.select(SeatPool.id, SeatPool.capacity).where(SeatPool.parent_id == one.pool_id)
    if one.pool_id == shared_id:
        kept = kept.where(SeatPool.id.in_(mine))
    blocks = session.execute(kept).all()
    return _Crowd(
        people=people,
        home=seated - in_blocks + sum(block.capacity for block in blocks),
        blocks=[block.id for block in blocks],
    )


def _waiting(one: TicketType) -> sa.Select[UUID]:
    return sa.select(Registration.party_id).where(
        Registration.ticket_type_id == one.id,
        Registration.state == RegistrationState.WAITLISTED,
    )


def _mark(session: Session, one: TicketType, *, in_limit: bool, seated: bool) -> None:
    session.execute(
        sa.update(Registration)
        .where(
            Registration.ticket_type_id == one.id,
            Registration.in_home.is_(seated),
            Registration.in_limit.is_(not in_limit),
            Registration.block_id.is_(None) if in_limit else sa.true(),
        )
        .values(in_limit=in_limit)
        .execution_options(synchronize_session=False)
    )


def _mark_parties(session: Session, party_ids: Collection[UUID], **values: Any) -> None:  # noqa: ANN401 - one value a column
    ids = list(party_ids)
    for start in range(0, len(ids), MOST_IN_ONE):
        session.execute(
            sa.update(Registration)
            .where(
                Registration.party_id.in_(ids[start : start + MOST_IN_ONE]),
                Registration.state == RegistrationState.WAITLISTED,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
