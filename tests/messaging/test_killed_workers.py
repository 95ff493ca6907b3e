"""Workers that are killed at random while they send: every mail arrives, and none twice by chance.

A mail may come twice where its worker died between the server's answer and its recording: at most
one for each kill, and then with the same Message-ID.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from forum.app import create_app
from forum.core import clock
from forum.core.db import db, writing
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.sending import LEASE
from forum.settings import Settings
from tests.factories import make_event, make_organisation
from tests.messaging.waiting import queue
from tests.support import databases
from tests.support.ground import end, free_port, wait_until
from tests.support.live import command, environment_of, live_forum, processes_below
from tests.support.mail import Mailbox

ANSWER_SECONDS = 0.02
LONG = 240.0
WORKERS = 2


@dataclass
class House:
    """An application on the database that is being worked on, and the mails that must arrive."""

    app: Any
    wanted: list[str] = field(default_factory=list)

    def state(self) -> dict[MessageState, int]:
        """Return how many mails stand in each state."""
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Message.state, sa.func.count()).group_by(Message.state)
            ).all()
            db.session.rollback()
            return {row[0]: row[1] for row in rows}

    def let_leases_lapse(self, before: datetime) -> None:
        """Do what time does: what was claimed before this moment is nobody's."""
        with self.app.app_context(), writing() as session:
            session.execute(
                sa.update(Message)
                .where(
                    Message.state == MessageState.SENDING, Message.leased_until <= before + LEASE
                )
                .values(leased_until=before)
            )

    def all_sent(self) -> bool:
        """Say whether every mail is recorded as sent."""
        return self.state() == {MessageState.SENT: len(self.wanted)}


@contextmanager
def house(settings: Settings, mails: int) -> Iterator[House]:
    """Store mails that wait, on the settings' database."""
    app = create_app(settings)
    try:
        with app.app_context():
            organisation = make_organisation()
            event = make_event(organisation)
        wanted = queue(app, organisation.id, event.id, mails, bulk=True)
        yield House(app, wanted)
    finally:
        databases.close(app)


def judge(smtp: Mailbox, wanted: list[str], kills: int) -> int:
    """Hold what arrived against what must; return how many came twice."""
    came = Counter(mail["Message-ID"] for mail in smtp.mails)
    assert set(came) == set(wanted), "every mail arrives, and nothing else"
    assert max(came.values()) <= 1 + kills
    twice = sum(came.values()) - len(came)
    assert twice <= kills, "one at most for each worker that died"
    return twice


def start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    """Start `forum worker` as an operator does."""
    log = (settings.instance / "worker.log").open("ab")
    with log:
        return subprocess.Popen(
            command("worker", "--quiet"),
            env=environment_of(settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=settings.instance,
        )


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_of_several_workers_on_postgresql_and_redis(
    settings: Settings,
    postgres_url: str,
    redis_url: str,
    smtp: Mailbox,
    record_property: Callable[[str, object], None],
    *,
    full_figures: bool,
) -> None:
    mails, kills = (5000, 100) if full_figures else (150, 2)
    smtp.seconds = ANSWER_SECONDS
    chosen = databases.settings_for(
        settings.instance, postgres_url, redis_url=redis_url, smtp_url=smtp.url
    )
    chance = random.Random(5)
    with house(chosen, mails) as stage:
        workers = [start_worker(chosen) for _ in range(WORKERS)]
        try:
            for number in range(kills):
                mark = mails * (number + 1) // (kills + 2)
                wait_until(partial(_come, smtp, mark), seconds=LONG, what=f"mail {mark}")
                victim = chance.randrange(WORKERS)
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = start_worker(chosen)
            wait_until(lambda: not _waits(stage), seconds=LONG, what="the rest")
        finally:
            for one in workers:
                end(one)
        stage.let_leases_lapse(clock.now())
        last = start_worker(chosen)
        try:
            wait_until(stage.all_sent, seconds=LONG, what="what the dead had claimed")
        finally:
            end(last)
        record_property("mails that came twice", judge(smtp, stage.wanted, kills))


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_of_the_jobs_inside_the_one_process_on_sqlite(
    settings: Settings,
    smtp: Mailbox,
    record_property: Callable[[str, object], None],
    *,
    full_figures: bool,
) -> None:
    mails, kills = (5000, 60) if full_figures else (120, 2)
    smtp.seconds = ANSWER_SECONDS
    served = databases.settings_for(
        settings.instance,
        settings.database_url,
        smtp_url=smtp.url,
        base_url=f"http://127.0.0.1:{free_port()}",
    )
    with house(served, mails) as stage, live_forum(served) as forum:
        for number in range(kills):
            mark = mails * (number + 1) // (kills + 2)
            wait_until(partial(_come, smtp, mark), seconds=LONG, what=f"mail {mark}")
            died = _kill_jobs(forum.pid)
            stage.let_leases_lapse(died)
        wait_until(stage.all_sent, seconds=LONG, what="all mails")
        record_property("mails that came twice", judge(smtp, stage.wanted, kills))


@pytest.mark.both_databases
def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_sent(
    settings: Settings, smtp: Mailbox
) -> None:
    smtp.seconds = 0.2
    chosen = databases.settings_for(settings.instance, settings.database_url, smtp_url=smtp.url)
    with house(chosen, 40) as stage:
        worker = start_worker(chosen)
        smtp.wait_for(2, seconds=60)
        end(worker)
        assert worker.returncode == 0
        sent = len(smtp.mails)
        assert sent < 40
        state = stage.state()
        assert state == {MessageState.SENT: sent, MessageState.QUEUED: 40 - sent}
        judge_of_sent = Counter(mail["Message-ID"] for mail in smtp.mails)
        assert max(judge_of_sent.values()) == 1


def _come(smtp: Mailbox, number: int) -> bool:
    return len(smtp.mails) >= number


def _waits(stage: House) -> int:
    return stage.state().get(MessageState.QUEUED, 0)


def _kill_jobs(supervisor: int) -> datetime:
    """Kill the jobs process as soon as there is one; return when."""

    def jobs() -> list[int]:
        found = processes_below(supervisor)
        return [pid for pid, name in found.items() if name == "forum-jobs"]

    wait_until(lambda: bool(jobs()), seconds=60, what="the jobs process")
    for pid in jobs():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return clock.now()
