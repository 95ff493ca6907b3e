"""`forum serve`: Granian's web workers and one jobs process, started and stopped together."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from forum.app import create_app
from forum.core import logs
from forum.core.http.live import streams_of
from forum.last_door import LastDoor
from forum.settings import Settings, load

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("forum.server")

WEB_WORKERS = 2
THREADS = 16
BACKLOG = 2048
STOP_SECONDS = 7
JOBS_LIVED_WELL_SECONDS = 30
LONGEST_PAUSE_SECONDS = 30
JOBS_NICENESS = 5
SUPERVISOR = "_FORUM_SUPERVISOR"


class PortInUse(Exception):
    """Something else listens on the port, or it may not be listened on."""

    def __init__(self, host: str, port: int, reason: OSError) -> None:
        """Say which, and what to do."""
        says = (
            f"Port {port} on {host} is in use, perhaps by another Forum. Stop that one, or choose"
            f" another with --port {port + 1}."
            if reason.errno in IN_USE
            else f"Forum cannot listen on port {port} of {host}: {reason.strerror or reason}."
        )
        super().__init__(says)


IN_USE = {98, 48, 10048}  # EADDRINUSE of Linux, macOS and Windows


def check_port(host: str, port: int) -> None:
    """Raise PortInUse unless the port can be listened on."""
    _reserve(host, port).close()


def application() -> Flask:
    """Build an application from the environment: for Flask's own commands and foreign servers."""
    return create_app(load())


def serve(settings: Settings, *, host: str, port: int, jobs: bool, quiet: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; `jobs` starts the one jobs process beside the web workers."""
    # A forked worker would inherit this process's threads and its connections to the database.
    multiprocessing.set_start_method("spawn", force=True)
    reserved = _reserve(host, port)
    keeper = _Jobs(settings, quiet=quiet) if jobs else None
    server = _Supervisor(reserved, host=host, port=port, jobs=keeper, quiet=quiet)
    try:
        server.serve(
            target_loader=partial(_web_application, settings, checkpoints=not jobs),
            wrap_loader=False,
        )
    finally:
        server.end_jobs()
        reserved.close()


def _reserve(host: str, port: int) -> socket.socket:
    """Bind the port without listening, so that no second server gets it; raises PortInUse.

    Granian's workers listen each on a socket of its own (SO_REUSEPORT), which two servers of one
    user could share unseen. What is bound before the option is set is refused while they listen.
    """
    reserved = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind((host, port))
        if hasattr(socket, "SO_REUSEPORT"):
            reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError as reason:
        reserved.close()
        raise PortInUse(host, port, reason) from None
    return reserved


def _web_application(settings: Settings, *, checkpoints: bool) -> Flask:
    """Build a web worker's application, inside the worker."""
    # In a group of its own Ctrl-C reaches the supervisor alone, which stops all in order.
    os.setpgrp()
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    app = create_app(settings, checkpoints=checkpoints)
    _end_streams_at_a_signal(app)
    if settings.redis_url:
        from forum.jobs import nudge_by_redis  # noqa: PLC0415 - Huey and Redis load for half a second

        nudge_by_redis(app)
    # What the application is made of stays: to walk it at each collection would cost a long page
    # as much again as its rendering.
    gc.collect()
    gc.freeze()
    return app


def _end_streams_at_a_signal(app: Flask) -> None:
    """Have the signal that stops this worker end its streams too: else it would wait for them.

    Granian sets handlers of its own; what Python writes for each signal is read beside them.
    """
    reading, writing = socket.socketpair()
    writing.setblocking(False)  # noqa: FBT003 - the socket's own shape
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)

    app.extensions["forum_signals"] = writing
    threading.Thread(target=_end_streams, args=(app, reading), name="signals", daemon=True).start()


def _end_streams(app: Flask, signals: socket.socket) -> None:
    while not {signal.SIGTERM, signal.SIGINT} & set(signals.recv(16)):
        continue
    streams_of(app).close()


def _end_with_parent() -> None:
    """Wait until the supervisor is gone, however it ended, and then stop this worker too."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


class _Supervisor(MPServer):
    """Granian's supervisor, which also keeps the jobs process."""

    def __init__(
        self, reserved: socket.socket, *, host: str, port: int, jobs: _Jobs | None, quiet: bool
    ) -> None:
        super().__init__(
            "forum",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            websockets=False,
            workers=WEB_WORKERS,
            blocking_threads=THREADS,
            backlog=BACKLOG,
            workers_kill_timeout=STOP_SECONDS,
            respawn_failed_workers=True,
            log_level=LogLevels.warning if quiet else LogLevels.info,
            log_dictconfig=logs.configuration(plain=quiet, quiet=quiet),
            log_access=False,
        )
        self._last_door = LastDoor(reserved)
        self._jobs = jobs
        if jobs:
            # Only now does a signal reach us, and nothing is left behind by it.
            self.on_startup(jobs.start)

    def signal_handler_interrupt(self, *_signal: object) -> None:
        """Let web workers and jobs finish side by side."""
        if self._jobs:
            self._jobs.ask_to_stop()
        super().signal_handler_interrupt()  # type: ignore[no-untyped-call] # Granian has no types

    def _stop_workers(self) -> None:
        """Let nobody in any more, then let the workers finish what they have begun."""
        listening = sum(map(_lives, self.wrks))
        self._last_door.open(listening, BACKLOG)
        try:
            super()._stop_workers()  # type: ignore[no-untyped-call] # Granian has no types
        finally:
            self._last_door.close()

    def end_jobs(self) -> None:
        """Wait for the jobs process; make sure of its end."""
        if self._jobs:
            self._jobs.end()


def _lives(worker: Any) -> bool:  # noqa: ANN401 - Granian has no types
    return bool(worker.is_alive())


class _Jobs(threading.Thread):
    """Keeps one jobs process alive: starts it again when it dies, later each time."""

    def __init__(self, settings: Settings, *, quiet: bool) -> None:
        super().__init__(daemon=True, name="jobs")
        self._environment = os.environ | _environment(settings) | {SUPERVISOR: str(os.getpid())}
        choices = ["--quiet"] if quiet else []
        self._words = [sys.executable, "-P", "-m", "forum", "worker", *choices]
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and the watch over it."""
        self._process = self._new_process()
        super().start()

    def run(self) -> None:
        """Watch; the pause before each new start doubles while it dies young."""
        born, pause = time.monotonic(), 1.0
        while self._process:
            code = self._process.wait()
            if self._over.is_set():
                return
            log.error("the jobs process ended with code %s; it is started again", code)
            lived_well = time.monotonic() - born > JOBS_LIVED_WELL_SECONDS
            pause = 1.0 if lived_well else min(pause * 2, LONGEST_PAUSE_SECONDS)
            if self._over.wait(pause):
                return
            self._process, born = self._new_process(), time.monotonic()
            if self._over.is_set():
                self._process.terminate()

    def ask_to_stop(self) -> None:
        """Tell the process to finish; called by a signal's handler, so it waits for nothing."""
        if self._over.is_set():
            return
        self._over.set()
        if self._process:
            self._process.terminate()

    def end(self) -> None:
        """Return once the process has ended, at the latest after STOP_SECONDS."""
        self.ask_to_stop()
        if self._process:
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.warning("the jobs process did not stop in time and was ended")
                self._process.kill()
                self._process.wait()

    def _new_process(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._words, env=self._environment, stdin=subprocess.DEVNULL, process_group=0
        )


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "FORUM_INSTANCE": str(settings.instance),
        "FORUM_BASE_URL": settings.base_url,
        "FORUM_DATABASE_URL": settings.database_url,
        "FORUM_REDIS_URL": settings.redis_url,
        "FORUM_SMTP_URL": settings.smtp_url,
        "FORUM_MAIL_FROM": settings.mail_from,
        "FORUM_TRUSTED_PROXIES": str(settings.trusted_proxies),
        "FORUM_FONT_DIRS": os.pathsep.join(settings.font_dirs),
    }


def stop_on_signals(stop: threading.Event) -> None:
    """Set the event at SIGINT and SIGTERM, and when the supervisor is gone: for jobs."""

    def _stop(_number: int, _frame: FrameType | None) -> Any:  # noqa: ANN401 - as the signal module wants it
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    if supervisor := os.environ.get(SUPERVISOR):
        # Beside web workers on the same machine: guests who wait come before mails.
        os.nice(JOBS_NICENESS)
        watch = partial(_stop_without, int(supervisor), stop)
        threading.Thread(target=watch, name="supervisor", daemon=True).start()


def _stop_without(supervisor: int, stop: threading.Event) -> None:
    while os.getppid() == supervisor:
        if stop.wait(1):
            return
    stop.set()
