"""Counting limited choices from the answers and from the places held, for `forum doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from forum.core import clock
from forum.core.db import db
from forum.events.models import Event
from forum.registrations.models import Answer, ChoicePlace, Option, Question, Registration
from forum.registrations.rules import ACTIVE, AskedPer
from forum.registrations.service.choosing import as_id


@dataclass(frozen=True, slots=True)
class ChoiceRecount:
    """A limited option: `without` chose it and hold no place, `unasked` hold one nobody chose.

    Both are counted of registrations and bookings that stand. After the event answers are erased
    while places stay: `unasked` says nothing then.
    """

    slug: str
    option: str
    over: bool
    without: int
    unasked: int

    @property
    def name(self) -> str:
        """What it counts."""
        return f"{self.slug}, option {self.option}"

    @property
    def agrees(self) -> bool:
        """Whether who chose it holds a place, and nobody else does."""
        return not self.without and (self.over or not self.unasked)


def recount_choices(slug: str | None = None) -> Sequence[ChoiceRecount]:
    """Compare answers and places of every limited option of one event, or of all; three statements.

    A place that a booking as a whole asked for may be held by any registration of it that stands.
    """
    limited = (
        sa.select(Option.id, Option.question_id, Event.slug, Event.ends_at)
        .join(Question, Question.id == Option.question_id)
        .join(Event, Event.id == Question.event_id)
        .where(Option.pool_id.is_not(None))
        .order_by(Event.slug, Option.question_id, Option.position, Option.id)
    )
    if slug is not None:
        limited = limited.where(Event.slug == slug)
    options = db.session.execute(limited).all()
    if not options:
        return []
    chosen, held = _chosen(), _held()
    now = clock.now()
    return [
        ChoiceRecount(
            row.slug,
            str(row.id),
            row.ends_at <= now,
            len(chosen.get(row.id, set()) - held.get(row.id, set())),
            len(held.get(row.id, set()) - chosen.get(row.id, set())),
        )
        for row in options
    ]


def _chosen() -> dict[UUID, set[UUID]]:
    """Return by option who answers with it: registrations, and bookings as a whole."""
    limited = sa.select(Option.question_id).where(Option.pool_id.is_not(None))
    whole = sa.exists().where(
        Registration.booking_id == Answer.booking_id, Registration.state.in_(ACTIVE)
    )
    rows = db.session.execute(
        sa.select(Answer.registration_id, Answer.booking_id, Answer.value)
        .outerjoin(Registration, Registration.id == Answer.registration_id)
        .where(
            Answer.question_id.in_(limited),
            sa.or_(
                Registration.state.in_(ACTIVE),
                sa.and_(Answer.registration_id.is_(None), whole.correlate(Answer)),
            ),
        )
    ).all()
    found: dict[UUID, set[UUID]] = {}
    for registration_id, booking_id, value in rows:
        for one in value:
            if (option_id := as_id(one)) is not None:
                found.setdefault(option_id, set()).add(registration_id or booking_id)
    return found


def _held() -> dict[UUID, set[UUID]]:
    """Return by option who holds a place of it: registrations, and bookings as a whole."""
    rows = db.session.execute(
        sa.select(ChoicePlace.option_id, Registration.id, Registration.booking_id, Question.per)
        .join(Registration, Registration.id == ChoicePlace.registration_id)
        .join(Option, Option.id == ChoicePlace.option_id)
        .join(Question, Question.id == Option.question_id)
        .where(Option.pool_id.is_not(None))
    ).all()
    found: dict[UUID, set[UUID]] = {}
    for option_id, registration_id, booking_id, per in rows:
        holder = booking_id if per is AskedPer.BOOKING else registration_id
        found.setdefault(option_id, set()).add(holder)
    return found
