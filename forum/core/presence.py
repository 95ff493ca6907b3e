"""Who is there and who was: the door's room answers, rooms below it ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Attendance:
    """How often somebody came to events for which a seat was kept, and how often not."""

    came: int = 0
    missed: int = 0


NEVER = Attendance()
Inside = Callable[[UUID], "sa.Select[Any]"]
Past = Callable[["Session", UUID, Sequence[str], datetime], Mapping[str, Attendance]]

_INSIDE: list[Inside] = []
_PAST: list[Past] = []


def knows_who_is_in(inside: Inside) -> Inside:
    """Register what selects the ids of an event's registrations that have been admitted to it."""
    if inside not in _INSIDE:
        _INSIDE.append(inside)
    return inside


def knows_who_came(past: Past) -> Past:
    """Register who tells, by compared address, at which ended events people came or did not."""
    if past not in _PAST:
        _PAST.append(past)
    return past


def inside(event_id: UUID) -> list[sa.Select[Any]]:
    """Return selects of the ids of registrations that are in; none in a house without a door."""
    return [one(event_id) for one in _INSIDE]


def attendance_of(
    session: Session, organisation_id: UUID, email_keys: Sequence[str], now: datetime
) -> dict[str, Attendance]:
    """Return how often these addresses came to an organisation's ended events; one statement."""
    wanted = sorted({key for key in email_keys if key})
    if not wanted:
        return {}
    return {
        key: found
        for past in _PAST
        for key, found in past(session, organisation_id, wanted, now).items()
    }
