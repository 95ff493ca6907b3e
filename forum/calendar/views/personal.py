"""Feeds behind a personal address: answered to whoever has it, told to nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, request

from forum.calendar.queries.personal import feed_by_token
from forum.calendar.rules.clients import client_of
from forum.calendar.rules.personal import TooOften
from forum.calendar.service.fetching import Allowances, Fetches, remember_shown
from forum.calendar.service.own_feeds import Standing, standing_of, write_personal_feed
from forum.calendar.views.feeds import GZIP_FROM, voice_of
from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import link_holder
from forum.core.http.conditional import Headers, Rendition, render
from forum.core.http.i18n import translated
from forum.core.http.pages import respond
from forum.events.queries import looks_like_slug

if TYPE_CHECKING:
    from datetime import datetime

    from forum.calendar.entries import Voice
    from forum.calendar.service.own_feeds import OwnFeed

blueprint = Blueprint("personal_calendar", __name__)

FOR_ONE_READER = "private, max-age=300"
NOT_MODIFIED = 304
A_MINUTE = "60"

_fetches = Fetches()
_allowances = Allowances()


@blueprint.get("/my/<token>/<slug>.ics")
@link_holder
def personal_feed(token: str, slug: str) -> Response:
    """Answer somebody's own calendar; what the client has is confirmed without a rendering.

    Three statements where nothing has changed, one where it is refused. A renewed link kills the
    address, a new slug does not.
    """
    if not looks_like_slug(slug):
        raise NotFound
    feed, now = feed_by_token(token), clock.now()
    voice = voice_of([feed.lang])
    try:
        _allowances.ask(feed.id, now)
    except TooOften as refused:
        return _too_often(refused)
    standing = standing_of(feed, voice, now=now)
    response = _unchanged(standing) or _rendered(standing, slug, voice, now)
    _fetches.note(feed, client_of(request.user_agent.string), now)
    return response


def _unchanged(standing: Standing) -> Response | None:
    """Return "not modified" where the client has what the last one was given."""
    feed = standing.feed
    if not standing.is_known:
        return None
    zipped = b"-" if feed.shown_size >= GZIP_FROM else b""
    changed = int(feed.shown_changed.timestamp()) if feed.shown_changed else None
    answer = respond(Rendition(b"", zipped, feed.shown_etag, changed, tuple(_headers(""))))
    return answer if answer.status_code == NOT_MODIFIED else None


def _rendered(standing: Standing, slug: str, voice: Voice, now: datetime) -> Response:
    feed = write_personal_feed(standing, voice, now=now)
    page = render(feed.octets, _headers(slug), gzip_from=GZIP_FROM)
    usual = voice.language.key == standing.feed.lang
    changed = _changed_at(standing, feed, page.etag, now) if usual else feed.last_modified
    answer = respond(replace(page, last_modified=int(changed.timestamp())))
    if usual and not standing.is_known:
        remember_shown(standing, page.etag, len(page.body), changed)
    return answer


def _changed_at(standing: Standing, feed: OwnFeed, etag: str, now: datetime) -> datetime:
    """Return when the content last changed: a session that has left it leaves no time behind."""
    before = standing.feed
    if before.shown_changed is None:
        return feed.last_modified
    if before.shown_etag == etag:
        return before.shown_changed
    return feed.last_modified if feed.last_modified > before.shown_changed else now


def _headers(slug: str) -> Headers:
    named = [("Content-Disposition", f'inline; filename="{slug}.ics"')] if slug else []
    return [
        ("Content-Type", "text/calendar; charset=utf-8"),
        *named,
        ("Cache-Control", FOR_ONE_READER),
        ("Referrer-Policy", "no-referrer"),
        ("X-Robots-Tag", "noindex, nofollow"),
    ]


def _too_often(refused: TooOften) -> Response:
    response = make_response(translated(refused.says), refused.status)
    response.mimetype = "text/plain"
    response.headers.extend({"Retry-After": A_MINUTE, "Cache-Control": "no-store"})
    return response
