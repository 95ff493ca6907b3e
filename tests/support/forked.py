"""The `forum` command, forked from a process that has loaded Forum: nearly all of a start is saved.

Python's own start and Forum's imports are what most of a start costs, and a run of the tests starts
some eighty servers. From there on all is as it is for operators: the same command reads the same
settings, and starts the same processes by the same calls. What an operator's own start does is
watched where the start is the matter (tests/test_server.py, tests/test_wheel.py).
"""

from __future__ import annotations

import atexit
import gc
import json
import multiprocessing.forkserver
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from multiprocessing import util
from pathlib import Path
from typing import Any, NoReturn

from forum.settings import PREFIX

ROOT = Path(__file__).parents[2]
LOADED = ("granian.server.mp", "granian.wsgi", "forum.cli", "forum.commands", "forum.workers")
PROGRAM = """
import socket, sys
sys.path.insert(0, sys.argv[1])
from tests.support import forked
forked.stand_by(socket.socket(fileno=int(sys.argv[2])))
"""
LONGEST_ORDER = 1_000_000
FIRST_FREE = 3
"""The first file descriptor after input, output and errors."""


class ForkedCommand:
    """A `forum` command that runs, with what a `subprocess.Popen` offers of it.

    How it ended is not known, only that it did.
    """

    def __init__(self, pid: int) -> None:
        """Watch the process of this id."""
        self.pid = pid
        self._watch: int | None = None
        with suppress(ProcessLookupError):
            self._watch = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return None while it runs."""
        return self._ended_within(0)

    def wait(self, timeout: float) -> int:
        """Return once it has ended; raises TimeoutExpired."""
        ended = self._ended_within(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired(["forum"], timeout)
        return ended

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self._watch is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watch, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _ended_within(self, seconds: float) -> int | None:
        if self._watch is None:
            return 0
        if not select.select([self._watch], [], [], seconds)[0]:
            return None
        os.close(self._watch)
        self._watch = None
        return 0


def start(words: Sequence[str], *, environment: Mapping[str, str], log: Path) -> ForkedCommand:
    """Start `forum` with these words in its log's folder, with `environment` alone."""
    order = {"words": list(words), "environment": dict(environment), "log": str(log)}
    line = _loaded_process()
    line.send(json.dumps(order).encode())
    return ForkedCommand(int(line.recv(100)))


@cache
def _loaded_process() -> socket.socket:
    """Return the line to the process of this run that has Forum loaded; it ends with the line."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST_ORDER)
    words = [sys.executable, "-P", "-c", PROGRAM, str(ROOT), str(theirs.fileno())]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    process = subprocess.Popen(words, pass_fds=[theirs.fileno()], env=inherited, cwd=ROOT)
    theirs.close()

    def _end() -> None:
        ours.close()
        process.wait()

    atexit.register(_end)
    return ours


def stand_by(line: socket.socket) -> None:
    """Load Forum, then fork a command for each order that comes over the line, until its end."""
    for name in LOADED:
        import_module(name)
    gc.collect()
    gc.freeze()
    # Nobody here asks how a command ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while said := line.recv(LONGEST_ORDER):
        order = json.loads(said)
        if not (pid := os.fork()):
            line.close()
            _be_the_command(order)
        line.send(str(pid).encode())


def _be_the_command(order: Mapping[str, Any]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = Path(order["log"])
    os.chdir(log.parent)
    for name, flags, targets in (
        (os.devnull, os.O_RDONLY, (0,)),
        (log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, (1, 2)),
    ):
        opened = os.open(name, flags, 0o644)
        for target in targets:
            os.dup2(opened, target)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["forum", *order["words"]]
    util.spawnv_passfds = _fork_for  # type: ignore[assignment]  # how multiprocessing starts Python
    import_module("forum.cli").main()
    raise SystemExit


def _fork_for(_program: bytes, words: Sequence[str], passed: Sequence[int]) -> int:
    """Run what Python would be started for (`python … -c CODE`) in a fork, and return its id.

    So begin the process that all others of a server are forked from, and multiprocessing's tracker
    of resources.
    """
    if pid := os.fork():
        return pid
    code = 1
    try:
        # What Python's start would have closed, and the lock that is held while this is called.
        _close_all_but(passed)
        server: Any = multiprocessing.forkserver._forkserver
        server._lock = threading.Lock()
        exec(words[words.index("-c") + 1], {"__name__": "__main__"})
        code = 0
    except SystemExit:
        code = 0
    except BaseException:  # noqa: BLE001 - as at the end of a Python of its own
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def _close_all_but(passed: Sequence[int]) -> None:
    begin = FIRST_FREE
    for one in sorted(map(int, passed)):
        os.closerange(begin, one)
        begin = one + 1
    os.closerange(begin, os.sysconf("SC_OPEN_MAX"))
