"""Large feeds are written right after each change, so that no client's poll has to wait for it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

from forum import assets_of_app
from forum.calendar.queries.large import kept_among, large_feeds, large_listings
from forum.core.db import db
from forum.core.periodic import every
from forum.core.urls import base_url

log = logging.getLogger("forum.calendar")

LOOK = timedelta(seconds=1)
LOOK_FOR_MORE = timedelta(seconds=10)
AT_MOST = 1.0
"""Seconds that one look may write for; mails wait in the same queue."""
REST = 1.0
"""A feed that was just written is left alone for so many times as long, whatever changes."""
OK = "200"


@dataclass(slots=True)
class _Known:
    """What the jobs process knows of large feeds: where they are, and which are to rest till when.

    The times are those of a clock that never jumps.
    """

    addresses: list[str] = field(default_factory=list)
    listed_at: datetime | None = None
    resting: dict[str, float] = field(default_factory=dict)


@every(LOOK, "write large feeds")
def write_large_feeds(now: datetime) -> None:
    """Write every large feed that a change or the clock has made untrue; one read a second.

    Which feeds are large is looked up every ten seconds. The events' own come first.
    """
    known: _Known = current_app.extensions.setdefault("forum_large_feeds", _Known())
    if known.listed_at is None or not timedelta() <= now - known.listed_at < LOOK_FOR_MORE:
        known.addresses, known.listed_at = [*large_feeds(now), *large_listings(now)], now
    if not known.addresses:
        db.session.rollback()
        return
    kept = kept_among(assets_of_app.edition(), known.addresses, now)
    db.session.rollback()
    latest = time.perf_counter() + AT_MOST
    for address in known.addresses:
        begun = time.perf_counter()
        if address in kept or known.resting.get(address, 0.0) > begun:
            continue
        _write(address)
        ended = time.perf_counter()
        known.resting[address] = ended + REST * (ended - begun)
        if ended > latest:
            return


def _write(address: str) -> None:
    """Ask for a feed as a client would: what is answered is kept."""
    builder = EnvironBuilder(path=address, base_url=base_url(), method="HEAD")
    try:
        # In a context of its own: what pages note of themselves must not reach the next one.
        with current_app.app_context():
            _, status, _ = run_wsgi_app(current_app.wsgi_app, builder.get_environ(), buffered=True)
    finally:
        builder.close()
    if not status.startswith(OK):
        log.info("a large feed was not written: %s", status)
