"""Tickets are issued and revoked with the registration, and verified by their signature."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import append, db
from forum.core.errors import NotFound
from forum.core.urls import base_url
from forum.events.models import Event
from forum.tickets import keys, rules
from forum.tickets.models import Ticket
from forum.tickets.queries import ticket_of, tickets_of
from forum.tickets.rules import ECDSA_P256, VERSION, ParsedTicket, Payload
from forum.tickets.signing import verifies

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = [
    "Verified",
    "issue",
    "make_key",
    "qr_text",
    "reissue",
    "revoke",
    "ticket_of",
    "tickets_of",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the signature holds, whose event's key it is, and the ticket if it is still known."""

    good: bool
    event_id: UUID | None = None
    ticket: Ticket | None = None


def make_key(session: Session, event_id: UUID, now: datetime) -> None:
    """Make an event's signing key where it has none; three statements.

    The first tickets of an event would else make it while their seats are held, and could wait for
    each other in a ring.
    """
    keys.signer_of(session, event_id, now)


def issue(
    session: Session,
    registration_id: UUID,
    event_id: UUID,
    type_number: int,
    now: datetime,
    *,
    ends_at: datetime | None = None,
) -> None:
    """Sign a ticket in the caller's transaction; one INSERT, made with others at its commit.

    `ends_at` is the event's end where the caller knows it, else the event is looked up. The first
    ticket of an event in a process costs one more statement, the first ever three.
    """
    if ends_at is None:
        event = session.get(Event, event_id)
        if event is None:
            raise NotFound
        ends_at = event.ends_at
    signer = keys.signer_of(session, event_id, now)
    valid_from, valid_until = rules.validity(now, ends_at)
    number = secrets.randbits(48)
    payload = Payload(signer.number, number, type_number, valid_from, valid_until).to_bytes()
    append(
        session,
        Ticket,
        registration_id=registration_id,
        event_id=event_id,
        key_id=signer.key_id,
        number=number,
        type_number=type_number,
        valid_from=valid_from,
        valid_until=valid_until,
        payload=payload,
        signature=signer.private.sign(payload),
        issued_at=now,
    )


def revoke(session: Session, registration_id: UUID, now: datetime) -> bool:
    """Put the attendee's ticket on the revocation list; say whether one stood; one statement."""
    revoked = session.execute(
        sa.update(Ticket)
        .where(Ticket.registration_id == registration_id, Ticket.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False),
    ).all()
    return bool(revoked)


def reissue(
    session: Session, registration_id: UUID, event_id: UUID, type_number: int, now: datetime
) -> None:
    """Sign an attendee's ticket anew: the old code is on the revocation list from this moment.

    Who has no ticket that stands gets none.
    """
    if revoke(session, registration_id, now):
        issue(session, registration_id, event_id, type_number, now)


def verify(ticket: ParsedTicket) -> Verified:
    """Check a code's signature against the key it names; one statement for a known key, else two.

    A good signature without a ticket is one that was signed here and whose row is gone.
    """
    session = db.session()
    said = ticket.payload
    if (said.version, said.algorithm) != (VERSION, ECDSA_P256):
        return Verified(good=False)
    known = _signed_by(session, ticket)
    if known is None:
        return Verified(good=False)
    row = session.scalar(
        sa.select(Ticket).where(
            Ticket.event_id == known.event_id, Ticket.number == said.ticket_number
        ),
    )
    return Verified(good=True, event_id=known.event_id, ticket=row)


def qr_text(ticket: Ticket) -> str:
    """Return what the ticket's QR code holds: an address in upper case."""
    return rules.address(base_url(), ticket.code)


def _signed_by(session: Session, ticket: ParsedTicket) -> keys.KnownKey | None:
    number = ticket.payload.key_number
    tried: set[UUID] = set()
    for fresh in (False, True):
        for known in keys.keys_numbered(session, number, fresh=fresh):
            if known.key_id in tried:
                continue
            if verifies(known.public, ticket.signed, ticket.signature):
                return known
            tried.add(known.key_id)
    return None
