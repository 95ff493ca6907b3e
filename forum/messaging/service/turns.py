"""Whose turn it is to tell of an event's releases: one worker's at a time, on whatever host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.db import db, writing
from forum.core.outbox import emit_once
from forum.programme.models import Programme

LEASE = timedelta(minutes=1)
"""How long a turn lasts without a sign of life; then another worker takes over."""


class TurnLostError(RuntimeError):
    """Another worker tells of this event by now: this one was held up for longer than LEASE."""


@dataclass(slots=True)
class Turn:
    """One worker's turn to tell of an event's releases, until a moment that it puts off."""

    event_id: UUID
    until: datetime
    begun_at: datetime
    begun: float

    @classmethod
    def of(cls, event_id: UUID, now: datetime) -> Turn | None:
        """Take the turn, or None while another worker has it: then this is tried again after it.

        Emits messaging.turn_awaited, due when the other's turn ends.
        """
        with writing() as transaction:
            programme = transaction.get(
                Programme, event_id, with_for_update=True, populate_existing=True
            )
            if programme is None:
                return None
            theirs = programme.telling_until
            if theirs is not None and theirs > now:
                emit_once(
                    transaction,
                    "messaging.turn_awaited",
                    {"event_id": str(event_id)},
                    key=f"{event_id}:{theirs.isoformat()}",
                    now=now,
                    due_at=theirs,
                )
                return None
            programme.telling_until = now + LEASE
            return cls(event_id, now + LEASE, now, monotonic())

    @contextmanager
    def given_back_on_failure(self) -> Iterator[None]:
        """Let the next worker in at once where this one fails: its effect is tried again."""
        try:
            yield
        except Exception:
            db.session.rollback()
            with suppress(TurnLostError), writing() as transaction:
                self.end(transaction)
            raise

    def go_on(self) -> None:
        """Say that this worker lives; raises TurnLostError where another has taken over."""
        with writing() as transaction:
            passed = timedelta(seconds=monotonic() - self.begun)
            self._keep(transaction, self.begun_at + passed + LEASE)

    def end(self, transaction: Transaction) -> None:
        """Let the next worker in; raises TurnLostError where another has taken over."""
        self._keep(transaction, None)

    def _keep(self, transaction: Transaction, until: datetime | None) -> None:
        kept = transaction.execute(
            sa.update(Programme)
            .where(Programme.event_id == self.event_id, Programme.telling_until == self.until)
            .values(telling_until=until)
            .returning(Programme.event_id)
            .execution_options(synchronize_session=False)
        ).all()
        if not kept:
            raise TurnLostError
        if until is not None:
            self.until = until
