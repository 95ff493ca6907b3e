"""News put off on a busy day: who had too much of it hears the rest merged, a day later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.db import db
from forum.core.i18n import sentence
from forum.core.outbox import emit_once
from forum.messaging.models import Message
from forum.messaging.rules import MOST_A_DAY, NEWS, MessageState
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.words import failures as words

DAY = timedelta(days=1)
PUT_OFF = str(sentence(words.PUT_OFF.text, most=MOST_A_DAY))

Row = Mapping[str, Any]
_WAITS = sa.and_(
    Message.kind.in_(sorted(NEWS)),
    Message.state == MessageState.FAILED,
    Message.last_error == PUT_OFF,
)


@dataclass(frozen=True, slots=True)
class NewsKey:
    """The key of a mail: whom it tells of what came after one version, up to another."""

    event_id: UUID
    person: str
    since: int
    newest: int

    def __str__(self) -> str:
        """Return it as it is stored."""
        return f"released:{self.event_id}:{self.person}:{self.since}:{self.newest}"

    @classmethod
    def read(cls, key: str) -> NewsKey:
        """Return a stored key's parts."""
        _, event_id, person, since, newest = key.split(":")
        return cls(UUID(event_id), person, int(since), int(newest))


@dataclass(frozen=True, slots=True)
class PutOff:
    """Whose news wait at an event: up to which version each has heard, and the waiting rows."""

    since: Mapping[str, int]
    ids: Collection[UUID]


def put_off_at(event_id: UUID) -> PutOff:
    """Return whose news wait at an event (1 statement)."""
    rows = db.session.execute(
        sa.select(Message.id, Message.key).where(Message.event_id == event_id, _WAITS)
    ).all()
    since: dict[str, int] = {}
    for row in rows:
        key = NewsKey.read(row.key)
        since[key.person] = min(since.get(key.person, key.since), key.since)
    return PutOff(since, [row.id for row in rows])


def within_limits(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of news; those of people who had MOST_A_DAY within the day wait (1 statement).

    A person counts, not an address: one secretary may read for thirty speakers.
    """
    had = _news_today({row["to_email"] for row in rows}, rows[0]["created_at"])
    return [_limited(row, had[NewsKey.read(row["key"]).person]) for row in rows]


def replace_waiting(transaction: Transaction, rows: Iterable[Row]) -> None:
    """Delete what waits for people for whom newer rows are stored now, merged with it."""
    people = {(row["event_id"], NewsKey.read(row["key"]).person) for row in rows}
    waiting = transaction.execute(
        sa.select(Message.id, Message.event_id, Message.key).where(
            Message.to_email.in_({row["to_email"] for row in rows}), _WAITS
        )
    )
    forget(
        transaction,
        [row.id for row in waiting if (row.event_id, NewsKey.read(row.key).person) in people],
    )


def forget(transaction: Transaction, ids: Collection[UUID]) -> None:
    """Delete rows that wait no longer; what the organiser has sent all the same stays."""
    if ids:
        transaction.execute(
            sa.delete(Message)
            .where(Message.id.in_(ids), _WAITS)
            .execution_options(synchronize_session=False)
        )


def come_back(transaction: Transaction, event_id: UUID, now: datetime) -> None:
    """Ask to be called again once all whose news wait may be written to.

    Emits messaging.news_put_off.
    """
    due = transaction.scalar(
        sa.select(sa.func.max(Message.due_at)).where(Message.event_id == event_id, _WAITS)
    )
    if due is not None:
        emit_once(
            transaction,
            "messaging.news_put_off",
            {"event_id": str(event_id)},
            key=f"{event_id}:{due.isoformat()}",
            now=now,
            due_at=due,
        )


def _limited(row: dict[str, Any], had: Sequence[datetime]) -> dict[str, Any]:
    if len(had) < MOST_A_DAY:
        return row
    due = sorted(had)[-MOST_A_DAY] + DAY
    return row | {"state": MessageState.FAILED, "last_error": PUT_OFF, "due_at": due}


def _news_today(addresses: Collection[str], now: datetime) -> dict[str, list[datetime]]:
    rows = db.session.execute(
        sa.select(Message.key, Message.created_at).where(
            Message.to_email.in_(addresses),
            Message.created_at > now - DAY,
            Message.kind.in_(sorted(NEWS)),
            sa.not_(Message.key.startswith(TEST_KEY)),
            Message.state != MessageState.FAILED,
        )
    )
    had: dict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        had[NewsKey.read(row.key).person].append(row.created_at)
    return had
