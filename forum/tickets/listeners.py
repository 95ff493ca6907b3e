"""What tickets do when a registration changes, within the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.outbox import Payload, within
from forum.tickets import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@within("event.created")
def make_key(session: Session, payload: Payload, now: datetime) -> None:
    """Make the event's signing key: nobody who holds seats should have to wait for it."""
    service.make_key(session, UUID(payload["event_id"]), now)


@within("registration.confirmed")
def issue_ticket(session: Session, payload: Payload, now: datetime) -> None:
    """Sign the attendee's ticket; who has the event before them says when it ends."""
    ends_at = payload.get("event_ends_at")
    service.issue(
        session,
        UUID(payload["registration_id"]),
        UUID(payload["event_id"]),
        int(payload["type_number"]),
        now,
        ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
    )


@within("registration.cancelled")
def revoke_ticket(session: Session, payload: Payload, now: datetime) -> None:
    """Revoke the attendee's ticket."""
    service.revoke(session, UUID(payload["registration_id"]), now)


@within("registration.renamed")
def sign_for_another_person(session: Session, payload: Payload, now: datetime) -> None:
    """Sign the ticket anew where somebody else takes the seat: the one before has the old code."""
    if payload["replaced"]:
        _sign_anew(session, payload, now)


@within("registration.type_changed")
def sign_for_another_type(session: Session, payload: Payload, now: datetime) -> None:
    """Sign the ticket of a guest who keeps the seat anew, with the number of the new type."""
    if payload["seated"]:
        _sign_anew(session, payload, now)


def _sign_anew(session: Session, payload: Payload, now: datetime) -> None:
    service.reissue(
        session,
        UUID(payload["registration_id"]),
        UUID(payload["event_id"]),
        int(payload["type_number"]),
        now,
    )
