"""Every answer says what a browser may do with it, files and refusals too."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from forum.assets_of_app import asset


def headers_of(client: FlaskClient, address: str) -> Headers:
    with client.get(address) as answer:
        return answer.headers


def test_pages_allow_nothing_foreign_and_nothing_inline(client: FlaskClient) -> None:
    for address in ("/en/", "/sign-in", "/en/nothing", "/robots.txt"):
        headers = headers_of(client, address)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "wasm-unsafe-eval" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_of_all_files_only_the_doors_worker_may_compile_webassembly(client: FlaskClient) -> None:
    worker = headers_of(client, asset("door-worker.js"))["Content-Security-Policy"]
    style = headers_of(client, asset("forum.css"))["Content-Security-Policy"]
    assert "wasm-unsafe-eval" in worker
    assert style == "default-src 'none'"


def test_a_file_is_kept_for_ever_by_its_hashed_name(client: FlaskClient) -> None:
    headers = headers_of(client, asset("forum.css"))
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
