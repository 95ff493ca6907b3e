"""Places of limited choices of those who leave: handed on within their booking, else given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.registrations.models import ChoicePlace, Option, Question, Registration
from forum.registrations.rules import ACTIVE, AskedPer
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def leave_choices(session: Session, registration_ids: Collection[UUID]) -> bool:
    """Take the places of those who leave; say whether any became free.

    Their bookings and the pools are locked. What was asked of the booking as a whole stays its own
    while anybody of it stands: the next one holds the place then. One statement where nobody of
    them holds a place.
    """
    held = session.execute(
        sa.select(ChoicePlace.registration_id, ChoicePlace.option_id, Option.pool_id, Question.per)
        .join(Option, Option.id == ChoicePlace.option_id)
        .join(Question, Question.id == Option.question_id)
        .where(ChoicePlace.registration_id.in_(registration_ids))
        .order_by(ChoicePlace.registration_id, ChoicePlace.option_id)
    ).all()
    if not held:
        return False
    of_booking = {row.registration_id for row in held if row.per is AskedPer.BOOKING}
    heirs = _heirs(session, of_booking, registration_ids)
    session.execute(sa.delete(ChoicePlace).where(ChoicePlace.registration_id.in_(registration_ids)))
    passed_on: set[tuple[UUID, UUID]] = set()
    freed: Counter[UUID] = Counter()
    for row in held:
        heir = heirs.get(row.registration_id) if row.per is AskedPer.BOOKING else None
        if heir is not None and (heir, row.option_id) not in passed_on:
            passed_on.add((heir, row.option_id))
        elif row.pool_id is not None:
            freed[row.pool_id] += 1
    if passed_on:
        # Nothing is flushed yet: those who leave have new states and still count as seated.
        session.execute(
            sa.insert(ChoicePlace),
            [
                {"registration_id": heir, "option_id": option_id}
                for heir, option_id in sorted(passed_on)
            ],
        )
    for pool_id, number in sorted(freed.items()):
        seats.leave(session, pool_id, pool_id, number, seated=True, pass_on=False)
    return bool(freed)


def _heirs(
    session: Session, holders: Collection[UUID], leaving: Collection[UUID]
) -> dict[UUID, UUID]:
    """Return for each holder the first of the same booking who goes on standing."""
    if not holders:
        return {}
    rows = session.execute(
        sa.select(Registration.id, Registration.booking_id, Registration.state)
        .where(
            Registration.booking_id.in_(
                sa.select(Registration.booking_id).where(Registration.id.in_(holders))
            )
        )
        .order_by(Registration.position, Registration.id)
    ).all()
    first: dict[UUID, UUID] = {}
    for row in rows:
        if row.state in ACTIVE and row.id not in leaving:
            first.setdefault(row.booking_id, row.id)
    return {row.id: first[row.booking_id] for row in rows if row.booking_id in first}
