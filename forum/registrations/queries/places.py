"""Named reads of places in sessions: bands for guests, lists for editors, one guest's own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from forum.core.db import db
from forum.programme.models import Session
from forum.programme.rules import SessionState
from forum.registrations.models import Registration, SessionPlace, Star
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool, WaitListEntry
from forum.seats.rules import Band, band

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session as Transaction

TOLD = (RegistrationState.CONFIRMED, RegistrationState.WAITLISTED)
"""Guests who hear of what happens to a session."""


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session of a guest's own: signed up for (`seated`, or `position` on the list), or starred.

    `seated` is None for a session that is only starred; `position` is 1 for the next.
    """

    session: Session
    seated: bool | None
    starred: bool
    position: int | None = None

    @property
    def waits(self) -> bool:
        """Whether the guest waits for a place."""
        return self.seated is False


@dataclass(frozen=True, slots=True)
class GuestThere:
    """Somebody who has a place in a session, or waits for one at this position."""

    registration: Registration
    asked_at: datetime
    position: int | None


@dataclass(frozen=True, slots=True)
class Concerned:
    """A guest whom a change of a session concerns: `seated` is None where it is only starred."""

    registration_id: UUID
    session_id: UUID
    seated: bool | None


def places_of(event_id: UUID) -> dict[UUID, Band]:
    """Return what guests are told of the places of each session that has any; one statement."""
    rows = db.session.execute(
        sa.select(Session.id, SeatPool.capacity, SeatPool.taken, SeatPool.waiting)
        .join(SeatPool, SeatPool.id == Session.pool_id)
        .where(Session.event_id == event_id, Session.state != SessionState.DRAFT)
    )
    return {row[0]: band(row[1], row[2], row[3]) for row in rows}


def sessions_with_places(event_id: UUID) -> Sequence[Session]:
    """Return sessions for which guests must sign up, with room and pool, by time; one statement."""
    return db.session.scalars(
        sa.select(Session)
        .where(
            Session.event_id == event_id,
            Session.pool_id.is_not(None),
            Session.state == SessionState.CONFIRMED,
            Session.starts_at.is_not(None),
        )
        .options(joinedload(Session.room), joinedload(Session.pool))
        .order_by(Session.starts_at, Session.position, Session.id)
        .execution_options(populate_existing=True)
    ).all()


def own_sessions(registration_id: UUID) -> list[OwnSession]:
    """Return what one guest signed up for or starred, by time, untimed last; one statement."""
    entry = aliased(WaitListEntry)
    position = (
        sa.select(sa.func.count())
        .select_from(WaitListEntry)
        .where(
            WaitListEntry.pool_id == entry.pool_id,
            WaitListEntry.number <= entry.number,
        )
        .correlate(entry)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Session,
            SessionPlace.seated,
            Star.starred_at,
            sa.case((entry.id.is_not(None), position)),
        )
        .outerjoin(
            SessionPlace,
            sa.and_(
                SessionPlace.session_id == Session.id,
                SessionPlace.registration_id == registration_id,
            ),
        )
        .outerjoin(
            Star, sa.and_(Star.session_id == Session.id, Star.registration_id == registration_id)
        )
        .outerjoin(entry, entry.holder_id == SessionPlace.id)
        .where(
            Session.id.in_(
                sa.union_all(
                    sa.select(SessionPlace.session_id).where(
                        SessionPlace.registration_id == registration_id
                    ),
                    sa.select(Star.session_id).where(Star.registration_id == registration_id),
                )
            ),
            Session.state != SessionState.DRAFT,
        )
        .options(joinedload(Session.room), joinedload(Session.pool))
        .order_by(Session.starts_at.is_(None), Session.starts_at, Session.position, Session.id)
        .execution_options(populate_existing=True)
    )
    return [
        OwnSession(session, seated, starred is not None, place)
        for session, seated, starred, place in rows
    ]


def guests_of_session(session_id: UUID) -> list[GuestThere]:
    """Return who has a place in a session, then who waits, each in order; one statement."""
    rows = db.session.execute(
        sa.select(Registration, SessionPlace.asked_at, SessionPlace.seated)
        .join(SessionPlace, SessionPlace.registration_id == Registration.id)
        .outerjoin(WaitListEntry, WaitListEntry.holder_id == SessionPlace.id)
        .where(SessionPlace.session_id == session_id)
        .order_by(WaitListEntry.number, sa.func.lower(Registration.name), Registration.id)
    ).all()
    there = [GuestThere(row[0], row[1], None) for row in rows if row.seated]
    waiting = [row for row in rows if not row.seated]
    return there + [GuestThere(row[0], row[1], n) for n, row in enumerate(waiting, start=1)]


def shared_sign_ups(session: Transaction, event_id: UUID) -> dict[tuple[UUID, UUID], int]:
    """Return by pairs of an event's sessions how many guests signed up for both; one statement.

    Whether a pair is at the same time depends on the programme that is looked at: what guests see,
    or what is planned.
    """
    mine, also_mine = aliased(SessionPlace), aliased(SessionPlace)
    rows = session.execute(
        sa.select(mine.session_id, also_mine.session_id, sa.func.count())
        .join(Session, Session.id == mine.session_id)
        .join(
            also_mine,
            sa.and_(
                also_mine.registration_id == mine.registration_id,
                mine.session_id < also_mine.session_id,
            ),
        )
        .where(Session.event_id == event_id)
        .group_by(mine.session_id, also_mine.session_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def with_places_or_stars(session_ids: Iterable[UUID]) -> sa.Select[tuple[UUID]]:
    """Return the read of the ids of whom a change of these sessions concerns, for larger reads."""
    either = _places_and_stars(session_ids)
    return (
        sa.select(either.c.registration_id)
        .join(Registration, Registration.id == either.c.registration_id)
        .where(Registration.state.in_(TOLD))
    )


def _places_and_stars(session_ids: Iterable[UUID]) -> sa.Subquery:
    wanted = list(session_ids)
    return sa.union(
        sa.select(SessionPlace.registration_id, SessionPlace.session_id).where(
            SessionPlace.session_id.in_(wanted)
        ),
        sa.select(Star.registration_id, Star.session_id).where(Star.session_id.in_(wanted)),
    ).subquery()


def people_with_places_or_stars(session_ids: Iterable[UUID]) -> list[Concerned]:
    """Return which guests of an event a change of these sessions concerns; one statement.

    Each guest stands once a session; cancelled registrations do not count.
    """
    either = _places_and_stars(session_ids)
    rows = db.session.execute(
        sa.select(either.c.registration_id, either.c.session_id, SessionPlace.seated)
        .join(Registration, Registration.id == either.c.registration_id)
        .outerjoin(
            SessionPlace,
            sa.and_(
                SessionPlace.registration_id == either.c.registration_id,
                SessionPlace.session_id == either.c.session_id,
            ),
        )
        .where(Registration.state.in_(TOLD))
        .order_by(either.c.registration_id, either.c.session_id)
    )
    return [Concerned(*row) for row in rows]
