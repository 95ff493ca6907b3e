"""Addresses that a guest list corrects: the same guest, seat, turn and ticket, other links.

Before the rows themselves are taken in, in a transaction of its own that holds no pool: whoever
registers by such an address at the same moment waits for it, or it for them, and no ring closes.
What had come back from the address before goes out once more; nothing else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.db import db, once_more_when_raced, writing
from forum.events.models import Event
from forum.events.service import shared_event
from forum.registrations.models import Booking, Registration
from forum.registrations.service import places
from forum.registrations.service.changing import find_again
from forum.registrations.service.file_known import known_guests
from forum.registrations.service.holding_addresses import hand_on_addresses

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.service.reading_guests import GuestRow


def correct_addresses(
    event_id: UUID, rows: Sequence[GuestRow], *, now: datetime
) -> tuple[set[int], set[int]]:
    """Correct the addresses of known guests; return by number which rows did, and which may not.

    Two statements where nothing is to be corrected; none where no row has reference and address.
    Emits registration.address_corrected, within.
    """
    naming = [row for row in rows if row.code and row.email]
    if not naming:
        return set(), set()
    wanted = known_guests(db.session(), event_id, naming).correct(naming)
    db.session.rollback()
    correcting = [row for row in naming if row.number in wanted.of_row]
    if not correcting:
        return set(), wanted.refused
    done, refused = _together_or_alone(event_id, correcting, now)
    return done, refused | wanted.refused


def _together_or_alone(
    event_id: UUID, rows: Sequence[GuestRow], now: datetime
) -> tuple[set[int], set[int]]:
    """Correct some together, or where one of them cannot be, each alone."""
    try:
        return once_more_when_raced(lambda: _correct(event_id, rows, now))
    except IntegrityError:
        if len(rows) == 1:
            return set(), {rows[0].number}
    done: set[int] = set()
    refused: set[int] = set()
    for row in rows:
        more = _together_or_alone(event_id, [row], now)
        done |= more[0]
        refused |= more[1]
    return done, refused


def _correct(event_id: UUID, rows: Sequence[GuestRow], now: datetime) -> tuple[set[int], set[int]]:
    with writing() as session:
        event = shared_event(session, Event.id == event_id)
        theirs = sa.select(Registration.booking_id).where(
            Registration.event_id == event_id, Registration.code.in_([row.code for row in rows])
        )
        places.hold_bookings(session, set(session.scalars(theirs)))
        known = known_guests(session, event_id, rows, held=True)
        corrections = known.correct(rows)
        keys = {one.email_key for one in corrections.of_row.values()}
        for row in rows:
            if (guest := corrections.of_row.get(row.number)) is not None:
                holds = known.will_hold(guest)
                _write(session, event, guest, row, holds=holds, now=now)
                keys.add(row.key)
        hand_on_addresses(session, event_id, keys)
        return set(corrections.of_row), corrections.refused


def _write(
    session: Session,
    event: Event,
    guest: Registration,
    row: GuestRow,
    *,
    holds: bool,
    now: datetime,
) -> None:
    was, was_key = guest.email, guest.email_key
    guest.email, guest.email_key, guest.holds_address = row.email, row.key, holds
    guest.changed_at = now
    guest.revision += 1
    # At once: an address that comes free here may be the next row's.
    session.flush()
    _follow(session, guest, was, was_key, now=now)
    find_again(session, guest)
    audit.record(
        session,
        SYSTEM,
        "registration.imported_again",
        ("registration", guest.id),
        event.organisation_id,
        {"before": {"email": was}, "after": {"email": guest.email}, "answers": False},
        now,
    )


def _follow(
    session: Session, guest: Registration, was: str, was_key: str, *, now: datetime
) -> None:
    """Kill the links that went to the address before, and let the booking's contact follow.

    `was` is empty where there was none: then nothing had gone out. The guest's row and booking are
    held.
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
