"""Named reads of requests: everything that is needed to decide on them, and the wait lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.registrations.models import (
    GuestList,
    Invitation,
    Registration,
    TicketType,
)
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import PoolAbout

PAGE_SIZE = 25
MOST_SHOWN = 100
"""So many parties of one line are shown at once."""


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """Requests, who asked first comes first; `after` names the last one where there are more."""

    rows: Sequence[Registration]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class InvitedAs:
    """That an address was invited: to which list."""

    list_name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A party in a line: its place, how many seats it needs, since when, and who is in it."""

    pool_id: UUID
    position: int
    seats: int
    joined_at: datetime
    people: Sequence[Registration]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of parties for the seats of one pool; `hidden` more stand behind those shown."""

    pool: SeatPool
    about: TicketType | None
    parties: Sequence[Waiting]
    hidden: int


def requests_page(event_id: UUID, after: UUID | None) -> RequestsPage:
    """Return requests that wait for a decision, with types and bookings; at most two statements."""
    wanted = sa.select(Registration).where(
        Registration.event_id == event_id, Registration.state == RegistrationState.PENDING
    )
    if after is not None:
        last = db.session.execute(
            sa.select(Registration.created_at, Registration.id).where(
                Registration.event_id == event_id, Registration.id == after
            )
        ).first()
        if last is not None:
            wanted = wanted.where(
                sa.tuple_(Registration.created_at, Registration.id)
                > sa.tuple_(
                    sa.literal(last[0], Registration.created_at.type),
                    sa.literal(last[1], Registration.id.type),
                )
            )
    rows = db.session.scalars(
        wanted.options(joinedload(Registration.ticket_type), joinedload(Registration.booking))
        .order_by(Registration.created_at, Registration.id)
        .limit(PAGE_SIZE + 1)
    ).all()
    shown = rows[:PAGE_SIZE]
    return RequestsPage(shown, shown[-1].id if len(rows) > PAGE_SIZE else None)


def invited_among(event_id: UUID, email_keys: Sequence[str]) -> dict[str, InvitedAs]:
    """Return which of these addresses were invited to an event, and to which list; 1 statement."""
    rows = db.session.execute(
        sa.select(Invitation.email_key, GuestList.name)
        .join(GuestList, GuestList.id == Invitation.list_id)
        .where(
            Invitation.event_id == event_id,
            Invitation.email_key.in_([key for key in email_keys if key]),
        )
    ).all()
    return {row[0]: InvitedAs(row[1]) for row in rows}


def party_sizes(party_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many stand or are asked for in each party; one statement."""
    rows = db.session.execute(
        sa.select(Registration.party_id, sa.func.count())
        .where(
            Registration.party_id.in_(party_ids),
            Registration.state == RegistrationState.PENDING,
        )
        .group_by(Registration.party_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def declined_at(event_id: UUID, moment: datetime) -> Sequence[UUID]:
    """Return the requests of an event that were declined in one act; one statement."""
    return db.session.scalars(
        sa.select(Registration.id)
        .where(
            Registration.event_id == event_id,
            Registration.state == RegistrationState.DECLINED,
            Registration.decided_at == moment,
        )
        .order_by(Registration.created_at, Registration.id)
    ).all()


def lines_of(event_id: UUID) -> list[Line]:
    """Return the lines for an event's seats and its types', each in its order; four statements."""
    pools = db.session.scalars(
        sa.select(SeatPool)
        .where(
            SeatPool.event_id == event_id,
            SeatPool.about.in_([PoolAbout.EVENT, PoolAbout.TYPE, PoolAbout.LIMIT]),
        )
        .order_by(SeatPool.id)
    ).all()
    types = db.session.scalars(
        sa.select(TicketType)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.number)
    ).all()
    place = sa.func.row_number().over(
        partition_by=WaitListEntry.pool_id, order_by=(WaitListEntry.number, WaitListEntry.id)
    )
    ranked = (
        sa.select(
            WaitListEntry.pool_id,
            WaitListEntry.holder_id,
            WaitListEntry.seats,
            WaitListEntry.joined_at,
            place.label("place"),
        )
        .where(WaitListEntry.pool_id.in_([pool.id for pool in pools]))
        .subquery()
    )
    entries = db.session.execute(
        sa.select(ranked)
        .where(ranked.c.place <= MOST_SHOWN)
        .order_by(ranked.c.pool_id, ranked.c.place)
    ).all()
    people = _waiting_people([row.holder_id for row in entries])
    by_pool: dict[UUID, list[Waiting]] = {}
    for row in entries:
        by_pool.setdefault(row.pool_id, []).append(
            Waiting(row.pool_id, row.place, row.seats, row.joined_at, people.get(row.holder_id, []))
        )
    about = {one.pool_id: one for one in types} | {
        one.limit_id: one for one in types if one.limit_id
    }
    return [
        Line(
            pool,
            None if pool.about is PoolAbout.EVENT else about.get(pool.id),
            by_pool.get(pool.id, []),
            max(0, pool.waiting - len(by_pool.get(pool.id, []))),
        )
        for pool in pools
    ]


def _waiting_people(party_ids: Sequence[UUID]) -> dict[UUID, list[Registration]]:
    found: dict[UUID, list[Registration]] = {}
    rows = db.session.scalars(
        sa.select(Registration)
        .where(
            Registration.party_id.in_(party_ids),
            Registration.state == RegistrationState.WAITLISTED,
        )
        .options(joinedload(Registration.ticket_type))
        .order_by(Registration.position, Registration.id)
    )
    for one in rows:
        found.setdefault(one.party_id, []).append(one)
    return found
