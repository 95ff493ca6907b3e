"""Whose turn it is to write to SQLite: one thread of a process after another, processes in turn.

SQLite's own waiting is by naps of up to a tenth of a second, and serves whoever asks next: a busy
process starves the others, and a crowd of threads some of its own. Here a waiter naps for half a
millisecond, and of the processes the one that has waited is next.
"""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from time import monotonic, sleep

NAP_SECONDS = 0.0005
NEXT, WRITER = 0, 1


class Turns:
    """The queue before one database file, shared by all processes through locks on a file.

    A process holds NEXT while it waits for WRITER: who has just written must queue behind it. The
    locks are the kernel's, and so are gone with a process that dies.
    """

    def __init__(self, file: str) -> None:
        self._file = f"{file}-turns"
        self._mine = threading.Lock()
        self._handle: int | None = None

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Wait for a turn, at most so many seconds; then go on all the same: SQLite decides."""
        until = monotonic() + patience
        mine = self._mine.acquire(timeout=patience)
        try:
            if mine:
                self._queue(until)
            yield
        finally:
            if mine:
                self._release(NEXT)
                self._release(WRITER)
                self._mine.release()

    def _queue(self, until: float) -> None:
        if self._wait(NEXT, until):
            self._wait(WRITER, until)
        self._release(NEXT)

    def _wait(self, which: int, until: float) -> bool:
        while not self._try(which):
            if monotonic() > until:
                return False
            sleep(NAP_SECONDS)
        return True

    def _try(self, which: int) -> bool:
        try:
            if self._handle is None:
                self._handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                weakref.finalize(self, os.close, self._handle)
            fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, which)
        except BlockingIOError:
            return False
        except OSError:
            # No place for the file: SQLite's own waiting has to do.
            return True
        return True

    def _release(self, which: int) -> None:
        if self._handle is not None:
            with suppress(OSError):
                fcntl.lockf(self._handle, fcntl.LOCK_UN, 1, which)


@lru_cache(maxsize=8)
def turns_of(file: str) -> Turns:
    """Return the queue before a database file; one for each file in a process."""
    return Turns(os.path.realpath(file))
