"""A message as it is sent: plain and HTML, the code inside and attached (RFC 2045-2049)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from uuid import UUID

import idna

from forum.core.errors import Invalid
from forum.core.ids import shown
from forum.core.languages import ENGLISH, by_key
from forum.core.text import clean_line
from forum.messaging import bodies
from forum.messaging.calendar_parts import CalendarPart
from forum.messaging.letters import TICKET_CID
from forum.messaging.marks import Filling, opt_out_of
from forum.messaging.models import Message
from forum.messaging.rules import LONGEST_NAME, LONGEST_SUBJECT, OPTIONAL
from forum.messaging.words.failures import UNWRITABLE

CALENDAR_FILE = "invite.ics"
_NEVER_IN_ADDRESSES = re.compile(r"[\s\x00-\x1f\x7f,;<>]")


class _OnOneLine(UnstructuredHeader, BaseHeader):
    """A header that is never folded: Python would write a long address in encoded words."""

    def fold(self, *, policy: Policy) -> str:
        """Return the whole line (at most 998 characters, RFC 5322 §2.1.1)."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _OnOneLine)
# In 7 bits: not every server on the way takes 8 (RFC 6152), and one that converts breaks DKIM.
_PLAIN = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")
_WITH_UTF8 = SMTPUTF8.clone(header_factory=_HEADERS)


class UnwritableAddress(Invalid):
    """No mail can be addressed to it."""

    code = "unwritable_address"
    says = UNWRITABLE


@dataclass(frozen=True, slots=True)
class Code:
    """A ticket's QR code as PNG, and the reference it goes with."""

    png: bytes
    reference: str

    @property
    def file_name(self) -> str:
        """What the attachment is called."""
        return f"ticket-{shown(self.reference)}.png"


def identity(message_id: UUID, sender: str, copy: int = 0) -> str:
    """Return the Message-ID: always the same for a message, another for a copy sent on purpose."""
    host = _host_of(sender)
    return f"<{message_id}{f'.{copy}' if copy else ''}@{host}>"


@lru_cache(maxsize=64)
def _host_of(sender: str) -> str:
    _, address = parseaddr(sender)
    return address.rpartition("@")[2] or "localhost"


def mail_of(
    message: Message,
    *,
    sender: Address,
    reply_to: str,
    filling: Filling,
    code: Code | None,
    calendar: CalendarPart | None,
    now: datetime,
) -> EmailMessage:
    """Return the mail, its links in place of their marks; raises UnwritableAddress.

    What nobody asked for can be stopped from the mail program itself, by one press (RFC 8058).
    """
    to = mailbox(message.to_name, message.to_email)
    mail = EmailMessage(policy=_PLAIN if to.username.isascii() else _WITH_UTF8)
    mail["From"] = sender
    mail["To"] = to
    if reply_to:
        mail["Reply-To"] = mailbox("", reply_to)
    written = bodies.to_send(message)
    mail["Subject"] = clean_line(written.subject)[:LONGEST_SUBJECT]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message.message_id
    _add(mail, "Auto-Submitted", "auto-generated")
    # Exchange answers for people on holiday all the same (RFC 3834 came later), unless told this.
    _add(mail, "X-Auto-Response-Suppress", "OOF, AutoReply")
    if message.kind in OPTIONAL:
        mail["List-Unsubscribe"] = f"<{opt_out_of(message.id).address(0)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(filling.put_in(written.text))
    mail.make_alternative(_boundary("alternative", message))
    mail.add_alternative(filling.put_in_html(written.html), subtype="html")
    if code is not None:
        _, body = mail.iter_parts()
        body.make_related(_boundary("related", message))
        body.add_related(
            code.png,
            "image",
            "png",
            cid=f"<{TICKET_CID}>",
            filename=code.file_name,
            disposition="inline",
        )
    if calendar is not None:
        _add_calendar(mail, calendar, _boundary("mixed", message))
    if code is not None:
        mail.add_attachment(code.png, "image", "png", filename=code.file_name)
    # At the end: whatever adds a part moves the headers that describe the content into the first.
    _add(mail, "Content-Language", (by_key(message.lang) or ENGLISH).tag)
    return mail


def _boundary(inside: str, message: Message) -> str:
    """Return what stands between parts: nobody knew the id when the words were written.

    Python would read the whole mail to find one that does not occur.
    """
    return f"{inside}-{message.id.hex}"


def _add_calendar(mail: EmailMessage, calendar: CalendarPart, boundary: str) -> None:
    """Add what is asked of the guest's calendar: last among the alternatives, and as a file.

    Some programs look here, some there (RFC 6047 §2.4).
    """
    octets = base64.encodebytes(calendar.octets).decode("ascii")
    method = f"text/calendar; charset=utf-8; method={calendar.method.value}"
    mail.attach(_part(mail.policy, octets, {"Content-Type": method}))
    mail.make_mixed(boundary)
    named = f'attachment; filename="{CALENDAR_FILE}"'
    file = {"Content-Type": "application/ics", "Content-Disposition": named}
    mail.attach(_part(mail.policy, octets, file))


def _part(policy: Policy, octets: str, headers: Mapping[str, str]) -> EmailMessage:
    part = EmailMessage(policy=policy)
    for name, value in {**headers, "Content-Transfer-Encoding": "base64"}.items():
        _add(part, name, value)
    part.set_payload(octets)
    return part


def _add(mail: EmailMessage, name: str, value: str) -> None:
    """Add a header that many mails have: Python would take it apart anew for each of them."""
    mail.set_raw(name, _header(name, value))


@lru_cache(maxsize=64)
def _header(name: str, value: str) -> BaseHeader:
    return _HEADERS(name, value)


def mailbox(name: str, address: str) -> Address:
    """Return an address of a header with the name beside it; raises UnwritableAddress."""
    local, _, domain = address.rpartition("@")
    if not local or not domain or _NEVER_IN_ADDRESSES.search(address):
        raise UnwritableAddress
    try:
        host = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        # Not by addr_spec: Python refuses letters there that SMTPUTF8 allows (RFC 6531).
        return Address(clean_line(name)[:LONGEST_NAME], username=local, domain=host)
    except ValueError:
        raise UnwritableAddress from None
