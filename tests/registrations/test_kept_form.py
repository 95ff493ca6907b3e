"""The form is rendered once for all guests, and yet each one's own, and never out of date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.assets_of_app import edition
from forum.core.db import counted_statements, db, writing
from forum.core.http.kept_forms import KEPT_AT
from forum.core.page_scopes import PageBytes, changed, event_scope
from forum.core.text import Text
from forum.events.models import Event
from tests.factories import NOW, make_event
from tests.registrations.desk import guest, hidden_fields, register

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def form_at(app: Flask, **given: object) -> str:
    with app.app_context():
        return f"/en/e/{make_event(**given).slug}/register"


def test_every_visitor_gets_marks_of_their_own_and_sees_no_gap(app: Flask):
    address = form_at(app)
    pages = [app.test_client().get(address) for _ in range(3)]
    for page in pages:
        assert page.status_code == 200
        assert "forum.gap" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in page.headers
    for name in ("key", "csrf_token"):
        assert len({hidden_fields(page.text)[name] for page in pages}) == 3


def test_a_kept_form_costs_no_statement_and_is_no_page_by_itself(app: Flask, client: FlaskClient):
    address = form_at(app)
    client.get(address)
    with app.app_context():
        engine = db.engine
        kept = db.session.scalars(sa.select(PageBytes.address)).all()
    assert kept == [edition() + KEPT_AT + address]
    with counted_statements(engine) as seen:
        assert app.test_client().get(address).status_code == 200
    assert seen == []


def test_a_form_sent_with_another_visitors_marks_is_refused(app: Flask):
    address = form_at(app)
    theirs = hidden_fields(app.test_client().get(address).text)
    mine = app.test_client()
    mine.get(address)
    assert mine.post(address, data=theirs | guest()).status_code == 400


def test_a_changed_event_shows_in_the_form_at_once(app: Flask, client: FlaskClient):
    address = form_at(app)
    assert "Another title" not in client.get(address).text
    with app.app_context(), writing() as session:
        event = session.scalars(sa.select(Event)).one()
        event.title = Text({"en": "Another title"})
        changed(session, event_scope(event.id))
    assert "Another title" in client.get(address).text


def test_the_form_turns_into_the_wait_lists_when_the_last_seat_goes(app: Flask):
    address = form_at(app, capacity=1)
    slug = address.split("/")[3]
    assert "Join the wait list" not in app.test_client().get(address).text
    assert register(app.test_client(), slug, guest()).status_code == 303
    assert "Join the wait list" in app.test_client().get(address).text


def test_the_form_is_gone_at_the_minute_registration_closes(app: Flask, client: FlaskClient):
    closes_at = NOW + timedelta(hours=1)
    address = form_at(app, closes_at=closes_at)
    assert client.get(address).status_code == 200
    with time_machine.travel(closes_at + timedelta(seconds=1)):
        assert client.get(address).status_code == 410


def test_a_page_without_a_form_is_not_kept(app: Flask, client: FlaskClient):
    opens_at = NOW + timedelta(hours=1)
    address = form_at(app, opens_at=opens_at)
    assert client.get(address).status_code == 200
    with app.app_context():
        assert db.session.scalars(sa.select(PageBytes.address)).all() == []
    with time_machine.travel(opens_at):
        assert hidden_fields(client.get(address).text)["key"]
