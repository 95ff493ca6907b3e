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


class NoRoomForBlock(Conflict):
    """Fewer seats are free than are to be kept aside."""

    code = "no_room_for_block"

    def __init__(self, left: int) -> None:
        """Name how many are free."""
        super().__init__(
            sentence("Only %(left)s seats are free to be kept aside.", left=left), field="kept"
        )


class PoolAbout(StrEnum):
    """What a pool counts.

    EVENT: seats of an event. TYPE: seats of a ticket type beside them. LIMIT: how many of the
    event's seats a type may take. BLOCK: seats kept aside out of another pool. CHOICE: places of an
    answer. SESSION: places in a session. SPEAKERS and STAND_BY grow with those who are let in.
    """

    EVENT = "event"
    TYPE = "type"
    LIMIT = "limit"
    BLOCK = "block"
    CHOICE = "choice"
    SESSION = "session"
    SPEAKERS = "speakers"
    STAND_BY = "stand_by"


class WaitOrder(StrEnum):
    """Who of those waiting is given a freed seat: who came first, or whose lot is drawn."""

    FIRST_COME = "first_come"
    DRAW = "draw"


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


def who_fits(
    waiting: Iterable[Waiting], free: int, *, smaller_pass: bool = False
) -> Sequence[Waiting]:
    """Return the parties that are given seats, whole, in their order.

    Nobody passes a larger party that does not fit, unless `smaller_pass`.
    """
    given: list[Waiting] = []
    for party in waiting:
        if party.seats <= free:
            free -= party.seats
            given.append(party)
        elif not smaller_pass:
            break
    return given
