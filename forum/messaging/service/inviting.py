"""Writing to invited guests: invitation, reminders and news, to whoever still wants such mails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.calendar.rules.answers import Method
from forum.calendar.service.scheduling import Asked
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.events.queries import event_by_id
from forum.messaging import queries
from forum.messaging.letterhead import letterhead_of
from forum.messaging.letters import About, write
from forum.messaging.queries.asked_by_calendar import asked_by_calendar, has_invited_entry
from forum.messaging.rules import Kind
from forum.messaging.rules.calendars import FOR_EVERYBODY, method_of
from forum.messaging.service.rows import (
    ASKED,
    message_row,
    name_line,
    store,
    unless_opted_out,
)
from forum.registrations.rules import InvitationState

if TYPE_CHECKING:
    from collections.abc import Callable

    from forum.events.models import Event
    from forum.messaging.letters import Letter
    from forum.registrations.models import Invitation

BATCH = 100


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A guest whose invitation is gone: at which event, how to write to them."""

    event_id: UUID
    name: str
    email: str
    lang: str


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
    message_id = uuid7()
    letter = letter_to(found, kind, message_id)
    row = _row(found, kind, message_id, letter, key, now)
    store(unless_opted_out(found.event.organisation_id, [row]))


def write_to_asked(
    event_id: UUID,
    choose: Callable[[Event], Kind | None],
    *,
    key: str,
    now: datetime,
    about: Callable[[str], About | None] = lambda _lang: About(),
) -> int:
    """Write all who were invited by calendar and have not answered how the event stands now.

    `about` says what it is about besides the event, by language; None for nothing. In batches of a
    transaction each; again with the same key: none is written. Return how many are new.
    """
    event, after, made = event_by_id(event_id), None, 0
    head = letterhead_of(event)
    while guests := asked_by_calendar(event_id, after, BATCH):
        after = guests[-1].id
        kind = choose(guests[0].event)
        known = queries.written([f"{key}:{guest.id}" for guest in guests])
        rows = [
            _news_row(guest, kind, f"{key}:{guest.id}", replace(said, head=head), now)
            for guest in guests
            if kind is not None
            and f"{key}:{guest.id}" not in known
            and (said := about(guest.lang)) is not None
        ]
        made += len(rows)
        if rows:
            store(unless_opted_out(rows[0]["organisation_id"], rows))
    return made


def write_of_declining(invitation_id: UUID, *, key: str, now: datetime) -> None:
    """Take the event out of the calendar of who declined, where only the invitation put it."""
    found = queries.invited(invitation_id)
    if found is not None and has_invited_entry(found.event_id, found.email):
        write_to_invited(
            invitation_id,
            lambda one: Kind.NOT_COMING if one.state is InvitationState.DECLINED else None,
            key=key,
            now=now,
        )


def write_of_withdrawing(gone: Withdrawn, *, key: str, now: datetime) -> None:
    """Take the event out of the calendar of who is invited no more, where it stands."""
    if not has_invited_entry(gone.event_id, gone.email):
        return
    event, message_id, kind = event_by_id(gone.event_id), uuid7(), Kind.CANCELLED_BY_OFFICE
    about = About(event=event, name=gone.name, invited=True, head=letterhead_of(event))
    row = message_row(message_id, kind, key, gone.lang, now)
    row |= _addressed_to(event, gone.email, gone.name)
    row |= _said(write(kind, gone.lang, message_id, about))
    row |= {"link_purpose": None, "link_id": None}
    row[ASKED] = Asked(Method.CANCEL, gone.email, event.id)
    store(unless_opted_out(event.organisation_id, [row]))


def _news_row(
    found: Invitation, kind: Kind, key: str, about: About, now: datetime
) -> dict[str, Any]:
    message_id = uuid7()
    own = about_invited(found, found.lang)
    said = replace(own, head=about.head, changes=about.changes, note=about.note)
    letter = write(kind, found.lang, message_id, said)
    return _row(found, kind, message_id, letter, key, now, in_calendar=True)


def _row(
    found: Invitation,
    kind: Kind,
    message_id: UUID,
    letter: Letter,
    key: str,
    now: datetime,
    *,
    in_calendar: bool = False,
) -> dict[str, Any]:
    return (
        message_row(message_id, kind, key, found.lang, now)
        | _addressed_to(found.event, found.email, found.name)
        | _said(letter)
        | {
            "link_purpose": Purpose.GUEST_INVITATION,
            "link_id": found.id,
            "link_generation": found.link_generation,
            ASKED: _asked(found, kind, in_calendar=in_calendar),
        }
    )


def _addressed_to(event: Event, email: str, name: str) -> dict[str, Any]:
    return {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": email,
        "to_name": name_line(name),
        "reply_to": event.contact_email or event.organisation.contact_email,
    }


def _said(letter: Letter) -> dict[str, Any]:
    return {"subject": letter.subject, "text": letter.text, "html": letter.html}


def _asked(found: Invitation, kind: Kind, *, in_calendar: bool) -> Asked | None:
    """Return what a mail asks of an invited guest's calendar.

    Nothing goes there while the date is open; what stands there is kept right.
    """
    event, method = found.event, method_of(kind, has_seat=in_calendar)
    if method is None or event.published_at is None:
        return None
    if event.dates_open and method is Method.REQUEST and not in_calendar:
        return None
    return Asked(
        method, found.email, event.id, invitation_id=found.id, everybody=kind in FOR_EVERYBODY
    )


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
        invited=True,
    )


def _addressed(guest: Invitation, lang: str) -> str:
    return salutation_and_name(guest.salutation, guest.name, guest.name_zh, lang)


def salutation_and_name(salutation: str, name: str, name_zh: str, lang: str) -> str:
    """Return the name with its salutation: before a Latin one, after a Chinese one."""
    if lang != "en" and name_zh:
        return f"{name_zh}{salutation}"
    return f"{salutation} {name}"
