"""Signing in as people do: a one-time link, its page, its button."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core import clock
from forum.people import service
from forum.people.models import User

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def csrf_of(page: TestResponse) -> str:
    """Return the token of the last form on a page."""
    found = _TOKEN.findall(page.text)
    assert found, "this page has no form with a token"
    return str(found[-1])


def sign_in(client: FlaskClient, user: User) -> TestResponse:
    """Sign a stored user in over HTTP, by a fresh one-time link; return the redirect."""
    with client.application.app_context():
        token = service.make_sign_in_link(user.email, now=clock.now())
    page = client.get(f"/sign-in/{token}")
    answer = client.post(f"/sign-in/{token}", data={"csrf_token": csrf_of(page)})
    assert answer.status_code == 303, answer.text
    return answer
