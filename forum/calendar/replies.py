"""Reading what calendars answer to an invitation: METHOD:REPLY (RFC 5546 §3.2.3).

Nothing here is believed: an answer only says which entry it is about and who answers, and the
caller looks whether that may be so. Whatever cannot be read is no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import UUID

from forum.calendar.lenient import first_of, moment_at, parts_of, text_of, time_of, words_of
from forum.calendar.rules.answers import Answer
from forum.core.addresses import BadAddress, normalised_email
from forum.core.text import clean_paragraphs

if TYPE_CHECKING:
    from icalendar import Component

LARGEST_REPLY = 200_000
"""Bytes: an answer is one event without attachments."""

MOST_LINES = 2_000
LONGEST_COMMENT = 500
HIGHEST_SEQUENCE = 2**31 - 1
_IS_REPLY = re.compile(r"^METHOD\s*(;[^:\r\n]*)?:\s*REPLY\s*$", re.IGNORECASE | re.MULTILINE)
_MAILTO = re.compile(r"^\s*mailto:", re.IGNORECASE)
_UNREADABLE = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError,
    BadAddress,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """What a calendar answers: which entry, by whom, in what version of it, and when.

    `stamp` is None where the calendar does not say when; `comment` is what the guest typed.
    """

    uid: UUID
    attendee: str
    answer: Answer
    sequence: int = 0
    stamp: datetime | None = None
    comment: str = ""


def read_reply(content: bytes) -> Reply | None:
    """Return the answer in a calendar file, None where there is none or more than one.

    Gmail, Apple, Outlook, Exchange and Thunderbird differ in what they leave out: Exchange strips
    the ORGANIZER, some the SEQUENCE, which is then 0 (RFC 5545 §3.8.7.4).
    """
    if len(content) > LARGEST_REPLY or content.count(b"\n") > MOST_LINES:
        return None
    try:
        text = text_of(content)
        if not _IS_REPLY.search(text):
            return None
        found = [_of(part) for part in parts_of(text, "VEVENT")]
    except _UNREADABLE:
        return None
    replies = {one for one in found if one is not None}
    return replies.pop() if len(replies) == 1 else None


def _of(part: Component) -> Reply | None:
    who = [
        (normalised_email(unquote(_MAILTO.sub("", str(one)))), answer)
        for one in _attendees(part)
        if (answer := _answer(one)) is not None
    ]
    if len(who) != 1:
        return None
    address, answer = who[0]
    return Reply(
        UUID(words_of(part, "UID").strip()),
        address,
        answer,
        _sequence(part),
        _stamp(part),
        clean_paragraphs(words_of(part, "COMMENT"))[:LONGEST_COMMENT],
    )


def _attendees(part: Component) -> list[object]:
    found = part.get("ATTENDEE")
    if found is None:
        return []
    return list(found) if isinstance(found, list) else [found]


def _answer(attendee: object) -> Answer | None:
    """Return what an attendee does; None for one who has said nothing."""
    said = str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()
    given = {Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED}
    return next((one for one in given if one == said), None)


def _sequence(part: Component) -> int:
    value = first_of(part, "SEQUENCE")
    return min(max(int(value), 0), HIGHEST_SEQUENCE) if value is not None else 0


def _stamp(part: Component) -> datetime | None:
    value = time_of(part, "DTSTAMP")
    return moment_at(value, UTC) if isinstance(value, datetime) else None
