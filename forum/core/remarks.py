"""What higher rooms say of the things in a lower room's list, such as a ticket beside a speaker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from forum.core.i18n import Sentence


@dataclass(frozen=True, slots=True)
class Remark:
    """A status word: its colour's class (go, look, stop, info or none), and what it says."""

    kind: str
    says: Sentence


Remarker = Callable[[UUID], Mapping[UUID, Remark]]

_REMARKERS: dict[str, list[Remarker]] = defaultdict(list)


def remarks(thing: str) -> Callable[[Remarker], Remarker]:
    """Register what is said of an event's things ("speaker"), by the event's id, in one read."""

    def _keep(remarker: Remarker) -> Remarker:
        if remarker not in _REMARKERS[thing]:
            _REMARKERS[thing].append(remarker)
        return remarker

    return _keep


def remarks_on(thing: str, event_id: UUID) -> dict[UUID, list[Remark]]:
    """Return what every room says of an event's things, by their ids."""
    found: dict[UUID, list[Remark]] = defaultdict(list)
    for remarker in _REMARKERS[thing]:
        for thing_id, remark in remarker(event_id).items():
            found[thing_id].append(remark)
    return dict(found)
