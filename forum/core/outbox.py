"""The outbox: what must act upwards is a row in the same transaction, done by a worker after it."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, after_commit, append, db, writing
from forum.core.ids import uuid7
from forum.core.periodic import every
from forum.core.text import clean_line

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger("forum.outbox")

Payload = dict[str, Any]
Within = Callable[["Session", Payload, datetime], None]
After = Callable[[Payload, datetime], None]
AfterMany = Callable[[Sequence[Payload], datetime], None]

LEASE = timedelta(seconds=60)
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 21600, 86400))
BATCH = 50
TRIED_IN_VAIN = 5
"""After so many tries (some 13 minutes) a failing effect no longer looks like a passing trouble."""

KEPT_DONE = timedelta(days=30)
SWEPT_AT_ONCE = 1000


class OutboxRow(Model):
    """One effect that must happen at least once; `key` keeps it from being asked for twice."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    topic: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(500))
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_outbox_waiting",
            "due_at",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
        sa.CheckConstraint("tries >= 0", name="tries"),
    )


_WITHIN: dict[str, list[Within]] = defaultdict(list)
_AFTER: dict[str, list[After]] = defaultdict(list)
_AFTER_MANY: dict[str, list[AfterMany]] = defaultdict(list)
_nudge: list[Callable[[], None]] = []


def within(topic: str) -> Callable[[Within], Within]:
    """Register a reaction that belongs to the same transaction as the change."""

    def _keep(react: Within) -> Within:
        if react not in _WITHIN[topic]:
            _WITHIN[topic].append(react)
        return react

    return _keep


def after(topic: str) -> Callable[[After], After]:
    """Register a reaction that a worker carries out after the commit, at least once."""

    def _keep(react: After) -> After:
        if react not in _AFTER[topic]:
            _AFTER[topic].append(react)
        return react

    return _keep


def after_many(topic: str) -> Callable[[AfterMany], AfterMany]:
    """Register a reaction that takes all effects of a topic that wait one behind the other.

    What it raises for several it is asked again for each alone, so that one broken effect holds up
    no other. So each must be safe to repeat, like all that happens after the commit.
    """

    def _keep(react: AfterMany) -> AfterMany:
        if react not in _AFTER_MANY[topic]:
            _AFTER_MANY[topic].append(react)
        return react

    return _keep


def on_nudge(nudge: Callable[[], None]) -> None:
    """Name what wakes the worker after a commit; replaces the one before."""
    _nudge[:] = [nudge]


def nudge_after(session: Session) -> None:
    """Wake the worker once the present transaction has been committed."""
    if _nudge:
        after_commit(session, _nudge[0])


def emit(
    session: Session,
    topic: str,
    payload: Payload,
    *,
    key: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Say that something happened: reactions within run now, those after get a row.

    The payload is JSON. The key names the effect: the same one twice is refused by the database.
    Those after wait until `due_at`.
    """
    for react in _WITHIN[topic]:
        react(session, payload, now)
    if _AFTER[topic] or _AFTER_MANY[topic]:
        append(
            session,
            OutboxRow,
            topic=topic,
            key=f"{topic}:{key}",
            payload=payload,
            created_at=now,
            due_at=due_at or now,
        )
        nudge_after(session)


def emit_once(
    session: Session,
    topic: str,
    payload: Payload,
    *,
    key: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Say it unless the same effect was asked for before; one statement more than `emit`."""
    known = session.scalar(sa.select(OutboxRow.id).where(OutboxRow.key == f"{topic}:{key}"))
    if known is None:
        emit(session, topic, payload, key=key, now=now, due_at=due_at)


def known_of(session: Session, topic: str, keys: Iterable[str]) -> set[str]:
    """Return which of these effects were asked for before; one statement."""
    whole = {f"{topic}:{key}": key for key in keys}
    rows = session.scalars(sa.select(OutboxRow.key).where(OutboxRow.key.in_(list(whole))))
    return {whole[one] for one in rows}


def is_due(now: datetime) -> bool:
    """Say whether an effect waits to be carried out; one statement."""
    return db.session.scalar(sa.select(sa.exists().where(_due(now)))) or False


def deliver_due(now: datetime, limit: int = BATCH) -> int:
    """Claim what is due, carry it out, record it; return how many rows were tried.

    What half of the lease was too short for is given back.
    """
    waiting = deque(_together(_claim(now, limit)))
    until = monotonic() + LEASE.total_seconds() / 2
    done: list[UUID] = []
    tried = 0
    while waiting:
        rows = waiting.popleft()
        problem = _carry_out(rows, now)
        if problem is None:
            done += [row.id for row in rows]
            tried += len(rows)
        elif len(rows) > 1:
            waiting.extendleft([row] for row in reversed(rows))
        else:
            _put_off(rows[0], problem, now)
            tried += 1
        if monotonic() > until:
            break
    if done:
        _settle(done, now)
    if waiting:
        _give_back([row.id for rows in waiting for row in rows])
    return tried


class _Claimed(NamedTuple):
    id: UUID
    topic: str
    payload: Payload
    tries: int


def _together(rows: Sequence[_Claimed]) -> Iterator[list[_Claimed]]:
    """Give rows as they are carried out, in their order: what was tried in vain goes alone."""

    def key(row: _Claimed) -> tuple[str, bool]:
        return row.topic, row.tries == 1 and bool(_AFTER_MANY[row.topic])

    for (_, many), found in groupby(rows, key):
        if many:
            yield list(found)
        else:
            yield from ([row] for row in found)


def _carry_out(rows: Sequence[_Claimed], now: datetime) -> Exception | None:
    """Carry effects of one topic out; return what went wrong."""
    topic = rows[0].topic
    try:
        for react_to_all in _AFTER_MANY[topic]:
            react_to_all([row.payload for row in rows], now)
        for react in _AFTER[topic]:
            for row in rows:
                react(row.payload, now)
    except Exception as problem:
        # One broken effect must not stop the others; it is kept and tried again.
        db.session.rollback()
        if len(rows) > 1:
            log.info("outbox %s failed for %s together, each is tried alone", topic, len(rows))
        else:
            log.exception("outbox %s failed (try %s)", topic, rows[0].tries)
        return problem
    return None


def stuck() -> dict[str, int]:
    """Return by topic how many effects have failed TRIED_IN_VAIN times or more; one statement."""
    rows = db.session.execute(
        sa.select(OutboxRow.topic, sa.func.count())
        .where(OutboxRow.done_at.is_(None), OutboxRow.tries >= TRIED_IN_VAIN)
        .where(OutboxRow.last_error.is_not(None))
        .group_by(OutboxRow.topic)
        .order_by(OutboxRow.topic),
    )
    return {row[0]: row[1] for row in rows}


@every(timedelta(days=1), "sweep the outbox")
def sweep(now: datetime) -> int:
    """Delete what was done more than KEPT_DONE ago, some at a time; return how many rows."""
    old = sa.select(OutboxRow.id).where(OutboxRow.done_at < now - KEPT_DONE).limit(SWEPT_AT_ONCE)
    swept = 0
    while True:
        with writing() as session:
            gone = session.execute(
                sa.delete(OutboxRow)
                .where(OutboxRow.id.in_(old))
                .returning(OutboxRow.id)
                .execution_options(synchronize_session=False),
            ).all()
        swept += len(gone)
        if len(gone) < SWEPT_AT_ONCE:
            return swept


def _due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        OutboxRow.done_at.is_(None),
        OutboxRow.due_at <= now,
        sa.or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until < now),
    )


def _claim(now: datetime, limit: int) -> list[_Claimed]:
    with writing() as session:
        due = (
            sa.select(OutboxRow.id)
            .where(_due(now))
            .order_by(OutboxRow.due_at, OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = session.execute(
            sa.update(OutboxRow)
            .where(OutboxRow.id.in_(due))
            .values(leased_until=now + LEASE, tries=OutboxRow.tries + 1)
            .returning(OutboxRow.id, OutboxRow.topic, OutboxRow.payload, OutboxRow.tries)
            .execution_options(synchronize_session=False),
        ).all()
    return sorted((_Claimed(*row) for row in claimed), key=lambda row: row.id)


def _settle(done: list[UUID], now: datetime) -> None:
    with writing() as session:
        session.execute(
            sa.update(OutboxRow)
            .where(OutboxRow.id.in_(done))
            .values(done_at=now, leased_until=None, last_error=None)
            .execution_options(synchronize_session=False),
        )


def _give_back(untried: list[UUID]) -> None:
    with writing() as session:
        session.execute(
            sa.update(OutboxRow)
            .where(OutboxRow.id.in_(untried))
            .values(leased_until=None, tries=OutboxRow.tries - 1)
            .execution_options(synchronize_session=False),
        )


def _put_off(row: _Claimed, problem: Exception, now: datetime) -> None:
    error = clean_line(f"{type(problem).__name__}: {problem}")[:500]
    with writing() as session:
        session.execute(
            sa.update(OutboxRow)
            .where(OutboxRow.id == row.id)
            .values(
                due_at=now + BACK_OFF[min(row.tries, len(BACK_OFF)) - 1],
                leased_until=None,
                last_error=error,
            )
            .execution_options(synchronize_session=False),
        )
