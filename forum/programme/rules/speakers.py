"""Speakers at an event: whether they come, and what becomes of what they want changed."""

from __future__ import annotations

from enum import StrEnum

from forum.core.errors import Conflict
from forum.core.i18n import sentence

LONGEST_SURNAME = 100
LONGEST_CONTACT_NOTE = 2000
MOST_LINKS = 8


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


def check_engagement_move(state: EngagementState, wanted: EngagementState) -> None:
    """Raise IllegalAnswer unless the table allows the step."""
    if wanted not in ENGAGEMENT_MOVES[state]:
        raise IllegalAnswer
