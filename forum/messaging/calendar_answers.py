"""Reading mails in which a guest's calendar answers (RFC 6047): the part, where it came, who sent.

Gmail and Thunderbird put the answer beside the words, Outlook and Exchange alone, Apple as a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as Mail
from email.utils import parseaddr

from forum.calendar.replies import Reply, read_reply
from forum.messaging.incoming import (
    MOST_NAMED,
    STUMBLES,
    field,
    parsed,
    parts_of,
    sent_to,
    unfolded,
)

_TYPES = {"text/calendar", "application/ics"}
_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*pass\b([^;]*)", re.IGNORECASE)
_OF = {
    "dmarc": re.compile(r"\bheader\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE),
    "dkim": re.compile(r"\bheader\.(?:d|i)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE),
    "spf": re.compile(r"\bsmtp\.mailfrom\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """A calendar's answer as it came in; `proven` where our mail server vouches for `sender`."""

    reply: Reply
    sent_to: tuple[str, ...]
    sender: str
    proven: bool


def read_answer(raw: bytes, came_to: str = "", *, authserv: str = "") -> Answered | None:
    """Return the calendar's answer in a mail, None where it has none.

    `authserv` is the name under which our own mail server writes what it found out about a sender
    (RFC 8601 §2.2); without it no sender is proven. Raises UnreadableMail for what is no mail.
    """
    mail = parsed(raw)
    try:
        reply = _reply(mail)
        if reply is None:
            return None
        sender = parseaddr(field(mail, "From"))[1]
        return Answered(reply, sent_to(mail, came_to), sender, is_proven(mail, sender, authserv))
    except STUMBLES:
        return None


def _reply(mail: Mail) -> Reply | None:
    for part in parts_of(mail):
        if part.get_content_type() not in _TYPES:
            continue
        content = part.get_payload(decode=True)
        reply = read_reply(content) if isinstance(content, bytes) else None
        if reply is not None:
            return reply
    return None


def is_proven(mail: Mail, sender: str, authserv: str) -> bool:
    """Say whether our own mail server found the sender's domain to be right.

    Only the first field under its name counts: what stands below may have come with the mail.
    """
    domain = sender.rpartition("@")[2].lower().rstrip(".")
    if not authserv or not domain:
        return False
    fields = mail.get_all("Authentication-Results", [])[:MOST_NAMED]
    if not fields:
        return False
    name, _, results = unfolded(fields[0]).partition(";")
    if name.split(" ")[0].lower() != authserv.lower():
        return False
    found = (
        (method.lower(), of[1])
        for method, rest in _RESULT.findall(results)
        if (of := _OF[method.lower()].search(rest)) is not None
    )
    return any(_aligned(said, domain) for _, said in found)


def _aligned(said: str, domain: str) -> bool:
    """Say whether a domain that was proven is the sender's, or one above it."""
    proven = said.rpartition("@")[2].lower().rstrip(".")
    return "." in proven and (domain == proven or domain.endswith(f".{proven}"))
