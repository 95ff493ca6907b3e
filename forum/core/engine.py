"""The engine: what SQLite and PostgreSQL are told, and how a writing transaction begins."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

WRITE = "forum_write"
USED = "forum_used"
BUSY_MILLISECONDS = 10_000
LARGEST_SQLITE_CACHE_KIB = 16_384
SURE_SECONDS = 1.0
"""So soon after its last use a connection is taken to stand: to ask costs as much as a read."""

POOL_SECONDS = 8
"""Who gets no connection by then is told to try again, before the browser gives up."""


def engine_options(url: str, *, checkpoints: bool) -> dict[str, Any]:
    """Return the engine's options for SQLite or PostgreSQL (pool, time limits, isolation).

    Values are hidden in errors: what guests typed must not stand in a log.
    """
    if url.startswith("sqlite"):
        return {
            "connect_args": {
                "isolation_level": None,
                "timeout": BUSY_MILLISECONDS / 1000,
                "check_same_thread": False,
            },
            "poolclass": QueuePool,
            "pool_size": 16,
            "max_overflow": 32,
            "pool_timeout": POOL_SECONDS,
            "execution_options": {"forum_checkpoints": checkpoints},
            "hide_parameters": True,
        }
    return {
        "hide_parameters": True,
        # Outside `writing` each statement stands for itself, as READ COMMITTED has it anyway. It
        # saves BEGIN and ROLLBACK, at which psycopg would forget all that it has prepared.
        "isolation_level": "AUTOCOMMIT",
        "pool_size": 16,
        "max_overflow": 16,
        "pool_timeout": POOL_SECONDS,
        "connect_args": {
            "options": "-c timezone=UTC -c lock_timeout=8s -c statement_timeout=15s"
            " -c synchronous_commit=on",
        },
    }


def options_for_writing(engine: sa.Engine) -> dict[str, Any]:
    """Return the execution options of a connection that opens a writing transaction."""
    if engine.dialect.name == "sqlite":
        return {WRITE: True}
    return {WRITE: True, "isolation_level": "READ COMMITTED"}


def prepare_engine(engine: sa.Engine, *, checkpoints: bool) -> None:
    """Hang SQLite's pragmas and explicit BEGIN on an engine; on others a look at idle lines."""
    if engine.dialect.name != "sqlite":
        _ask_idle_connections(engine)
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS:d}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA cache_size=-{LARGEST_SQLITE_CACHE_KIB:d}")
        cursor.execute(f"PRAGMA wal_autocheckpoint={1000 if checkpoints else 0:d}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITE, False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif (raw := connection.connection.driver_connection) is not None:
            # It cannot be refused, and by SQLAlchemy's way it costs as much as a read.
            raw.execute("BEGIN")


def _ask_idle_connections(engine: sa.Engine) -> None:
    """Find out whether a connection still stands before it is used, unless it did a moment ago.

    Where one is gone, as after a restart of the database, all are opened anew.
    """

    @event.listens_for(engine, "checkin")
    def _note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[USED] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 - a DBAPI connection
        used = record.info.get(USED)
        if used is None or monotonic() - used < SURE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error
