"""The database's own rate: the statements of real requests, caught once and sent again by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from benchmarks import visits
from benchmarks.sample import Sample, ticket_codes
from forum.core.db import counted_statements, db
from forum.core.engine import WRITE, engine_options, prepare_engine
from forum.core.ids import uuid7

Step = tuple[str, Any, bool]
BEGIN, COMMIT, ROLLBACK = "BEGIN", "COMMIT", "ROLLBACK"
READS_OF_THE_KEPT_FORM = 1  # sent below SQLAlchemy, where nobody counts


@dataclass
class Caught:
    """The statements of real requests in their order, with those that only led up to them."""

    before: list[Step] = field(default_factory=list)
    registrations: list[list[Step]] = field(default_factory=list)
    between: list[Step] = field(default_factory=list)
    scans: list[list[Step]] = field(default_factory=list)
    statements_of_a_registration: int = 0
    statements_of_a_scan: int = 0


def catch(app: Flask, sample: Sample, times: int) -> Caught:
    """Register and scan so many times in this process, and keep what the database was sent."""
    caught, client = Caught(), app.test_client
    with app.app_context():
        engine = db.engine
    with _kept(engine) as steps:
        for _ in range(2):
            _register(client(), sample)
        caught.before = list(steps)
        caught.registrations = [_steps(steps, _register, client(), sample) for _ in range(times)]
    with counted_statements(engine) as counted:
        _register(client(), sample)
    caught.statements_of_a_registration = len(counted) + READS_OF_THE_KEPT_FORM
    with app.app_context():
        codes = iter(ticket_codes()[: times + 2])
        db.session.remove()
    with _kept(engine) as steps:
        _scan(client(), sample, next(codes))
        caught.between = list(steps)
        caught.scans = [_steps(steps, _scan, client(), sample, next(codes)) for _ in range(times)]
    with counted_statements(engine) as counted:
        _scan(client(), sample, next(codes))
    caught.statements_of_a_scan = len(counted)
    return caught


def _steps(steps: list[Step], act: Callable[..., None], *given: object) -> list[Step]:
    steps.clear()
    act(*given)
    return list(steps)


def _register(client: FlaskClient, sample: Sample) -> None:
    form = client.get(sample.form)
    _expect(form, 200)
    done = client.post(sample.form, data={**visits.hidden(form.data), **visits.guest()})
    _expect(done, 303)


def _scan(client: FlaskClient, sample: Sample, code: str) -> None:
    client.set_cookie("forum-door", sample.phones[0], path="/door")
    body = {"scan_id": str(uuid7()), "code": code, "way": "camera"}
    answer = client.post("/door/api/scan", json=body, headers={"X-Forum-Door": "1"})
    _expect(answer, 200)


def _expect(answer: TestResponse, status: int) -> None:
    if answer.status_code != status:
        message = f"{answer.request.path} answered {answer.status_code}: {answer.text[:400]}"
        raise RuntimeError(message)


@contextmanager
def _kept(engine: sa.Engine) -> Iterator[list[Step]]:
    steps: list[Step] = []

    def _sent(_c: object, _cursor: object, sql: str, values: Any, _x: object, many: bool) -> None:  # noqa: ANN401, FBT001 - SQLAlchemy's own shape
        steps.append((sql, values, many))

    def _begun(connection: sa.Connection) -> None:
        if connection.get_execution_options().get(WRITE):
            steps.append((BEGIN, None, False))

    def _committed(_connection: object) -> None:
        steps.append((COMMIT, None, False))

    def _rolled_back(_connection: object) -> None:
        steps.append((ROLLBACK, None, False))

    heard = (
        ("before_cursor_execute", _sent),
        ("begin", _begun),
        ("commit", _committed),
        ("rollback", _rolled_back),
    )
    for name, hear in heard:
        event.listen(engine, name, hear)
    try:
        yield steps
    finally:
        for name, hear in heard:
            event.remove(engine, name, hear)


def replay(url: str, caught: Caught) -> tuple[float, float]:
    """Send it all again on a fresh copy: return registrations and scans a second.

    One connection, set up as Forum's own; nothing but the driver between it and the list.
    """
    engine = sa.create_engine(url, **engine_options(url, checkpoints=True))
    prepare_engine(engine, checkpoints=True)
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    try:
        _send(connection, caught.before)
        began = perf_counter()
        for steps in caught.registrations:
            _send(connection, steps)
        registered = perf_counter()
        _send(connection, caught.between)
        scanning = perf_counter()
        for steps in caught.scans:
            _send(connection, steps)
        ended = perf_counter()
    finally:
        pooled.close()
        engine.dispose()
    return (
        len(caught.registrations) / (registered - began),
        len(caught.scans) / (ended - scanning),
    )


def _send(connection: Any, steps: list[Step]) -> None:  # noqa: ANN401 - a DBAPI connection
    # SQLite's transactions begin with a statement, which stands in the list itself.
    opens_itself = isinstance(connection, sqlite3.Connection)
    for sql, values, many in steps:
        if sql is BEGIN and not opens_itself:
            connection.autocommit = False
        elif sql in {COMMIT, ROLLBACK}:
            (connection.commit if sql is COMMIT else connection.rollback)()
            if not opens_itself:
                connection.autocommit = True
        elif sql is not BEGIN:
            cursor = connection.cursor()
            if many:
                cursor.executemany(sql, values)
            else:
                cursor.execute(sql, values)
                if cursor.description:
                    cursor.fetchall()
            cursor.close()
