"""Taking an admission back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.checkin import queries, rules
from forum.checkin.errors import NoSuchScan, NothingToUndo, ReasonMissing
from forum.checkin.models import Admission, Scan
from forum.checkin.service.answers import answer
from forum.checkin.service.working import working
from forum.checkin.verdicts import Verdict
from forum.core import audit, outbox
from forum.core.db import writing
from forum.core.permissions import Action, require
from forum.core.text import clean_line

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event

LONGEST_REASON = 200


def undo(actor: Actor, scan_id: UUID, *, now: datetime, reason: str = "") -> Verdict:
    """Take back an admission of this device: freely for ten seconds, later with a reason.

    Raises NoSuchScan, NothingToUndo, ReasonMissing; again changes nothing.
    """
    with writing() as session:
        at = working(session, actor, now)
        scan = session.scalar(
            sa.select(Scan)
            .where(Scan.device_id == at.device.id, Scan.scan_id == scan_id)
            .with_for_update(),
        )
        because = clean_line(reason)[:LONGEST_REASON]
        if scan is None:
            raise NoSuchScan
        free = rules.may_undo_freely(scan.received_at, now)
        if scan.undone_at is None and not free and not because:
            raise ReasonMissing
        _undo(session, actor, at.event, scan, because, now)
        return answer(session, at, scan_id)


def undo_by_organiser(
    actor: Actor,
    event: Event,
    scan_row_id: UUID,
    *,
    reason: str,
    now: datetime,
) -> Verdict:
    """Take back any admission of the event, by the scan's own id; always with a reason.

    Raises NoSuchScan, NothingToUndo, ReasonMissing; again changes nothing.
    """
    require(actor, Action.RUN_DOOR, event.organisation_id)
    because = clean_line(reason)[:LONGEST_REASON]
    event_id = event.id
    with writing() as session:
        scan = session.scalar(
            sa.select(Scan)
            .where(Scan.event_id == event_id, Scan.id == scan_row_id)
            .with_for_update(),
        )
        if scan is None:
            raise NoSuchScan
        if not because:
            raise ReasonMissing
        at = queries.device_by_id(session, scan.device_id)
        if at is None:
            raise NoSuchScan
        _undo(session, actor, at.event, scan, because, now)
        return answer(session, at, scan.scan_id)


def _undo(
    session: Session,
    actor: Actor,
    event: Event,
    scan: Scan,
    because: str,
    now: datetime,
) -> None:
    if scan.undone_at is not None:
        return
    taken_back = session.scalar(
        sa.update(Admission)
        .where(Admission.scan_id == scan.id, Admission.undone_at.is_(None))
        .values(undone_at=now)
        .returning(Admission.registration_id),
    )
    if taken_back is None:
        raise NothingToUndo
    scan.undone_at, scan.undone_because = now, because
    session.flush()
    audit.record(
        session,
        actor,
        "checkin.undone",
        ("scan", scan.id),
        event.organisation_id,
        {"reason": because},
        now,
    )
    outbox.emit(
        session,
        "checkin.undone",
        {"registration_id": str(taken_back), "scan_id": str(scan.id)},
        key=str(scan.id),
        now=now,
    )
