"""Choices with limited places out of a guest list: taken while places are left, with their answers.

The event is shared and the pools are held, so that no limit comes or goes meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.i18n import Sentence, sentence
from forum.registrations.models import ChoicePlace, Option
from forum.registrations.service.parties import AnswerGiven
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.queries.questions import AskedQuestion
    from forum.registrations.service.reading_guests import GuestRow
    from forum.registrations.service.seating import SeatChange


@dataclass(slots=True)
class LimitedOptions:
    """Options with limited places that the columns of a file may name, and who holds them."""

    pools: dict[UUID, UUID] = field(default_factory=dict)
    of_question: dict[UUID, set[UUID]] = field(default_factory=dict)
    held: dict[UUID, set[UUID]] = field(default_factory=dict)
    changes: list[SeatChange] = field(default_factory=list)

    def read_holders(self, session: Session, registration_ids: Sequence[UUID]) -> None:
        """Read which places these guests hold, whose rows are held; one statement or none."""
        if not self.pools or not registration_ids:
            return
        rows = session.execute(
            sa.select(ChoicePlace.registration_id, ChoicePlace.option_id).where(
                ChoicePlace.registration_id.in_(registration_ids),
                ChoicePlace.option_id.in_(self.pools),
            )
        )
        for registration_id, option_id in rows:
            self.held.setdefault(registration_id, set()).add(option_id)

    def move(self, session: Session, registration_id: UUID, answer: AnswerGiven) -> bool:
        """Take the places that an answer names and give up the others of its question.

        Return whether there were any left; without them nothing is changed.
        """
        mine = self.held.get(registration_id, set())
        before = mine & self.of_question.get(answer.question_id, set())
        wanted = {choice.option_id for choice in answer.choices}
        taken: list[UUID] = []
        for option_id in sorted(wanted - before):
            outcome = seats.take(session, self.pools[option_id], 1)
            if outcome is None:
                for one in taken:
                    self._leave(session, registration_id, one)
                return False
            taken.append(option_id)
            self.changes.append(outcome)
        for option_id in sorted(before - wanted):
            self._leave(session, registration_id, option_id)
            session.execute(
                sa.delete(ChoicePlace).where(
                    ChoicePlace.registration_id == registration_id,
                    ChoicePlace.option_id == option_id,
                )
            )
        session.add_all(
            ChoicePlace(registration_id=registration_id, option_id=one) for one in taken
        )
        self.held[registration_id] = (mine - before) | wanted
        return True

    def _leave(self, session: Session, registration_id: UUID, option_id: UUID) -> None:
        pool_id = self.pools[option_id]
        self.changes.append(
            seats.leave(session, pool_id, registration_id, 1, seated=True, pass_on=False)
        )


def limited_options(
    session: Session, questions: Sequence[AskedQuestion], rows: Sequence[GuestRow]
) -> LimitedOptions:
    """Return the limited options of the questions that these rows answer; one statement or none."""
    named = {what for row in rows for what in row.answers}
    asked = [one.id for one in questions if one.options and str(one.id) in named]
    found = LimitedOptions()
    if not asked:
        return found
    options = session.execute(
        sa.select(Option.id, Option.question_id, Option.pool_id).where(
            Option.question_id.in_(asked), Option.pool_id.is_not(None)
        )
    )
    for option_id, question_id, pool_id in options:
        if pool_id is not None:
            found.pools[option_id] = pool_id
            found.of_question.setdefault(question_id, set()).add(option_id)
    return found


def keep_possible(
    session: Session,
    limited: LimitedOptions,
    registration_id: UUID,
    row: GuestRow,
    answers: Sequence[AnswerGiven],
) -> tuple[list[AnswerGiven], list[Sentence]]:
    """Return the answers whose places are taken, and why others are not."""
    kept: list[AnswerGiven] = []
    refused: list[Sentence] = []
    for answer in answers:
        limits = answer.question_id in limited.of_question
        if not limits or limited.move(session, registration_id, answer):
            kept.append(answer)
        else:
            cell = row.answers.get(str(answer.question_id), "")[:80]
            refused.append(
                sentence("The guest is taken in, but “%(cell)s” has no place left.", cell=cell)
            )
    return kept, refused
