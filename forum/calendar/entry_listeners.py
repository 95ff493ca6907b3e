"""What becomes of guests' own entries when an address is corrected, or a place changes hands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.calendar.service.following import follow_guests, follow_invited, forget_replaced
from forum.core.outbox import Payload, within

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@within("registration.address_corrected")
def entries_go_along(session: Session, payload: Payload, _now: datetime) -> None:
    """Let what stands in a guest's calendar belong to the corrected address."""
    follow_guests(session, UUID(payload["booking_id"]), payload["was"], payload["email"])


@within("invitation.address_corrected")
def entry_of_invited_goes_along(session: Session, payload: Payload, _now: datetime) -> None:
    """Let what stands in an invited guest's calendar belong to the corrected address."""
    follow_invited(session, UUID(payload["invitation_id"]), payload["was"], payload["email"])


@within("registration.renamed")
def entries_stay_behind(session: Session, payload: Payload, _now: datetime) -> None:
    """Leave the calendar of who was replaced alone."""
    if payload["replaced"]:
        forget_replaced(session, UUID(payload["registration_id"]))
