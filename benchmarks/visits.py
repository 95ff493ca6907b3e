"""What clients do: look at a page, know it already, register, scan a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count, cycle
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.client import NewVisit, Visit, expect, header, request, run

HIDDEN = re.compile(rb'<input[^>]*type="hidden"[^>]*>')
NAME = re.compile(rb'name="([^"]*)"')
VALUE = re.compile(rb'value="([^"]*)"')
BROWSER = ("Accept-Encoding: gzip", "Accept-Language: en")
NUMBERS = count(1)


def look(port: int, path: str) -> NewVisit:
    """Load one page, gzipped where the server offers it."""
    wanted = request("GET", path, port, *BROWSER)

    def _visit() -> Visit:
        expect((yield wanted), 200)

    return _visit


def look_again(port: int, path: str) -> NewVisit:
    """Ask for a page that is known already, and be told so."""
    tags: list[bytes] = []

    def _first() -> Visit:
        answer = yield request("GET", path, port, *BROWSER)
        expect(answer, 200)
        tags.append(header(answer, b"etag"))

    run(port, _first, clients=1, visits=1)
    wanted = request("GET", path, port, *BROWSER, f"If-None-Match: {tags[0].decode()}")

    def _visit() -> Visit:
        expect((yield wanted), 304)

    return _visit


def register(port: int, path: str) -> NewVisit:
    """Load the form as a browser without cookies, fill it in, and get a booking of one's own."""

    def _visit() -> Visit:
        form = yield request("GET", path, port)
        expect(form, 200)
        body = urlencode({**hidden(form), **guest()}).encode()
        cookie = header(form, b"set-cookie").split(b";")[0].decode()
        kind = "Content-Type: application/x-www-form-urlencoded"
        done = yield request("POST", path, port, kind, f"Cookie: {cookie}", body=body)
        expect(done, 303)
        if not header(done, b"location").startswith(b"/r/"):
            message = f"a registration that led to {header(done, b'location')!r}"
            raise RuntimeError(message)

    return _visit


def hidden(form: bytes) -> dict[str, str]:
    """Return the fields of a form that nobody types."""
    found = {}
    for field in HIDDEN.findall(form):
        name, value = NAME.search(field), VALUE.search(field)
        if name:
            found[name[1].decode()] = value[1].decode() if value else ""
    return found


def guest() -> dict[str, str]:
    """Return what the next sample guest types."""
    number = next(NUMBERS)
    return {
        "name": f"Sample Guest {number}",
        "name_zh": "示例嘉賓",
        "organisation": "Sample Robotics",
        "email": f"bench.{number}@example.com",
    }


def scan(port: int, secrets: Iterable[str], codes: Iterable[str]) -> NewVisit:
    """Scan the next ticket with the next phone; every ticket admits."""
    phones, tickets = cycle(secrets), iter(codes)

    def _visit() -> Visit:
        answer = yield scan_request(port, next(phones), next(tickets))
        expect(answer, 200)
        if b'"admit"' not in answer:
            message = f"a scan that did not admit: {answer[-600:]!r}"
            raise RuntimeError(message)

    return _visit


def scan_request(port: int, secret: str, code: str) -> bytes:
    """Return the request that the door's page sends for a ticket."""
    body = f'{{"scan_id":"{uuid4()}","code":"{code}","way":"camera"}}'.encode()
    kind = "Content-Type: application/json"
    cookie = f"Cookie: forum-door={secret}"
    return request("POST", "/door/api/scan", port, kind, "X-Forum-Door: 1", cookie, body=body)
