"""Speakers at an event: whether they come, and what becomes of what they want changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.events.rules import EventState

LONGEST_SURNAME = 100
LONGEST_CONTACT_NOTE = 2000
MOST_LINKS = 8
ASKED_ONCE = timedelta(minutes=1)
"""Asking again within this is the same button pressed twice."""

LATE_SLIDES = timedelta(days=60)
"""For so long after an event its speakers may still send slides."""


class EngagementState(StrEnum):
    """Where a speaker stands with an event; who is merely planned has not been asked."""

    PLANNED = "planned"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


ENGAGEMENT_MOVES: dict[EngagementState, frozenset[EngagementState]] = {
    EngagementState.PLANNED: frozenset(
        {EngagementState.ASKED, EngagementState.CONFIRMED, EngagementState.DECLINED}
    ),
    EngagementState.ASKED: frozenset({EngagementState.CONFIRMED, EngagementState.DECLINED}),
    EngagementState.CONFIRMED: frozenset({EngagementState.DECLINED}),
    EngagementState.DECLINED: frozenset({EngagementState.CONFIRMED, EngagementState.ASKED}),
}


class ProposalState(StrEnum):
    """What became of a change that a speaker asked for."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"


class IllegalAnswer(Conflict):
    """The speaker's standing does not allow this step."""

    code = "illegal_answer"
    says = sentence("That is how it stands already.")


class EventIsOver(Conflict):
    """The event is cancelled or over: what a speaker says of it no longer reaches anybody."""

    code = "event_is_over"
    says = sentence("The event is cancelled or over. Write to the organiser instead.")


def was_just_asked(state: EngagementState, asked_at: datetime | None, now: datetime) -> bool:
    """Say whether a speaker has been asked a moment ago and has not answered."""
    return state is EngagementState.ASKED and asked_at is not None and now - asked_at < ASKED_ONCE


def check_speaker_heard(
    event: EventState, ends_at: datetime, now: datetime, *, spare: timedelta = timedelta(0)
) -> None:
    """Raise EventIsOver once an event is cancelled or over, by this much where `spare` says so."""
    if event is EventState.CANCELLED or ends_at + spare <= now:
        raise EventIsOver


def check_engagement_move(state: EngagementState, wanted: EngagementState) -> None:
    """Raise IllegalAnswer unless the table allows the step."""
    if wanted not in ENGAGEMENT_MOVES[state]:
        raise IllegalAnswer
