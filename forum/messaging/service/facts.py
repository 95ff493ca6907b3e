"""What mails need besides themselves when they go out: links, tickets, senders, what forbids it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core import qr
from forum.core.addresses import address_key
from forum.core.db import db
from forum.core.i18n import sentence
from forum.messaging import post, queries
from forum.messaging.calendar_parts import CalendarParts
from forum.messaging.envelopes import bounce_address
from forum.messaging.marks import Filling
from forum.messaging.mime import Code, mail_of, mailbox
from forum.messaging.queries import recipients, sending
from forum.messaging.queries.bounces import bounced_finally
from forum.messaging.rules.recipients import Counted, counted_as, most_of, waits_until
from forum.messaging.words.failures import (
    ANOTHERS,
    CAME_BACK,
    NOT_WANTED,
    OTHER_ADDRESS,
    REVOKED,
    STOPPED,
    TOO_LATE,
    TOO_MANY_TODAY,
    WITHOUT_WORDS,
)
from forum.tickets.service import qr_text

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage

    from forum.core.i18n import Sentence
    from forum.messaging.models import Message

PIXELS = 528


@dataclass(frozen=True, slots=True)
class Facts:
    """What some messages need besides themselves, as it stands at a moment."""

    generations: Mapping[UUID, int]
    tickets: Mapping[UUID, queries.GoodTicket]
    forbidden: Mapping[UUID, Sentence]
    senders: Mapping[UUID, sending.Sender]
    calendars: CalendarParts
    went: dict[tuple[UUID | None, str, Counted], list[datetime]]

    @classmethod
    def of(cls, messages: Sequence[Message], now: datetime) -> Facts:
        """Gather what these messages need; some fourteen statements."""
        guests = [m.registration_id for m in messages if m.with_ticket and m.registration_id]
        try:
            return cls(
                generations=queries.generations(messages),
                tickets=_tickets(guests),
                forbidden=_forbidden(messages),
                senders=sending.senders(messages),
                calendars=CalendarParts.of(messages),
                went=defaultdict(
                    list,
                    {key: list(at) for key, at in recipients.mailed_today(messages, now).items()},
                ),
            )
        finally:
            # A transaction that only reads, left open while a server is slow, would hold up others.
            db.session.rollback()

    def refusal(self, message: Message, now: datetime) -> Sentence | None:
        """Say why a message does not go out any more, or nothing."""
        if (why := self.forbidden.get(message.id)) is not None:
            return why
        if message.good_until is not None and message.good_until <= now:
            return TOO_LATE
        if message.with_ticket and message.registration_id not in self.tickets:
            return REVOKED
        return None

    def waits_until(self, message: Message) -> tuple[datetime, Sentence] | None:
        """Return until when a message waits whose address had enough of its sort, and why."""
        counted = counted_as(message.kind, message.key)
        if counted is None:
            return None
        most = most_of(counted)
        until = waits_until(self.went[self._count(message, counted)], most)
        return (until, sentence(TOO_MANY_TODAY.text, most=most)) if until else None

    def note_sent(self, message: Message, at: datetime) -> None:
        """Count a message that went out."""
        counted = counted_as(message.kind, message.key)
        if counted is not None:
            self.went[self._count(message, counted)].append(at)

    def mail(self, message: Message, now: datetime) -> EmailMessage:
        """Return the mail; raises UnwritableAddress."""
        good = self.tickets.get(message.registration_id) if message.registration_id else None
        own = self.senders.get(message.id) or sending.Sender()
        return mail_of(
            message,
            sender=_from(own),
            reply_to=own.reply_to or message.reply_to,
            filling=Filling.of(message, self.generations),
            code=code_of(good) if message.with_ticket and good else None,
            calendar=self.calendars.part(message),
            now=now,
        )

    def envelope(self, message: Message) -> str:
        """Return where reports about this copy of the message come back to."""
        bounces = post.bounces()
        return bounce_address(message.id, bounces, message.copies) if bounces else ""

    def _count(self, message: Message, counted: Counted) -> tuple[UUID | None, str, Counted]:
        return message.organisation_id, address_key(message.to_email), counted


def code_of(good: queries.GoodTicket) -> Code:
    """Return the picture of a ticket's QR code for a mail."""
    return Code(qr.png(qr_text(good.ticket), PIXELS), good.code)


def mail_as_sent(message: Message) -> tuple[EmailMessage, str]:
    """Return a message as it went out last, or would go out, and the address reports come to.

    Raises UnwritableAddress. Links and ticket are those of today.
    """
    at = message.sent_at or message.created_at
    facts = Facts.of([message], at)
    return facts.mail(message, at), facts.envelope(message)


def _tickets(registration_ids: Sequence[UUID]) -> dict[UUID, queries.GoodTicket]:
    """Return tickets that stay as they were read, whatever is written meanwhile."""
    if not registration_ids:
        return {}
    found = queries.good_tickets(registration_ids)
    for good in found.values():
        db.session.expunge(good.ticket)
    return found


def _forbidden(messages: Sequence[Message]) -> dict[UUID, Sentence]:
    """Return why messages do not go out, whatever the hour; the first reason counts."""
    stopped = sending.stopped_announcements(
        {one.announcement_id for one in messages if one.announcement_id}
    )
    reasons: Sequence[tuple[Collection[UUID], Sentence]] = (
        ({one.id for one in messages if is_stopped(one, stopped)}, STOPPED),
        ({one.id for one in messages if _is_without_words(one)}, WITHOUT_WORDS),
        (recipients.no_longer_theirs(messages), ANOTHERS),
        (recipients.of_another_address(messages), OTHER_ADDRESS),
        (queries.not_wanted(messages), NOT_WANTED),
        (bounced_finally(messages), CAME_BACK),
    )
    return {message_id: why for ids, why in reversed(reasons) for message_id in ids}


def is_stopped(message: Message, stopped: Collection[UUID]) -> bool:
    """Say whether a message was stopped with its announcement; one sent again by hand was not."""
    return message.announcement_id in stopped and not message.copies


def _is_without_words(message: Message) -> bool:
    return message.body_gone_at is not None or (message.body_id is None and not message.text)


def _from(own: sending.Sender) -> Address:
    """Return whom a mail comes from; an address that the operator no longer allows is not used."""
    name, address = parseaddr(post.sender())
    if own.from_address and post.is_ours(own.from_address):
        address = own.from_address
    return mailbox(own.sender_name or name, address)
