"""Addresses that nobody was given: answered calmly, and never kept a second time."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db
from forum.core.page_scopes import PageBytes
from tests.events.browsing import Member
from tests.factories import make_event, make_organisation, make_session


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "path",
    ["/en/e/%00/", "/en/e/%00/programme", "/en/series/%00/", "/series/%00.ics", "/e/%00/theme.css"],
)
def test_what_cannot_be_an_address_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("page", ["members", "settings"])
def test_no_organisation_has_an_impossible_name(app: Flask, page: str) -> None:
    with app.app_context():
        member = Member(app, make_organisation())
    assert member.get(f"/manage/organisations/%00/{page}").status_code == 404


@pytest.mark.both_databases
def test_what_the_database_cannot_hold_is_the_requests_fault(app: Flask) -> None:
    @app.get("/strange")
    def strange() -> str:
        statement, problem = "SELECT", ValueError("a text holds NUL")
        raise sa.exc.DataError(statement, {}, problem)

    assert app.test_client().get("/strange").status_code == 400


def test_a_session_is_kept_at_one_address_whatever_the_case(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        session_id = str(make_session(event).id)
    base = f"/en/e/{event.slug}/sessions/"
    assert client.get(base + session_id).status_code == 200
    mixed = session_id[:-1] + session_id[-1].upper()
    for other in {session_id.upper(), mixed, session_id.title()} - {session_id}:
        assert client.get(base + other).status_code in {301, 404}
        feed = f"/e/{event.slug}/sessions/{other}/{event.slug}.ics"
        assert client.get(feed).status_code in {301, 404}
    with app.app_context():
        kept = sa.select(sa.func.count()).select_from(PageBytes)
        assert db.session.scalar(kept) == 1
