"""Discreet events: who names somebody else never learns whether that address is known already.

The person gets the place like anybody, beside the registration that is there, which goes on holding
the address. Only a mail to the address itself tells of both. What refuses a new person refuses a
known one too: the answer to a form says no more than the page before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core import outbox
from forum.registrations.rules import BookingSource
from forum.registrations.service.answer_files import check_files, files_in
from forum.registrations.service.choosing import ChoiceFull
from forum.registrations.service.looking_up import Known, who_is_known
from forum.registrations.service.seating import lock_pools, told
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.events.models import Event
    from forum.registrations.service.parties import Party

AGAIN_MINUTES = 10


def names_others(party: Party) -> bool:
    """Say whether who sends a form would learn from the booking what became of other addresses."""
    if party.is_delegate:
        return True
    contact = party.contact
    stays_away = contact is not None and contact.email_key != party.attendees[0].email_key
    return party.source is BookingSource.FORM and (len(party.attendees) > 1 or stays_away)


def refuse_what_is_gone(session: Session, party: Party, event_id: UUID) -> None:
    """Raise what a new party would be refused for at the end, in the same order; take nothing.

    Raises FileGone, ChoiceFull.
    """
    check_files(session, event_id, files_in(party))
    choices = Counter(party.choices)
    lock_pools(session, [one.pool_id for one in choices])
    for choice, number in choices.items():
        if not seats.has_room(session, choice.pool_id, number):
            raise ChoiceFull(choice.option_id)


def held_already(
    session: Session, event: Event, email_key: str, now: datetime, *, but: UUID | None = None
) -> bool:
    """Say whether somebody at the event holds an address, and tell them by mail; two statements.

    `but` is the registration that is asked for itself.
    """
    known = who_is_known(session, event.id, [email_key], None) if email_key else []
    others = [one for one in known if one.registration.id != but]
    tell_again(session, others, now)
    return bool(others)


def tell_again(session: Session, known: Collection[Known], now: datetime) -> None:
    """Have whoever is known told where they stand, at most once in ten minutes."""
    span = int(now.timestamp()) // (AGAIN_MINUTES * 60)
    for one in known:
        outbox.emit_once(
            session,
            "registration.again",
            {**told(one.registration, one.ticket_type), "span": span},
            key=f"{one.registration.id}:{span}",
            now=now,
        )
