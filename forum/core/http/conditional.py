"""Conditional answers from finished bytes: ETag, 304, HEAD and gzip (RFC 9110 §13)."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from typing import Any

GZIP_LEVEL = 6

Headers = list[tuple[str, str]]

_SINCE = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")
_IF_RANGE = "HTTP_IF_RANGE"
_TAGGED = ('"', 'W/"')


@dataclass(frozen=True, slots=True)
class Rendition:
    """One address, rendered: its bytes plain and gzipped, and all headers but those of the form.

    `last_modified` is in whole seconds since 1970; `gzipped` is empty where it is not offered.
    """

    body: bytes
    gzipped: bytes
    etag: str
    last_modified: int | None
    headers: tuple[tuple[str, str], ...]


def render(
    body: bytes,
    headers: Headers,
    *,
    last_modified: datetime | None = None,
    gzip_from: int = 1024,
) -> Rendition:
    """Make a rendition; gzipped where the body has at least this many bytes."""
    packed = gzip.compress(body, GZIP_LEVEL, mtime=0) if len(body) >= gzip_from else b""
    return Rendition(
        body,
        packed,
        hashlib.sha256(body).hexdigest()[:24],
        int(last_modified.timestamp()) if last_modified else None,
        tuple(headers),
    )


def answer(
    page: Rendition,
    *,
    method: str,
    if_none_match: str | None,
    if_modified_since: str | None,
    accept_encoding: str | None,
) -> tuple[str, Headers, bytes]:
    """Return status line, headers and body for GET or HEAD; 304 has no body."""
    zipped = bool(page.gzipped) and accepts_gzip(accept_encoding)
    etag = f'"{page.etag}-gz"' if zipped else f'"{page.etag}"'
    headers = [*page.headers, ("ETag", etag)]
    if page.last_modified is not None:
        headers.append(("Last-Modified", _http_date(page.last_modified)))
    if page.gzipped:
        headers.append(("Vary", "Accept-Encoding"))
    if _unchanged(page, if_none_match, if_modified_since):
        return "304 Not Modified", [h for h in headers if h[0] != "Content-Type"], b""
    body = page.gzipped if zipped else page.body
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    return "200 OK", headers, b"" if method == "HEAD" else body


def accepts_gzip(header: str | None) -> bool:
    """Say whether gzip is named in Accept-Encoding with a weight above nought."""
    for part in (header or "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


@lru_cache(maxsize=256)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _unchanged(page: Rendition, if_none_match: str | None, if_modified_since: str | None) -> bool:
    if if_none_match is not None:
        known = {tag.strip().removeprefix("W/").strip('"') for tag in if_none_match.split(",")}
        return "*" in known or bool(known & {page.etag, f"{page.etag}-gz"})
    if if_modified_since is None or page.last_modified is None:
        return False
    since = moment_in(if_modified_since)
    return since is not None and page.last_modified <= since.timestamp()


def moment_in(header: str) -> datetime | None:
    """Return the moment that a header names, or None for what is no date."""
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def drop_false_dates(environ: dict[str, Any]) -> None:
    """Take conditions out of a request whose date is none: they say nothing (RFC 9110 §13.1.3).

    Werkzeug raises OverflowError on some of them. A range goes with its condition.
    """
    for name in _SINCE:
        if name in environ and moment_in(environ[name]) is None:
            del environ[name]
    said: str | None = environ.get(_IF_RANGE)
    if said is not None and not said.startswith(_TAGGED) and moment_in(said) is None:
        del environ[_IF_RANGE]
        environ.pop("HTTP_RANGE", None)
