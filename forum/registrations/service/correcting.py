"""Correcting an address that mail does not reach: the same person, seat, turn and ticket."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.addresses import address_key
from forum.core.constraints import told_as
from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.registrations.models import (
    ADDRESS_HELD_ONCE,
    Booking,
    Registration,
    RegistrationPolicy,
)
from forum.registrations.rules import AddressTaken, written_to
from forum.registrations.service.changing import find_again
from forum.registrations.service.changing_invitations import ADDRESS_INVITED_ONCE
from forum.registrations.service.entering import search_text_of
from forum.registrations.service.holding import held_event
from forum.registrations.service.holding_addresses import hand_on_addresses
from forum.registrations.service.invited import held_invitation, note_invitation
from forum.registrations.service.inviting import renews_link

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


class AnotherAddressNow(Conflict):
    """Somebody has changed the address meanwhile."""

    code = "another_address_now"
    says = sentence("The address was changed meanwhile. Load the page again to see it.")


def correct_address(
    actor: Actor, event_id: UUID, registration_id: UUID, was: str, email: str, *, now: datetime
) -> None:
    """Put another address in place of `was`, which is the attendee's, the contact's or both.

    Their personal links are other ones from now on, since nobody knows who had the old. Emits
    registration.address_corrected, within. Raises NotFound, Forbidden, AnotherAddressNow,
    AddressTaken.
    """
    old = address_key(was)
    with told_as(AddressTaken(field="email"), ADDRESS_HELD_ONCE), writing() as session:
        event = held_event(session, actor, event_id)
        booking = session.scalar(
            sa.select(Booking)
            .join(Registration, Registration.booking_id == Booking.id)
            .where(Registration.id == registration_id, Booking.event_id == event.id)
            .with_for_update(key_share=True, of=Booking)
            .execution_options(populate_existing=True)
        )
        if booking is None:
            raise NotFound
        held = _held_in(session, booking.id)
        own = next(one.email_key for one in held if one.id == registration_id)
        if old not in written_to(own, booking.contact_key, booking.mails_to):
            raise AnotherAddressNow
        is_contact = booking.contact_key == old
        attendees = [
            one
            for one in held
            if one.email_key == old and (is_contact or one.id == registration_id)
        ]
        if is_contact:
            booking.contact_email, booking.contact_key = email, address_key(email)
            booking.link_generation += 1
        policy = session.get(RegistrationPolicy, event.id)
        several = policy is not None and policy.several_per_address
        for one in attendees:
            one.email, one.email_key = email, address_key(email)
            one.holds_address = one.holds_address and not several
            one.link_generation += 1
            one.changed_at = now
            one.revision += 1
            find_again(session, one)
        session.flush()
        if attendees:
            hand_on_addresses(session, event.id, [old, address_key(email)])
        audit.record(
            session,
            actor,
            "registration.address_corrected",
            ("registration", registration_id),
            event.organisation_id,
            {"contact": is_contact, "attendees": len(attendees)},
            now,
        )
        outbox.emit(
            session,
            "registration.address_corrected",
            {"booking_id": str(booking.id), "was": was, "email": email},
            key=f"{registration_id}:{now.isoformat()}",
            now=now,
        )


def correct_invited_address(
    actor: Actor, event_id: UUID, invitation_id: UUID, was: str, email: str, *, now: datetime
) -> None:
    """Put another address in place of an invited guest's; a link that went out is dead.

    Emits invitation.address_corrected, within. Raises NotFound, Forbidden, AnotherAddressNow,
    AddressTaken.
    """
    taken = AddressTaken(
        sentence("Another guest is invited with this email address."), field="email"
    )
    with told_as(taken, ADDRESS_INVITED_ONCE), writing() as session:
        event = held_event(session, actor, event_id)
        found = held_invitation(session, event, invitation_id)
        if found.email_key != address_key(was):
            raise AnotherAddressNow
        found.link_generation += renews_link(found.state, found.email_key, address_key(email))
        found.email, found.email_key = email, address_key(email)
        named = f"{found.salutation} {found.name} {found.job_title}"
        found.search_text = search_text_of(named, found.name_zh, found.organisation, email, "")
        found.changed_at = now
        found.revision += 1
        session.flush()
        more = {"revision": found.revision, "fields": ["email"]}
        note_invitation(session, actor, event, found.id, "invitation.changed", more, now)
        outbox.emit(
            session,
            "invitation.address_corrected",
            {"invitation_id": str(found.id), "was": was, "email": email},
            key=f"{found.id}:{found.revision}",
            now=now,
        )


def _held_in(session: Session, booking_id: UUID) -> list[Registration]:
    return list(
        session.scalars(
            sa.select(Registration)
            .where(Registration.booking_id == booking_id)
            .order_by(Registration.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )
