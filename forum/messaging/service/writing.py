"""Writing messages: rendered outside any transaction, stored once under the key of their effect."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.core.text import Fragment, clean_line
from forum.events.queries import event_by_id
from forum.messaging import post, queries
from forum.messaging.letters import About, write
from forum.messaging.mime import identity
from forum.messaging.models import Message
from forum.messaging.rules import LONGEST_NAME, MOST_A_DAY, WITH_TICKET, Kind, MessageState
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from forum.events.models import Event
    from forum.registrations.models import Registration

log = logging.getLogger("forum.messaging")

BATCH = 100
TOO_MANY = f"Not sent: this address was written to {MOST_A_DAY} times within a day."


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
) -> None:
    """Write one guest the message that fits where the registration stands now, or none.

    Three statements; again with the same key: none is written.
    """
    guest = queries.guest(registration_id)
    kind = choose(guest) if guest else None
    if guest is None or kind is None:
        return
    over = queries.written_today(guest.email, now) >= MOST_A_DAY
    row = _to_guest(guest, guest.event, kind, key, now)
    _store([_refused(row) if over else row])


def write_to_guests_of(
    event_id: UUID, choose: Callable[[Event, Registration], Kind | None], *, key: str, now: datetime
) -> int:
    """Write all who are confirmed or wait of a change of their event; return how many are new.

    In batches of a transaction each; what was written before the worker died is not written again.
    """
    event, after, made = event_by_id(event_id), None, 0
    while guests := queries.guests_of(event_id, after, BATCH):
        after = guests[-1].id
        known = queries.written(f"{key}:{guest.id}" for guest in guests)
        rows = []
        for guest in guests:
            kind = choose(event, guest)
            if kind is not None and f"{key}:{guest.id}" not in known:
                rows.append(_to_guest(guest, event, kind, f"{key}:{guest.id}", now))
        made += len(rows)
        if rows:
            _store(rows)
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
    row = _row(message_id, kind, key, person.lang, now) | {
        "organisation_id": person.organisation_id,
        "to_email": person.email,
        "to_name": _name(person.name),
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": person.purpose,
        "link_id": person.link_id,
        "link_generation": person.link_generation,
    }
    _store([row])


def _to_guest(
    guest: Registration, event: Event, kind: Kind, key: str, now: datetime
) -> dict[str, Any]:
    message_id = uuid7()
    about = About(event=event, name=_name_for(guest), code=guest.code)
    letter = write(kind, guest.lang, message_id, about)
    has_ticket = kind in WITH_TICKET and guest.state is RegistrationState.CONFIRMED
    return _row(message_id, kind, key, guest.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "booking_id": guest.booking_id,
        "registration_id": guest.id,
        "to_email": guest.email,
        "to_name": _name(guest.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": Purpose.BOOKING,
        "link_id": guest.booking_id,
        "with_ticket": has_ticket,
    }


def _row(message_id: UUID, kind: Kind, key: str, lang: str, now: datetime) -> dict[str, Any]:
    return {
        "id": message_id,
        "organisation_id": None,
        "event_id": None,
        "booking_id": None,
        "registration_id": None,
        "kind": kind,
        "key": key,
        "reply_to": "",
        "lang": lang,
        "link_generation": 0,
        "with_ticket": False,
        "state": MessageState.QUEUED,
        "tries": 0,
        "copies": 0,
        "last_error": "",
        "message_id": identity(message_id, post.sender()),
        "created_at": now,
        "due_at": now,
    }


def _refused(row: dict[str, Any]) -> dict[str, Any]:
    log.warning("an address was written to %s times within a day; no more today", MOST_A_DAY)
    return row | {"state": MessageState.FAILED, "last_error": TOO_MANY}


def _store(rows: Sequence[dict[str, Any]]) -> None:
    dialect = db.engine.dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    with writing() as session:
        session.execute(insert(Message).on_conflict_do_nothing(index_elements=["key"]), list(rows))


def _name(name: str) -> str:
    return clean_line(name)[:LONGEST_NAME]


def _name_for(guest: Registration) -> str:
    return guest.name_zh or guest.name if guest.lang != "en" else guest.name
