"""Whom a change reaches: each room counts its own people, the page that asks adds nothing up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.i18n import Sentence


class Thing(StrEnum):
    """What somebody is known as, which says where the page on them is."""

    SPEAKER = "speaker"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a change reaches; `reference` is the end of the address of their page."""

    name: str
    thing: Thing
    reference: str


@dataclass(frozen=True, slots=True)
class Impact:
    """A number of people and what they are, such as 312 and "guests hold a seat".

    `mailed` says whether they are written to when the change is made. `people` names them, the
    first of them where they are many; none where nobody asks who they are.
    """

    number: int
    says: Sentence
    mailed: bool = False
    people: Sequence[Person] = ()


Counter = Callable[["Session", UUID], list[Impact]]

_COUNTERS: dict[str, list[Counter]] = defaultdict(list)


def counts_impact(thing: str) -> Callable[[Counter], Counter]:
    """Register who is reached by a change of a thing: "event" or "session", by its id."""

    def _keep(counter: Counter) -> Counter:
        if counter not in _COUNTERS[thing]:
            _COUNTERS[thing].append(counter)
        return counter

    return _keep


def impact_of(session: Session, thing: str, thing_id: UUID) -> list[Impact]:
    """Return what every room counts, without those that count nobody."""
    found = [impact for counter in _COUNTERS[thing] for impact in counter(session, thing_id)]
    return [impact for impact in found if impact.number]


def mailed(impacts: Iterable[Impact]) -> int:
    """Return how many people are written to."""
    return sum(impact.number for impact in impacts if impact.mailed)


@dataclass(frozen=True, slots=True)
class Releasing:
    """What is about to be released: the sessions whose guests are told, and speakers, by id.

    `names_guests` says whether who asks may see who is registered.
    """

    event_id: UUID
    sessions: frozenset[UUID]
    speakers: frozenset[UUID]
    now: datetime
    names_guests: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a release reaches; `all_guests` are all who could be told of it if that is wanted."""

    impacts: Sequence[Impact]
    all_guests: int = 0


ReleaseCounter = Callable[["Session", Releasing], Reach]

_RELEASE_COUNTERS: list[ReleaseCounter] = []


def counts_release(counter: ReleaseCounter) -> ReleaseCounter:
    """Register who counts the people that a release of a programme reaches."""
    if counter not in _RELEASE_COUNTERS:
        _RELEASE_COUNTERS.append(counter)
    return counter


def reach_of(session: Session, releasing: Releasing) -> Reach:
    """Return what every room counts together, without impacts on nobody."""
    found = [counter(session, releasing) for counter in _RELEASE_COUNTERS]
    return Reach(
        [impact for reach in found for impact in reach.impacts if impact.number],
        sum(reach.all_guests for reach in found),
    )
