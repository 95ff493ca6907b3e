"""Sessions that the same people signed up for: the room that keeps sign-ups counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Shared = Mapping[tuple[UUID, UUID], int]
"""How many people hold a place in both of two sessions; each pair stands once."""

SharedCounter = Callable[["Session", UUID], Shared]

_COUNTERS: list[SharedCounter] = []


def counts_conflicts(counter: SharedCounter) -> SharedCounter:
    """Register who counts, of an event by its id, the people that two sessions share."""
    if counter not in _COUNTERS:
        _COUNTERS.append(counter)
    return counter


def shared_people(session: Session, event_id: UUID) -> Shared:
    """Return what all rooms count together; the pairs in the order of their ids."""
    found: Counter[tuple[UUID, UUID]] = Counter()
    for counter in _COUNTERS:
        for (one, other), number in counter(session, event_id).items():
            found[(one, other) if one < other else (other, one)] += number
    return {pair: number for pair, number in found.items() if number}
