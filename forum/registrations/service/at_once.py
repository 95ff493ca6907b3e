"""One act on many registrations: in batches, each a transaction of its own, oldest request first.

A batch holds its seats for a moment only, so that guests who register meanwhile do not wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.text import Text
from forum.registrations.rules import Ended, NoSeatLeft
from forum.registrations.service.cancelling import cancel_all
from forum.registrations.service.deciding import (
    Decided,
    TakenBack,
    approve,
    decline,
    take_declining_back,
)
from forum.registrations.service.moving import change_type

if TYPE_CHECKING:
    from forum.core.actor import Actor

BATCH = 100


@dataclass(frozen=True, slots=True)
class Moved:
    """How many came to another type; `stopped` where its seats gave out before all had."""

    number: int
    stopped: bool = False


def approve_many(
    actor: Actor, registration_ids: Sequence[UUID], words: Text, *, now: datetime
) -> Decided:
    """Approve requests; see `approve`."""
    return _together(
        approve(actor, ids, words=words, now=now) for ids in _batches(registration_ids)
    )


def decline_many(
    actor: Actor, registration_ids: Sequence[UUID], words: Text, *, now: datetime
) -> Decided:
    """Decline requests, all at one moment, by which it can be taken back; see `decline`."""
    return _together(
        decline(actor, ids, words=words, now=now) for ids in _batches(registration_ids)
    )


def take_many_back(actor: Actor, registration_ids: Sequence[UUID], *, now: datetime) -> TakenBack:
    """Make declined requests pending again; see `take_declining_back`."""
    parts = [take_declining_back(actor, ids, now=now) for ids in _batches(registration_ids)]
    return TakenBack(
        sum(one.number for one in parts),
        sum(one.address_held for one in parts),
        sum(one.choices_gone for one in parts),
    )


def cancel_many(actor: Actor, registration_ids: Sequence[UUID], *, now: datetime) -> int:
    """Cancel registrations by an organiser's hand; return how many moved up for them."""
    return sum(
        len(cancel_all(actor, ids, now=now, ended=Ended.OFFICE))
        for ids in _batches(registration_ids)
    )


def change_type_of_many(
    actor: Actor, registration_ids: Sequence[UUID], type_id: UUID, *, now: datetime
) -> Moved:
    """Move registrations to another type, batch by batch, until its seats give out."""
    moved = 0
    for ids in _batches(registration_ids):
        try:
            moved += change_type(actor, ids, type_id, now=now)
        except NoSeatLeft:
            return Moved(moved, stopped=True)
    return Moved(moved)


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _together(parts: Iterator[Decided]) -> Decided:
    """Add up; a party that a batch has cut through is decided whole with its first."""
    decided = list(parts)
    confirmed = [one for part in decided for one in part.confirmed]
    waiting = [one for part in decided for one in part.waiting]
    declined = [one for part in decided for one in part.declined]
    passed_over = sum(part.passed_over for part in decided)
    return Decided(tuple(confirmed), tuple(waiting), tuple(declined), passed_over)
