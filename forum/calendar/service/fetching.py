"""What is kept of clients that read personal feeds: when, which, what they were given, how often.

Reading a feed must stay cheap: what is noted waits in this process and is written together.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from forum.calendar.models.personal import PersonalFeed
from forum.calendar.rules.personal import Allowance, asked_once, is_noted
from forum.core.db import writing

if TYPE_CHECKING:
    from forum.calendar.service.own_feeds import Standing

log = logging.getLogger("forum.calendar")

WRITTEN_EVERY = timedelta(seconds=5)
MOST_WAITING = 500
MOST_ALLOWANCES = 20_000


class Fetches:
    """Fetches that are not written yet; they are written together, every few seconds."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: dict[UUID, tuple[int, datetime, str]] = {}
        self._written_at: datetime | None = None
        self._lock = threading.Lock()

    def note(self, feed: PersonalFeed, client: str, now: datetime) -> None:
        """Note that a client read a feed just now, at most once an hour; it never raises."""
        if is_noted(feed.fetched_at, feed.fetched_by, client, now):
            return
        with self._lock:
            self._waiting[feed.id] = (feed.generation, now, client)
            if not self._is_due(now):
                return
            waiting, self._waiting, self._written_at = self._waiting, {}, now
        _write(waiting)

    def _is_due(self, now: datetime) -> bool:
        before = self._written_at
        rested = before is None or not before <= now < before + WRITTEN_EVERY
        return rested or len(self._waiting) >= MOST_WAITING


class Allowances:
    """How often each feed may still be asked for in this process; the longest unasked go first."""

    def __init__(self) -> None:
        """Begin with every address unasked."""
        self._known: OrderedDict[UUID, Allowance] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, feed_id: UUID, now: datetime) -> None:
        """Count one question; raises TooOften."""
        with self._lock:
            self._known[feed_id] = asked_once(self._known.get(feed_id), now)
            self._known.move_to_end(feed_id)
            while len(self._known) > MOST_ALLOWANCES:
                self._known.popitem(last=False)


def remember_shown(standing: Standing, etag: str, size: int, changed: datetime) -> None:
    """Keep what a client was given, so that the next is told "not modified" without a rendering.

    It never raises: what is not kept is rendered again.
    """
    _run(
        sa.update(PersonalFeed)
        .where(
            PersonalFeed.id == standing.feed.id,
            PersonalFeed.generation == standing.feed.generation,
            PersonalFeed.revision == standing.feed.revision,
        )
        .values(
            shown_as=standing.fingerprint,
            shown_etag=etag,
            shown_size=size,
            shown_changed=changed,
        )
    )


def _write(waiting: dict[UUID, tuple[int, datetime, str]]) -> None:
    try:
        with writing() as session:
            for feed_id in sorted(waiting):
                generation, at, client = waiting[feed_id]
                session.execute(
                    sa.update(PersonalFeed)
                    .where(PersonalFeed.id == feed_id, PersonalFeed.generation == generation)
                    .values(fetched_at=at, fetched_by=client)
                    .execution_options(synchronize_session=False)
                )
    except DBAPIError:
        log.info("when calendars looked could not be noted")


def _run(statement: sa.Update) -> None:
    try:
        with writing() as session:
            session.execute(statement.execution_options(synchronize_session=False))
    except DBAPIError:
        log.info("what a calendar was shown could not be kept, it will be rendered again")
