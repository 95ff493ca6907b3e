"""The writing transaction and what is appended to it; reading on PostgreSQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.db import append, counted_statements, db, write_appended, writing
from forum.core.outbox import OutboxRow
from tests.factories import NOW


def put(session: sa.orm.Session, key: str) -> None:
    append(
        session, OutboxRow, topic="sample", key=key, payload={"of": key}, created_at=NOW, due_at=NOW
    )


def keys() -> set[str]:
    return set(db.session.scalars(sa.select(OutboxRow.key)))


@pytest.mark.both_databases
@pytest.mark.usefixtures("in_app")
def test_what_is_appended_is_written_in_one_statement_a_table() -> None:
    with counted_statements(db.engine) as seen, writing() as session:
        for key in ("a", "b", "c"):
            put(session, key)
    assert keys() == {"a", "b", "c"}
    assert [sql.split()[:3] for sql in seen] == [["INSERT", "INTO", "outbox"]]


@pytest.mark.both_databases
@pytest.mark.usefixtures("in_app")
def test_what_is_appended_goes_with_a_transaction_that_fails() -> None:
    def _fail() -> None:
        with writing() as session:
            put(session, "a")
            write_appended(session)
            put(session, "b")
            raise LookupError

    with pytest.raises(LookupError):
        _fail()
    with writing():
        pass
    assert keys() == set()


@pytest.mark.both_databases
@pytest.mark.usefixtures("in_app")
def test_who_cannot_wait_writes_what_was_appended_once() -> None:
    with writing() as session:
        put(session, "a")
        write_appended(session)
        assert session.scalar(sa.select(OutboxRow.key)) == "a"
        put(session, "b")
    assert keys() == {"a", "b"}


@pytest.mark.both_databases
@pytest.mark.usefixtures("in_app")
def test_rows_of_a_table_may_name_different_columns() -> None:
    with counted_statements(db.engine) as seen, writing() as session:
        put(session, "a")
        put(session, "b")
        append(
            session,
            OutboxRow,
            topic="sample",
            key="c",
            payload={},
            created_at=NOW,
            due_at=NOW,
            tries=3,
        )
    assert len(seen) == 2
    rows = db.session.execute(sa.select(OutboxRow.key, OutboxRow.tries, OutboxRow.created_at))
    assert sorted(rows.all()) == [("a", 0, NOW), ("b", 0, NOW), ("c", 3, NOW)]


def test_reading_leaves_no_transaction_open(on_postgres: Flask) -> None:
    with on_postgres.app_context():
        keys()
        state = sa.text("SELECT state FROM pg_stat_activity WHERE pid = :pid")
        pid = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
        with db.engine.connect() as other:
            assert other.scalar(state, {"pid": pid}) == "idle"


def test_what_is_prepared_outlives_the_requests(on_postgres: Flask) -> None:
    for _ in range(12):
        with on_postgres.app_context():
            keys()
    with on_postgres.app_context():
        prepared = db.session.scalars(sa.text("SELECT statement FROM pg_prepared_statements"))
        assert any("FROM outbox" in statement for statement in prepared)
