"""Delivering: a claim of what is due, one line to the server, each outcome kept at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from forum.core.db import db, writing
from forum.messaging import post
from forum.messaging.mime import UnwritableAddress
from forum.messaging.models import Message
from forum.messaging.post import Line, LineDownError, MailServer, RefusedError
from forum.messaging.queries import sending
from forum.messaging.rules import MessageState
from forum.messaging.rules.sending import (
    LINE_DOWN_WAIT,
    MOST_LINES,
    RECORDED_AGAIN_SECONDS,
    RECORDING,
    TAKEN_OVER_SECONDS,
    wait_after,
    wait_after_drop,
)
from forum.messaging.service.bouncing import note_refused
from forum.messaging.service.claiming import Claim, claim
from forum.messaging.service.facts import Facts, is_stopped
from forum.messaging.words.failures import CAME_BACK, GIVEN_UP, STOPPED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from forum.core.i18n import Sentence

log = logging.getLogger("forum.messaging")

BATCH = 50
LONGEST_ERROR = 500
PAUSE_SEEN_SECONDS = 1.0
"""So often within a batch a worker looks what was paused or stopped meanwhile."""

AWAY = (OperationalError, InterfaceError, NoConnectionError)
"""What a database that is away, or serves somebody else, raises."""

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
    if claimed.taken_over:
        # Who had them may be about to note that one went out.
        time.sleep(TAKEN_OVER_SECONDS)
    return _Delivery(claimed, stopping).over(server)


class _Delivery:
    """One batch on its way."""

    def __init__(self, claimed: Claim, stopping: Stopping) -> None:
        self._claimed = claimed
        self._stopping = stopping
        self._looked = time.monotonic()
        self._done = 0
        self._facts = self._gathered()

    def over(self, server: MailServer) -> Delivered:
        """Hand all over to the server; after a mail that made it hang up, on another line."""
        error = ""
        for _ in range(MOST_LINES):
            # With the whole of a lease before it, so that it lasts until a line is there.
            self._hold()
            if not self._claimed.left:
                break
            error = self._on_one_line(server)
            if not error:
                break
            log.warning("%s", error)
            if self._done == 0:
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
        self._hold()
        at = time.monotonic()
        if at - self._looked >= PAUSE_SEEN_SECONDS:
            self._looked = at
            self._leave_out_paused_and_stopped()
        return bool(self._claimed.left)

    def _hold(self) -> None:
        """Keep the lease; what stands around its mails is looked at anew as often."""
        if self._claimed.hold():
            self._facts = self._gathered()

    def _gathered(self) -> Facts:
        """Return what the mails need; one by which that cannot be told waits, alone."""
        now = self._claimed.watch.now()
        self._claimed.look()
        try:
            return Facts.of(self._claimed.left, now)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("what a batch of mails needs cannot be told")
        for message in list(self._claimed.left):
            try:
                Facts.of([message], now)
            except SQLAlchemyError:
                raise
            except Exception as problem:  # noqa: BLE001 - told above, with all of it
                self._put_off(message, type(problem).__name__, wait_after(message.tries))
        return Facts.of(self._claimed.left, now)

    def _send(self, line: Line, message: Message) -> None:
        now = self._claimed.watch.now()
        refusal = self._facts.refusal(message, now)
        if refusal is not None:
            bounced = refusal is CAME_BACK
            self._end(message, str(refusal), bounced_at=now if bounced else None)
            return
        if (waits := self._facts.waits_until(message)) is not None:
            self._let_wait(message, *waits)
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
            self._facts.note_sent(message, at)
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

    def _let_wait(self, message: Message, until: datetime, why: Sentence) -> None:
        """Send a message on another day; it was not tried."""
        values = {
            "state": MessageState.QUEUED,
            "last_error": str(why),
            "due_at": until,
            "tries": Message.tries - 1,
        }
        self._settle(message, values)

    def _settle(self, message: Message, values: dict[str, Any]) -> None:
        """Note what became of a message, with patience while the database is away.

        What the server took and nobody noted would go out again.
        """
        self._done += 1
        until = self._claimed.watch.now() + RECORDING
        while True:
            try:
                self._claimed.settle([message], values)
            except AWAY as error:
                if self._claimed.watch.now() >= until:
                    raise
                log.warning("what became of a mail is noted later: %s", type(error).__name__)
                time.sleep(RECORDED_AGAIN_SECONDS)
            else:
                return

    def _leave_out_paused_and_stopped(self) -> None:
        self._claimed.look()
        left = self._claimed.left
        paused = sending.paused_events({one.event_id for one in left if one.event_id})
        stopped = sending.stopped_announcements(
            {one.announcement_id for one in left if one.announcement_id}
        )
        db.session.rollback()
        for one in left:
            if is_stopped(one, stopped):
                self._end(one, str(STOPPED))
        self._give_back([one for one in self._claimed.left if one.event_id in paused])

    def _give_back(self, messages: Sequence[Message], error: str = "") -> None:
        values: dict[str, Any] = {"state": MessageState.QUEUED, "tries": Message.tries - 1}
        if error:
            due_at = self._claimed.watch.now() + LINE_DOWN_WAIT
            values |= {"due_at": due_at, "last_error": error[:LONGEST_ERROR]}
        self._claimed.settle(messages, values)


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
