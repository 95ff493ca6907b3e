"""Small signs beside people in lists: each room puts its own, such as what a calendar answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.i18n import Sentence


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign in words; `kind` is the class of a status word: go, look, stop, info or none."""

    says: Sentence
    kind: str = ""


Marker = Callable[["Session", Sequence[UUID]], Mapping[UUID, Mark]]

_MARKERS: dict[str, list[Marker]] = defaultdict(list)


def marks(thing: str) -> Callable[[Marker], Marker]:
    """Register who puts signs on some things, such as "registration", by their ids."""

    def _keep(marker: Marker) -> Marker:
        if marker not in _MARKERS[thing]:
            _MARKERS[thing].append(marker)
        return marker

    return _keep


def marks_of(session: Session, thing: str, ids: Sequence[UUID]) -> Mapping[UUID, list[Mark]]:
    """Return the signs on these things, by id; a statement for each room that puts some."""
    found: dict[UUID, list[Mark]] = defaultdict(list)
    for marker in _MARKERS[thing] if ids else ():
        for thing_id, mark in marker(session, ids).items():
            found[thing_id].append(mark)
    return dict(found)
