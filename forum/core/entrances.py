"""Where things let their holders in, as a higher room knows: the doors that a ticket type opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from forum.core.text import Text


@dataclass(frozen=True, slots=True)
class Entrance:
    """A door, and the only things that it lets in; nothing named means all of them."""

    name: Text
    only: frozenset[UUID] = frozenset()

    def admits(self, thing_id: UUID) -> bool:
        """Say whether it lets a thing in."""
        return not self.only or thing_id in self.only


Finder = Callable[[UUID], Sequence[Entrance]]

_FINDERS: list[Finder] = []


def finds_entrances(finder: Finder) -> Finder:
    """Register who knows the doors of an event, by its id, in one read."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)
    return finder


def entrances_of(event_id: UUID) -> list[Entrance]:
    """Return the doors of an event that every room knows, in order."""
    return [one for finder in _FINDERS for one in finder(event_id)]


def may_enter(entrances: Sequence[Entrance], thing_id: UUID) -> list[Text] | None:
    """Return the names of the doors that let a thing in; None where all of them do."""
    open_to = [one.name for one in entrances if one.admits(thing_id)]
    return None if len(open_to) == len(entrances) else open_to
