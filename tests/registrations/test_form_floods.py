"""Programs, floods and a database that is busy: nobody is refused hard, and no answer is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.pool import QueuePool

from forum.core.db import counted_statements, db
from forum.core.http.form_keys import new_key
from forum.registrations.models import Registration
from tests.factories import NOW, make_event
from tests.registrations.desk import form_of, guest, hidden_fields

pytestmark = pytest.mark.both_databases
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that stands still until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def form(app: Flask, clock: Any) -> str:
    """The form's address, where forms must be open for a second and a half."""
    del clock
    app.config["FORUM_SETTINGS"] = replace(app.config["FORUM_SETTINGS"], form_seconds=1.5)
    with app.app_context():
        return f"/en/e/{make_event().slug}/register"


def came(app: Flask) -> int:
    """Return how many registrations there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) or 0


def test_a_form_sent_quicker_than_anybody_types_asks_for_one_more_press(
    app: Flask, client: FlaskClient, form: str, clock: Any
) -> None:
    typed = form_of(client, form) | guest(name_zh="陳", marketing="y")
    clock.shift(1.4)
    quick = client.post(form, data=typed)
    assert quick.status_code == 422
    assert "Press the button once more." in quick.text
    assert "There is a problem" not in quick.text
    assert 'value="陳"' in quick.text
    assert came(app) == 0
    clock.shift(0.2)
    again = hidden_fields(quick.text) | guest(name_zh="陳")
    assert client.post(form, data=again).status_code == 303
    assert came(app) == 1


def test_a_form_older_than_a_day_comes_back_to_be_looked_over(
    app: Flask, client: FlaskClient, form: str, clock: Any
) -> None:
    typed = form_of(client, form) | guest(name_zh="陳")
    clock.shift(timedelta(hours=24, seconds=1))
    old = client.post(form, data=typed)
    assert old.status_code == 422
    assert "This form is old: look it over and send it again." in old.text
    assert "<title>Error:" in old.text
    assert 'value="陳"' in old.text
    fields = hidden_fields(old.text)
    assert fields["key"] != typed["key"]
    clock.shift(5)
    assert client.post(form, data=fields | guest()).status_code == 303


@pytest.mark.parametrize("key", ["", "x", "A" * 40, "\x00" * 40, "é" * 40, "forum.gap.key", None])
def test_a_key_that_was_never_given_out_is_not_taken(
    app: Flask, client: FlaskClient, form: str, clock: Any, key: str | None
) -> None:
    typed = form_of(client, form) | guest()
    clock.shift(5)
    if key is None:
        swapped = "B" if typed["key"][5] == "A" else "A"
        typed["key"] = f"{typed['key'][:5]}{swapped}{typed['key'][6:]}"
    else:
        typed["key"] = key
    answer = client.post(form, data=typed)
    assert answer.status_code == 422
    assert "This form is old" in answer.text
    assert came(app) == 0


def test_a_key_of_the_future_is_not_taken(
    app: Flask, client: FlaskClient, form: str, clock: Any
) -> None:
    del clock
    with app.app_context():
        key = new_key(NOW + timedelta(hours=1))
    assert client.post(form, data=form_of(client, form) | guest() | {"key": key}).status_code == 422


def test_a_form_whose_token_is_lost_comes_back_with_every_answer(
    app: Flask, form: str, clock: Any
) -> None:
    typed = form_of(app.test_client(), form) | guest(name_zh="陳")
    clock.shift(5)
    another = app.test_client()
    lost = another.post(form, data=typed)
    assert lost.status_code == 400
    assert "This form is too old, or cookies are off" in lost.text
    assert 'value="陳"' in lost.text
    assert another.post(form, data=hidden_fields(lost.text) | guest()).status_code == 303
    assert came(app) == 1


def test_two_tabs_and_the_back_button_make_no_second_booking(
    app: Flask, client: FlaskClient, form: str, clock: Any
) -> None:
    tabs = [form_of(client, form) | guest(), form_of(client, form) | guest()]
    clock.shift(5)
    first, back = client.post(form, data=tabs[0]), client.post(form, data=tabs[0])
    assert first.headers["Location"] == back.headers["Location"]
    assert client.post(form, data=tabs[1]).headers["Location"] == f"{form}/mail"
    assert client.post(form, data=tabs[0] | guest(2)).headers["Location"].startswith("/r/")
    assert came(app) == 2


def test_a_network_that_fails_without_end_is_told_to_wait_and_a_hotel_is_not(
    app: Flask, client: FlaskClient, form: str, clock: Any
) -> None:
    typed = form_of(client, form) | guest(email="nobody", name_zh="陳")
    clock.shift(5)
    seen = [client.post(form, data=typed).status_code for _ in range(121)]
    assert seen == [422] * 120 + [429]
    refused = client.post(form, data=typed)
    assert refused.headers["Retry-After"] == "900"
    assert 'value="陳"' in refused.text
    for number in range(3):
        other = app.test_client()
        mine = form_of(other, form) | guest(number)
        clock.shift(2)
        assert other.post(form, data=mine).status_code == 303
    with app.app_context():
        elsewhere = f"/en/e/{make_event().slug}/register"
    typed = form_of(client, elsewhere) | guest(email="nobody")
    clock.shift(2)
    assert client.post(elsewhere, data=typed).status_code == 422
    clock.shift(timedelta(minutes=16))
    typed = form_of(client, form) | guest(email="nobody")
    clock.shift(2)
    assert client.post(form, data=typed).status_code == 422


def test_good_forms_of_one_network_are_not_counted(
    app: Flask, client: FlaskClient, form: str, clock: Any
) -> None:
    typed = form_of(client, form) | guest()
    clock.shift(5)
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        assert client.post(form, data=typed).status_code == 303
    assert not any("sign_in_attempt" in one for one in seen)


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Hold what every registration must change, while the application waits for a moment only."""
    with app.app_context():
        engine = db.engine
        engine.dispose()
        sqlite = engine.dialect.name == "sqlite"
        short = "PRAGMA busy_timeout=50" if sqlite else "SET lock_timeout = '100ms'"

        def _impatient(connection: Any, _record: object) -> None:
            with closing(connection.cursor()) as cursor:
                cursor.execute(short)

        sa.event.listen(engine, "connect", _impatient)
        holder = sa.create_engine(engine.url, isolation_level=None if sqlite else "READ COMMITTED")
        held = "BEGIN IMMEDIATE" if sqlite else "LOCK TABLE seat_pool IN EXCLUSIVE MODE"
        try:
            with holder.connect() as connection:
                connection.exec_driver_sql(held)
                yield
                connection.rollback()
        finally:
            sa.event.remove(engine, "connect", _impatient)
            holder.dispose()
            engine.dispose()


def test_a_locked_database_keeps_every_answer_on_a_page_that_sends_them_again(
    app: Flask, client: FlaskClient, form: str, clock: Any
) -> None:
    typed = form_of(client, form) | guest(name='"><b>Mei</b>', name_zh="陳", marketing="y")
    clock.shift(5)
    with locked(app):
        busy = client.post(form, data=typed)
    assert busy.status_code == 503
    assert busy.headers["Retry-After"] == "5"
    assert busy.headers["Cache-Control"] == "no-store"
    assert "We are very busy" in busy.text
    assert "Your answers are kept on this page." in busy.text
    assert "<b>Mei" not in busy.text
    kept = {name: unescape(value) for name, value in _HIDDEN.findall(busy.text)}
    assert kept == typed
    assert came(app) == 0
    assert client.post(form, data=kept).status_code == 303
    assert came(app) == 1


def test_a_pool_without_connections_is_busy_too(
    app: Flask, client: FlaskClient, form: str, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = form_of(client, form) | guest()
    clock.shift(5)
    with app.app_context():
        pool = db.engine.pool
        assert isinstance(pool, QueuePool)
        monkeypatch.setattr(pool, "_timeout", 0)
        monkeypatch.setattr(pool, "_max_overflow", 0)
        taken = [db.engine.raw_connection() for _ in range(pool.size())]
        try:
            busy = client.post(form, data=typed)
        finally:
            for one in taken:
                one.close()
    assert busy.status_code == 503
    assert 'value="Sample Guest 1"' in busy.text
    assert client.post(form, data=typed).status_code == 303


def test_a_page_that_is_no_form_says_that_it_is_busy_as_before(app: Flask, form: str) -> None:
    with app.app_context():
        page_of = form.removesuffix("/register")
    with locked(app):
        answer = app.test_client().get(f"{page_of}/privacy")
    assert answer.status_code in {200, 503}
    assert "Your answers are kept" not in answer.text
