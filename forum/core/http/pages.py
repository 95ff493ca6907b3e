"""Public pages and feeds from bytes: rendered once per change, answered before Flask."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs, quote

import sqlalchemy as sa
from flask import g, make_response, request
from sqlalchemy.exc import DBAPIError

from forum import assets_of_app
from forum.core.db import db, writing
from forum.core.http.conditional import Rendition, answer, drop_false_dates, render
from forum.core.http.headers import protect
from forum.core.http.page_reads import Head, reader_for
from forum.core.languages import KEYS
from forum.core.page_scopes import PageBytes, PageScope

if TYPE_CHECKING:
    from flask import Flask, Response
    from sqlalchemy.orm import Session

log = logging.getLogger("forum.pages")

View = TypeVar("View", bound=Callable[..., Any])

_FILTER = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")

CACHED_UNDER = ("/en/", "/zh-hant/", "/zh-hans/", "/e/", "/series/", "/calendar/", "/sitemap.xml")
KEPT_QUERY = "lang"
PREVIEW = "preview"
FEED = ".ics"
FEED_FILTERS = ("kind", "room", "speaker", "track")
"""What feeds understand of a query besides the language; no other page does."""
NOWHERE = ""
"""The address of what is made anew each time."""
LONGEST_ADDRESS = 300
MOST_FILTERED = 2000
"""So many answers of one scope are kept; beyond, those to a filter are made anew."""
_ANSWERED_ANEW: set[str] = set()
"""What pages understand of a query besides the language: such an answer is made each time.

Feeds are none of these pages: what they understand is a part of their address.
"""
FOR_EVER = 4_102_444_800.0
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
DROPPED = {"content-length", "set-cookie", "vary", "etag", "last-modified", "date"}


def depends_on(scope: str, *, valid_until: datetime | None = None) -> None:
    """Say, BEFORE reading anything, what the page being rendered depends on (one statement)."""
    revision = db.session.scalar(sa.select(PageScope.revision).where(PageScope.scope == scope))
    g.page_scope = (scope, revision)
    limit_validity(valid_until)


def limit_validity(moment: datetime | None) -> None:
    """Say until when the page being rendered stays true; the earliest of several counts."""
    if moment is not None:
        g.page_valid_until = min(g.get("page_valid_until", FOR_EVER), moment.timestamp())


def keep_nowhere() -> None:
    """Say that the page being rendered answers what nobody is likely to ask again."""
    g.page_kept_nowhere = True


def last_modified(moment: datetime | None) -> None:
    """Say when what is shown was changed last."""
    g.page_last_modified = moment


def cached_page(
    *,
    cache_control: str = "public, max-age=0, must-revalidate",
    gzip_from: int = 1024,
    unless: Collection[str] = (),
) -> Callable[[View], View]:
    """Keep a view's 200 answers as bytes; the view calls `depends_on` before it reads.

    It must use neither session nor cookies nor any query but `lang` and the names in `unless`:
    where one of those is asked for, the answer is made for this reader alone and kept nowhere.
    """
    _ANSWERED_ANEW.update(unless)

    def _decorate(view: View) -> View:
        @wraps(view)
        def _view(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - as the view's own
            response = make_response(view(*args, **values))
            if response.status_code != 200 or "page_scope" not in g:  # noqa: PLR2004 - HTTP's own number
                return response
            response.headers["Cache-Control"] = cache_control
            page = _rendition_of(protect(response), gzip_from)
            if not (
                PREVIEW in request.args
                or "page_kept_nowhere" in g
                or any(name in request.args for name in unless)
            ):
                keep(page, address_of(request.path, request.query_string.decode("latin-1")))
            return respond(page)

        return _view  # type: ignore[return-value]  # wraps keeps its shape

    return _decorate


def respond(page: Rendition) -> Response:
    """Answer the present request from a rendition."""
    status, headers, body = answer(
        page,
        method=request.method,
        if_none_match=request.headers.get("If-None-Match"),
        if_modified_since=request.headers.get("If-Modified-Since"),
        accept_encoding=request.headers.get("Accept-Encoding"),
    )
    response = make_response(body, int(status[:3]))
    response.headers.clear()
    response.headers.extend(headers)
    response.automatically_set_content_length = False
    return response


def _rendition_of(response: Response, gzip_from: int) -> Rendition:
    headers = [(k, v) for k, v in response.headers.items() if k.lower() not in DROPPED]
    return render(
        response.get_data(),
        headers,
        last_modified=g.get("page_last_modified"),
        gzip_from=gzip_from,
    )


def keep(page: Rendition, address: str) -> None:
    """Keep a rendition at an address, unless what it depends on has changed meanwhile."""
    scope, revision = g.page_scope
    if revision is None or address == NOWHERE:
        return
    row = {
        "address": assets_of_app.edition() + address,
        "scope": scope,
        "body": page.body,
        "gzipped": page.gzipped,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "headers": json.dumps(page.headers),
        "valid_until": g.get("page_valid_until", FOR_EVER),
    }
    try:
        with writing() as session:
            now_at = session.scalar(
                sa.select(PageScope.revision)
                .where(PageScope.scope == scope)
                .with_for_update(read=True),
            )
            if now_at == revision and _has_room(session, scope, address):
                session.execute(sa.delete(PageBytes).where(PageBytes.address == row["address"]))
                session.execute(sa.insert(PageBytes).values(**row))
    except DBAPIError:
        log.info("a page could not be kept, it will be rendered again")


def _has_room(session: Session, scope: str, address: str) -> bool:
    """Say whether one more page of a scope may be kept: of filters there are too many to keep."""
    if not any(f"{name}=" in address for name in FEED_FILTERS):
        return True
    kept = sa.select(sa.func.count()).select_from(PageBytes).where(PageBytes.scope == scope)
    return (session.scalar(kept) or 0) < MOST_FILTERED


def address_of(path: str, query: str) -> str:
    """Return the key of an address: its path, and what is asked for of what it understands.

    That is `lang`, and a feed's filters in the order of their names; NOWHERE for a filter that
    can name nothing. Names count as views read them: `%72oom` is `room`.
    """
    if not query:
        return path
    asked = _asked_by(query)
    kept = []
    for name in FEED_FILTERS if path.endswith(FEED) else ():
        wanted = asked.get(name, [""])[0]
        if wanted and not _FILTER.fullmatch(wanted):
            return NOWHERE
        kept += [f"{name}={wanted}"] if wanted else []
    language = asked.get(KEPT_QUERY, [""])[0]
    kept += [f"{KEPT_QUERY}={language}"] if language in KEYS else []
    address = f"{path}?{'&'.join(kept)}" if kept else path
    return address if len(address) <= LONGEST_ADDRESS else NOWHERE


def _asked_by(query: str) -> dict[str, list[str]]:
    return parse_qs(query, keep_blank_values=True)


def _is_answered_anew(path: str, query: str) -> bool:
    """Say whether nothing that is kept answers a query."""
    if not query:
        return False
    asked = _asked_by(query)
    return PREVIEW in asked or not (path.endswith(FEED) or _ANSWERED_ANEW.isdisjoint(asked))


class PageServer:
    """The WSGI layer before Flask: one indexed read, then 304 or bytes, else Flask's turn.

    Bytes read once are remembered, and used again only while the database names the same.
    """

    def __init__(
        self, app: Flask, inner: Callable[..., Iterable[bytes]], host_ok: Callable[[str], bool]
    ) -> None:
        """Stand before `inner`; the database is the application's."""
        self._inner = inner
        self._host_ok = host_ok
        with app.app_context():
            self._reader = reader_for(db.engine)
        self._known = _Known()
        self._unzipped: tuple[str, ...] = app.config["FORUM_SETTINGS"].feeds_unzipped
        self._edition = assets_of_app.edition()
        app.extensions["forum_pages"] = self

    def close(self) -> None:
        """Close the connections that wait for the next page; it opens new ones."""
        self._reader.close()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a public page from its bytes where they are fresh."""
        path: str = environ.get("PATH_INFO", "")
        query: str = environ.get("QUERY_STRING", "")
        if not query.isascii():
            # Werkzeug raises on bytes that are no UTF-8; encoded ones it leaves alone.
            query = environ["QUERY_STRING"] = quote(query.encode("latin-1"), safe=_ASCII)
        if self._unzipped and path.endswith(FEED):
            agent = environ.get("HTTP_USER_AGENT", "").lower()
            if any(part in agent for part in self._unzipped):
                environ.pop("HTTP_ACCEPT_ENCODING", None)
        if (
            environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or not path.startswith(CACHED_UNDER)
            or not self._host_ok(environ.get("HTTP_HOST", ""))
            or _is_answered_anew(path, query)
        ):
            return self._passed_on(environ, start_response)
        page = self.page(address_of(_decoded(path), query))
        if page is None:
            return self._passed_on(environ, start_response)
        status, headers, body = answer(
            page,
            method=environ["REQUEST_METHOD"],
            if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
            accept_encoding=environ.get("HTTP_ACCEPT_ENCODING"),
        )
        start_response(status, headers)
        # Granian sends a list in one piece; anything else is read piece by piece.
        return [body]

    def _passed_on(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        drop_false_dates(environ)
        return self._inner(environ, start_response)

    def page(self, address: str) -> Rendition | None:
        """Return what is kept at an address and still true; one raw read."""
        # Another edition of Forum makes other pages, and may run beside this one for a while.
        address = self._edition + address
        head = self._reader.head(address)
        if head is None or head.valid_until <= time.time():
            return None
        known = self._known.get(address)
        if known is not None and known[0] == head:
            return known[1]
        found = self._reader.bytes_of(address, head.etag)
        if found is None:
            return None
        headers = tuple((name, value) for name, value in json.loads(head.headers))
        page = Rendition(found.body, found.gzipped, head.etag, head.last_modified, headers)
        self._known.keep(address, head, page)
        return page


class _Known:
    """The bytes of pages that were read before, up to MOST_BYTES; the oldest go first."""

    MOST_BYTES = 8_000_000

    def __init__(self) -> None:
        self._pages: dict[str, tuple[Head, Rendition]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def get(self, address: str) -> tuple[Head, Rendition] | None:
        """Return what is known of an address, and the head it was read with."""
        return self._pages.get(address)

    def keep(self, address: str, head: Head, page: Rendition) -> None:
        """Remember a page, and forget the oldest where that is too much."""
        with self._lock:
            self._drop(address)
            self._pages[address] = (head, page)
            self._size += len(page.body) + len(page.gzipped)
            while self._size > self.MOST_BYTES:
                self._drop(next(iter(self._pages)))

    def _drop(self, address: str) -> None:
        gone = self._pages.pop(address, None)
        if gone is not None:
            self._size -= len(gone[1].body) + len(gone[1].gzipped)


def _decoded(path: str) -> str:
    return path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace")
