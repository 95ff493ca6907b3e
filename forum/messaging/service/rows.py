"""Rows of messages: what every one holds, one to a guest, storing them once a key."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from forum.calendar.rules.answers import Method
from forum.calendar.service.scheduling import Asked, Stamp, stamp
from forum.core.addresses import address_key
from forum.core.db import db, writing
from forum.core.i18n import sentence
from forum.core.ids import uuid7
from forum.core.text import clean_line
from forum.messaging import post, queries
from forum.messaging.letters import About, write
from forum.messaging.mime import identity
from forum.messaging.models import Message
from forum.messaging.rules import (
    ASKED_BY_ANYBODY,
    ENDS,
    LONGEST_NAME,
    MOST_ASKED_BY_ANYBODY,
    NEWS,
    TO_MANY,
    WITH_TICKET,
    Kind,
    MessageState,
)
from forum.messaging.rules.calendars import FOR_EVERYBODY, method_of
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.service.putting_off import replace_waiting, within_limits
from forum.messaging.service.recipients import Recipient, Whom, recipients_of
from forum.messaging.words.failures import NOT_WANTED, TOO_MANY
from forum.registrations.queries import opted_out
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from forum.events.models import Event
    from forum.registrations.models import Registration

log = logging.getLogger("forum.messaging")

ASKED = "asked"
"""Under this name a row says what its mail asks of the guest's calendar, until it is stored."""

_ALL_BOOKINGS = sentence("See all your registrations for this event on one page")


def guest_rows(
    guest: Registration,
    event: Event,
    kind: Kind,
    key: str,
    now: datetime,
    about: About | None = None,
    whom: Whom = recipients_of,
) -> list[dict[str, Any]]:
    """Return the rows of a message about a guest: one for each who is written to.

    `about` says what it is about besides the event and the guest, whose booking must be loaded.
    """
    return [guest_row(guest, event, kind, one, one.key(key), now, about) for one in whom(guest)]


def guest_row(
    guest: Registration,
    event: Event,
    kind: Kind,
    to: Recipient,
    key: str,
    now: datetime,
    about: About | None = None,
) -> dict[str, Any]:
    """Return the row of a message about a guest to one recipient, with that one's link."""
    message_id = uuid7()
    about = about or About()
    more = ((_ALL_BOOKINGS, to.all_bookings),) if to.all_bookings and kind not in ENDS else ()
    about = replace(
        about,
        event=event,
        name=to.greeting,
        code=guest.code,
        whose=to.whose,
        others=about.others + more,
    )
    letter = write(kind, to.lang, message_id, about)
    has_ticket = kind in WITH_TICKET and guest.state is RegistrationState.CONFIRMED
    return message_row(message_id, kind, key, to.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "booking_id": guest.booking_id,
        "registration_id": guest.id,
        "to_email": to.email,
        "to_name": name_line(to.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": to.link.purpose,
        "link_id": to.link.id,
        "link_generation": to.generation,
        "with_ticket": has_ticket,
        ASKED: _asked(guest, event, kind, to, about),
    }


def _asked(
    guest: Registration, event: Event, kind: Kind, to: Recipient, about: About
) -> Asked | None:
    """Return what a mail asks of its reader's calendar.

    Nothing where somebody else is written about: one who leaves must not take the event out of the
    contact's own calendar. Nor of an event that was never public: nothing counts its changes.
    """
    method = method_of(kind, has_seat=guest.state is RegistrationState.CONFIRMED)
    if method is None or to.is_contact or event.published_at is None:
        return None
    return Asked(
        method,
        to.email,
        event.id,
        session_id=about.session.id if about.session else None,
        registration_id=guest.id,
        everybody=kind in FOR_EVERYBODY,
    )


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
        "calendar_method": None,
        "calendar_entry_id": None,
        "calendar_ahead": 0,
        "bulk": kind in TO_MANY,
        "good_until": None,
        "state": MessageState.QUEUED,
        "tries": 0,
        "copies": 0,
        "last_error": "",
        "message_id": identity(message_id, post.sender()),
        "created_at": now,
        "due_at": now,
    }


def unless_asked_too_often(rows: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Return rows, those marked as refused that a stranger can cause, and did; one statement.

    They are counted when they are written, apart from all others, which are counted when they
    are sent: so they take nobody's ticket away.
    """
    asked = [row for row in rows if row["kind"] in ASKED_BY_ANYBODY]
    if not asked:
        return list(rows)
    had = queries.asked_today({row["to_email"] for row in asked}, now)
    return [
        _refused(row)
        if row["kind"] in ASKED_BY_ANYBODY
        and had.get((row["organisation_id"], row["to_email"]), 0) >= MOST_ASKED_BY_ANYBODY
        else row
        for row in rows
    ]


def unless_opted_out(organisation_id: UUID, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows, those marked as failed whose address wants no such mails; one statement."""
    keys = {row["id"]: address_key(row["to_email"]) for row in rows}
    gone = opted_out(organisation_id, keys.values())
    failed = {"state": MessageState.FAILED, "last_error": str(NOT_WANTED)}
    return [row | failed if keys[row["id"]] in gone else row for row in rows]


def _refused(row: dict[str, Any]) -> dict[str, Any]:
    log.warning("an address was asked for %s times within a day", MOST_ASKED_BY_ANYBODY)
    return row | {
        "state": MessageState.FAILED,
        "last_error": str(sentence(TOO_MANY.text, most=MOST_ASKED_BY_ANYBODY)),
    }


def store(rows: Sequence[dict[str, Any]]) -> None:
    """Store messages, but for those whose key is known, in a transaction of their own.

    News of a programme waits for who had too much of it within the day.
    """
    news = [row for row in rows if _is_news(row)]
    stored = [row for row in rows if not _is_news(row)]
    if news:
        stored += within_limits(news)
    dialect = db.engine.dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    with writing() as session:
        if news:
            replace_waiting(session, news)
        stored = _stamped(session, stored)
        session.execute(insert(Message).on_conflict_do_nothing(index_elements=["key"]), stored)


def _stamped(session: Session, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with what their mails ask of guests' calendars noted; four statements at most.

    What was written before takes nothing out of a calendar once more.
    """
    asked = {
        row["key"]: row[ASKED]
        for row in rows
        if row.get(ASKED) and row["state"] is MessageState.QUEUED
    }
    ends = [key for key, one in asked.items() if one.method is Method.CANCEL]
    for known in queries.written(ends) if ends else ():
        del asked[known]
    stamps = stamp(session, asked, rows[0]["created_at"]) if asked else {}
    return [_without_asked(row) | _columns(stamps.get(row["key"])) for row in rows]


def _without_asked(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != ASKED}


def _columns(stamped: Stamp | None) -> dict[str, Any]:
    if stamped is None:
        return {}
    return {
        "calendar_method": stamped.method,
        "calendar_entry_id": stamped.entry_id,
        "calendar_ahead": stamped.ahead,
    }


def _is_news(row: Mapping[str, Any]) -> bool:
    """Say whether a row tells of news; a letter that was only tried out tells of none."""
    return row["kind"] in NEWS and not row["key"].startswith(TEST_KEY)


def name_line(name: str) -> str:
    """Return a name as it can stand beside an address."""
    return clean_line(name)[:LONGEST_NAME]
