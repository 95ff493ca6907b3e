"""What tickets do when a registration is confirmed or cancelled, within the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.outbox import Payload, within
from forum.tickets import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@within("registration.confirmed")
def issue_ticket(session: Session, payload: Payload, now: datetime) -> None:
    """Sign the attendee's ticket."""
    service.issue(
        session,
        UUID(payload["registration_id"]),
        UUID(payload["event_id"]),
        int(payload["type_number"]),
        now,
    )


@within("registration.cancelled")
def revoke_ticket(session: Session, payload: Payload, now: datetime) -> None:
    """Revoke the attendee's ticket."""
    service.revoke(session, UUID(payload["registration_id"]), now)
