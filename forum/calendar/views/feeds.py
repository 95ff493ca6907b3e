"""Feeds that anybody may subscribe to, answered from bytes (CALENDAR.md, H01-H24)."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, current_app, request

from forum.calendar.entries import Voice
from forum.calendar.queries.events import (
    events_shown,
    only_organisation,
    organisation_by_slug,
    series_by_slug,
)
from forum.calendar.queries.programme import Filter, filter_of
from forum.calendar.rules import ALL_EVENTS, feed_path, part_feed_path
from forum.calendar.service import (
    Feed,
    write_event_feed,
    write_organisation_feed,
    write_part_feed,
    write_series_feed,
    write_session_feed,
    write_site_feed,
)
from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.i18n import translated, use_language
from forum.core.http.pages import (
    FEED_FILTERS,
    cached_page,
    depends_on,
    keep_nowhere,
    last_modified,
    limit_validity,
)
from forum.core.languages import KEYS, language_of_feed
from forum.core.page_scopes import SITE, event_scope
from forum.core.urls import absolute
from forum.events.models import Event
from forum.events.queries import public_event_by_id, public_event_id
from forum.programme.queries import session_of

blueprint = Blueprint("calendar", __name__)

FOR_FIVE_MINUTES = "public, max-age=300"
GZIP_FROM = 16 * 1024

as_feed = cached_page(cache_control=FOR_FIVE_MINUTES, gzip_from=GZIP_FROM)


@blueprint.get("/e/<slug>/<name>.ics")
@public
@as_feed
def event_feed(slug: str, name: str) -> Response:
    """Answer an event's feed, or what its filters leave of it; an old slug's too."""
    if name != slug:
        raise NotFound
    event = _event(slug)
    asked = _asked()
    if asked:
        return _filtered(event, asked, f"{feed_path(event.slug)}?{urlencode(asked)}", event.slug)
    feed = write_event_feed(event, voice_of(event.languages), now=clock.now())
    return calendar_file(feed, event.slug)


@blueprint.get('/e/<slug>/<any("rooms","tracks","kinds","speakers"):parts>/<part>.ics')
@public
@as_feed
def part_feed(slug: str, parts: str, part: str) -> Response:
    """Answer the feed of one room, track, kind of session or speaker that guests have seen."""
    event = _event(slug)
    by = parts.removesuffix("s")
    known = filter_of(event, by, part)
    if known is None:
        raise NotFound
    asked = {name: wanted for name, wanted in _asked().items() if name != by}
    path = part_feed_path(event.slug, by, part)
    return _filtered(
        event, asked, f"{path}?{urlencode(asked)}" if asked else path, part, {by: known}
    )


@blueprint.get("/e/<slug>/sessions/<uuid:session_id>/<name>.ics")
@public
@as_feed
def session_feed(slug: str, session_id: UUID, name: str) -> Response:
    """Answer the feed of one session."""
    if name != slug:
        raise NotFound
    event = _event(slug)
    session = session_of(event.id, session_id)
    feed = write_session_feed(event, session, voice_of(event.languages), now=clock.now())
    return calendar_file(feed, event.slug)


@blueprint.get("/series/<slug>.ics")
@public
@as_feed
def series_feed(slug: str) -> Response:
    """Answer the feed of a series that has a public event."""
    depends_on(SITE)
    now = clock.now()
    series = series_by_slug(slug)
    shown = events_shown(now, Event.series_id == series.id)
    if not shown.any_ever:
        raise NotFound
    languages = shown.events[0].languages if shown.events else KEYS
    feed = write_series_feed(series, shown, languages, voice_of(languages), now=now)
    return calendar_file(feed, series.slug)


@blueprint.get("/calendar/<slug>.ics")
@public
@as_feed
def organisation_feed(slug: str) -> Response:
    """Answer the feed of an organisation that has a public event."""
    depends_on(SITE)
    now = clock.now()
    organisation = organisation_by_slug(slug)
    shown = events_shown(now, Event.organisation_id == organisation.id)
    if not shown.any_ever:
        raise NotFound
    voice = voice_of(organisation.languages)
    return calendar_file(write_organisation_feed(organisation, shown, voice, now=now), slug)


@blueprint.get(f"/calendar/{ALL_EVENTS}.ics")
@public
@as_feed
def site_feed() -> Response:
    """Answer the feed of all public events."""
    depends_on(SITE)
    now = clock.now()
    only = only_organisation()
    languages = only.languages if only else KEYS
    feed = write_site_feed(only, events_shown(now), languages, voice_of(languages), now=now)
    return calendar_file(feed, ALL_EVENTS)


def _event(slug: str) -> Event:
    event_id = public_event_id(slug)
    depends_on(event_scope(event_id))
    return public_event_by_id(event_id)


def _asked() -> dict[str, str]:
    """Return the filters that the query names; an empty one asks for nothing."""
    given = ((name, request.args.get(name, "")) for name in FEED_FILTERS)
    return {name: wanted for name, wanted in given if wanted}


def _filtered(
    event: Event,
    asked: dict[str, str],
    path: str,
    name: str,
    known: dict[str, Filter | None] | None = None,
) -> Response:
    filters = {**(known or {}), **{by: filter_of(event, by, slug) for by, slug in asked.items()}}
    if None in filters.values():
        keep_nowhere()
    feed = write_part_feed(event, path, filters, voice_of(event.languages), now=clock.now())
    return calendar_file(feed, name)


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
