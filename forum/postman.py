"""The postman: sends mails in a thread of its own, so that a slow mail server holds up no job."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from forum.core import clock
from forum.core.db import db
from forum.messaging.queries import sending
from forum.messaging.service.delivering import Delivered, deliver_batch

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("forum.jobs")

SHORTEST_REST = 5.0
LONGEST_REST = 60.0
"""Seconds before a mail server that is away is asked again: twice as many each time."""


class Postman(threading.Thread):
    """Sends what is due whenever it is told of something, until it is stopped.

    Each process that does jobs has one. What it has begun when it is stopped it finishes.
    """

    def __init__(self, app: Flask, stopping: threading.Event) -> None:
        super().__init__(daemon=True, name="postman")
        self._app = app
        self._stopping = stopping
        self._told = threading.Event()
        self._rest = 0.0

    def tell(self) -> None:
        """Say that something may be due; many times together count once."""
        self._told.set()

    def end(self, seconds: float) -> None:
        """Wait until the mail in hand is sent, at most so long; `stopping` must be set."""
        self._told.set()
        if self.is_alive():
            self.join(seconds)

    def run(self) -> None:
        """Go out whenever told to."""
        while self._told.wait() and not self._stopping.is_set():
            self._told.clear()
            try:
                away = self._go_round()
            except Exception as error:  # noqa: BLE001 - the next look tells it again
                log.warning("mails could not be sent: %s", type(error).__name__)
                away = True
            self._rest = min(LONGEST_REST, max(SHORTEST_REST, self._rest * 2)) if away else 0.0
            self._stopping.wait(self._rest)

    def _go_round(self) -> bool:
        """Send batch by batch until nothing is due; say whether the mail server is away."""
        while True:
            delivered = self._deliver()
            if delivered.away or not delivered.done:
                return delivered.away

    def _deliver(self) -> Delivered:
        with self._app.app_context():
            now = clock.now()
            if self._stopping.is_set() or not sending.is_due(now):
                return Delivered()
            db.session.rollback()
            return deliver_batch(now, stopping=self._stopping.is_set)
