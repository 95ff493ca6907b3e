"""Which promise of the database a write broke, told to people as an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from forum.core.db import db

if TYPE_CHECKING:
    from forum.core.errors import DomainError

_UNIQUE, _CHECK = "UNIQUE constraint failed: ", "CHECK constraint failed: "


@contextmanager
def told_as(error: DomainError, constraint: str) -> Iterator[None]:
    """Raise `error` where this constraint is broken; what breaks another stays as it is."""
    try:
        yield
    except IntegrityError as broken:
        if broken_by(broken) != constraint:
            raise
        raise error from None


def broken_by(broken: IntegrityError) -> str:
    """Return the name of the constraint that a write broke; empty where the database says none.

    PostgreSQL names it. SQLite names checks, and of what is unique the columns.
    """
    said = getattr(broken.orig, "diag", None)
    if said is not None:
        return str(said.constraint_name or "")
    message = str(broken.orig)
    if message.startswith(_CHECK):
        return message.removeprefix(_CHECK)
    if not message.startswith(_UNIQUE):
        return ""
    return _unique_on(message.removeprefix(_UNIQUE))


def _unique_on(columns: str) -> str:
    """Return the name of what is unique on these columns, as SQLite lists them: "a.b, a.c"."""
    table = db.metadata.tables.get(columns.partition(".")[0])
    if table is None:
        return ""
    indexes = (one for one in table.indexes if one.unique)
    constraints = (
        one
        for one in table.constraints
        if isinstance(one, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
    )
    for one in (*indexes, *constraints):
        if ", ".join(f"{table.name}.{column.name}" for column in one.columns) == columns:
            return str(one.name or "")
    return ""
