"""`forum serve`: Granian's web workers and one jobs process, started and stopped together.

This process only supervises: it loads neither rooms nor database. What its processes do stands in
`forum.workers`, and they are forked from one that has it loaded (`forum.preloaded`).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import sys
import threading
import time
from functools import partial
from importlib import import_module
from multiprocessing.context import ForkServerProcess, SpawnProcess
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from forum.core import logs
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
LOOK_SECONDS = 1.0
PRELOADED = ["forum.preloaded"]
FORKS = sys.platform == "linux" and "forkserver" in multiprocessing.get_all_start_methods()
TRIES, PAUSE_SECONDS = 10, 0.2


class Forked(ForkServerProcess):
    """A process forked from the one that has Forum loaded."""

    def start(self) -> None:
        """Start; where the one to fork from is just dying, wait for the next one."""
        for _ in range(TRIES):
            try:
                return super().start()
            except (EOFError, OSError) as error:
                log.warning("there was nothing to fork from: %s", type(error).__name__)
                time.sleep(PAUSE_SECONDS)
        return super().start()


PROCESSES: type[Forked | SpawnProcess] = Forked if FORKS else SpawnProcess


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
    app: Flask = import_module("forum.app").create_app(load())
    return app


def prepare(settings: Settings) -> None:
    """Bring the schema up to date, in a process of its own; exits 1 if that one cannot."""
    _preload()
    process = PROCESSES(name="forum-schema", target=_in_process, args=("prepare", settings))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(1)


def serve(settings: Settings, *, host: str, port: int, jobs: bool, quiet: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; `jobs` starts the one jobs process beside the web workers."""
    _preload()
    reserved = _reserve(host, port)
    keeper = _Jobs(settings, quiet=quiet) if jobs else None
    server = _Supervisor(reserved, host=host, port=port, jobs=keeper, quiet=quiet)
    try:
        server.serve(
            target_loader=partial(_in_process, "web_application", settings, checkpoints=not jobs),
            wrap_loader=False,
        )
    finally:
        server.end_jobs()
        reserved.close()


def _preload() -> None:
    """Say what the process is to have loaded from which all others are forked."""
    # As the console script does: what lies in the folder of the call is no module of Forum's.
    os.environ["PYTHONSAFEPATH"] = "1"
    multiprocessing.set_start_method("spawn", force=True)
    multiprocessing.set_forkserver_preload(PRELOADED)


def _in_process(name: str, *words: Any, **choices: Any) -> Any:  # noqa: ANN401 - as the function called
    """Call a function of `forum.workers`, in the process that was started for it."""
    return getattr(import_module("forum.workers"), name)(*words, **choices)


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
        self._respawns = False
        self.on_startup(
            threading.Thread(target=self._find_forgotten, name="forgotten", daemon=True).start
        )
        self._jobs = jobs
        if jobs:
            # Only now does a signal reach us, and nothing is left behind by it.
            self.on_startup(jobs.start)

    def _spawn_worker(self, *words: Any, **choices: Any) -> Any:  # noqa: ANN401 - Granian has no types
        """Fork the worker: Granian itself knows only how to spawn it."""
        worker = super()._spawn_worker(*words, **choices)
        made = worker.inner
        worker.inner = PROCESSES(name=made.name, target=made._target, args=made._args)  # noqa: SLF001 - what Granian would have started
        return worker

    def _respawn_workers(self, *words: Any, **choices: Any) -> None:  # noqa: ANN401 - Granian has no types
        """Start workers again."""
        self._respawns = True
        try:
            super()._respawn_workers(*words, **choices)
        finally:
            self._respawns = False

    def _find_forgotten(self) -> None:
        """Note the end of a worker again where Granian lost it: it may when two end at once."""
        seen: set[Any] = set()
        while not self.interrupt_signal:
            time.sleep(LOOK_SECONDS)
            dead = set() if self._respawns else {one for one in self.wrks if _is_forgotten(one)}
            for worker in dead & seen:
                if worker.idx not in self.interrupt_children:
                    log.error("worker-%s had ended unseen; it is started again", worker.idx + 1)
                    self.interrupt_children.append(worker.idx)
                    self.main_loop_interrupt.set()
            seen = dead

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


def _is_forgotten(worker: Any) -> bool:  # noqa: ANN401 - Granian has no types
    return not worker.interrupt_by_parent and not _lives(worker)


class _Jobs(threading.Thread):
    """Keeps one jobs process alive: starts it again when it dies, later each time."""

    def __init__(self, settings: Settings, *, quiet: bool) -> None:
        super().__init__(daemon=True, name="jobs")
        self._work = partial(_in_process, "jobs", settings, quiet=quiet)
        self._over = threading.Event()
        self._process: Forked | SpawnProcess | None = None

    def start(self) -> None:
        """Start the process and the watch over it."""
        self._process = self._new_process()
        super().start()

    def run(self) -> None:
        """Watch; the pause before each new start doubles while it dies young."""
        born, pause = time.monotonic(), 1.0
        while self._process:
            self._process.join()
            if self._over.is_set():
                return
            code = self._process.exitcode
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
            self._process.join(STOP_SECONDS)
            if self._process.is_alive():
                log.warning("the jobs process did not stop in time and was ended")
                self._process.kill()
                self._process.join()

    def _new_process(self) -> Forked | SpawnProcess:
        process = PROCESSES(name="forum-jobs", target=self._work, daemon=True)
        process.start()
        return process
