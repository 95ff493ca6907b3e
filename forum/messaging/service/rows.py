"""Rows of messages: what every one holds, one to a guest, storing them once a key."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.core.text import clean_line
from forum.messaging import post
from forum.messaging.letters import About, write
from forum.messaging.mime import identity
from forum.messaging.models import Message
from forum.messaging.rules import LONGEST_NAME, MOST_A_DAY, NEWS, WITH_TICKET, Kind, MessageState
from forum.messaging.service.putting_off import replace_waiting, within_limits
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.events.models import Event
    from forum.registrations.models import Registration

log = logging.getLogger("forum.messaging")

TOO_MANY = f"Not sent: this address was written to {MOST_A_DAY} times within a day."


def guest_row(
    guest: Registration,
    event: Event,
    kind: Kind,
    key: str,
    now: datetime,
    about: About | None = None,
) -> dict[str, Any]:
    """Return the row of a message to a guest, with the link to the booking.

    `about` says what it is about besides the event and the guest.
    """
    message_id = uuid7()
    about = replace(about or About(), event=event, name=name_of(guest), code=guest.code)
    letter = write(kind, guest.lang, message_id, about)
    has_ticket = kind in WITH_TICKET and guest.state is RegistrationState.CONFIRMED
    return message_row(message_id, kind, key, guest.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "booking_id": guest.booking_id,
        "registration_id": guest.id,
        "to_email": guest.email,
        "to_name": name_line(guest.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": Purpose.BOOKING,
        "link_id": guest.booking_id,
        "with_ticket": has_ticket,
    }


def message_row(message_id: UUID, kind: Kind, key: str, lang: str, now: datetime) -> dict[str, Any]:
    """Return what the row of every message begins with."""
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


def refused(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a message that does not go out: its address had too many today."""
    log.warning("an address was written to %s times within a day; no more today", MOST_A_DAY)
    return row | {"state": MessageState.FAILED, "last_error": TOO_MANY}


def store(rows: Sequence[dict[str, Any]]) -> None:
    """Store messages, but for those whose key is known, in a transaction of their own.

    News of a programme waits for who had too much of it within the day.
    """
    news = [row for row in rows if row["kind"] in NEWS]
    stored = [row for row in rows if row["kind"] not in NEWS]
    if news:
        stored += within_limits(news)
    dialect = db.engine.dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    with writing() as session:
        if news:
            replace_waiting(session, news)
        session.execute(insert(Message).on_conflict_do_nothing(index_elements=["key"]), stored)


def name_line(name: str) -> str:
    """Return a name as it can stand beside an address."""
    return clean_line(name)[:LONGEST_NAME]


def name_of(guest: Registration) -> str:
    """Return how a guest is greeted in their language."""
    return guest.name_zh or guest.name if guest.lang != "en" else guest.name
