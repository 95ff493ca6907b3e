"""Mailing somebody the links they lost: to the address alone that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.i18n import Sentence, sentence
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.messaging import queries
from forum.messaging.letterhead import letterhead_of
from forum.messaging.letters import About, write
from forum.messaging.marks import Linked
from forum.messaging.rules import Kind
from forum.messaging.service.rows import message_row, name_line, store, unless_asked_too_often

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.registrations.models import Booking, Registration

_OWN_PLACE = sentence("Your own place, which somebody else registered")


@dataclass(frozen=True, slots=True)
class _Found:
    """What an address may open at an event: the letter's own link, and others with their words."""

    event: Event
    email: str
    name: str
    link: Linked
    generation: int
    others: tuple[tuple[Sentence, Linked], ...]


def write_links(
    booking_ids: Sequence[UUID],
    registration_ids: Sequence[UUID],
    lang: str,
    *,
    key: str,
    now: datetime,
) -> None:
    """Write an address all its links at an event; for an unknown address there is nothing to write.

    Who booked several times gets one link to all of it. Seven statements; again with the same key:
    none is written.
    """
    found = _found(*queries.linked(booking_ids, registration_ids))
    if found is None:
        return
    event, message_id = found.event, uuid7()
    about = About(event=event, name=found.name, others=found.others, head=letterhead_of(event))
    letter = write(Kind.LINKS, lang, message_id, about)
    row = message_row(message_id, Kind.LINKS, key, lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": found.email,
        "to_name": name_line(found.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": found.link.purpose,
        "link_id": found.link.id,
        "link_generation": found.generation,
    }
    store(unless_asked_too_often([row], now))


def _found(bookings: Sequence[Booking], attendees: Sequence[Registration]) -> _Found | None:
    own = [(_OWN_PLACE, Linked(Purpose.REGISTRATION, one.id)) for one in attendees]
    if bookings:
        first = bookings[0]
        purpose = Purpose.CONTACT if len(bookings) > 1 else Purpose.BOOKING
        link = Linked(purpose, first.id)
        name, generation = first.contact_name, first.link_generation
        return _Found(first.event, first.contact_email, name, link, generation, tuple(own))
    if attendees:
        who = attendees[0]
        name, generation = who.name, who.link_generation
        return _Found(who.event, who.email, name, own[0][1], generation, tuple(own[1:]))
    return None
