"""Feeds behind a personal address: a speaker's own sessions (CALENDAR.md, Personal feeds)."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from forum.calendar.service import write_own_feed
from forum.calendar.views import GZIP_FROM, calendar_file, voice_of
from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import link_holder
from forum.core.http.conditional import render
from forum.core.http.headers import protect
from forum.core.http.pages import respond
from forum.core.links import Purpose
from forum.events.queries import looks_like_slug, public_event_by_id
from forum.programme.queries import contact_of, engagement_by_token, sessions_with

blueprint = Blueprint("personal_calendar", __name__)

FOR_ONE_READER = "private, max-age=300"


@blueprint.get("/my/<token>/<slug>.ics")
@link_holder
def speaker_feed(token: str, slug: str) -> Response:
    """Answer a speaker's sessions at one event; a renewed link kills it, a new slug does not."""
    engagement = engagement_by_token(token, Purpose.SPEAKER_FEED)
    if not looks_like_slug(slug):
        raise NotFound
    event = public_event_by_id(engagement.event_id)
    contact = contact_of(engagement.speaker_id)
    voice = voice_of([contact.lang, *event.languages] if contact else event.languages)
    sessions = sessions_with(event.id, engagement.speaker_id)
    feed = write_own_feed(event, sessions, request.path, voice, now=clock.now())
    response = calendar_file(feed, event.slug)
    response.headers["Cache-Control"] = FOR_ONE_READER
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers.remove("Access-Control-Allow-Origin")
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    body = protect(make_response(response))
    page = render(
        body.get_data(),
        [(name, value) for name, value in body.headers.items() if name != "Content-Length"],
        last_modified=feed.last_modified,
        gzip_from=GZIP_FROM,
    )
    return respond(page)
