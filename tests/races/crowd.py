"""Many clients at one instant: threads that wait behind one barrier, each in its own context."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from forum.core.db import db

Answer = TypeVar("Answer")


def all_at_once(
    app: Flask, clients: int, act: Callable[[int], Answer], *, at_a_time: int | None = None
) -> list[Answer | Exception]:
    """Let every client act at the same moment; return each one's answer or exception.

    `at_a_time` is how many threads serve them, as a server's do; the others stand in line.
    """
    together = min(clients, at_a_time or clients)
    barrier = threading.Barrier(together)

    def _one(number: int) -> Answer | Exception:
        with app.app_context():
            if number < together:
                barrier.wait(30)
            try:
                return act(number)
            except Exception as problem:  # noqa: BLE001 - the test looks at it
                return problem
            finally:
                db.session.remove()

    with ThreadPoolExecutor(together) as pool:
        return list(pool.map(_one, range(clients)))
