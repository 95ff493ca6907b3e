"""Reading what mail servers send back: delivery reports (RFC 3464), also those of older shape.

Nothing here is believed: a report only says which of our mails it names, and the caller looks
whether there is such a one. What is no report (out-of-office notes, read receipts, letters, our
own mails in a circle) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message as Mail

from forum.core.text import clean_line
from forum.messaging.incoming import (
    MOST_NAMED,
    MOST_PARTS,
    STUMBLES,
    UnreadableMail,
    field,
    parsed,
    parts_of,
    sent_to,
    unfolded,
)
from forum.messaging.rules.bounces import UNKNOWN_STATUS, BounceAction, status_in

LONGEST_DIAGNOSTIC = 500
LONGEST_TEXT = 20_000
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
_ID_LINE = re.compile(r"^Message-ID:\s*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_FIELD_BREAK = re.compile(r"\n[ \t]+")
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_RETURNED_TYPES = {"message/rfc822", "message/global"}
_HEADER_TYPES = {"text/rfc822-headers", "message/global-headers"}
_FROM_SERVERS = re.compile(
    r"\b(mailer-daemon|postmaster|mail delivery (sub)?system)\b", re.IGNORECASE
)
_NO_SUCH_MAILBOX = re.compile(
    r"(user|recipient|mailbox|address|account)[^.\n]{0,40}"
    r"(unknown|not found|does(n.t| not) exist|no longer exists?)"
    r"|(unknown|no such) (user|recipient|mailbox|address|account|local)",
    re.IGNORECASE,
)
_NO_SUCH_DOMAIN = re.compile(
    r"unrouteable address|unroutable address|domain name not found|host not found|nxdomain"
    r"|host or domain name not found|domain[^.\n]{0,40}does(n.t| not) exist",
    re.IGNORECASE,
)
_FULL = re.compile(r"(mailbox|quota|storage)[^.\n]{0,40}(full|exceeded)|over ?quota", re.IGNORECASE)
_BY_WORDS = ((_NO_SUCH_DOMAIN, "5.1.2"), (_FULL, "5.2.2"), (_NO_SUCH_MAILBOX, "5.1.1"))
_ACTION_OF_CLASS = {
    "2": BounceAction.DELIVERED,
    "4": BounceAction.DELAYED,
    "5": BounceAction.FAILED,
}
_WORST_FIRST = tuple(BounceAction)
# Some servers write the copy of the mail as plain text after a line of their own.
_COPY_BEGINS = re.compile(
    r"^--[^\n]{0,80}(copy of (the|your) message|original message|below this line)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says became of a mail of ours.

    `sent_to` are addresses at which the report itself came in, `message_ids` those that the mail
    it brings back may have; neither is proven.
    """

    sent_to: tuple[str, ...]
    message_ids: tuple[str, ...]
    action: BounceAction
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    action: BounceAction
    status: str
    diagnostic: str


def read(raw: bytes, came_to: str = "") -> Report | None:
    """Return the delivery report in a mail, None where the mail is none.

    `came_to` is the address that the mail server had it for, where it says so. Raises
    UnreadableMail for what is no mail at all.
    """
    mail = parsed(raw)
    try:
        outcome = _outcome(mail)
        if outcome is None:
            return None
        return Report(
            sent_to(mail, came_to),
            _message_ids(mail),
            outcome.action,
            outcome.status,
            outcome.diagnostic,
        )
    except STUMBLES as error:
        raise UnreadableMail from error


def _outcome(mail: Mail) -> _Outcome | None:
    parts = list(parts_of(mail))
    words = _words(parts)
    found = [
        one
        for part in parts
        if part.get_content_type() in _STATUS_TYPES
        for block in _blocks(part)
        for one in [_of_block(block, words)]
        if one is not None
    ]
    if found:
        return min(found, key=lambda one: _WORST_FIRST.index(one.action))
    return _of_words(words) if _is_from_a_server(mail) else None


def _is_from_a_server(mail: Mail) -> bool:
    """Say whether a mail without a report for machines is one for people, from a mail server."""
    if field(mail, "X-Failed-Recipients"):
        return True
    answers = field(mail, "Auto-Submitted").lower().startswith("auto-replied")
    null_sender = field(mail, "Return-Path") in {"", "<>"}
    whole = mail.get_content_type() in {"text/plain", "multipart/mixed", "multipart/report"}
    kind = str(mail.get_param("report-type", "") or "").lower()
    machine = kind in {"", "delivery-status"}
    by_server = bool(_FROM_SERVERS.search(field(mail, "From")))
    return not answers and null_sender and whole and machine and by_server


def _of_words(words: str) -> _Outcome:
    told = _COPY_BEGINS.split(words, maxsplit=1)[0]
    status = status_in(told) or _by_words(told) or UNKNOWN_STATUS
    action = BounceAction.DELAYED if status.startswith("4.") else BounceAction.FAILED
    lines = [one for one in told.splitlines() if status in one or _by_words(one)]
    return _Outcome(action, status, _clean(lines[0] if lines else " ".join(told.split()[:60])))


def _of_block(block: dict[str, str], words: str) -> _Outcome | None:
    """Return what the fields of one recipient say; None for the fields about the whole mail."""
    if not {"final-recipient", "original-recipient", "action"} & block.keys():
        return None
    told = block.get("diagnostic-code", "")
    kind, parted, rest = told.partition(";")
    diagnostic = _clean(rest if parted and len(kind) <= len("x-longest-kind-of-code") else told)
    status = status_in(block.get("status", "")) or status_in(diagnostic)
    said = block.get("action", "").strip().lower()
    known = {one.value: one for one in BounceAction}
    action = known.get(said) or _ACTION_OF_CLASS.get((status or UNKNOWN_STATUS)[0])
    if action is None:
        return None
    status = status or ("4.0.0" if action is BounceAction.DELAYED else UNKNOWN_STATUS)
    if status.endswith(".0.0") and action is BounceAction.FAILED:
        status = _better(diagnostic) or _better(words) or status
    return _Outcome(action, status, diagnostic)


def _better(words: str) -> str:
    found = status_in(words)
    return found if found and not found.endswith(".0.0") else _by_words(words)


def _by_words(words: str) -> str:
    return next((code for known, code in _BY_WORDS if known.search(words)), "")


def _words(parts: Iterable[Mail]) -> str:
    texts = (_text(part) for part in parts if part.get_content_type() == "text/plain")
    return "\n".join(texts)[:LONGEST_TEXT]


def _text(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return payload[:LONGEST_TEXT].decode("utf-8", "replace").replace("\r\n", "\n")


def _blocks(part: Mail) -> Iterator[dict[str, str]]:
    """Return the groups of fields of a report; the one for mails in UTF-8 is parsed as a mail."""
    payload = part.get_payload()
    inside = payload if isinstance(payload, list) else [payload]
    for one in inside[:MOST_PARTS]:
        if isinstance(one, Mail):
            yield {name.lower(): unfolded(value) for name, value in one.items()}
            rest = one.get_payload()
            if isinstance(rest, str) and rest.strip():
                yield from _blocks_in(rest)
        elif isinstance(one, str):
            yield from _blocks_in(one)


def _blocks_in(text: str) -> Iterator[dict[str, str]]:
    plain = _FIELD_BREAK.sub(" ", text[:LONGEST_TEXT].replace("\r\n", "\n"))
    for group in plain.split("\n\n")[:MOST_PARTS]:
        pairs = (line.partition(":") for line in group.splitlines() if ":" in line)
        yield {name.strip().lower(): value.strip() for name, _, value in pairs}


def _message_ids(mail: Mail) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts_of(mail):
        found += _returned_ids(part)
    for name in ("In-Reply-To", "References"):
        found += _MESSAGE_ID.findall(field(mail, name))
    return tuple(dict.fromkeys(found))[:MOST_NAMED]


def _returned_ids(part: Mail) -> list[str]:
    kind, payload = part.get_content_type(), part.get_payload()
    returned = payload[0] if isinstance(payload, list) and payload else None
    if kind in _RETURNED_TYPES and isinstance(returned, Mail):
        return _MESSAGE_ID.findall(field(returned, "Message-ID"))
    if kind in _HEADER_TYPES:
        inside = returned.as_string() if isinstance(returned, Mail) else _text(part)
        return _ID_LINE.findall(_FIELD_BREAK.sub(" ", inside))
    if kind == "text/plain":
        copy = _COPY_BEGINS.split(_text(part), maxsplit=1)
        return _ID_LINE.findall(_FIELD_BREAK.sub(" ", copy[-1])) if len(copy) > 1 else []
    return []


def _clean(words: str) -> str:
    return clean_line(words)[:LONGEST_DIAGNOSTIC]
