"""What came back, told where it hurts; and what goes out again once an address is corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.addresses import address_key
from forum.core.links import Purpose
from forum.core.outbox import Payload, within
from forum.core.returned import Returned, tells_of_returned
from forum.messaging.models import Bounce, Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.bounces import BounceAction, says_of
from forum.messaging.service.resending import send_to_corrected
from forum.registrations.models import Booking, Invitation, Registration
from forum.registrations.rules import written_to

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_REPORTED = sa.and_(
    Bounce.message_id == Message.id,
    Bounce.copy == Message.copies,
    Bounce.action == BounceAction.FAILED,
)
_COLUMNS = (Message.id, Message.to_email, Message.bounced_at, Bounce.status)


@tells_of_returned("registration")
def returned_to_guests(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Returned]:
    """Tell which registrations mail does not reach at the address they have now; one statement."""
    rows = session.execute(
        sa.select(
            Message.registration_id,
            *_COLUMNS,
            Registration.email_key,
            Booking.contact_key,
            Booking.mails_to,
        )
        .join(Registration, Registration.id == Message.registration_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .outerjoin(Bounce, _REPORTED)
        .where(Message.registration_id.in_(ids), Message.state == MessageState.BOUNCED)
        .order_by(Message.created_at, Message.id)
    )
    return {
        row.registration_id: _told(row.id, row.to_email, row.bounced_at, row.status)
        for row in rows
        if address_key(row.to_email) in written_to(row.email_key, row.contact_key, row.mails_to)
    }


@tells_of_returned("invitation")
def returned_to_invited(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Returned]:
    """Tell which invitations mail does not reach at the address they have now; one statement."""
    rows = session.execute(
        sa.select(Message.link_id, *_COLUMNS, Invitation.email_key)
        .join(Invitation, Invitation.id == Message.link_id)
        .outerjoin(Bounce, _REPORTED)
        .where(
            Message.link_id.in_(ids),
            Message.link_purpose == Purpose.GUEST_INVITATION,
            Message.state == MessageState.BOUNCED,
        )
        .order_by(Message.created_at, Message.id)
    )
    return {
        row.link_id: _told(row.id, row.to_email, row.bounced_at, row.status)
        for row in rows
        if address_key(row.to_email) == row.email_key
    }


@within("registration.address_corrected")
def send_to_corrected_guest(session: Session, payload: Payload, now: datetime) -> None:
    """Send what came back from a booking's corrected address once more, in the same instant."""
    about = Message.booking_id == UUID(payload["booking_id"])
    send_to_corrected(session, about, payload["was"], payload["email"], now)


@within("invitation.address_corrected")
def send_to_corrected_invited(session: Session, payload: Payload, now: datetime) -> None:
    """Send the invitation that came back once more, in the same instant."""
    about = sa.and_(
        Message.link_purpose == Purpose.GUEST_INVITATION,
        Message.link_id == UUID(payload["invitation_id"]),
    )
    send_to_corrected(session, about, payload["was"], payload["email"], now)


def _told(message_id: UUID, email: str, at: datetime, status: str | None) -> Returned:
    return Returned(email, at, says_of(status or ""), f"messages/{message_id}/correct")
