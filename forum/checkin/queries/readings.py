"""Verdicts read back from what was stored: of one reading, of a phone, of an event."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from forum.checkin.models import Checkpoint, Device, Scan
from forum.checkin.verdicts import Earlier, Guest, OtherEvent, Verdict
from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Event
from forum.registrations.models import Invitation, Registration, TicketType

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LAST_SCANS = 12
_EARLIER_SCAN = sa.orm.aliased(Scan)
_EARLIER_DEVICE = sa.orm.aliased(Device)
_EARLIER_CHECKPOINT = sa.orm.aliased(Checkpoint)
_OTHER_EVENT = sa.orm.aliased(Event)


# Built once, and before there are threads: the columns of an alias are made when first asked for,
# which two threads must not do together.
_VERDICTS: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        Scan,
        Checkpoint,
        Event,
        Device,
        Registration,
        TicketType.name,
        _EARLIER_SCAN.scanned_at,
        _EARLIER_CHECKPOINT.name,
        _EARLIER_DEVICE.name,
        _OTHER_EVENT,
        Invitation,
    )
    .join(Checkpoint, Checkpoint.id == Scan.checkpoint_id)
    .join(Event, Event.id == Scan.event_id)
    .join(Device, Device.id == Scan.device_id)
    .outerjoin(Registration, Registration.id == Scan.registration_id)
    .outerjoin(TicketType, TicketType.id == Registration.ticket_type_id)
    .outerjoin(Invitation, Invitation.booking_id == Registration.booking_id)
    .outerjoin(_EARLIER_SCAN, _EARLIER_SCAN.id == Scan.earlier_id)
    .outerjoin(_EARLIER_CHECKPOINT, _EARLIER_CHECKPOINT.id == _EARLIER_SCAN.checkpoint_id)
    .outerjoin(_EARLIER_DEVICE, _EARLIER_DEVICE.id == _EARLIER_SCAN.device_id)
    .outerjoin(
        _OTHER_EVENT,
        sa.and_(_OTHER_EVENT.id == Registration.event_id, _OTHER_EVENT.id != Scan.event_id),
    )
)


def verdict_of(session: Session, device_id: UUID, scan_id: UUID) -> Verdict | None:
    """Return the verdict on a device's reading by the device's own id, in one statement."""
    row = session.execute(
        _VERDICTS.where(Scan.device_id == device_id, Scan.scan_id == scan_id),
    ).first()
    return _verdict(*row) if row else None


def verdict_of_event(event_id: UUID, row_id: UUID) -> Verdict | None:
    """Return the verdict on one of an event's readings by its own id, in one statement."""
    row = db.session.execute(
        _VERDICTS.where(Scan.event_id == event_id, Scan.id == row_id),
    ).first()
    return _verdict(*row) if row else None


def last_of_device(device_id: UUID, limit: int = LAST_SCANS) -> list[Verdict]:
    """Return the verdicts on a device's last readings, newest first, in one statement."""
    rows = db.session.execute(
        _VERDICTS.where(Scan.device_id == device_id)
        .order_by(Scan.received_at.desc(), Scan.id.desc())
        .limit(limit),
    )
    return [_verdict(*row) for row in rows]


def last_of_event(event_id: UUID, limit: int, before: datetime | None = None) -> list[Verdict]:
    """Return the verdicts on an event's last readings, newest first, in one statement."""
    scans = _VERDICTS.where(Scan.event_id == event_id)
    if before is not None:
        scans = scans.where(Scan.received_at < before)
    rows = db.session.execute(
        scans.order_by(Scan.received_at.desc(), Scan.id.desc()).limit(limit),
    )
    return [_verdict(*row) for row in rows]


def _verdict(  # noqa: PLR0913, PLR0917 - one argument a column of the statement above
    scan: Scan,
    checkpoint: Checkpoint,
    event: Event,
    device: Device,
    registration: Registration | None,
    ticket_type: Text | None,
    earlier_at: datetime | None,
    earlier_where: Text | None,
    earlier_by: str | None,
    other: Event | None,
    invitation: Invitation | None,
) -> Verdict:
    ours = registration if registration and registration.event_id == event.id else None
    earlier = Earlier(earlier_at, earlier_where or Text(), earlier_by or "") if earlier_at else None
    return Verdict(
        id=scan.id,
        scan_id=scan.scan_id,
        reason=scan.reason,
        scanned_at=scan.scanned_at,
        received_at=scan.received_at,
        zone=ZoneInfo(event.time_zone),
        checkpoint=checkpoint.name,
        languages=tuple(event.languages),
        guest=_invited(guest_of(ours, ticket_type or Text()), ours, invitation) if ours else None,
        earlier=earlier,
        cancelled_at=ours.cancelled_at if ours else None,
        other_event=_other_event(other, event) if other else None,
        opens_at=checkpoint.opens_at,
        closes_at=checkpoint.closes_at,
        undone_at=scan.undone_at,
        device_name=device.name,
        code_shown=scan.code_shown,
    )


def _invited(guest: Guest, registration: Registration, invitation: Invitation | None) -> Guest:
    """Add what an invitation says of a guest; companions share the table, and are not announced."""
    if invitation is None:
        return guest
    first = registration.position == 0
    return replace(
        guest,
        salutation=invitation.salutation if first and not invitation.delegate else "",
        seating=invitation.seating,
        greeted=invitation.greet and first,
    )


def guest_of(registration: Registration, ticket_type: Text) -> Guest:
    """Return as much of a registration as the door needs."""
    return Guest(
        registration.id,
        registration.name,
        registration.name_zh,
        registration.organisation,
        registration.code,
        ticket_type,
    )


def _other_event(other: Event, event: Event) -> OtherEvent:
    same_house = other.organisation_id == event.organisation_id
    return OtherEvent(
        other.title if same_house else Text(), other.starts_at, ZoneInfo(other.time_zone)
    )
