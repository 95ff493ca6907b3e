"""Which Host headers are ours: the configured one, and loopback names for loopback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import abort, request

from forum.core.urls import base_url

if TYPE_CHECKING:
    from flask import Flask

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
ANY_HOST = {"/healthz", "/readyz"}


def host_check(base: str) -> Callable[[str], bool]:
    """Return a function that says whether a Host header names this site."""
    parts = urlsplit(base)
    allowed = {parts.netloc}
    if parts.hostname in {"127.0.0.1", "localhost", "::1"}:
        port = f":{parts.port}" if parts.port else ""
        allowed |= {name + port for name in LOOPBACK}
    return allowed.__contains__


def init_hosts(app: Flask) -> None:
    """Answer 400 to a Host that is not ours, before anything else looks at the request.

    HTTP/1.0 names none, which leads nobody astray: all our addresses come from the base URL.
    """
    with app.app_context():
        ok = host_check(base_url())

    @app.before_request
    def _ours() -> None:
        named = "Host" in request.headers
        if named and request.path not in ANY_HOST and not ok(request.host):
            abort(400)
