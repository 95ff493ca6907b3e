"""Limited choices of those who come back after a declining: taken again while places are free."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.registrations.models import Answer, ChoicePlace, Option, Registration
from forum.registrations.rules import ACTIVE
from forum.registrations.service.choosing import as_id
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.service.seating import SeatChange


def choice_pools(session: Session, registration_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the pools of limited options that these or their bookings named, by option.

    Two statements. The event and the bookings are held, so that answers and limits stay.
    """
    named = {
        found
        for one in _answers(session, registration_ids)
        for value in one.value
        if (found := as_id(value)) is not None
    }
    if not named:
        return {}
    rows = session.execute(
        sa.select(Option.id, Option.pool_id).where(
            Option.id.in_(named), Option.pool_id.is_not(None)
        )
    ).all()
    return {option_id: pool_id for option_id, pool_id in rows if pool_id is not None}


def choose_again(
    session: Session, back: Sequence[Registration], pools: dict[UUID, UUID]
) -> tuple[int, list[SeatChange]]:
    """Take the places that answers of those who are back name; return how many were gone by now.

    `pools` are locked, `back` in the order in which they are served and not yet standing. A choice
    without a place is taken out of its answer.
    """
    if not pools or not back:
        return 0, []
    changes: list[SeatChange] = []
    gone = 0
    for answer, holder in _turns(session, back):
        kept: list[Any] = []
        for value in answer.value:
            option_id = as_id(value)
            pool_id = pools.get(option_id) if option_id is not None else None
            taken = seats.take(session, pool_id, 1) if pool_id is not None else None
            if pool_id is not None and taken is None:
                gone += 1
                continue
            kept.append(value)
            if taken is not None:
                changes.append(taken)
                session.add(ChoicePlace(registration_id=holder.id, option_id=option_id))
        if not kept:
            session.delete(answer)
        elif len(kept) < len(answer.value):
            answer.value = kept
    session.flush()
    return gone, changes


def _turns(session: Session, back: Sequence[Registration]) -> list[tuple[Answer, Registration]]:
    """Return the answers of those who are back, each with who holds its places, in their order.

    What was asked of a booking as a whole is left out where others of it stand, who hold it.
    """
    holders = {one.id: one for one in back}
    first: dict[UUID, Registration] = {}
    for one in back:
        first.setdefault(one.booking_id, one)
    standing = _standing(session, first, holders)
    order = {one.id: place for place, one in enumerate(back)}
    turns: list[tuple[Answer, Registration]] = []
    for answer in _answers(session, list(holders)):
        if answer.registration_id is not None:
            turns.append((answer, holders[answer.registration_id]))
        elif answer.booking_id not in standing:
            turns.append((answer, first[answer.booking_id]))
    return sorted(turns, key=lambda turn: (order[turn[1].id], turn[0].id))


def _answers(session: Session, registration_ids: Collection[UUID]) -> Sequence[Answer]:
    bookings = sa.select(Registration.booking_id).where(Registration.id.in_(registration_ids))
    return session.scalars(
        sa.select(Answer)
        .where(
            sa.or_(
                Answer.registration_id.in_(registration_ids),
                sa.and_(Answer.registration_id.is_(None), Answer.booking_id.in_(bookings)),
            )
        )
        .order_by(Answer.id)
        .execution_options(populate_existing=True)
    ).all()


def _standing(
    session: Session, booking_ids: Collection[UUID], but_for: Collection[UUID]
) -> set[UUID]:
    """Return the bookings of which others stand, who hold what was asked of the whole."""
    return set(
        session.scalars(
            sa.select(Registration.booking_id).where(
                Registration.booking_id.in_(booking_ids),
                Registration.id.not_in(but_for),
                Registration.state.in_(ACTIVE),
            )
        )
    )
