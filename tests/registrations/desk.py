"""A guest at the registration form, through the front door."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's first form, as a browser would send them."""
    found: dict[str, str] = {}
    for tag in _HIDDEN.findall(page):
        said = dict(_ATTRIBUTE.findall(tag))
        found.setdefault(said.get("name", ""), said.get("value", ""))
    return found


def form_of(client: FlaskClient, address: str) -> dict[str, str]:
    """Open a page and return its form's hidden fields."""
    page = client.get(address)
    assert page.status_code == 200, page.text[:500]
    return hidden_fields(page.text)


def guest(number: int | str = 1, **given: Any) -> dict[str, Any]:
    """Return what a guest types into the three boxes."""
    typed = {
        "name": f"Sample Guest {number}",
        "organisation": "Sample Robotics",
        "email": f"guest.{number}@example.com",
        "name_zh": "",
    }
    return typed | given


def register(
    client: FlaskClient, slug: str, typed: dict[str, Any], *, lang: str = "en"
) -> TestResponse:
    """Open the form, fill it and send it."""
    address = f"/{lang}/e/{slug}/register"
    return client.post(address, data=form_of(client, address) | typed)
