"""Choices with limited places (a lunch, a tour): taken with the registration, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.registrations.models import Option, Question
from forum.registrations.service.parties import AnswerGiven, Attendee, Choice, Party
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class ChoiceFull(Conflict):
    """The last place of a choice is gone; `option_id` says of which."""

    code = "choice_full"
    says = sentence("The last place of this choice has just been taken. Choose another.")

    def __init__(self, option_id: UUID) -> None:
        """Name the option."""
        self.option_id = option_id
        super().__init__(self.says, field=str(option_id))


def take_choices(session: Session, choices: Sequence[Choice]) -> list[seats.Outcome]:
    """Take places of limited choices, whose pools are locked already; raises ChoiceFull."""
    taken: list[seats.Outcome] = []
    for choice, number in Counter(choices).items():
        outcome = seats.take(session, choice.pool_id, number)
        if outcome is None:
            raise ChoiceFull(choice.option_id)
        taken.append(outcome)
    return taken


def with_limits(session: Session, event_id: UUID, party: Party) -> Party:
    """Return a party whose answers know which of their choices are limited at this moment.

    The event is locked, so that no limit comes or goes before the end of the transaction. One
    statement where anything was chosen at all, else none.
    """
    answers = [*party.answers, *(one for who in party.attendees for one in who.answers)]
    pools = limits_of(session, event_id, options_in(answers))
    if not pools and not party.choices:
        return party
    return replace(
        party,
        answers=limited(party.answers, pools),
        attendees=[replace(who, answers=limited(who.answers, pools)) for who in party.attendees],
    )


def attendee_with_limits(session: Session, event_id: UUID, who: Attendee) -> Attendee:
    """Do the same for somebody who joins a booking."""
    pools = limits_of(session, event_id, options_in(who.answers))
    return replace(who, answers=limited(who.answers, pools)) if who.answers else who


def options_in(answers: Iterable[AnswerGiven]) -> set[UUID]:
    """Return what in these answers may be the id of an option."""
    return {found for one in answers for value in one.value if (found := as_id(value))}


def limits_of(session: Session, event_id: UUID, option_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the pools of those options whose places are limited; at most one statement."""
    if not option_ids:
        return {}
    rows = session.execute(
        sa.select(Option.id, Option.pool_id)
        .join(Question, Question.id == Option.question_id)
        .where(
            Option.id.in_(option_ids),
            Option.pool_id.is_not(None),
            Question.event_id == event_id,
        )
    ).all()
    return {option_id: pool_id for option_id, pool_id in rows if pool_id is not None}


def limited(answers: Sequence[AnswerGiven], pools: dict[UUID, UUID]) -> list[AnswerGiven]:
    """Return answers with the limited ones among their choices."""
    return [
        replace(
            one,
            choices=tuple(
                Choice(found, pools[found])
                for value in one.value
                if (found := as_id(value)) in pools and found is not None
            ),
        )
        for one in answers
    ]


def as_id(value: object) -> UUID | None:
    """Return what in an answer may be the id of an option."""
    if not isinstance(value, str) or len(value) != len(str(UUID(int=0))):
        return None
    try:
        return UUID(value)
    except ValueError:
        return None
