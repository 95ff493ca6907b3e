"""Delivering: a claim of what is due, one line to the server, each outcome kept at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import qr
from forum.core.db import db, writing
from forum.messaging import post, queries
from forum.messaging.envelopes import bounce_address
from forum.messaging.marks import Filling
from forum.messaging.mime import Code, UnwritableAddress, mail_of, mailbox
from forum.messaging.models import Message
from forum.messaging.post import Line, LineDownError, MailServer, RefusedError
from forum.messaging.queries import sending
from forum.messaging.queries.bounces import bounced_finally
from forum.messaging.rules import MessageState
from forum.messaging.rules.sending import (
    LINE_DOWN_WAIT,
    MOST_LINES,
    wait_after,
    wait_after_drop,
)
from forum.messaging.service.bouncing import note_refused
from forum.messaging.service.claiming import Claim, claim
from forum.messaging.words.failures import (
    ANOTHERS,
    CAME_BACK,
    GIVEN_UP,
    NOT_WANTED,
    REVOKED,
    TOO_LATE,
)
from forum.tickets.service import qr_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from email.headerregistry import Address
    from email.message import EmailMessage

    from forum.core.i18n import Sentence

log = logging.getLogger("forum.messaging")

BATCH = 50
PIXELS = 528
LONGEST_ERROR = 500
PAUSE_SEEN_SECONDS = 1.0
"""So often within a batch a worker looks whether an event's mail was paused meanwhile."""

Stopping = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a batch came to: how many mails came to an end or were tried, whether no line holds."""

    done: int = 0
    away: bool = False


def deliver_due(now: datetime, limit: int = BATCH) -> int:
    """Send what is due, or keep it for reading where no server is set; return how many were done.

    0 when nothing is due, and when the mail server is away: what waits is due again in seconds.
    """
    return deliver_batch(now, limit).done


def deliver_batch(
    now: datetime, limit: int = BATCH, stopping: Stopping = lambda: False
) -> Delivered:
    """Send a batch of what is due, until a stop is asked for; say too whether the server is away.

    What was claimed and not tried is given back, and costs it no try.
    """
    server = post.mail_server()
    if server is None:
        return Delivered(_keep(now))
    claimed = claim(now, limit)
    if not claimed.left:
        return Delivered()
    return _Delivery(claimed, stopping).over(server)


def code_of(good: queries.GoodTicket) -> Code:
    """Return the picture of a ticket's QR code for a mail."""
    return Code(qr.png(qr_text(good.ticket), PIXELS), good.code)


def mail_as_sent(message: Message) -> tuple[EmailMessage, str]:
    """Return a message as it went out last, or would go out, and the address reports come to.

    Raises UnwritableAddress. Links and ticket are those of today.
    """
    facts = _gathered([message])
    mail = facts.mail(message, message.sent_at or message.created_at)
    return mail, facts.envelope(message)


class _Delivery:
    """One batch on its way."""

    def __init__(self, claimed: Claim, stopping: Stopping) -> None:
        self._claimed = claimed
        self._stopping = stopping
        self._facts = _gathered(claimed.left)
        self._looked = time.monotonic()
        self._done = 0

    def over(self, server: MailServer) -> Delivered:
        """Hand all over to the server; after a mail that made it hang up, on another line."""
        error = ""
        for _ in range(MOST_LINES):
            error = self._on_one_line(server)
            if not error:
                break
            log.warning("%s", error)
            if not self._claimed.left or self._done == 0:
                break
        self._give_back(self._claimed.left, error)
        return Delivered(self._done, away=bool(error))

    def _on_one_line(self, server: MailServer) -> str:
        """Send until nothing is left, or the line is down: then say how."""
        try:
            with server.line() as line:
                while self._goes_on():
                    self._send(line, self._claimed.left[0])
        except LineDownError as down:
            return str(down)
        return ""

    def _goes_on(self) -> bool:
        if self._stopping():
            return False
        self._claimed.hold()
        at = time.monotonic()
        if at - self._looked >= PAUSE_SEEN_SECONDS:
            self._looked = at
            self._give_back_paused()
        return bool(self._claimed.left)

    def _send(self, line: Line, message: Message) -> None:
        now = self._claimed.watch.now()
        if (refusal := self._facts.refusal(message, now)) is not None:
            bounced = refusal is CAME_BACK
            self._end(message, str(refusal), bounced_at=now if bounced else None)
            return
        try:
            mail = self._facts.mail(message, now)
            line.hand_over(mail, self._facts.envelope(message))
        except RefusedError as refused:
            if refused.permanent:
                bounced = note_refused(message, str(refused), now=now)
                self._end(message, str(refused), bounced_at=now if bounced else None)
            else:
                self._put_off(message, str(refused), wait_after(message.tries))
        except UnwritableAddress as unwritable:
            self._end(message, str(unwritable))
        except LineDownError as down:
            # Perhaps this very mail makes the server hang up: the others must not wait for it.
            self._put_off(message, str(down), wait_after_drop(message.tries))
            raise
        except Exception as problem:
            # One message that cannot be built must not hold up the others; it is tried again.
            log.exception("message %s could not be built", message.id)
            self._put_off(message, type(problem).__name__, wait_after(message.tries))
        else:
            at = self._claimed.watch.now()
            self._settle(message, {"state": MessageState.SENT, "sent_at": at, "last_error": ""})

    def _end(self, message: Message, error: str, *, bounced_at: datetime | None = None) -> None:
        values: dict[str, Any] = {"state": MessageState.FAILED, "last_error": error[:LONGEST_ERROR]}
        if bounced_at is not None:
            values |= {"state": MessageState.BOUNCED, "bounced_at": bounced_at}
        self._settle(message, values)

    def _put_off(self, message: Message, error: str, wait: timedelta | None) -> None:
        if wait is None:
            self._end(message, GIVEN_UP + error)
            return
        values = {
            "state": MessageState.QUEUED,
            "last_error": error[:LONGEST_ERROR],
            "due_at": self._claimed.watch.now() + wait,
        }
        self._settle(message, values)

    def _settle(self, message: Message, values: dict[str, Any]) -> None:
        self._done += 1
        self._claimed.settle([message], values)

    def _give_back_paused(self) -> None:
        left = self._claimed.left
        paused = sending.paused_events({one.event_id for one in left if one.event_id})
        db.session.rollback()
        self._give_back([one for one in left if one.event_id in paused])

    def _give_back(self, messages: Sequence[Message], error: str = "") -> None:
        values: dict[str, Any] = {"state": MessageState.QUEUED, "tries": Message.tries - 1}
        if error:
            due_at = self._claimed.watch.now() + LINE_DOWN_WAIT
            values |= {"due_at": due_at, "last_error": error[:LONGEST_ERROR]}
        self._claimed.settle(messages, values)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the claimed messages need besides themselves."""

    generations: dict[UUID, int]
    tickets: dict[UUID, queries.GoodTicket]
    no_longer_theirs: set[UUID]
    not_wanted: set[UUID]
    came_back: set[UUID]
    senders: dict[UUID, sending.Sender]

    def refusal(self, message: Message, now: datetime) -> Sentence | None:
        """Say why a message does not go out any more, or nothing."""
        if message.id in self.no_longer_theirs:
            return ANOTHERS
        if message.id in self.not_wanted:
            return NOT_WANTED
        if message.id in self.came_back:
            return CAME_BACK
        if message.good_until is not None and message.good_until <= now:
            return TOO_LATE
        if message.with_ticket and message.registration_id not in self.tickets:
            return REVOKED
        return None

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
            now=now,
        )

    def envelope(self, message: Message) -> str:
        """Return where reports about this copy of the message come back to."""
        bounces = post.bounces()
        return bounce_address(message.id, bounces, message.copies) if bounces else ""


def _from(own: sending.Sender) -> Address:
    """Return whom a mail comes from; an address that the operator no longer allows is not used."""
    name, address = parseaddr(post.sender())
    if own.from_address and post.is_ours(own.from_address):
        address = own.from_address
    return mailbox(own.sender_name or name, address)


def _gathered(waiting: Sequence[Message]) -> _Facts:
    guests = [m.registration_id for m in waiting if m.with_ticket and m.registration_id]
    try:
        return _Facts(
            generations=queries.generations(waiting),
            tickets=queries.good_tickets(guests) if guests else {},
            no_longer_theirs=queries.no_longer_theirs(waiting),
            not_wanted=queries.not_wanted(waiting),
            came_back=bounced_finally(waiting),
            senders=sending.senders(waiting),
        )
    finally:
        # A transaction that only reads, left open while a server is slow, would hold up others.
        db.session.rollback()


def _keep(now: datetime) -> int:
    if not sending.is_due(now):
        return 0
    with writing() as session:
        kept = session.execute(
            sa.update(Message)
            .where(sending.due(now))
            .values(state=MessageState.KEPT, leased_until=None)
            .returning(Message.id)
            .execution_options(synchronize_session=False),
        ).all()
        return len(kept)
