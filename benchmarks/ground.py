"""The ground that is measured on: databases filled alike, the bare page and Forum side by side."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from flask import Flask

from benchmarks.sample import Sample, fill
from forum.app import create_app
from forum.server import BACKLOG, THREADS, WEB_WORKERS
from forum.settings import Settings
from tests.support import databases
from tests.support.ground import free_port, running
from tests.support.live import LiveForum, live_forum
from tests.support.postgres import Postgres

NewCopy = Callable[[], str]


@dataclass(frozen=True)
class Bare:
    """The bare page's server."""

    port: int
    pid: int


class Ground:
    """One kind of database: a filled one, and as many fresh copies of it as are wanted."""

    def __init__(self, name: str, folder: Path, sample: Sample, new_copy: NewCopy) -> None:
        self.name = name
        self.sample = sample
        self._folder = folder
        self._new_copy = new_copy
        self._numbers = count(1)

    def fresh_url(self) -> str:
        """Return the address of a fresh copy of the filled database."""
        return self._new_copy()

    def fresh_settings(self, **given: str) -> Settings:
        """Return settings of an instance of its own on a fresh copy."""
        instance = self._folder / f"instance-{next(self._numbers)}"
        instance.mkdir()
        return databases.settings_for(instance, self.fresh_url(), **given)

    @contextmanager
    def forum(self) -> Iterator[LiveForum]:
        """Serve a Forum as `forum serve` does, on a fresh copy."""
        base_url = f"http://127.0.0.1:{free_port()}"
        with live_forum(self.fresh_settings(base_url=base_url)) as server:
            yield server

    @contextmanager
    def app(self, settings: Settings | None = None) -> Iterator[Flask]:
        """Give an application in this process, on a fresh copy or where a server runs."""
        app = create_app(settings or self.fresh_settings())
        try:
            yield app
        finally:
            databases.close(app)


def on_sqlite(folder: Path) -> Ground:
    """Fill a SQLite file to be copied."""
    template = folder / "template"
    template.mkdir(parents=True)
    file = databases.sqlite_template(template)
    sample = _filled(databases.settings_for(template))
    numbers = count(1)

    def _copy() -> str:
        target = folder / f"copy-{next(numbers)}"
        target.mkdir()
        return databases.copy_of(file, target)

    return Ground("SQLite", folder, sample, _copy)


def on_postgres(folder: Path, server: Postgres) -> Ground:
    """Fill a PostgreSQL database to be copied."""
    template = folder / "template"
    template.mkdir(parents=True)
    url = server.create()
    settings = databases.settings_for(template, url.render_as_string(hide_password=False))
    databases.make_tables(settings)
    sample = _filled(settings)

    def _copy() -> str:
        return server.create(url.database).render_as_string(hide_password=False)

    return Ground("PostgreSQL", folder, sample, _copy)


def _filled(settings: Settings) -> Sample:
    app = create_app(settings)
    with app.app_context():
        sample = fill()
    databases.close(app)
    return sample


@contextmanager
def bare(folder: Path) -> Iterator[Bare]:
    """Serve the bare page."""
    port = free_port()
    root = Path(__file__).parents[1]
    choices = (port, WEB_WORKERS, THREADS, BACKLOG)
    words = [sys.executable, "-m", "benchmarks.bare", *map(str, choices)]
    folder.mkdir(exist_ok=True)
    environment = {"PYTHONPATH": str(root), "PATH": ""}
    with running(words, port=port, log=folder / "bare.log", environment=environment) as process:
        yield Bare(port, process.pid)
