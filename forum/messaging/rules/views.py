"""By what an organiser looks through an event's messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.i18n import Sentence, sentence
from forum.messaging.rules import Kind, MessageState

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SEARCH = 100
MOST_AT_ONCE = 5_000
"""So many failed messages are sent again in one act."""


class View(StrEnum):
    """A tab of the list."""

    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"
    BOUNCED = "bounced"

    @property
    def states(self) -> tuple[MessageState, ...]:
        """The states that stand under it."""
        if self is View.WAITING:
            return (MessageState.QUEUED, MessageState.SENDING)
        return (MessageState(self.value),)


VIEW_WORDS: Mapping[View, Sentence] = MappingProxyType(
    {
        View.WAITING: sentence("Waiting"),
        View.SENT: sentence("Sent"),
        View.KEPT: sentence("Kept"),
        View.FAILED: sentence("Failed"),
        View.BOUNCED: sentence("Came back"),
    },
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages are asked for; `about` is a registration, an invitation or a speaker."""

    view: View | None = None
    kind: Kind | None = None
    search: str = ""
    about: UUID | None = None
    announcement: UUID | None = None

    @property
    def anything_else(self) -> bool:
        """Whether more than a tab is asked for, so that its count does not fit."""
        return bool(self.kind or self.search or self.about or self.announcement)


def in_view(counts: Mapping[MessageState, int], view: View) -> int:
    """Return how many stand under a tab."""
    return sum(counts[state] for state in view.states)
