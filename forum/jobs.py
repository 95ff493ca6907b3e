"""Jobs: Huey carries out what the outbox and the clock ask for; one process keeps the timetable.

Mails are sent beside it, in a thread of their own (`forum.postman`).

Why it is built so stands in docs/decisions/jobs.md: the outbox is the truth, Huey only the nudge.
"""

from __future__ import annotations

import fcntl
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy.exc import DBAPIError

from forum.core import audit, clock, outbox
from forum.core.db import db
from forum.core.periodic import all_periodic, every, run
from forum.messaging.queries import sending
from forum.postman import Postman

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("forum.jobs")

LOOK_SECONDS = 0.5
"""How often the timetable is looked at: without Redis, the longest that a mail waits."""

GATHER_SECONDS = 0.05
"""How long commits are gathered before Redis is told of them."""

LEADER_SECONDS = 5.0
RETRY_SECONDS = 1.0
STOP_SECONDS = 6
MOST_WAITING = 20
MOST_ROUNDS = 200
LEADER_LOCK = 0x464F52554D
"""The advisory lock on PostgreSQL: "FORUM" in ASCII."""


class JsonSerializer(Serializer):
    """Messages as JSON: what is read from a queue can never run code, as a pickle can."""

    def _serialize(self, data: object) -> bytes:
        return json.dumps(data, separators=(",", ":")).encode()

    def _deserialize(self, data: bytes) -> object:
        found = json.loads(data)
        return Message(*found) if isinstance(found, list) else found


class QuietConsumer(Consumer):
    """A consumer that leaves signals to the process it lives in."""

    def _set_signal_handlers(self) -> None:
        """Set none: `forum worker` turns SIGTERM into the stop event."""


class Jobs:
    """The queue of one application and its two tasks, delivery and periodic acts."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["FORUM_SETTINGS"]
        self.app = app
        self.huey = _queue(settings.redis_url, settings.instance)
        # On SQLite a second worker would only wait for the first one's transactions.
        self.workers = 2 if settings.redis_url else 1
        self.stopping = threading.Event()
        self.postman = Postman(app, self.stopping)
        self._deliver_task = self.huey.task(name="deliver")(self._in_app(self.deliver_all))
        self._act_task = self.huey.task(name="periodic")(self._in_app(self.act))

    def ask_delivery(self) -> None:
        """Enqueue a delivery; raises what the queue raises."""
        if self.huey.pending_count() < MOST_WAITING:
            self._deliver_task()

    def ask(self, name: str) -> None:
        """Enqueue a periodic act; raises what the queue raises."""
        if self.huey.pending_count() < MOST_WAITING:
            self._act_task(name)

    def deliver_all(self) -> None:
        """Carry out what is due in the outbox; the postman sends what it wrote meanwhile.

        What comes after a batch that was not full waits for the next look, so that it need not be
        carried out one by one.
        """
        for _ in range(MOST_ROUNDS):
            now = clock.now()
            if self.stopping.is_set() or not something_due(now):
                return
            self.postman.tell()
            if not outbox.is_due(now) or outbox.deliver_due(now) < outbox.BATCH:
                self.postman.tell()
                return

    def act(self, name: str) -> None:
        """Do one of the periodic acts now."""
        run(name, clock.now())

    def _in_app(self, act: Callable[..., None]) -> Callable[..., None]:
        def _run(*args: Any) -> None:  # noqa: ANN401 - as the task's own
            with self.app.app_context():
                act(*args)

        return _run


class Nudger(threading.Thread):
    """Tells Redis of commits from a thread of its own, so that no request ever waits for Redis."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(daemon=True, name="nudge")
        self._jobs = jobs
        self._told = threading.Event()
        self._start = threading.Lock()

    def nudge(self) -> None:
        """Note that something was committed; many together become one message."""
        with self._start:
            if not self.is_alive():
                self.start()
        self._told.set()

    def run(self) -> None:
        """Enqueue a delivery whenever something was noted."""
        while self._told.wait():
            time.sleep(GATHER_SECONDS)
            self._told.clear()
            try:
                self._jobs.ask_delivery()
            except Exception as error:  # noqa: BLE001 - the timetable looks by itself too
                log.warning("Redis did not take a nudge: %s", type(error).__name__)


def nudge_by_redis(app: Flask) -> None:
    """Let the commits of a web worker wake the jobs at once, where Redis is set."""
    if app.config["FORUM_SETTINGS"].redis_url:
        outbox.on_nudge(Nudger(Jobs(app)).nudge)


def run_jobs(app: Flask, stop: threading.Event) -> None:
    """Carry out jobs until `stop` is set, then finish what has begun."""
    jobs = Jobs(app)
    consumer = QuietConsumer(
        jobs.huey,
        workers=jobs.workers,
        periodic=False,
        initial_delay=0.05,
        max_delay=LOOK_SECONDS,
        shutdown_timeout=STOP_SECONDS,
    )
    consumer.start()
    jobs.postman.start()
    lock_file: Path = app.config["FORUM_INSTANCE"] / "jobs.lock"
    try:
        while not stop.is_set():
            try:
                with app.app_context(), leadership(lock_file) as is_leader:
                    _keep_timetable(jobs, consumer, stop, is_leader)
            except DBAPIError as error:
                log.warning("the database did not answer: %s", type(error).__name__)
                stop.wait(RETRY_SECONDS)
    finally:
        jobs.stopping.set()
        latest = time.monotonic() + STOP_SECONDS
        consumer.stop(graceful=True)
        jobs.postman.end(max(0.0, latest - time.monotonic()))


def something_due(now: datetime) -> bool:
    """Say whether there is something to deliver: two cheap reads, no writing transaction."""
    try:
        return outbox.is_due(now) or sending.is_due(now)
    finally:
        db.session.rollback()


@every(timedelta(minutes=1), "seal the audit trail")
def seal(_now: datetime) -> None:
    """Chain what was recorded since the last time."""
    while audit.seal():
        pass


@every(timedelta(seconds=30), "checkpoint the database")
def checkpoint(_now: datetime) -> None:
    """Bring SQLite's log into its file; this process is the only one that does."""
    if db.engine.dialect.name == "sqlite":
        connection = db.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()


@contextmanager
def leadership(lock_file: Path) -> Iterator[Callable[[], bool]]:
    """Give a function that says whether this process keeps the timetable; the lock dies with it.

    On PostgreSQL it is an advisory lock, held by a connection of its own; on SQLite, where all
    processes share one machine, a lock on a file.
    """
    if db.engine.dialect.name == "sqlite":
        with lock_file.open("a") as file:
            yield lambda: _locked(file.fileno())
        return
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    connection = engine.connect()
    held = False

    def _is_held() -> bool:
        nonlocal held
        ask = sa.select(sa.true() if held else sa.func.pg_try_advisory_lock(LEADER_LOCK))
        held = bool(connection.scalar(ask))
        return held

    try:
        yield _is_held
    finally:
        # The lock belongs to the database's session, which the pool would keep open.
        connection.invalidate()
        connection.close()


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _keep_timetable(
    jobs: Jobs, consumer: Consumer, stop: threading.Event, is_leader: Callable[[], bool]
) -> None:
    done: dict[str, float] = {}
    leads, checked = False, 0.0
    while not stop.wait(LOOK_SECONDS):
        at = time.monotonic()
        consumer.check_worker_health()
        if not leads or at - checked >= LEADER_SECONDS:
            leads, checked = is_leader(), at
        if not leads:
            continue
        if something_due(clock.now()):
            _ask_or_do(jobs.ask_delivery, jobs.deliver_all)
        for one in all_periodic():
            if at - done.get(one.name, float("-inf")) >= one.every.total_seconds():
                done[one.name] = at
                _ask_or_do(partial(jobs.ask, one.name), partial(jobs.act, one.name))


def _ask_or_do(ask: Callable[[], None], do: Callable[[], None]) -> None:
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - Redis may be away: then it is done here
        log.warning("the queue did not take a job: %s", type(error).__name__)
        do()


def _queue(redis_url: str, instance: Path) -> Huey:
    given = {"results": False, "serializer": JsonSerializer()}
    if redis_url:
        return RedisHuey("forum", url=redis_url, **given)
    # What is in the queue is in the outbox too: a power cut loses nothing, so it need not sync.
    return SqliteHuey("forum", filename=str(instance / "jobs.sqlite3"), fsync=False, **given)
