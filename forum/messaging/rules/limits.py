"""How much mail goes out within a time: what is left of a limit, and when there is more again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NOD_ABOVE = 500
"""Above so many recipients a second person agrees, unless the organisation sets another number."""

MOST_A_MINUTE = 10_000
MOST_A_DAY_OF_ALL = 1_000_000
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SHORTEST_WAIT = timedelta(seconds=5)
"""So that a limit that is used up is looked at now and then, not at each mail."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many mails within any span of this length."""

    most: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class Used:
    """What has gone out within a limit's span: how many, and when the earliest of them."""

    limit: Limit
    number: int
    earliest: datetime | None

    @property
    def left(self) -> int:
        """How many more may go out now."""
        return max(0, self.limit.most - self.number)

    def opens_at(self, now: datetime) -> datetime:
        """Return when the next one may go out: when the earliest has left the span, at the soonest.

        Of what is just being sent nobody knows the time yet: that is looked at again soon.
        """
        free = self.earliest + self.limit.span if self.earliest else now
        return max(free, now + SHORTEST_WAIT)


def left_of(used: Iterable[Used], most: int) -> int:
    """Return how many may go out under all of these limits, at most so many."""
    return min((one.left for one in used), default=most)


def held_until(used: Iterable[Used], now: datetime) -> datetime | None:
    """Return until when nothing may go out, None where something may."""
    return max((one.opens_at(now) for one in used if not one.left), default=None)
