"""A member at the back office: opens a page, fills its form as a browser would, sends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from forum.core.permissions import Role
from forum.people.models import Organisation
from tests.factories import make_member
from tests.people.signing_in import sign_in


@dataclass
class SeenForm:
    """A form as the page shows it: where it goes, what stands in its boxes."""

    action: str
    enctype: str
    values: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[SeenForm] = []
        self._select: str | None = None
        self._picked = False
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append(SeenForm(given.get("action") or "", given.get("enctype") or ""))
        if not self.forms:
            return
        values = self.forms[-1].values
        if tag == "input" and name and given.get("type") not in {"submit", "file"}:
            ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            if ticked:
                values.append((name, given.get("value") or ""))
        elif tag == "select":
            self._select, self._picked = name, False
        elif tag == "option" and self._select:
            if "selected" in given:
                values[:] = [one for one in values if one[0] != self._select]
                values.append((self._select, given.get("value") or ""))
                self._picked = True
            elif not self._picked and all(one[0] != self._select for one in values):
                values.append((self._select, given.get("value") or ""))
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._area:
            self.forms[-1].values.append((self._area, self._text.removeprefix("\r\n").lstrip("\n")))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data


def forms_of(page: TestResponse) -> list[SeenForm]:
    """Return the forms of a page."""
    reader = _Reader()
    reader.feed(page.text)
    return reader.forms


class Member:
    """A signed-in member with a browser of their own."""

    def __init__(
        self, app: Flask, *organisations: Organisation, role: Role = Role.OWNER, **given: Any
    ):
        self.client: FlaskClient = app.test_client()
        with app.app_context():
            self.user = make_member(organisations[0], role, **given)
        sign_in(self.client, self.user)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def form(self, path: str, number: int = -1, *, having: str = "") -> SeenForm:
        """Open a page and return its last form, or the one that has a box of this name."""
        page = self.client.get(path)
        assert page.status_code == 200, (path, page.status_code, page.text[:800])
        return self.form_in(page, number, having=having)

    def form_in(self, page: TestResponse, number: int = -1, *, having: str = "") -> SeenForm:
        forms = [
            one for one in forms_of(page) if any(name != "csrf_token" for name, _ in one.values)
        ]
        if having:
            forms = [one for one in forms if any(name == having for name, _ in one.values)]
        return forms[number]

    def send(self, path: str, seen: SeenForm, **typed: Any) -> TestResponse:
        """Send a form with some boxes filled otherwise; a list fills a box several times."""
        data: MultiDict[str, Any] = MultiDict(seen.values)
        for name, value in typed.items():
            data.setlist(name, value if isinstance(value, list) else [value])
        kind = {"content_type": "multipart/form-data"} if seen.enctype else {}
        return self.client.post(seen.action or path, data=data, **kind)

    def fill(self, path: str, /, *, having: str = "", **typed: Any) -> TestResponse:
        """Open a page, fill its form, send it."""
        return self.send(path, self.form(path, having=having), **typed)

    def press(self, path: str, action: str = "", **typed: Any) -> TestResponse:
        """Send a form of nothing but its token."""
        page = self.client.get(path)
        seen = next(one for one in forms_of(page) if one.action == action)
        return self.send(path, seen, **typed)
