"""Processes that die in the midst of work: what a guest was promised is there afterwards."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Self
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from forum.app import create_app
from forum.core.db import db
from forum.registrations.models import Registration
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.settings import Settings
from tests.factories import make_event
from tests.registrations.desk import guest, hidden_fields
from tests.support import databases
from tests.support.ground import answers, free_port, wait_until
from tests.support.live import live_forum, processes_below

CLIENTS = 4


class Crowd:
    """Guests who register one after another and remember what they were promised."""

    def __init__(self, port: int, slug: str) -> None:
        self.promised: list[str] = []
        self._port, self._path = port, f"/en/e/{slug}/register"
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._come, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _come(self, client: int) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            typed = guest(f"{client}.{number}")
            try:
                promised = self._register(typed)
            except (OSError, HTTPException):
                time.sleep(0.05)
                continue
            if promised:
                self.promised.append(typed["email"])

    def _register(self, typed: dict[str, str]) -> bool:
        line = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            line.request("GET", self._path)
            form = line.getresponse()
            cookie = (form.getheader("Set-Cookie") or "").split(";")[0]
            body = urlencode(hidden_fields(form.read().decode()) | typed)
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            line.request("POST", self._path, body, kind)
            answer = line.getresponse()
            answer.read()
            leads_to = answer.getheader("Location") or ""
            return answer.status == 303 and bool(re.match(r"/r/[\w-]{43}$", leads_to))
        finally:
            line.close()


def kill_all(supervisor: int, port: int) -> None:
    """End a Forum's processes as a power cut does."""
    for pid in (supervisor, *processes_below(supervisor)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not answers(port), seconds=10, what="the end of all processes")


@pytest.mark.soak
@pytest.mark.both_databases
def test_what_was_promised_outlives_a_power_cut(
    settings: Settings, record_property: Callable[[str, object], None], *, full_figures: bool
) -> None:
    kills, promised = (100, 5000) if full_figures else (2, 20)
    port = free_port()
    served = databases.settings_for(
        settings.instance, settings.database_url, base_url=f"http://127.0.0.1:{port}"
    )
    app = create_app(served)
    with app.app_context():
        slug = make_event(capacity=100_000).slug
    chance, ready = random.Random(25), []
    with Crowd(port, slug) as crowd:
        for number in range(kills):
            began = time.monotonic()
            with live_forum(served) as forum:
                ready.append(time.monotonic() - began)
                wanted = promised * (number + 1) // kills
                while len(crowd.promised) < wanted:
                    time.sleep(0.01)
                time.sleep(chance.random() / 5)
                kill_all(forum.pid, port)
    record_property("median seconds to be ready", round(sorted(ready)[len(ready) // 2], 1))
    with app.app_context():
        there = set(
            db.session.scalars(
                sa.select(Registration.email).where(
                    Registration.state == RegistrationState.CONFIRMED
                )
            )
        )
        assert len(crowd.promised) >= promised
        assert set(crowd.promised) <= there
        assert recount(slug)[0].agrees
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
            assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    databases.close(app)
