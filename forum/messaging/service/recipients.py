"""To whom a mail about one attendee goes: the attendee, the contact of the booking, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forum.core.links import Purpose
from forum.messaging.marks import Linked
from forum.messaging.rules.recipients import CONTACT_MARK
from forum.registrations.queries import purpose_for
from forum.registrations.rules import MailsTo

if TYPE_CHECKING:
    from forum.registrations.models import Registration

Whom = Callable[["Registration"], "list[Recipient]"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, how it is greeted, and the personal link that belongs to it.

    `whose` is the attendee's name where the contact is written to about somebody else, else None.
    `all_bookings` leads to everything the contact booked at the event.
    """

    email: str
    name: str
    greeting: str
    lang: str
    link: Linked
    generation: int
    whose: str | None = None
    all_bookings: Linked | None = None

    @property
    def is_contact(self) -> bool:
        """Whether somebody else is written about."""
        return self.whose is not None

    def key(self, effect: str) -> str:
        """Return the key of a message: that of its effect, with a mark for the contact."""
        return effect + CONTACT_MARK if self.is_contact else effect


def recipients_of(guest: Registration) -> list[Recipient]:
    """Return to whom mails about an attendee go; the booking must be loaded.

    By what the booking says: each to the own address, and who has none by way of the contact; or
    all to the contact; or both. Who is the contact oneself is written to once.
    """
    booking = guest.booking
    is_contact = guest.email_key == booking.contact_key
    wanted = booking.mails_to
    found = []
    if guest.email and (is_contact or wanted is not MailsTo.CONTACT):
        found.append(_attendee(guest))
    if booking.contact_email and not is_contact and (wanted is not MailsTo.ATTENDEES or not found):
        found.append(_contact(guest))
    return found


def attendee_alone(guest: Registration) -> list[Recipient]:
    """Return the attendee's own address, whoever else gets the mails; none where there is none."""
    return [_attendee(guest)] if guest.email else []


def but_for_the_contact(guest: Registration) -> list[Recipient]:
    """Return who is written to, without the contact of the booking."""
    return [one for one in recipients_of(guest) if not one.is_contact]


def _attendee(guest: Registration) -> Recipient:
    purpose = purpose_for(guest.email_key, guest.booking.contact_key)
    own = purpose is Purpose.REGISTRATION
    return Recipient(
        email=guest.email,
        name=guest.name,
        greeting=(guest.name_zh or guest.name) if guest.lang != "en" else guest.name,
        lang=guest.lang,
        link=Linked(purpose, guest.id if own else guest.booking_id),
        generation=guest.link_generation if own else guest.booking.link_generation,
    )


def _contact(guest: Registration) -> Recipient:
    booking, lang = guest.booking, guest.booking.lang
    return Recipient(
        email=booking.contact_email,
        name=booking.contact_name,
        greeting=booking.contact_name,
        lang=lang,
        link=Linked(Purpose.BOOKING, booking.id),
        generation=booking.link_generation,
        whose=(guest.name_zh or guest.name) if lang != "en" else (guest.name or guest.name_zh),
        all_bookings=Linked(Purpose.CONTACT, booking.id),
    )
