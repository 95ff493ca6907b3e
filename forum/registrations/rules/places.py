"""Pure decisions about places in sessions: what clashes, and why nobody may sign up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.programme.rules import SessionState

MOST_STARS = 200
"""So many stars are carried over from a device at once."""


class OwnSlot(Protocol):
    """A session as far as a guest's own day is concerned."""

    @property
    def id(self) -> UUID:
        """The session."""

    @property
    def starts_at(self) -> datetime | None:
        """Its start, None while it has no time."""

    @property
    def ends_at(self) -> datetime | None:
        """Its end."""

    @property
    def state(self) -> SessionState:
        """Where it stands."""


class NotConfirmed(Conflict):
    """Places in sessions are for guests who have a seat at the event."""

    code = "not_confirmed"
    says = sentence("Places in sessions are for confirmed guests. You can sign up once you are.")


class NoSignUp(Conflict):
    """Nobody can sign up for the session at this moment; the sentence says why."""

    code = "no_sign_up"


class PlaceClash(Conflict):
    """The guest has signed up for another session at the same time; `others` are those."""

    code = "place_clash"

    def __init__(self, wanted: str, other: str, others: tuple[UUID, ...]) -> None:
        """Name the first of them."""
        self.others = others
        super().__init__(
            sentence(
                "“%(wanted)s” is at the same time as “%(other)s”, for which you signed up.",
                wanted=wanted,
                other=other,
            )
        )


class NothingFree(Conflict):
    """A place is not given up for a turn on a wait list."""

    code = "nothing_free"
    says = sentence(
        "No place is left there, so nothing was changed. To wait for one, leave the other first."
    )


def overlap(one: OwnSlot, other: OwnSlot) -> bool:
    """Say whether nobody can be in both; cancelled and untimed sessions hinder nobody."""
    cancelled = SessionState.CANCELLED in {one.state, other.state}
    if cancelled or not (one.starts_at and one.ends_at and other.starts_at and other.ends_at):
        return False
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


Slot = TypeVar("Slot", bound=OwnSlot)


def overlapping(wanted: OwnSlot, own: Iterable[Slot]) -> list[Slot]:
    """Return which of a guest's sessions are at the same time as another one."""
    return [one for one in own if one.id != wanted.id and overlap(wanted, one)]
