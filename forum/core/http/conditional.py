"""Conditional answers from finished bytes: ETag, 304, HEAD and gzip (RFC 9110 §13)."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache

GZIP_LEVEL = 6

Headers = list[tuple[str, str]]


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
    try:
        since = parsedate_to_datetime(if_modified_since)
    except (TypeError, ValueError):
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return page.last_modified <= since.timestamp()
