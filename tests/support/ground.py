"""What every test server stands on: a free port, a wait for an answer, an end that is sure."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import NoReturn, Protocol

import pytest

MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 2 * 1024**3
IN_CI = os.environ.get("CI", "").lower() == "true"


class Process(Protocol):
    """What is asked of a server's process, whoever started it."""

    pid: int

    def poll(self) -> int | None:
        """Return None while it runs."""

    def wait(self, timeout: float) -> int:
        """Return once it has ended; raises subprocess.TimeoutExpired."""

    def send_signal(self, number: signal.Signals, /) -> None:
        """Send a signal, unless it has ended."""

    def kill(self) -> None:
        """End it at once."""


def missing(sentence: str) -> NoReturn:
    """Skip a test for want of something on this machine; where CI runs, fail it instead."""
    if IN_CI:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Give a folder until the block ends, in memory where there is room."""
    usable = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_IN_MEMORY
    with tempfile.TemporaryDirectory(
        prefix="forum-test-", dir=MEMORY if usable else None, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Ask again and again until `ready` holds; raises TimeoutError naming `what` otherwise."""
    pause, end = threading.Event(), monotonic() + seconds
    while not ready():
        if monotonic() > end:
            message = f"{what} was not ready within {seconds:g} seconds"
            raise TimeoutError(message)
        pause.wait(0.02)


def answers(port: int) -> bool:
    """Say whether something accepts connections on a port of the loopback."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    port: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
    seconds: float = 90,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends, from the moment it accepts connections on `port`.

    It runs in its log's folder, as `user` where one is named, and with `environment` alone
    where one is given.
    Raises RuntimeError with the end of its log when it dies or does not come up.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            user=user,
        )
    try:
        await_answer(process, str(command[0]), port=port, log=log, seconds=seconds)
        yield process
    finally:
        end(process, stop=stop)


def await_answer(process: Process, name: str, *, port: int, log: Path, seconds: float = 90) -> None:
    """Wait until a server that was started accepts connections on `port`.

    Raises RuntimeError with the end of its log when it dies or does not come up.
    """
    try:
        wait_until(lambda: process.poll() is not None or answers(port), seconds=seconds, what=name)
    except TimeoutError as error:
        message = f"{error}:\n{_tail(log)}"
        raise RuntimeError(message) from error
    if (code := process.poll()) is not None:
        message = f"{name} ended with code {code}:\n{_tail(log)}"
        raise RuntimeError(message)


def end(
    process: Process,
    *,
    stop: signal.Signals = signal.SIGTERM,
    seconds: float = 15,
) -> None:
    """Ask a process to stop, and make sure of it."""
    if process.poll() is None:
        process.send_signal(stop)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(seconds)


def _tail(log: Path, lines: int = 40) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
