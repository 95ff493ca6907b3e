"""Answers that the organiser wants and a guest has not given: named on the page of the booking.

They are open where a question came later, where somebody was entered by hand, or where a reply came
by letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core.text import Fragment
from forum.registrations.queries.answers import answers_of_booking, answers_of_registrations
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import AskedPer, shown_ids
from forum.site.booking.answering import asked_of

if TYPE_CHECKING:
    from forum.registrations.queries.questions import AskedQuestion
    from forum.site.booking.sight import Sight


@dataclass(frozen=True, slots=True)
class StillOpen:
    """Questions that wait for an answer of one person (no name: of the booking), and where."""

    name: str
    questions: Sequence[Fragment]
    href: str


def still_open(sight: Sight, key: str, now: datetime) -> list[StillOpen]:
    """Return what is still to be answered; no statement where no answer is wanted, else six."""
    named = [one for one in sight.standing if one.name]
    if not sight.wants or not named or not sight.takes_changes(now):
        return []
    questions = questions_for(sight.event.id)
    given = answers_of_registrations([one.id for one in named], sensitive=True)
    found = []
    for one in named:
        asked = asked_of(sight, one, [it for it in questions if it.is_for(one.ticket_type_id)])
        own = {it.question_id: it.value for it in given[one.id] if it.per is AskedPer.ATTENDEE}
        missing = _missing(asked, AskedPer.ATTENDEE, own)
        found.append((one.name, missing, sight.at(one, "change")))
    if AskedPer.BOOKING in sight.wants and not sight.is_own:
        first = sight.standing[0]
        asked = [it for it in questions if it.is_for(first.ticket_type_id)]
        whole = {it.question_id: it.value for it in answers_of_booking(sight.booking.id)}
        found.append(("", _missing(asked, AskedPer.BOOKING, whole), f"{sight.base}/answers"))
    order = sight.event.languages
    return [
        StillOpen(name, [it.label.pick(key, order) for it in missing], href)
        for name, missing, href in found
        if missing
    ]


def _missing(
    questions: Sequence[AskedQuestion], per: AskedPer, given: Mapping[UUID, Sequence[Any]]
) -> list[AskedQuestion]:
    asked = [one for one in questions if one.per is per]
    shown = shown_ids(asked, {one: [str(it) for it in value] for one, value in given.items()})
    return [one for one in asked if one.required and one.id in shown and not given.get(one.id)]
