"""The whole story of a thing in one line of time: each room tells its own part of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.i18n import Sentence


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened: when, in words, and by whom where it was somebody of the house.

    `note` is what a person typed about it. `kind` is the class of a status word: go, look, stop,
    info or none. `path` follows /manage/{event}/ where a page tells more.
    """

    at: datetime
    says: Sentence
    by: str = ""
    note: str = ""
    kind: str = ""
    path: str = ""


Teller = Callable[["Session", UUID, int], Sequence[Told]]

_TELLERS: dict[str, list[Teller]] = defaultdict(list)


def tells_story(thing: str) -> Callable[[Teller], Teller]:
    """Register who tells of a thing, such as "registration", by its id: the newest so many."""

    def _keep(teller: Teller) -> Teller:
        if teller not in _TELLERS[thing]:
            _TELLERS[thing].append(teller)
        return teller

    return _keep


def story_of(session: Session, thing: str, thing_id: UUID, most: int) -> list[Told]:
    """Return what every room tells of a thing, the newest first, at most so many."""
    told = [one for teller in _TELLERS[thing] for one in teller(session, thing_id, most)]
    return sorted(told, key=lambda one: one.at, reverse=True)[:most]
