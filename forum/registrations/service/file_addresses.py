"""Addresses that a guest list corrects: the same guest, seat, turn and ticket, other links.

What had come back from the address before goes out once more; nothing else does.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from forum.core import outbox
from forum.registrations.models import Booking, Registration

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def follow_address(
    session: Session, guest: Registration, was: str, was_key: str, *, now: datetime
) -> None:
    """Kill the links that went to the address before, and let the booking's contact follow.

    `was` is empty where there was none: then nothing had gone out. The guest's row and booking are
    held. Emits registration.address_corrected, within.
    """
    if not was_key:
        return
    guest.link_generation += 1
    booking = session.get_one(Booking, guest.booking_id, populate_existing=True)
    if booking.contact_key == was_key:
        booking.contact_email, booking.contact_key = guest.email, guest.email_key
        booking.link_generation += 1
    session.flush()
    outbox.emit(
        session,
        "registration.address_corrected",
        {"booking_id": str(guest.booking_id), "was": was, "email": guest.email},
        key=f"{guest.id}:{guest.revision}",
        now=now,
    )
