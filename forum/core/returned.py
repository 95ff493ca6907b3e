"""Whom mail does not reach: the room of messages knows, and lists of people show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.i18n import Sentence


@dataclass(frozen=True, slots=True)
class Returned:
    """Mail came back from an address: since when, and why in words.

    `path` follows /manage/{event}/ and leads to where the address is corrected.
    """

    email: str
    at: datetime
    says: Sentence
    path: str


Teller = Callable[["Session", Sequence[UUID]], Mapping[UUID, Returned]]

_TELLERS: dict[str, Teller] = {}


def tells_of_returned(thing: str) -> Callable[[Teller], Teller]:
    """Register who knows which of some things, such as "registration", mail does not reach."""

    def _keep(teller: Teller) -> Teller:
        _TELLERS[thing] = teller
        return teller

    return _keep


def returned_to(session: Session, thing: str, ids: Sequence[UUID]) -> Mapping[UUID, Returned]:
    """Return which of these things mail does not reach, by id; one statement at most."""
    teller = _TELLERS.get(thing)
    return teller(session, ids) if teller and ids else {}
