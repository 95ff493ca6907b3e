"""Alembic's environment: the application's engine, batch mode, tables of others left alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context

from forum.core.db import Model, db
from forum.core.engine import options_for_writing


def include_object(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # noqa: ANN401, FBT001 - Alembic's own shape
    """Leave tables of others (Huey's) and SQLite's own alone."""
    return not (kind == "table" and str(name).startswith(("huey_", "sqlite_")))


def run() -> None:
    """Run the migrations in one writing transaction, one process at a time."""
    engine = db.engine
    with engine.connect().execution_options(**options_for_writing(engine)) as connection:
        sqlite = engine.dialect.name == "sqlite"
        raw = connection.connection.driver_connection
        if sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(7021936451)"))
                context.configure(
                    connection=connection,
                    target_metadata=Model.metadata,
                    render_as_batch=True,
                    include_object=include_object,
                    compare_type=True,
                    user_module_prefix="forum.core.db.",
                )
                context.run_migrations()
        finally:
            if sqlite and raw is not None:
                raw.execute("PRAGMA foreign_keys=ON")


run()
