"""A ticket as pages show it: the event's facts and the drawn code, already in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from forum.core import qr
from forum.core.entrances import Entrance, may_enter
from forum.core.i18n import Sentence
from forum.core.ids import shown
from forum.core.languages import ENGLISH, by_key
from forum.core.text import Fragment
from forum.events.facts import Addresses, EventFacts, facts_of
from forum.registrations.rules import STATE_WORDS, RegistrationState
from forum.tickets import service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.events.models import Event
    from forum.registrations.models import Registration
    from forum.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class TicketCard:
    """One attendee's ticket; without a code while there is none.

    `enters` are the checkpoints that let it in, None where all of the event's do.
    """

    name: str
    name_zh: str
    organisation: str
    type_name: Fragment
    reference: str
    kind: str
    word: Sentence
    qr: Markup | None
    enters: Sequence[Fragment] | None = None


def event_facts(event: Event, key: str) -> EventFacts:
    """Return what a ticket says of its event; venue and organisation must be loaded."""
    return facts_of(event, Addresses(by_key(key) or ENGLISH, event.slug))


def card_of(
    registration: Registration,
    ticket: Ticket | None,
    event: Event,
    key: str,
    entrances: Sequence[Entrance] = (),
) -> TicketCard:
    """Return an attendee's card; the ticket type must be loaded. `entrances` are the event's.

    The code is drawn only where the registration is confirmed and the ticket stands.
    """
    kind, word = STATE_WORDS[registration.state]
    stands = ticket is not None and ticket.revoked_at is None
    confirmed = registration.state is RegistrationState.CONFIRMED
    named = may_enter(entrances, registration.ticket_type_id)
    return TicketCard(
        name=registration.name,
        name_zh=registration.name_zh,
        organisation=registration.organisation,
        type_name=registration.ticket_type.name.pick(key, event.languages),
        reference=shown(registration.code),
        kind=kind,
        word=word,
        qr=drawn(ticket, registration.code) if ticket and stands and confirmed else None,
        enters=None if named is None else [one.pick(key, event.languages) for one in named],
    )


def drawn(ticket: Ticket, code: str) -> Markup:
    """Return the QR code of a ticket as SVG with its margin, for a page."""
    return qr.svg(service.qr_text(ticket), f"QR {shown(code)}")
