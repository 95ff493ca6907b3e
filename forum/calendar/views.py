"""Feeds that anybody may subscribe to, answered from bytes (CALENDAR.md, H01-H24)."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr
from uuid import UUID

from flask import Blueprint, Response, current_app, request

from forum.calendar.entries import Voice
from forum.calendar.service import Feed, write_event_feed, write_series_feed, write_session_feed
from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.i18n import translated, use_language
from forum.core.http.pages import cached_page, depends_on, last_modified, limit_validity
from forum.core.languages import language_of_feed
from forum.core.page_scopes import SITE, event_scope
from forum.core.urls import absolute
from forum.events.models import Event
from forum.events.queries import public_event_by_id, public_event_id, public_series
from forum.programme.queries import session_of

blueprint = Blueprint("calendar", __name__)

FOR_FIVE_MINUTES = "public, max-age=300"
GZIP_FROM = 16 * 1024

as_feed = cached_page(cache_control=FOR_FIVE_MINUTES, gzip_from=GZIP_FROM)


@blueprint.get("/e/<slug>/<name>.ics")
@public
@as_feed
def event_feed(slug: str, name: str) -> Response:
    """Answer an event's feed; an old slug's too, at the address it always had."""
    event = _event(slug, name)
    feed = write_event_feed(event, voice_of(event.languages), now=clock.now())
    return calendar_file(feed, event.slug)


@blueprint.get("/e/<slug>/sessions/<uuid:session_id>/<name>.ics")
@public
@as_feed
def session_feed(slug: str, session_id: UUID, name: str) -> Response:
    """Answer the feed of one session."""
    event = _event(slug, name)
    session = session_of(event.id, session_id)
    feed = write_session_feed(event, session, voice_of(event.languages), now=clock.now())
    return calendar_file(feed, event.slug)


@blueprint.get("/series/<slug>.ics")
@public
@as_feed
def series_feed(slug: str) -> Response:
    """Answer the feed of a series that has a public event."""
    depends_on(SITE)
    series, events = public_series(slug)
    if not events:
        raise NotFound
    feed = write_series_feed(series, events, voice_of(events[0].languages), now=clock.now())
    return calendar_file(feed, series.slug)


def _event(slug: str, name: str) -> Event:
    if name != slug:
        raise NotFound
    event_id = public_event_id(slug)
    depends_on(event_scope(event_id))
    return public_event_by_id(event_id)


def voice_of(languages: Sequence[str]) -> Voice:
    """Return in what language the asked feed speaks, and how it is translated."""
    language = language_of_feed(request.args.get("lang"), languages)
    use_language(language)
    sender = parseaddr(current_app.config["FORUM_SETTINGS"].mail_from)[1]
    return Voice(language, translated, absolute, sender)


def calendar_file(feed: Feed, name: str) -> Response:
    """Return a feed as a file to be read in place, for anybody."""
    last_modified(feed.last_modified)
    limit_validity(feed.valid_until)
    response = Response(feed.octets, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
