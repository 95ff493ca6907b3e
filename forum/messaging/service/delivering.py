"""Delivering: claim with a lease, one line to the server a batch, each outcome kept at once."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import qr
from forum.core.db import writing
from forum.messaging import post, queries
from forum.messaging.marks import Filling
from forum.messaging.mime import Code, UnwritableAddress, mail_of
from forum.messaging.models import Message
from forum.messaging.post import Line, LineDownError, RefusedError
from forum.messaging.rules import LEASE, LINE_DOWN_WAIT, MessageState, wait_after
from forum.messaging.service.rows import NOT_WANTED
from forum.tickets.service import qr_text

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger("forum.messaging")

BATCH = 50
PIXELS = 528
REVOKED = "Not sent: the ticket has been cancelled meanwhile."
ANOTHERS = "Not sent: the registration belongs to somebody else by now."
GIVEN_UP = "Given up after many tries. The last answer: "


@dataclass(frozen=True, slots=True)
class _Batch:
    """What the claimed messages need besides themselves."""

    generations: dict[UUID, int]
    tickets: dict[UUID, queries.GoodTicket]
    no_longer_theirs: set[UUID]
    not_wanted: set[UUID]
    sender: str

    def refusal(self, message: Message) -> str:
        """Say why a message does not go out any more, or nothing."""
        if message.id in self.no_longer_theirs:
            return ANOTHERS
        if message.id in self.not_wanted:
            return NOT_WANTED
        if message.with_ticket and message.registration_id not in self.tickets:
            return REVOKED
        return ""


def deliver_due(now: datetime, limit: int = BATCH) -> int:
    """Send what is due, or keep it for reading where no server is set; return how many were done.

    0 when nothing is due, and when the mail server is away: what waits is due again in seconds.
    """
    server = post.mail_server()
    if server is None:
        return _keep(now)
    waiting = _claim(now, limit)
    if not waiting:
        return 0
    done = 0
    try:
        with server.line() as line:
            batch, lapses = _gathered(waiting), time.monotonic() + LEASE.total_seconds() / 2
            for message in waiting:
                if time.monotonic() > lapses:
                    break
                _send(line, message, batch, now)
                done += 1
    except LineDownError as down:
        log.warning("%s", down)
        _give_back(waiting[done:], now, str(down))
        return 0
    _give_back(waiting[done:], now)
    return done


def code_of(good: queries.GoodTicket) -> Code:
    """Return the picture of a ticket's QR code for a mail."""
    return Code(qr.png(qr_text(good.ticket), PIXELS), good.code)


def _send(line: Line, message: Message, batch: _Batch, now: datetime) -> None:
    if refusal := batch.refusal(message):
        _settle(message, now, error=refusal, permanent=True)
        return
    good = batch.tickets.get(message.registration_id) if message.registration_id else None
    try:
        mail = mail_of(
            message,
            sender=batch.sender,
            filling=Filling.of(message, batch.generations),
            code=code_of(good) if message.with_ticket and good else None,
            now=now,
        )
        line.hand_over(mail)
    except RefusedError as refused:
        _settle(message, now, error=str(refused), permanent=refused.permanent)
    except UnwritableAddress as unwritable:
        _settle(message, now, error=str(unwritable), permanent=True)
    except LineDownError:
        raise
    except Exception as problem:
        # One message that cannot be built must not hold up the others; it is kept and tried again.
        log.exception("message %s could not be built", message.id)
        _settle(message, now, error=type(problem).__name__, permanent=False)
    else:
        _settle(message, now)


def _gathered(waiting: Sequence[Message]) -> _Batch:
    guests = [m.registration_id for m in waiting if m.with_ticket and m.registration_id]
    return _Batch(
        generations=queries.generations(waiting),
        tickets=queries.good_tickets(guests) if guests else {},
        no_longer_theirs=queries.no_longer_theirs(waiting),
        not_wanted=queries.not_wanted(waiting),
        sender=post.sender(),
    )


def _claim(now: datetime, limit: int) -> list[Message]:
    with writing() as session:
        wanted = (
            sa.select(Message.id)
            .where(queries.due(now))
            .order_by(Message.due_at, Message.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = session.scalars(
            sa.update(Message)
            .where(Message.id.in_(wanted))
            .values(state=MessageState.SENDING, leased_until=now + LEASE, tries=Message.tries + 1)
            .returning(Message)
            .execution_options(synchronize_session=False, populate_existing=True),
        ).all()
        for message in claimed:
            session.expunge(message)
    return sorted(claimed, key=lambda message: (message.created_at, message.id))


def _settle(message: Message, now: datetime, *, error: str = "", permanent: bool = False) -> None:
    wait = None if permanent else wait_after(message.tries)
    if not error:
        values: dict[str, Any] = {"state": MessageState.SENT, "sent_at": now, "last_error": ""}
    elif wait is None:
        says = error if permanent else GIVEN_UP + error
        values = {"state": MessageState.FAILED, "last_error": says[:500]}
    else:
        values = {
            "state": MessageState.QUEUED,
            "last_error": error[:500],
            "due_at": now + wait,
        }
    _change([message.id], values)


def _give_back(messages: Sequence[Message], now: datetime, error: str = "") -> None:
    if messages:
        values: dict[str, Any] = {"state": MessageState.QUEUED, "tries": Message.tries - 1}
        if error:
            values |= {"due_at": now + LINE_DOWN_WAIT, "last_error": error[:500]}
        _change([message.id for message in messages], values)


def _change(ids: Sequence[UUID], values: dict[str, Any]) -> None:
    with writing() as session:
        session.execute(
            sa.update(Message)
            .where(Message.id.in_(ids), Message.state == MessageState.SENDING)
            .values(leased_until=None, **values)
            .execution_options(synchronize_session=False),
        )


def _keep(now: datetime) -> int:
    if not queries.is_due(now):
        return 0
    with writing() as session:
        kept = session.execute(
            sa.update(Message)
            .where(queries.due(now))
            .values(state=MessageState.KEPT, leased_until=None)
            .returning(Message.id)
            .execution_options(synchronize_session=False),
        ).all()
        return len(kept)
