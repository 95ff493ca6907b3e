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
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?')
_METHOD = re.compile(r"^(dmarc|dkim|spf)(?:/\d+)?=(\w+)(?:\s|$)", re.IGNORECASE)
_OF = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}


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
    if not fields or len(mail.get_all("From", [])) != 1:
        return False
    name, _, results = _plain(unfolded(fields[0])).partition(";")
    if name.split()[:1] != [authserv.lower()]:
        return False
    passed: list[str] = []
    for clause in results.split(";"):
        found = _METHOD.match(clause.strip())
        if found is None:
            continue
        method, result = found[1], found[2]
        if method == "dmarc" and result == "fail":
            return False
        if result == "pass":
            passed += _said(clause, _OF[method])
    return any(_aligned(said, domain) for said in passed)


def _plain(field_value: str) -> str:
    """Return a field without strings and comments: what stands in them may be the sender's."""
    depth, kept = 0, []
    for sign in _STRING.sub(" ", field_value):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(depth - 1, 0)
        elif not depth:
            kept.append(sign)
    return "".join(kept).lower()


def _said(clause: str, names: tuple[str, ...]) -> list[str]:
    """Return the domains or addresses that a result is about; one said twice proves nothing."""
    pairs = [word.partition("=") for word in clause.split()]
    found = [[value for key, _, value in pairs if key == name] for name in names]
    return [values[0] for values in found if len(values) == 1]


def _aligned(said: str, domain: str) -> bool:
    """Say whether a domain that was proven is the sender's, or one above it."""
    proven = said.rpartition("@")[2].lower().rstrip(".")
    return "." in proven and (domain == proven or domain.endswith(f".{proven}"))
