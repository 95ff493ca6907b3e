"""Signing in: as people do, by a one-time link, its page, its button; or at once."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core import clock
from forum.core.db import db, writing
from forum.people import service
from forum.people.models import User
from forum.people.service.sessions import begin_session
from forum.people.session_of_request import cookie_name

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def csrf_of(page: TestResponse) -> str:
    """Return the token of the last form on a page."""
    found = _TOKEN.findall(page.text)
    assert found, "this page has no form with a token"
    return str(found[-1])


def sign_in(client: FlaskClient, user: User) -> None:
    """Give a browser the session that a stored user's link would have begun just now."""
    with client.application.app_context():
        with writing() as session:
            begun = begin_session(session, user, "", clock.now(), by="link")
        host = urlsplit(client.application.config["FORUM_BASE_URL"]).hostname or "localhost"
        client.set_cookie(cookie_name(), begun.secret, domain=host)
    if has_app_context():
        # A request inside the test's own context would read on in the transaction of before.
        db.session.rollback()


def sign_in_by_link(client: FlaskClient, user: User) -> TestResponse:
    """Sign a stored user in over HTTP, by a fresh one-time link; return the redirect."""
    with client.application.app_context():
        token = service.make_sign_in_link(user.email, now=clock.now())
    page = client.get(f"/sign-in/{token}")
    answer = client.post(f"/sign-in/{token}", data={"csrf_token": csrf_of(page)})
    assert answer.status_code == 303, answer.text
    return answer
