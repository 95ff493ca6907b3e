"""Writing to invited guests: the invitation and reminders, to whoever still wants such mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.calendar.service.scheduling import Asked
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.messaging import queries
from forum.messaging.letterhead import letterhead_of
from forum.messaging.letters import About, write
from forum.messaging.rules.calendars import method_of
from forum.messaging.service.rows import (
    ASKED,
    message_row,
    name_line,
    store,
    unless_opted_out,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from forum.messaging.letters import Letter
    from forum.messaging.rules import Kind
    from forum.registrations.models import Invitation


def write_to_invited(
    invitation_id: UUID,
    choose: Callable[[Invitation], Kind | None],
    *,
    key: str,
    now: datetime,
) -> None:
    """Write an invited guest in the guest's language, with the buttons to answer by.

    Who has no address, or opted out meanwhile, is not written to. Seven statements; again with the
    same key: none is written.
    """
    found = queries.invited(invitation_id)
    kind = choose(found) if found else None
    if found is None or kind is None or not found.email:
        return
    event, message_id = found.event, uuid7()
    letter = letter_to(found, kind, message_id)
    row = message_row(message_id, kind, key, found.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": found.email,
        "to_name": name_line(found.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": Purpose.GUEST_INVITATION,
        "link_id": found.id,
        "link_generation": found.link_generation,
        ASKED: _asked(found, kind),
    }
    store(unless_opted_out(event.organisation_id, [row]))


def _asked(found: Invitation, kind: Kind) -> Asked | None:
    """Return what an invitation asks of the guest's calendar: nothing where the date is open."""
    event, method = found.event, method_of(kind, has_seat=False)
    if method is None or event.published_at is None or event.dates_open:
        return None
    return Asked(method, found.email, event.id, invitation_id=found.id)


def letter_to(found: Invitation, kind: Kind, message_id: UUID) -> Letter:
    """Return what an invited guest gets, in the guest's language; three statements."""
    about = replace(about_invited(found, found.lang), head=letterhead_of(found.event))
    return write(kind, found.lang, message_id, about)


def about_invited(found: Invitation, lang: str) -> About:
    """Return what a letter to an invited guest is about, in a language; the list must be loaded."""
    return About(
        event=found.event,
        name=_addressed(found, lang),
        reply_until=found.guest_list.reply_until,
        companions=found.companions,
    )


def _addressed(guest: Invitation, lang: str) -> str:
    """Return the name with its salutation: before a Latin one, after a Chinese one."""
    if lang != "en" and guest.name_zh:
        return f"{guest.name_zh}{guest.salutation}"
    return f"{guest.salutation} {guest.name}"
