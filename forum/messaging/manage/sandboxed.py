"""A letter's HTML as an answer of its own, in a sandbox that runs nothing and loads only logos."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from flask import make_response

from forum.core.http.headers import private
from forum.core.urls import absolute

if TYPE_CHECKING:
    from flask import Response

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def sandboxed(html: str) -> Response:
    """Return the answer; only the letter's own styles hold, named by their digests."""
    response = make_response(html)
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"img-src data: {absolute('/uploads/')}",
            f"style-src {_style_hash(html)}",
            "sandbox",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ),
    )
    return private(response)


def _style_hash(html: str) -> str:
    styles = _STYLE.findall(html)
    sums = (hashlib.sha256(style.encode()).digest() for style in styles)
    return " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in sums) or "'none'"
