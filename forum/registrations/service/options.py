"""The choices of a question: offered, withdrawn, with places that are limited or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.registrations.models import Answer, ChoicePlace, Option, Question, Registration
from forum.registrations.rules import ACTIVE, WITH_OPTIONS
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import CapacityBelowTaken, PoolAbout

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class OptionDetails:
    """A choice as its editor sees it; without an id a new one, without places unlimited."""

    id: UUID | None
    label: Text
    places: int | None = None


def set_options(
    session: Session,
    question: Question,
    wanted: Sequence[OptionDetails],
    now: datetime,
    *,
    keep: bool = True,
) -> list[dict[str, Any]]:
    """Make a question offer these choices in this order; return them as a wording keeps them.

    What is not among them is offered no more, and who chose it keeps it; with `keep` False it goes.
    The event is locked, so that nobody chooses meanwhile. Raises CapacityBelowTaken, whose field is
    the option's place in `wanted`, NotFound.
    """
    if question.kind not in WITH_OPTIONS:
        return []
    known = {
        one.id: one
        for one in session.scalars(
            sa.select(Option)
            .where(Option.question_id == question.id)
            .order_by(Option.id)
            .execution_options(populate_existing=True)
        )
    }
    _lock_pools(session, known.values())
    made: list[dict[str, Any]] = []
    for position, details in enumerate(wanted):
        option = _option(session, question, known, details, position)
        try:
            _set_places(session, question, option, details.places)
        except CapacityBelowTaken as error:
            error.field = f"options-{position}-places"
            raise
        made.append({"id": str(option.id), "label": dict(details.label.by_language)})
    offered = {UUID(one["id"]) for one in made}
    for option in known.values():
        if option.id not in offered:
            option.withdrawn_at = option.withdrawn_at or now
            if not keep:
                _set_places(session, question, option, None)
    session.flush()
    return made


def has_answers(session: Session, question_id: UUID) -> bool:
    """Say whether anybody has answered a question; one statement."""
    found = sa.select(Answer.id).where(Answer.question_id == question_id).limit(1)
    return session.execute(found).first() is not None


def _option(
    session: Session,
    question: Question,
    known: dict[UUID, Option],
    details: OptionDetails,
    position: int,
) -> Option:
    if details.id is None:
        option = Option(id=uuid7(), question_id=question.id, position=position)
        session.add(option)
        session.flush()
        return option
    if details.id not in known:
        raise NotFound
    option = known[details.id]
    option.position, option.withdrawn_at = position, None
    return option


def _lock_pools(session: Session, options: Sequence[Option] | Any) -> None:  # noqa: ANN401 - a view of a dictionary too
    for pool_id in sorted(one.pool_id for one in options if one.pool_id is not None):
        seats.lock(session, pool_id)


def _set_places(session: Session, question: Question, option: Option, places: int | None) -> None:
    """Limit a choice, change its limit, or lift it."""
    if option.pool_id is not None and places is not None:
        seats.set_capacity(session, option.pool_id, places, pass_on=False)
    elif option.pool_id is not None:
        pool_id, option.pool_id = option.pool_id, None
        session.flush()
        session.execute(sa.delete(ChoicePlace).where(ChoicePlace.option_id == option.id))
        session.execute(sa.delete(SeatPool).where(SeatPool.id == pool_id))
    elif places is not None:
        holders = _holders(session, question, option)
        if len(holders) > places:
            raise CapacityBelowTaken(len(holders))
        pool = seats.open_pool(session, question.event_id, places, PoolAbout.CHOICE)
        option.pool_id = pool.id
        if holders:
            seats.take(session, pool.id, len(holders))
            session.add_all(
                ChoicePlace(registration_id=one, option_id=option.id) for one in sorted(holders)
            )
        session.flush()


def _holders(session: Session, question: Question, option: Option) -> set[UUID]:
    """Return who chose it while its places were not limited: for a booking, its first who stands.

    Two statements.
    """
    rows = session.execute(
        sa.select(Answer.booking_id, Answer.registration_id, Answer.value).where(
            Answer.question_id == question.id
        )
    ).all()
    chose = [row for row in rows if str(option.id) in row.value]
    standing = session.execute(
        sa.select(Registration.id, Registration.booking_id)
        .where(
            Registration.booking_id.in_({row.booking_id for row in chose}),
            Registration.state.in_(ACTIVE),
        )
        .order_by(Registration.booking_id, Registration.position.desc(), Registration.id.desc())
    ).all()
    stands = {row.id for row in standing}
    first = {row.booking_id: row.id for row in standing}
    found = {row.registration_id or first.get(row.booking_id) for row in chose}
    return {one for one in found if one in stands and one is not None}
