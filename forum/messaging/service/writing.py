"""Writing messages: rendered outside any transaction, stored once under the key of their effect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.core.text import EMPTY, Fragment
from forum.events.queries import event_by_id
from forum.messaging import queries
from forum.messaging.letterhead import Letterhead, letterhead_of
from forum.messaging.letters import About, write
from forum.messaging.rules import Kind
from forum.messaging.rules.recipients import CONTACT_MARK
from forum.messaging.service.recipients import Whom, recipients_of
from forum.messaging.service.rows import (
    guest_rows,
    message_row,
    name_line,
    store,
    unless_asked_too_often,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from forum.events.models import Event
    from forum.messaging.queries import Addressee
    from forum.programme.models import Session
    from forum.registrations.models import Registration

BATCH = 100
IN_ANY_LANGUAGE = ""
"""What an organiser wrote by hand is in whatever language they chose."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who is written to without an event: a member, or one who is to become one."""

    email: str
    name: str
    lang: str
    purpose: Purpose
    link_id: UUID
    link_generation: int = 0
    organisation: Fragment | None = None
    organisation_id: UUID | None = None


def write_to_guest(
    registration_id: UUID,
    choose: Callable[[Registration], Kind | None],
    *,
    key: str,
    now: datetime,
    session: Session | None = None,
    words: str = "",
    whom: Whom = recipients_of,
) -> None:
    """Write of one guest the message that fits where the registration stands now, or none.

    To the guest, the contact of the booking, or both. `session` is the one of the event's sessions
    that it is about, `words` are the organiser's own, `whom` says who is written to where the
    booking does not. Six statements; again with the same key: none is written.
    """
    write_to_each([Effect(registration_id, choose, key, session, words, whom)], now=now)


@dataclass(frozen=True, slots=True)
class Effect:
    """What is to be written of one guest; see `write_to_guest`."""

    registration_id: UUID
    choose: Callable[[Registration], Kind | None]
    key: str
    session: Session | None = None
    words: str = ""
    whom: Whom = recipients_of


def write_to_each(effects: Sequence[Effect], *, now: datetime) -> None:
    """Write what is to be written of several guests, all in one transaction.

    What their events' letters share is read once for each event: three statements, and three more
    for all together.
    """
    guests = queries.guests({one.registration_id for one in effects})
    heads: dict[UUID, Letterhead] = {}
    rows: list[dict[str, Any]] = []
    for one in effects:
        guest = guests.get(one.registration_id)
        kind = one.choose(guest) if guest else None
        if guest is None or kind is None:
            continue
        if guest.event_id not in heads:
            heads[guest.event_id] = letterhead_of(guest.event)
        about = About(
            session=one.session,
            note=Fragment(one.words, IN_ANY_LANGUAGE) if one.words else EMPTY,
            until=guest.offered_until,
            type_name=guest.ticket_type.name,
            head=heads[guest.event_id],
        )
        rows += guest_rows(guest, guest.event, kind, one.key, now, about, one.whom)
    if rows:
        store(unless_asked_too_often(rows, now))


def write_to_guests_of(
    event_id: UUID, choose: Callable[[Event, Registration], Kind | None], *, key: str, now: datetime
) -> int:
    """Write all whose registration stands of a change of their event; return how many are new.

    In batches of a transaction each; what was written before the worker died is not written again.
    """
    event, after, made = event_by_id(event_id), None, 0
    while guests := queries.guests_of(event_id, after, BATCH):
        after = guests[-1].id
        effects = [f"{key}:{guest.id}" for guest in guests]
        known = queries.written([*effects, *(one + CONTACT_MARK for one in effects)])
        rows = []
        about = About(head=letterhead_of(event))
        for guest in guests:
            kind = choose(event, guest)
            effect = f"{key}:{guest.id}"
            if kind is not None and not {effect, effect + CONTACT_MARK} & known:
                rows += guest_rows(guest, event, kind, effect, now, about)
        made += len(rows)
        if rows:
            store(rows)
            event = event_by_id(event_id)
    return made


def write_to_person(person: Person, kind: Kind, *, key: str, now: datetime) -> None:
    """Write somebody a message with a personal link and no event.

    The daily limit does not hold here: a stranger could keep a member from signing in by it.
    Who asks for such mails is limited where they ask.
    """
    message_id = uuid7()
    about = About(name=person.name)
    if person.organisation:
        about = About(name=person.name, organisation=person.organisation)
    letter = write(kind, person.lang, message_id, about)
    row = message_row(message_id, kind, key, person.lang, now) | {
        "organisation_id": person.organisation_id,
        "to_email": person.email,
        "to_name": name_line(person.name),
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": person.purpose,
        "link_id": person.link_id,
        "link_generation": person.link_generation,
    }
    store([row])


def write_to_speakers(
    event_id: UUID,
    engagement_ids: Iterable[UUID],
    choose: Callable[[Addressee], Kind | None],
    *,
    key: str,
    now: datetime,
    about: Callable[[str], About] = lambda _lang: About(),
) -> int:
    """Write speakers at an event with the link to their page; return how many were written to.

    `about` says what it is about besides the event, by language. Who has no address gets nothing.
    Again with the same key: none is written.
    """
    event = event_by_id(event_id)
    head = letterhead_of(event)
    rows = [
        _to_speaker(
            one,
            event,
            kind,
            f"{key}:{one.engagement.id}",
            now,
            replace(about(one.contact.lang), event=event, head=head),
        )
        for one in queries.speakers(engagement_ids)
        if one.engagement.event_id == event.id and (kind := choose(one)) is not None
    ]
    if rows:
        store(rows)
    return len(rows)


def _to_speaker(
    one: Addressee, event: Event, kind: Kind, key: str, now: datetime, about: About
) -> dict[str, Any]:
    message_id, lang, speaker = uuid7(), one.contact.lang, one.speaker
    name = (speaker.name_zh or speaker.shown_name) if lang != "en" else speaker.shown_name
    letter = write(kind, lang, message_id, replace(about, name=name))
    return message_row(message_id, kind, key, lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": one.contact.email,
        "to_name": name_line(name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": Purpose.SPEAKER,
        "link_id": one.engagement.id,
        "link_generation": one.engagement.link_generation,
    }
