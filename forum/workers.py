"""What the supervisor's processes do: bring the schema up to date, answer requests, do the jobs."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from forum.app import create_app
from forum.checks import told
from forum.core import logs
from forum.core.http.live import streams_of
from forum.database import close_connections, upgrade_schema
from forum.jobs import nudge_by_redis, run_jobs
from forum.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

JOBS_NICENESS = 5
LOOK_SECONDS = 1.0


def prepare(settings: Settings) -> None:
    """Bring the schema up to date; what hinders it is said in one sentence, with exit status 1."""
    _begin("forum-schema")
    app = create_app(settings)
    try:
        with app.app_context():
            upgrade_schema()
    except Exception as error:
        if (sentence := told(error)) is None:
            raise
        click.echo(f"forum: {sentence}", err=True)
        raise SystemExit(1) from None
    finally:
        close_connections(app)


def web_application(settings: Settings, *, checkpoints: bool) -> Flask:
    """Build a web worker's application, inside the worker."""
    _begin("forum-web")
    _watch(partial(os.kill, os.getpid(), signal.SIGTERM))
    app = create_app(settings, checkpoints=checkpoints)
    _end_streams_at_a_signal(app)
    nudge_by_redis(app)
    # What the application is made of stays: to walk it at each collection would cost a long page
    # as much again as its rendering.
    gc.collect()
    gc.freeze()
    return app


def jobs(settings: Settings, *, quiet: bool) -> None:
    """Deliver mails and run periodic tasks until stopped, or until the supervisor is gone."""
    _begin("forum-jobs")
    # Beside web workers on the same machine: guests who wait come before mails.
    os.nice(JOBS_NICENESS)
    logs.configure(plain=quiet, quiet=quiet)
    stop = threading.Event()
    stop_on_signals(stop)
    _watch(stop.set)
    run_jobs(create_app(settings), stop)


def stop_on_signals(stop: threading.Event) -> None:
    """Set the event at SIGINT and SIGTERM."""

    def _stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)


def _begin(name: str) -> None:
    """Let the process be stopped by the supervisor alone, and be known by its name (`ps -e`)."""
    # In a group of its own Ctrl-C reaches the supervisor alone, which stops all in order.
    os.setpgrp()
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name, "ascii")
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _watch(act: Callable[[], None]) -> None:
    """Act once the supervisor is gone, or the process that this one was forked from."""
    if (supervisor := multiprocessing.parent_process()) is not None:
        watch = partial(_act_without, supervisor.sentinel, os.getppid(), act)
        threading.Thread(target=watch, name="supervisor", daemon=True).start()


def _act_without(supervisor: int, parent: int, act: Callable[[], None]) -> None:
    while os.getppid() == parent and not wait([supervisor], LOOK_SECONDS):
        continue
    act()


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
