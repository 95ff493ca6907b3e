"""Proxies (M11): what a client says of itself counts only as far as a trusted hop said it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import NamedTuple

import pytest
from flask import request
from flask.testing import FlaskClient

from forum.app import create_app
from forum.settings import Settings, WrongSetting, load
from tests.support import databases

PEER = "192.0.2.1"


class Seen(NamedTuple):
    """What the application takes a request for."""

    address: str | None
    scheme: str
    host: str


Ask = Callable[..., Seen]


@contextmanager
def asking(settings: Settings, hops: int) -> Iterator[Ask]:
    """Give a function that sends a request with headers and returns what Forum took it for."""
    app = create_app(replace(settings, trusted_proxies=hops))
    seen: list[Seen] = []

    def _look() -> None:
        seen.append(Seen(request.remote_addr, request.scheme, request.host))

    app.before_request(_look)
    client: FlaskClient = app.test_client()

    def _ask(**headers: str) -> Seen:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.get("/healthz", headers=given, environ_base={"REMOTE_ADDR": PEER})
        assert answer.status_code == 200
        return seen[-1]

    yield _ask
    databases.close(app)


@pytest.fixture
def behind(settings: Settings) -> Iterator[Callable[[int], Ask]]:
    with ExitStack() as stack:
        yield lambda hops: stack.enter_context(asking(settings, hops))


def test_without_a_trusted_proxy_nothing_a_client_says_of_itself_counts(
    behind: Callable[[int], Ask],
) -> None:
    seen = behind(0)(
        X_Forwarded_For="203.0.113.9",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.example",
        X_Forwarded_Port="1",
        X_Forwarded_Prefix="/evil",
        X_Real_IP="203.0.113.9",
        Forwarded="for=203.0.113.9;proto=https;host=evil.example",
    )
    assert seen == (PEER, "http", "localhost")


@pytest.mark.parametrize(
    ("hops", "said", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
        (1, "127.0.0.1, 10.0.0.1,203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.66, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", PEER),
        (1, "", PEER),
        (1, "2001:db8::9", "2001:db8::9"),
    ],
)
def test_the_client_is_who_the_farthest_trusted_proxy_saw(
    behind: Callable[[int], Ask], hops: int, said: str, address: str
) -> None:
    assert behind(hops)(X_Forwarded_For=said).address == address


def test_a_trusted_proxy_may_say_https_but_never_another_host(
    behind: Callable[[int], Ask],
) -> None:
    ask = behind(1)
    said = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Port": "1"}
    seen = ask(X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http, https", **said)
    assert seen == ("203.0.113.9", "https", "localhost")


def test_strange_headers_of_proxies_are_no_fault_of_ours(behind: Callable[[int], Ask]) -> None:
    ask = behind(1)
    for said in (
        "unknown",
        "_hidden",
        "a" * 5000,
        "[2001:db8::1",
        "'; DROP TABLE event; --",
        ", ,",
    ):
        ask(X_Forwarded_For=said, X_Forwarded_Proto=said)


@pytest.mark.parametrize("typed", ["-1", "6", "one", "²", "9" * 5000, "1.0"])
def test_a_number_of_proxies_that_is_none_stops_the_start(typed: str, settings: Settings) -> None:
    with pytest.raises(WrongSetting, match="FORUM_TRUSTED_PROXIES"):
        load({"FORUM_TRUSTED_PROXIES": typed}, instance=settings.instance)
