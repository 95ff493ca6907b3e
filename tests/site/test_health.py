"""What monitors are told: that a process lives, and whether work can be done here."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core import clock
from forum.core.db import db, writing
from forum.core.outbox import OutboxRow
from forum.core.page_scopes import PageScope
from forum.site import health


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def reasons(client: FlaskClient) -> list[str]:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json) == {"ready", "reasons"}
    assert answer.json["ready"] is False
    return answer.json["reasons"]


def effect_due(app: Flask, ago: timedelta) -> None:
    due = clock.now() - ago
    with app.app_context(), writing() as session:
        session.add(OutboxRow(topic="sample", key="one", payload={}, created_at=due, due_at=due))


@pytest.mark.both_databases
def test_a_fresh_forum_is_alive_and_ready_and_the_look_leaves_nothing(
    app: Flask, client: FlaskClient
):
    assert client.get("/healthz").json == {"alive": True}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "reasons": []})
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PageScope)) == 0


def test_monitors_may_ask_under_any_name(client: FlaskClient):
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.both_databases
def test_a_database_of_another_version_is_a_reason(app: Flask, client: FlaskClient):
    with app.app_context(), writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = 'of old'"))
    assert reasons(client) == ["schema"]


def test_a_database_that_takes_no_writing_is_a_reason(app: Flask, client: FlaskClient):
    with app.app_context(), db.engine.connect() as connection:
        # The pool hands this connection to the next who asks.
        connection.exec_driver_sql("PRAGMA query_only=ON")
    assert reasons(client) == ["database"]


def test_a_full_disk_is_a_reason(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000, 951, 49))
    assert reasons(client) == ["disk"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000, 950, 50))
    assert client.get("/readyz").status_code == 200


def test_what_waits_too_long_for_the_jobs_process_is_a_reason(app: Flask, client: FlaskClient):
    effect_due(app, health.LONGEST_WAIT + timedelta(seconds=1))
    assert reasons(client) == ["queue"]


def test_what_has_just_come_due_is_none(app: Flask, client: FlaskClient):
    effect_due(app, health.LONGEST_WAIT - timedelta(minutes=1))
    assert client.get("/readyz").status_code == 200
