"""Sending a guest list through the back office, as a browser does."""

from __future__ import annotations

import io
import re

from werkzeug.test import TestResponse

from tests.registrations.desk import hidden_fields
from tests.registrations.office import Office

_LIST = re.compile(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected')
_BOX = re.compile(r'<input[^>]*type="checkbox"[^>]*>')
_NAME = re.compile(r'name="([^"]*)"')


def send_file(office: Office, content: bytes, **typed: str) -> TestResponse:
    """Send a file to the page that takes guest lists."""
    file = (io.BytesIO(content), "guests.csv")
    return office.press("/import", "/import", file=file, **typed)


def path_of(office: Office, answer: TestResponse) -> str:
    """Return where the file that was sent is looked at."""
    assert answer.status_code == 303, answer.text[:2000]
    return answer.location.removeprefix(office.base)


def press_file(office: Office, path: str, act: str, **typed: str) -> TestResponse:
    """Send the form of a file with what stands in its boxes."""
    page = office.get(path)
    data = {**hidden_fields(page), **chosen_in(page), "act": act, **typed}
    return office.client.post(f"{office.base}{path}", data=data)


def take_file(office: Office, content: bytes, **typed: str) -> str:
    """Send a file and take it in; return the page that says what became of it."""
    path = path_of(office, send_file(office, content, **typed))
    return office.follow(press_file(office, path, "take"))


def chosen_in(page: str) -> dict[str, str]:
    """Return what lists and boxes of a page would send."""
    found = {}
    for name, options in _LIST.findall(page):
        selected = _CHOSEN.search(options)
        found[name] = selected[1] if selected else ""
    for box in _BOX.findall(page):
        name = _NAME.search(box)
        if name and " checked" in box:
            found[name[1]] = "y"
    return found
