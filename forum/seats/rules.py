"""Pure seat arithmetic: bands that guests see, and who of those waiting fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from forum.core.errors import Conflict
from forum.core.i18n import sentence

FEW_SHARE = 0.2
ROUND_STEPS = (5, 10, 20, 50, 100, 200, 500, 1000)


class CapacityBelowTaken(Conflict):
    """The capacity would be lower than the seats already taken."""

    code = "capacity_below_taken"

    def __init__(self, taken: int) -> None:
        """Name the number that is taken."""
        super().__init__(
            sentence("%(taken)s seats are taken. Enter %(taken)s or more.", taken=taken),
            field="capacity",
        )


class PoolAbout(StrEnum):
    """What a pool counts: seats of guests, places in a session, or speakers, who take no seat."""

    EVENT = "event"
    SESSION = "session"
    SPEAKERS = "speakers"


class SeatAnswer(StrEnum):
    """What asking for seats came to."""

    TAKEN = "taken"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Band:
    """What guests are told of the seats: nothing much, fewer than some number, or full."""

    full: bool
    fewer_than: int | None = None


def band(capacity: int, taken: int, waiting: int = 0) -> Band:
    """Return the band: exact figures would change the page with each guest."""
    left = capacity - taken
    if left <= 0 or waiting > 0:
        return Band(full=True)
    if left > capacity * FEW_SHARE:
        return Band(full=False)
    step = next((step for step in ROUND_STEPS if left < step), None)
    return Band(full=False, fewer_than=step)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One party on a wait list, in the order in which it joined."""

    holder_id: UUID
    seats: int


def who_fits(waiting: Iterable[Waiting], free: int) -> Sequence[Waiting]:
    """Return the parties that are given seats: first come, whole, nobody passes another."""
    given: list[Waiting] = []
    for party in waiting:
        if party.seats > free:
            break
        free -= party.seats
        given.append(party)
    return given
