"""Letting in who stood by: registered and in, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.checkin.models import Admission, Checkpoint, Device, Scan
from forum.checkin.rules import CheckpointKind, Kind, Reason, Way, device_lapses
from forum.checkin.service.checkpoints import MAIN_DOOR
from forum.core import outbox
from forum.core.db import once_more_when_raced, writing
from forum.core.ids import uuid7
from forum.core.links import hashed, new_secret
from forum.registrations.service.standing_by import (
    event_with_queue,
    held_stand_by,
    register_standing,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event

LONGEST_DEVICE_NAME = 80


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who was let in; `again` where somebody else had done so before."""

    registration_id: UUID | None
    name: str
    again: bool


def admit_standing(actor: Actor, event_id: UUID, stand_by_id: UUID, *, now: datetime) -> LetIn:
    """Register somebody of the stand-by queue and let them in; twice is once.

    Raises NotFound, QueueClosed, LeftTheQueue, Forbidden.
    """
    return once_more_when_raced(lambda: _admit(actor, event_id, stand_by_id, now))


def _admit(actor: Actor, event_id: UUID, stand_by_id: UUID, now: datetime) -> LetIn:
    with writing() as session:
        event = event_with_queue(session, actor, event_id, now)
        one = held_stand_by(session, event, stand_by_id)
        if one.admitted_at is not None:
            return LetIn(one.registration_id, one.name, again=True)
        registration_id = register_standing(session, actor, event, one, now)
        checkpoint_id = _entrance(session, event, now)
        device = _office_device(session, actor, event, checkpoint_id, now)
        scan = Scan(
            id=uuid7(),
            device_id=device.id,
            scan_id=uuid7(),
            event_id=event.id,
            checkpoint_id=checkpoint_id,
            registration_id=registration_id,
            way=Way.STAND_BY,
            kind=Kind.ADMIT,
            reason=Reason.ADMITTED,
            scanned_at=now,
            received_at=now,
        )
        session.add(scan)
        session.flush()
        session.add(
            Admission(
                event_id=event.id,
                registration_id=registration_id,
                checkpoint_id=checkpoint_id,
                place_id=event.id,
                scan_id=scan.id,
                device_name=device.name,
                admitted_at=now,
            )
        )
        session.flush()
        outbox.emit(
            session,
            "checkin.admitted",
            {"registration_id": str(registration_id), "scan_id": str(scan.id)},
            key=str(scan.id),
            now=now,
        )
        return LetIn(registration_id, one.name, again=False)


def _entrance(session: Session, event: Event, now: datetime) -> UUID:
    """Return the event's first entrance, making the main door where there is none."""
    first = session.scalar(
        sa.select(Checkpoint.id)
        .where(Checkpoint.event_id == event.id, Checkpoint.kind == CheckpointKind.ENTRANCE)
        .order_by(Checkpoint.created_at, Checkpoint.id)
        .limit(1)
    )
    if first is not None:
        return first
    made = Checkpoint(
        id=uuid7(),
        event_id=event.id,
        name=MAIN_DOOR,
        kind=CheckpointKind.ENTRANCE,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def _office_device(
    session: Session, actor: Actor, event: Event, checkpoint_id: UUID, now: datetime
) -> Device:
    """Return what stands for a member who lets people in on an office page; it opens nothing."""
    name = actor.name[:LONGEST_DEVICE_NAME] or "Forum"
    found = session.scalar(
        sa.select(Device)
        .where(Device.checkpoint_id == checkpoint_id, Device.office.is_(True), Device.name == name)
        .limit(1)
    )
    if found is not None:
        return found
    made = Device(
        id=uuid7(),
        organisation_id=event.organisation_id,
        event_id=event.id,
        checkpoint_id=checkpoint_id,
        name=name,
        secret_hash=hashed(new_secret()),
        may_search=False,
        office=True,
        paired_at=now,
        expires_at=device_lapses(event.ends_at, now),
        last_seen_at=now,
        revoked_at=now,
    )
    session.add(made)
    session.flush()
    return made
