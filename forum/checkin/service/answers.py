"""The verdict on a stored reading, always read back from what was stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from forum.checkin import queries
from forum.checkin.errors import NoSuchScan
from forum.checkin.queries import AtTheDoor
from forum.checkin.rules import Reason
from forum.checkin.verdicts import Verdict

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

WANTS_A_SEAT = frozenset(
    {Reason.CANCELLED, Reason.DECLINED, Reason.WAITLISTED, Reason.OFFERED, Reason.PENDING},
)


def answer(session: Session, at: AtTheDoor, scan_id: UUID) -> Verdict:
    """Return what a device is told about its reading; raises NoSuchScan."""
    verdict = queries.verdict_of(session, at.device.id, scan_id)
    if verdict is None:
        raise NoSuchScan
    if verdict.undone_at is not None:
        return replace(verdict, reason=Reason.UNDONE)
    if verdict.reason in WANTS_A_SEAT:
        return replace(verdict, seats_free=queries.seats_free(session, at.event.id))
    return verdict
