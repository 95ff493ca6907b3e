"""Claiming what is due: for one worker at a time, under the limits, what many get after the rest.

Each claim is a lease. A worker that lives says so before each mail; one that died is followed by
whoever claims next after the lease.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db, writing
from forum.messaging.models import EventMail, Message, OrganisationMail
from forum.messaging.queries import sending
from forum.messaging.rules import MessageState
from forum.messaging.rules.limits import DAY, MINUTE, Limit, Used, held_until
from forum.messaging.rules.sending import LEASE, RENEWED_AFTER

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    Found = Row[UUID, UUID | None, UUID | None, MessageState]

MOST_ROUNDS = 100


@dataclass(slots=True)
class Watch:
    """What time it is while a batch goes on that began at a moment; to the second."""

    began: datetime
    started: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Return the present moment."""
        return self.began + timedelta(seconds=int(time.monotonic() - self.started))


@dataclass(slots=True)
class Claim:
    """Messages that are this worker's until a moment; what it has not sent is `left`.

    Some may be `taken_over` from a worker whose lease was over.
    """

    left: list[Message]
    until: datetime
    watch: Watch
    taken_over: bool = False

    def hold(self) -> bool:
        """Say that this worker lives, and return whether that was due.

        What another has claimed meanwhile is no longer ours.
        """
        now = self.watch.now()
        if self.until - now > LEASE - RENEWED_AFTER:
            return False
        with writing() as session:
            kept = session.scalars(
                sa.update(Message)
                .where(
                    Message.id.in_([one.id for one in self.left]),
                    Message.state == MessageState.SENDING,
                    Message.leased_until == self.until,
                )
                .values(leased_until=now + LEASE)
                .returning(Message.id)
                .execution_options(synchronize_session=False)
            ).all()
        self.until = now + LEASE
        self.left = [one for one in self.left if one.id in set(kept)]
        return True

    def look(self) -> None:
        """Leave out what is ours no more: claimed by another, or its end noted; one statement."""
        ids = [one.id for one in self.left]
        if ids:
            ours = db.session.scalars(
                sa.select(Message.id).where(
                    Message.id.in_(ids),
                    Message.state == MessageState.SENDING,
                    Message.leased_until == self.until,
                )
            ).all()
            self.left = [one for one in self.left if one.id in ours]

    def settle(self, messages: Sequence[Message], values: dict[str, Any]) -> None:
        """Keep what became of some of them; they are nobody's any more.

        Only while they are ours: after the lease another worker says what becomes of them. But
        that a copy was handed over is so, whoever has it by now: it must not go out again.
        """
        ids = [one.id for one in messages]
        if ids:
            with writing() as session:
                session.execute(
                    sa.update(Message)
                    .where(Message.id.in_(ids), self._may_say(messages, values))
                    .values(leased_until=None, **values)
                    .execution_options(synchronize_session=False)
                )
        self.left = [one for one in self.left if one.id not in ids]

    def _may_say(
        self, messages: Sequence[Message], values: dict[str, Any]
    ) -> sa.ColumnElement[bool]:
        if values["state"] is MessageState.SENT:
            return sa.and_(
                Message.state.in_((MessageState.QUEUED, MessageState.SENDING)),
                Message.message_id.in_([one.message_id for one in messages]),
            )
        return sa.and_(Message.state == MessageState.SENDING, Message.leased_until == self.until)


def claim(now: datetime, limit: int) -> Claim:
    """Claim at most so many messages that are due; none where nothing is, or limits hold all."""
    watch = Watch(now)
    for _ in range(MOST_ROUNDS):
        claimed = _claimed(watch, limit)
        if claimed is None:
            break
        if claimed.left:
            return claimed
    return Claim([], now, watch)


def _claimed(watch: Watch, limit: int) -> Claim | None:
    """Claim in one transaction; None where nothing is due.

    Limits that are used up are written down, so that the next look passes over what they hold.
    """
    now = watch.began
    with writing() as session:
        found = session.execute(
            sa.select(Message.id, Message.event_id, Message.organisation_id, Message.state)
            .where(sending.due(now))
            .order_by(Message.bulk, Message.due_at, Message.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Message)
        ).all()
        if not found:
            return None
        chosen = _within_limits(session, found, now)
        if not chosen:
            return Claim([], now, watch)
        claimed = session.scalars(
            sa.update(Message)
            .where(Message.id.in_(chosen))
            .values(state=MessageState.SENDING, leased_until=now + LEASE, tries=Message.tries + 1)
            .returning(Message)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).all()
        for message in claimed:
            session.expunge(message)
    order = {message_id: place for place, message_id in enumerate(chosen)}
    taken_over = any(one.state is MessageState.SENDING for one in found if one.id in order)
    ours = sorted(claimed, key=lambda message: order[message.id])
    return Claim(ours, now + LEASE, watch, taken_over)


def _within_limits(session: Session, found: Sequence[Found], now: datetime) -> list[UUID]:
    """Return which of these may go out now, in their order.

    Rows of limits are locked, organisations before events and each by id: two workers that claim
    mails of one organisation count one after the other.
    """
    organisations = _locked_organisations(session, {one.organisation_id for one in found}, now)
    events = _locked_events(session, found, now)
    chosen = []
    for one in found:
        limits = [
            scope
            for scope in (organisations.get(one.organisation_id), events.get(one.event_id))
            if scope is not None
        ]
        if all(scope.left for scope in limits):
            chosen.append(one.id)
            for scope in limits:
                scope.left -= 1
    return chosen


@dataclass(slots=True)
class _Scope:
    """How many more mails of one organisation or event may go out in this claim."""

    left: int


def _locked_organisations(
    session: Session, ids: Collection[UUID | None], now: datetime
) -> dict[UUID | None, _Scope]:
    rows = session.scalars(
        sa.select(OrganisationMail)
        .where(
            OrganisationMail.organisation_id.in_([one for one in ids if one]),
            sa.or_(OrganisationMail.per_minute.is_not(None), OrganisationMail.per_day.is_not(None)),
        )
        .order_by(OrganisationMail.organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found: dict[UUID | None, _Scope] = {}
    for row in rows:
        limits = ((row.per_minute, MINUTE), (row.per_day, DAY))
        uses = [
            sending.used(Limit(most, span), now, row.organisation_id)
            for most, span in limits
            if most is not None
        ]
        found[row.organisation_id] = _scope(row, uses, now)
    return found


def _locked_events(
    session: Session, found: Sequence[Found], now: datetime
) -> dict[UUID | None, _Scope]:
    organisations = {one.event_id: one.organisation_id for one in found}
    rows = session.scalars(
        sa.select(EventMail)
        .where(
            EventMail.event_id.in_([one for one in organisations if one]),
            EventMail.per_minute.is_not(None),
        )
        .order_by(EventMail.event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    scopes: dict[UUID | None, _Scope] = {}
    for row in rows:
        organisation_id = organisations[row.event_id]
        if row.per_minute is not None and organisation_id is not None:
            limit = Limit(row.per_minute, MINUTE)
            use = sending.used(limit, now, organisation_id, row.event_id)
            scopes[row.event_id] = _scope(row, [use], now)
    return scopes


def _scope(row: OrganisationMail | EventMail, uses: Iterable[Used], now: datetime) -> _Scope:
    uses = list(uses)
    row.held_until = held_until(uses, now)
    return _Scope(min(one.left for one in uses))
