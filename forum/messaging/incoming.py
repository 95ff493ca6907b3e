"""Mail that comes in, taken apart: nothing in it is believed, and none of it stops the reader."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.message import Message as Mail
from email.policy import compat32

LARGEST = 2_000_000
"""Bytes that are read of a mail; what matters stands before the mail that a report brings back."""

MOST_PARTS = 50
MOST_NAMED = 20
STUMBLES = (RecursionError, LookupError, ValueError, TypeError, AttributeError)
"""What the parser raises, which takes nearly anything, and stumbles later over what it took."""


class UnreadableMail(ValueError):
    """There is no mail in it that could be read."""


def parsed(raw: bytes) -> Mail:
    """Return a mail's fields and parts; raises UnreadableMail for what is no mail at all."""
    try:
        mail = email.message_from_bytes(raw[:LARGEST], policy=compat32)
    except STUMBLES as error:
        raise UnreadableMail from error
    if not mail.keys():
        raise UnreadableMail
    return mail


def parts_of(mail: Mail) -> Iterator[Mail]:
    """Go through the parts of a mail, not into the mail that it brings back."""
    waiting, seen = [mail], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting[:0] = [one for one in payload if isinstance(one, Mail)]


def sent_to(mail: Mail, came_to: str) -> tuple[str, ...]:
    """Return the addresses at which a mail came in; `came_to` is what the mail server said."""
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
    written = [came_to]
    for name in names:
        written += [unfolded(one) for one in mail.get_all(name, [])[:MOST_NAMED]]
    split = (one for line in written for one in re.split(r"[\s,;<>]+", line[:2000]) if "@" in one)
    return tuple(dict.fromkeys(split))[:MOST_NAMED]


def field(mail: Mail, name: str) -> str:
    """Return a field on one line, empty where there is none."""
    return unfolded(mail.get(name) or "")


def unfolded(value: object) -> str:
    """Return a field's value on one line."""
    return " ".join(str(value).split())
