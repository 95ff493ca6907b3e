"""The jobs process: mails go out by themselves, the timetable is kept once, nothing needs Redis."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from forum import jobs
from forum.core import audit, clock, outbox, periodic
from forum.core.actor import ANONYMOUS
from forum.core.db import counted_statements, db
from forum.jobs import Jobs, JsonSerializer, leadership, run_jobs, something_due
from forum.registrations import service as registrations
from forum.settings import Settings
from tests.factories import attendee, make_event
from tests.support.ground import wait_until
from tests.support.live import LiveForum
from tests.support.mail import Mailbox

SOON = 15.0


@contextmanager
def worker(app: Flask) -> Iterator[threading.Event]:
    """Run the jobs of an application in a thread until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=run_jobs, args=(app, stop), name="test-worker")
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the worker does not stop"


@pytest.fixture(autouse=True)
def _no_nudge() -> Iterator[None]:
    yield
    outbox.on_nudge(lambda: None)


@pytest.fixture
def once() -> Iterator[Callable[[], int]]:
    """Register an act that counts how often it was done, every tenth of a second."""
    done: list[object] = []
    periodic.every(timedelta(seconds=0.1), "count for a test")(done.append)
    yield lambda: len(done)
    periodic._KNOWN.pop("count for a test")


def _register(app: Flask, number: object = "first") -> None:
    with app.app_context():
        event = make_event()
        guest = attendee(number)
        registrations.register(ANONYMOUS, event.id, guest, form_key=None, now=clock.now())
        db.session.remove()


@pytest.mark.both_databases
def test_a_registration_is_confirmed_by_mail_without_anybody_doing_anything(
    app: Flask, smtp: Mailbox
) -> None:
    with worker(app):
        _register(app)
        (mail,) = smtp.wait_for(1, seconds=SOON)
    assert mail["Subject"].startswith("Your ticket")


def test_a_commit_wakes_the_worker_through_redis(app: Flask, smtp: Mailbox, redis_url: str) -> None:
    jobs.nudge_by_redis(app)
    _register(app)
    queue = Jobs(app)
    wait_until(lambda: queue.huey.pending_count() == 1, seconds=5, what="the nudge")
    with worker(app):
        smtp.wait_for(1, seconds=SOON)


def test_many_commits_make_few_nudges(app: Flask, redis_url: str) -> None:
    jobs.nudge_by_redis(app)
    for number in range(jobs.MOST_WAITING + 15):
        _register(app, number)
    assert Jobs(app).huey.pending_count() <= jobs.MOST_WAITING


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "redis://nowhere.invalid/0"])
def test_without_its_redis_a_registration_is_taken_and_the_mail_goes_out(
    app: Flask, smtp: Mailbox, settings: Settings, address: str
) -> None:
    broken = _with_redis(settings, address)
    app.config["FORUM_SETTINGS"] = broken
    jobs.nudge_by_redis(app)
    with worker(app):
        _register(app)
        smtp.wait_for(1, seconds=SOON)


def test_a_mail_server_that_comes_back_gets_the_mail(app: Flask, smtp: Mailbox) -> None:
    smtp.refusals.append("421 Closing for a moment")
    _register(app)
    with worker(app):
        smtp.wait_for(1, seconds=SOON)


@pytest.mark.both_databases
def test_one_of_two_workers_keeps_the_timetable(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    lock = tmp_path / "jobs.lock"
    with app.app_context():
        with leadership(lock) as first, leadership(lock) as second:
            assert (first(), second()) == (True, False)
            assert (first(), second()) == (True, False)
        with leadership(lock) as third:
            assert third()


def test_the_timetable_is_kept(app: Flask, once: Callable[[], int]) -> None:
    with worker(app):
        wait_until(lambda: once() >= 2, seconds=SOON, what="the second time")


def test_two_workers_carry_out_a_periodic_act_at_one_pace(
    app: Flask, once: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    usual = Jobs.ask

    def ask(self: Jobs, name: str) -> None:
        asked.append(id(self))
        usual(self, name)

    monkeypatch.setattr(Jobs, "ask", ask)
    with worker(app), worker(app):
        wait_until(lambda: len(asked) >= 6, seconds=SOON, what="some acts")
    assert len(set(asked)) == 1, "only one of them asks"


def test_an_act_that_fails_stops_nothing(app: Flask, once: Callable[[], int]) -> None:
    def break_down(_now: object) -> None:
        message = "broken on purpose"
        raise RuntimeError(message)

    periodic.every(timedelta(seconds=0.1), "break for a test")(break_down)
    try:
        with worker(app):
            wait_until(lambda: once() >= 3, seconds=SOON, what="the other act")
    finally:
        periodic._KNOWN.pop("break for a test")


def test_the_audit_trail_is_sealed_by_the_timetable(app: Flask) -> None:
    _register(app)
    with app.app_context():
        periodic.run("seal the audit trail", clock.now())
        assert audit.verify(db.session()) == (1, 0)


@pytest.mark.both_databases
def test_the_checkpoint_harms_no_database(app: Flask) -> None:
    _register(app)
    with app.app_context():
        periodic.run("checkpoint the database", clock.now())


def test_looking_costs_two_reads_and_takes_no_lock(in_app: Flask) -> None:
    with counted_statements(db.engine) as seen:
        assert not something_due(clock.now())
    assert len(seen) == 2
    assert all(one.startswith("SELECT") for one in seen)


def test_what_stands_in_the_queue_is_json(app: Flask) -> None:
    queue = Jobs(app)
    queue.ask("seal the audit trail")
    (raw,) = queue.huey.storage.enqueued_items()
    assert json.loads(bytes(raw))[6] == ["seal the audit trail"]
    assert JsonSerializer().deserialize(bytes(raw)).args == ["seal the audit trail"]


def test_a_stop_is_heard_within_a_second_when_nothing_is_due(app: Flask) -> None:
    with worker(app) as stop:
        wait_until(lambda: threading.active_count() >= 3, seconds=5, what="the worker")
        stop.set()


def _with_redis(settings: Settings, address: str) -> Settings:
    return replace(settings, redis_url=address)


def test_a_served_forum_sends_the_mail_by_itself(
    app: Flask, smtp: Mailbox, forum_server: LiveForum
) -> None:
    _register(app)
    (mail,) = smtp.wait_for(1, seconds=SOON)
    (text,) = (part for part in mail.walk() if part.get_content_type() == "text/plain")
    assert f"{forum_server.url}/r/" in text.get_content()
