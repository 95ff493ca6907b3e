"""Where the database's schema stands, and where this version wants it."""

from __future__ import annotations

from functools import cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from forum.assets_of_app import PACKAGE
from forum.core.db import db

MIGRATIONS = PACKAGE / "migrations"


def check_schema() -> tuple[str | None, str]:
    """Return the database's revision and the one that this version wants."""
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found, _wanted()


@cache
def _wanted() -> str:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""
