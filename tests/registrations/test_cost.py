"""What a registration costs: how many statements, and none that reads all guests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from forum.core.db import counted_statements, db
from tests.factories import NOW, make_event
from tests.registrations.desk import guest, register

MOST_STATEMENTS = 12


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def slug(app: Flask) -> str:
    """An event whose form has been opened and sent before."""
    with app.app_context():
        slug = make_event().slug
    register(app.test_client(), slug, guest("warm"))
    return slug


def test_a_complete_registration_needs_at_most_twelve_statements(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        answer = register(client, slug, guest())
    assert answer.status_code == 303
    assert len(seen) <= MOST_STATEMENTS, "\n".join(seen)


def test_no_statement_of_a_registration_reads_all_guests(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    with app.app_context(), _sent_to(db.engine) as sent:
        assert register(client, slug, guest()).status_code == 303
    with app.app_context():
        plans = {
            sql: [step[3] for step in _explained(sql, values)]
            for sql, values in sent
            if sql.startswith(("SELECT", "UPDATE"))
        }
    assert len(plans) >= 4
    steps = [step for plan in plans.values() for step in plan]
    assert any("uq_registration_holds_address (event_id=? AND email_key=?)" in s for s in steps)
    scans = [step for step in steps if step.startswith("SCAN") and "subquery" not in step]
    by_event = [
        step for step in steps if re.match(r"SEARCH (registration|booking).*t_id=\?\)$", step)
    ]
    assert scans + by_event == []


@contextmanager
def _sent_to(engine: sa.Engine) -> Iterator[list[tuple[str, Any]]]:
    sent: list[tuple[str, Any]] = []

    def _note(_c: object, _cursor: object, sql: str, values: Any, *_rest: object) -> None:
        sent.append((sql, values))

    event.listen(engine, "before_cursor_execute", _note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", _note)


def _explained(sql: str, values: Any) -> list[Any]:
    connection = db.session.connection()
    return list(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
