"""Streams of a real `forum serve`: at once, capped, given free by who goes, ended by a stop."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from time import monotonic

import pytest

from forum.app import create_app
from forum.core.db import writing
from forum.core.http.live import MOST_STREAMS
from forum.core.page_scopes import changed, event_scope
from forum.events.queries import public_event
from forum.server import THREADS, WEB_WORKERS
from tests.support import databases
from tests.support.ground import wait_until
from tests.test_server import Server, served

ALL_STREAMS = MOST_STREAMS * WEB_WORKERS


@dataclass
class Listener:
    """A client of the stream, on a line of its own."""

    line: HTTPConnection
    answer: HTTPResponse

    def event(self) -> dict[str, int]:
        """Wait for the next event; an empty one at the stream's end."""
        while said := self.answer.readline():
            if said.startswith(b"data: "):
                return json.loads(said.removeprefix(b"data: "))
        return {}

    def hang_up(self) -> None:
        self.answer.close()
        self.line.close()


@pytest.fixture
def server(tmp_path: Path, sqlite_template: Path) -> Iterator[Server]:
    with served(tmp_path, sqlite_template) as one:
        yield one


@pytest.fixture
def listen(server: Server) -> Iterator[Callable[[], Listener]]:
    """Make clients of the stream that hang up in the end."""
    opened: list[Listener] = []

    def _listen() -> Listener:
        line = HTTPConnection("127.0.0.1", server.port, timeout=20)
        line.request("GET", f"/e/{server.slug}/live")
        opened.append(Listener(line, line.getresponse()))
        return opened[-1]

    yield _listen
    for one in opened:
        one.hang_up()


@contextmanager
def change_in(server: Server) -> Iterator[None]:
    """Change the event as another process would."""
    app = create_app(server.settings)
    with app.app_context():
        event, _ = public_event(server.slug)
        with writing() as transaction:
            changed(transaction, event_scope(event.id))
    yield
    databases.close(app)


def test_a_change_reaches_every_stream_within_two_seconds(server, listen):
    listeners = [listen() for _ in range(6)]
    before = [one.event()["revision"] for one in listeners]
    began = monotonic()
    with change_in(server):
        after = [one.event()["revision"] for one in listeners]
    assert after == [number + 1 for number in before]
    # The look once a second, and the time that starting an application took here.
    assert monotonic() - began < 8


def test_however_many_listen_pages_are_answered_and_places_come_free(server, listen):
    listeners = [listen() for _ in range(ALL_STREAMS * 2)]
    heard = [one for one in listeners if one.answer.status == 200]
    refused = [one for one in listeners if one.answer.status == 503]
    assert len(heard) <= ALL_STREAMS < THREADS * WEB_WORKERS
    assert len(heard) + len(refused) == len(listeners)
    assert refused
    assert {one.answer.headers["Retry-After"] for one in refused} == {"10"}
    began = monotonic()
    assert b"</html>" in server.read(f"/en/e/{server.slug}/register")
    assert monotonic() - began < 5
    for one in listeners:
        one.hang_up()

    def _gets_in() -> bool:
        newcomer = listen()
        newcomer.hang_up()
        return newcomer.answer.status == 200

    wait_until(_gets_in, seconds=5, what="a free place")


def test_a_stop_ends_the_streams_and_waits_for_none(server, listen):
    listeners = [listen() for _ in range(8)]
    for one in listeners:
        one.event()
    ended: list[float] = []

    def _until_the_end(one: Listener) -> None:
        while one.event():
            continue
        ended.append(monotonic())

    crowd = [threading.Thread(target=_until_the_end, args=(one,)) for one in listeners]
    for client in crowd:
        client.start()
    began = monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(15) == 0
    took = monotonic() - began
    for client in crowd:
        client.join(5)
    assert len(ended) == len(listeners)
    # Granian would have waited 7 seconds, and killed the workers then.
    assert took < 6
