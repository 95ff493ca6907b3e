"""The engine: what SQLite and PostgreSQL are told, and how a writing transaction begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

WRITE = "forum_write"
BUSY_MILLISECONDS = 10_000
LARGEST_SQLITE_CACHE_KIB = 16_384
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
        "pool_pre_ping": True,
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
    """Hang SQLite's pragmas and explicit BEGIN on an engine; nothing to do for others."""
    if engine.dialect.name != "sqlite":
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
        writing_now = connection.get_execution_options().get(WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing_now else "BEGIN")
