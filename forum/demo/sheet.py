"""What guests of the sample event are asked about the day, and what the sample guests answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.demo import guest_words as said
from forum.registrations import service
from forum.registrations.queries.questions import AskedQuestion, all_questions
from forum.registrations.rules import QuestionKind
from forum.registrations.rules.ready_questions import (
    ACCESS_NEEDS,
    DIETARY_NEEDS,
    HEADSET,
    ReadyQuestion,
)
from forum.registrations.service import AnswerGiven, OptionDetails, QuestionDetails
from forum.registrations.service.questions import details_of

LUNCHES = 40
EATING = 2
"""Of three."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions that the sample guests have answered."""

    lunch: AskedQuestion
    diet: AskedQuestion
    access: AskedQuestion
    headset: AskedQuestion

    def answers(self, number: int) -> list[AnswerGiven]:
        """Return what the guest of this number says: two of three eat, half of them a diet."""
        eats = number % 3 < EATING
        said_so = [_choosing(self.lunch, 0 if eats else 1)]
        if eats and number % 2:
            said_so.append(_choosing(self.diet, number % (len(self.diet.options) - 1)))
        access = AnswerGiven(self.access.id, self.access.version_id, ("no",))
        return [*said_so, access, _choosing(self.headset, number % len(self.headset.options))]


def ask_about_the_day(event_id: UUID, type_ids: frozenset[UUID], now: datetime) -> Sheet:
    """Ask these types about lunch and, who stays for it, food; about access, and headsets."""
    lunch = QuestionDetails(
        said.LUNCH,
        said.LUNCH_HINT,
        required=True,
        type_ids=type_ids,
        options=(OptionDetails(None, said.WITH_LUNCH, LUNCHES), OptionDetails(None, said.NO_LUNCH)),
    )
    lunch_id = service.add_question(SYSTEM, event_id, QuestionKind.ONE, lunch, now=now)
    eats = (str(_as_asked(event_id)[lunch_id].options[0].id),)
    needs = {"type_ids": type_ids, "needs_id": lunch_id, "needs_values": eats}
    diet_id = _ask(event_id, DIETARY_NEEDS, now, **needs)
    access_id = _ask(event_id, ACCESS_NEEDS, now, type_ids=type_ids)
    if ACCESS_NEEDS.follow is not None:
        yes = tuple(map(str, ACCESS_NEEDS.opened_by))
        needs = {"type_ids": type_ids, "needs_id": access_id, "needs_values": yes}
        _ask(event_id, ACCESS_NEEDS.follow, now, **needs)
    headset_id = _ask(event_id, HEADSET, now, type_ids=type_ids)
    asked = _as_asked(event_id)
    return Sheet(asked[lunch_id], asked[diet_id], asked[access_id], asked[headset_id])


def _ask(event_id: UUID, ready: ReadyQuestion, now: datetime, **given: Any) -> UUID:  # noqa: ANN401 - one value a field
    details = replace(details_of(ready), **given)
    return service.add_question(SYSTEM, event_id, ready.kind, details, now=now)


def _as_asked(event_id: UUID) -> dict[UUID, AskedQuestion]:
    found = all_questions(event_id, withdrawn=False)
    db.session.rollback()
    return {one.id: one for one in found}


def _choosing(asked: AskedQuestion, place: int) -> AnswerGiven:
    return AnswerGiven(asked.id, asked.version_id, (str(asked.options[place].id),))
