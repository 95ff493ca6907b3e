"""Live pages: each process reads one change row a second and feeds its streams of events.

A stream (server-sent events, HTML §9.2) tells the revision of a page scope and the server's time.
The page itself is fetched again when the revision moves: nothing but numbers goes over a stream.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from time import monotonic, time
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from forum.core.db import db
from forum.core.page_scopes import PageScope

if TYPE_CHECKING:
    from flask import Flask, Response

log = logging.getLogger("forum.live")

MOST_STREAMS = 8
"""Of one process: each holds a thread, and half of them are for everybody else."""

LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
RETRY_SECONDS = 10
RECONNECT_MILLISECONDS = 3000


class Streams:
    """The open streams of one process, and the thread that looks for them while there are any."""

    def __init__(self, app: Flask) -> None:
        """Read the database of this application."""
        self._app = app
        self._change = threading.Condition()
        self._open: list[Stream] = []
        self._looking = False
        self._over = False
        self._seen: dict[str, int] = {}

    def open(self, scope: str, revision: int) -> Stream | None:
        """Open a stream of a scope that stands at this revision; None where there are too many."""
        with self._change:
            if self._over:
                return None
            if len(self._open) >= MOST_STREAMS:
                # Who has gone is noticed when something is sent: make room for the next to ask.
                for one in self._open:
                    one.due = 0.0
                self._change.notify_all()
                return None
            if revision > self._seen.get(scope, 0):
                self._seen[scope] = revision
                self._change.notify_all()
            stream = Stream(self, scope)
            self._open.append(stream)
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="live", daemon=True).start()
            return stream

    def close(self) -> None:
        """End all streams now, and open no more."""
        with self._change:
            self._over = True
            self._change.notify_all()

    @property
    def number(self) -> int:
        """How many are open."""
        return len(self._open)

    def forget(self, stream: Stream) -> None:
        """Take a stream out that has ended."""
        with self._change:
            if stream in self._open:
                self._open.remove(stream)
            self._change.notify_all()

    def next_for(self, stream: Stream) -> int | None:
        """Wait until there is something to tell a stream; None at its end."""
        with self._change:
            while not (self._over or stream not in self._open):
                revision = self._seen.get(stream.scope, 0)
                wait = stream.due - monotonic()
                if revision != stream.told or wait <= 0:
                    stream.told = revision
                    stream.due = monotonic() + HEARTBEAT_SECONDS
                    return revision
                self._change.wait(wait)
            return None

    def _look(self) -> None:
        while True:
            with self._change:
                scopes = {one.scope for one in self._open}
                if not scopes or self._over:
                    self._looking = False
                    return
            found = self._revisions(scopes)
            with self._change:
                if any(self._seen.get(scope) != number for scope, number in found.items()):
                    self._seen.update(found)
                    self._change.notify_all()
                self._change.wait_for(lambda: self._over or not self._open, LOOK_SECONDS)

    def _revisions(self, scopes: set[str]) -> dict[str, int]:
        query = sa.select(PageScope.scope, PageScope.revision).where(PageScope.scope.in_(scopes))
        try:
            with self._app.app_context(), db.engine.connect() as connection:
                return {row.scope: row.revision for row in connection.execute(query)}
        except SQLAlchemyError as error:
            log.warning("live pages could not be looked after: %s", type(error).__name__)
            return {}


class Stream:
    """One client's stream: an iterable of events in bytes that ends when the process stops."""

    def __init__(self, streams: Streams, scope: str) -> None:
        """Tell of one scope; the first event comes at once."""
        self.scope = scope
        self.told: int | None = None
        self.due = 0.0
        self._streams = streams
        self._begun = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._begun:
            self._begun = True
            return f"retry: {RECONNECT_MILLISECONDS}\n\n".encode()
        revision = self._streams.next_for(self)
        if revision is None:
            raise StopIteration
        body = json.dumps(_told(revision))
        return f"id: {revision}\nevent: revision\ndata: {body}\n\n".encode()

    def close(self) -> None:
        """Give the place free; called however the stream ends."""
        self._streams.forget(self)


def init_live(app: Flask) -> None:
    """Give the application its streams."""
    app.extensions["forum_live"] = Streams(app)


def streams_of(app: Flask) -> Streams:
    """Return the streams of an application."""
    streams: Streams = app.extensions["forum_live"]
    return streams


def revision_of(scope: str) -> int:
    """Return at what revision a scope stands, 0 where nothing was ever shown (1 statement)."""
    found = db.session.scalar(sa.select(PageScope.revision).where(PageScope.scope == scope))
    return found or 0


def stream(scope: str) -> Response:
    """Answer with a scope's stream, or with 503 where this process has too many."""
    revision = revision_of(scope)
    # The database's connection is not held for as long as the stream lives.
    db.session.remove()
    opened = None
    if request.method != "HEAD":
        opened = streams_of(current_app).open(scope, revision)
        if opened is None:
            response = current_app.response_class(status=503)
            response.headers["Retry-After"] = str(RETRY_SECONDS)
            response.headers["Cache-Control"] = "no-store"
            return response
    response = current_app.response_class(opened or (), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store, no-transform"
    # nginx would gather events before it passes them on.
    response.headers["X-Accel-Buffering"] = "no"
    return response


def poll(scope: str) -> Response:
    """Answer with a scope's revision and the time, for pages without a stream (1 statement)."""
    response = jsonify(_told(revision_of(scope)))
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(revision: int) -> dict[str, int]:
    return {"revision": revision, "now": round(time() * 1000)}
