"""A connection to PostgreSQL that went down while nobody used it is noticed before it is used."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import engine
from forum.core.db import db

WHO = sa.text("SELECT pg_backend_pid()")


def _cut(app: Flask) -> list[int]:
    """Use two connections, and have the database end both."""
    with app.app_context(), db.engine.connect() as one, db.engine.connect() as two:
        cut = [one.scalar(WHO), two.scalar(WHO)]
    with app.app_context(), db.engine.connect() as last:
        mine = last.scalar(WHO)
        for pid in cut:
            if pid != mine:
                last.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    return [pid for pid in cut if pid != mine]


def test_one_that_is_gone_is_opened_anew(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = _cut(on_postgres)
    assert len(gone) == 1
    monkeypatch.setattr(engine, "SURE_SECONDS", 0.0)
    with on_postgres.app_context():
        assert not _both() & set(gone)


def test_control_it_fails_for_whoever_believes_in_it(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = _cut(on_postgres)
    assert len(gone) == 1
    monkeypatch.setattr(engine, "SURE_SECONDS", 3600.0)
    with on_postgres.app_context(), pytest.raises(sa.exc.OperationalError):
        _both()


def _both() -> set[int]:
    with db.engine.connect() as one, db.engine.connect() as two:
        return {one.scalar(WHO), two.scalar(WHO)}
