"""Statements put into words once a run: each test has a database of its own, all of one kind."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.util import LRUCache

MOST_STATEMENTS = 5000


def compile_statements_once() -> None:
    """Let every engine that is made from now on share what SQLAlchemy makes of a statement.

    It keeps that by engine, and takes it for the same only where the dialect is the same object.
    """
    make_now = SQLAlchemy._make_engine
    dialects: dict[tuple[str, str], sa.Dialect] = {}
    statements: LRUCache[Any, Any] = LRUCache(MOST_STATEMENTS)

    def _make(extension: SQLAlchemy, *given: Any) -> sa.Engine:
        engine = make_now(extension, *given)
        kind = engine.dialect.name, engine.dialect.driver
        engine.dialect = dialects.setdefault(kind, engine.dialect)
        engine._compiled_cache = statements
        return engine

    SQLAlchemy._make_engine = _make  # type: ignore[assignment, method-assign]  # so that Flask-SQLAlchemy does
