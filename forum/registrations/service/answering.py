"""Changing answers: places of limited choices are taken and freed with them, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.revisions import ChangedMeanwhile
from forum.registrations.models import (
    Answer,
    AnswerFile,
    ChoicePlace,
    Option,
    Question,
    Registration,
)
from forum.registrations.rules import ACTIVE, AlreadyCancelled
from forum.registrations.service import seating
from forum.registrations.service.answer_files import claim_files, files_of
from forum.registrations.service.cancelling import Held, hold
from forum.registrations.service.choosing import (
    limited,
    limits_of,
    options_in,
    take_choices,
)
from forum.registrations.service.holding import event_of
from forum.registrations.service.parties import AnswerGiven, Choice
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet as it was sent: `asked` are all of its questions, answered or not."""

    answers: Sequence[AnswerGiven]
    asked: Collection[UUID]
    lang: str


def change_answers(
    actor: Actor,
    registration_id: UUID,
    filled: Filled,
    *,
    now: datetime,
    revision: int | None = None,
) -> bool:
    """Set what an attendee answered; return whether anything changed.

    What is answered as before keeps the wording it answered. A choice that is left frees its place
    for others, one that is taken needs a free place. Raises ChoiceFull, FileGone, AlreadyCancelled,
    NotFound, and ChangedMeanwhile where `revision` is outdated; then nothing is changed.
    """
    with writing() as session:
        # No limit of a choice comes or goes while the event is shared.
        event_id = event_of(session, Registration.id == registration_id).id
        pools = limits_of(session, event_id, options_in(filled.answers))
        held = hold(session, [registration_id], more_pools=list(pools.values()))
        one = held.registrations[0]
        if one.state not in ACTIVE:
            raise AlreadyCancelled
        if revision is not None and one.revision != revision:
            raise ChangedMeanwhile
        mine = Answer.registration_id == one.id
        if not _set(session, actor, held, filled, _Whose(one, mine, pools), now):
            return False
        one.changed_at = now
        one.revision += 1
        return True


def change_booking_answers(
    actor: Actor, booking_id: UUID, filled: Filled, *, now: datetime
) -> bool:
    """Set what was answered for a booking as a whole; see `change_answers`."""
    with writing() as session:
        event_id = event_of(session, Registration.booking_id == booking_id).id
        pools = limits_of(session, event_id, options_in(filled.answers))
        ids = session.scalars(
            sa.select(Registration.id)
            .where(Registration.booking_id == booking_id)
            .order_by(Registration.position, Registration.id)
        ).all()
        held = hold(session, ids, more_pools=list(pools.values()))
        standing = [one for one in held.registrations if one.state in ACTIVE]
        if not standing:
            raise AlreadyCancelled
        first = min(standing, key=lambda one: (one.position, one.id))
        mine = sa.and_(Answer.booking_id == booking_id, Answer.registration_id.is_(None))
        return _set(session, actor, held, filled, _Whose(first, mine, pools, whole=True), now)


@dataclass(frozen=True, slots=True)
class _Whose:
    """Who answers, and holds the places; `mine` finds the answers, `pools` limit the choices."""

    holder: Registration
    mine: sa.ColumnElement[bool]
    pools: dict[UUID, UUID]
    whole: bool = False


def _set(
    session: Session, actor: Actor, held: Held, filled: Filled, whose: _Whose, now: datetime
) -> bool:
    one, asked = whose.holder, list(filled.asked)
    known = {
        answer.question_id: answer
        for answer in session.scalars(
            sa.select(Answer)
            .where(whose.mine, Answer.question_id.in_(asked))
            .execution_options(populate_existing=True)
        )
    }
    given = {answer.question_id: answer for answer in filled.answers if answer.question_id in asked}
    touched = [
        question_id
        for question_id in sorted({*known, *given})
        if (list(given[question_id].value) if question_id in given else None)
        != (list(known[question_id].value) if question_id in known else None)
    ]
    if not touched:
        return False
    _check_own(session, held.event.id, [given[it] for it in touched if it in given])
    bands = _move_places(
        session, held, whose, [given[it] for it in touched if it in given], touched
    )
    _drop_files(session, [known[it] for it in touched if it in known], list(given.values()))
    for question_id in touched:
        answer, wanted = known.get(question_id), given.get(question_id)
        if wanted is None:
            session.delete(answer)
        elif answer is not None:
            answer.version_id, answer.value = wanted.version_id, list(wanted.value)
            answer.lang, answer.answered_at = filled.lang, now
        else:
            session.add(_row(whose, wanted, filled.lang, now))
    session.flush()
    claim_files(session, held.event.id, one.booking_id, files_of(given.values()))
    thing = ("booking", one.booking_id) if whose.whole else ("registration", one.id)
    what = "booking.answers_changed" if whose.whole else "registration.answers_changed"
    noted = {"questions": [str(it) for it in touched]}
    audit.record(session, actor, what, thing, held.event.organisation_id, noted, now)
    seating.drop_pages(session, held.event.id, *bands)
    return True


def _row(whose: _Whose, wanted: AnswerGiven, lang: str, now: datetime) -> Answer:
    one = whose.holder
    return Answer(
        event_id=one.event_id,
        question_id=wanted.question_id,
        version_id=wanted.version_id,
        booking_id=one.booking_id,
        registration_id=None if whose.whole else one.id,
        value=list(wanted.value),
        lang=lang,
        answered_at=now,
    )


def _check_own(session: Session, event_id: UUID, given: Sequence[AnswerGiven]) -> None:
    """Refuse questions of other events."""
    ids = {one.question_id for one in given}
    own = session.scalars(
        sa.select(Question.id).where(Question.id.in_(ids), Question.event_id == event_id)
    ).all()
    if len(own) != len(ids):
        raise NotFound


def _move_places(
    session: Session,
    held: Held,
    whose: _Whose,
    given: Sequence[AnswerGiven],
    touched: Sequence[UUID],
) -> list[seating.SeatChange]:
    """Free the places that are left, then take those that are wanted; all pools are held."""
    own = [one.id for one in held.registrations] if whose.whole else [whose.holder.id]
    before = session.execute(
        sa.select(ChoicePlace.registration_id, Option.id, Option.pool_id)
        .join(Option, Option.id == ChoicePlace.option_id)
        .where(ChoicePlace.registration_id.in_(own), Option.question_id.in_(touched))
    ).all()
    wanted = {
        choice.option_id: choice
        for answer in limited(given, whose.pools)
        for choice in answer.choices
    }
    bands: list[seating.SeatChange] = []
    kept: set[UUID] = set()
    for registration_id, option_id, pool_id in before:
        if option_id in wanted:
            kept.add(option_id)
            continue
        session.execute(
            sa.delete(ChoicePlace).where(
                ChoicePlace.registration_id == registration_id, ChoicePlace.option_id == option_id
            )
        )
        if pool_id is not None:
            bands.append(
                seats.leave(session, pool_id, registration_id, 1, seated=True, pass_on=False)
            )
    new = [
        Choice(one.option_id, one.pool_id) for one in wanted.values() if one.option_id not in kept
    ]
    bands += take_choices(session, new)
    session.add_all(
        ChoicePlace(registration_id=whose.holder.id, option_id=one.option_id) for one in new
    )
    return bands


def _drop_files(session: Session, before: Sequence[Answer], given: Sequence[AnswerGiven]) -> None:
    """Forget files that answer nothing any more; the sweep deletes their bytes."""
    kept = files_of(given)
    lost = {
        UUID(str(value["file"]))
        for answer in before
        for value in answer.value
        if isinstance(value, dict) and UUID(str(value["file"])) not in kept
    }
    if lost:
        session.execute(sa.delete(AnswerFile).where(AnswerFile.id.in_(lost)))
