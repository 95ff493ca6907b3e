"""What browsers and robots ask for: an event's colours and cover, robots.txt, the site map."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from flask import make_response

from forum.core.art.colour import palette, stylesheet
from forum.core.art.cover import Subject, cover_svg
from forum.core.http.access import public
from forum.core.http.pages import cached_page, depends_on
from forum.core.languages import LANGUAGES
from forum.core.page_scopes import SITE
from forum.core.urls import absolute
from forum.site import blueprint, queries
from forum.site.views.entry import enter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response

KEPT_A_DAY = "public, max-age=86400"
KEPT_AN_HOUR = "public, max-age=3600"
MOST_ADDRESSES = 30_000
"""What one site map lists; the protocol allows 50,000 and 50 MB."""
SITEMAP_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:xhtml="http://www.w3.org/1999/xhtml">
"""
PERSONAL = ("/manage/", "/sign-in", "/r/", "/i/", "/s/", "/t/", "/T/", "/my/", "/door/", "/api/")


@blueprint.get("/e/<slug>/theme.css")
@public
@cached_page(cache_control=KEPT_A_DAY)
def theme(slug: str) -> Response:
    """Give the event's colours as custom properties; three statements."""
    return _typed(stylesheet(palette(enter(slug)[0].accent)), "text/css")


@blueprint.get("/e/<slug>/cover.svg")
@public
@cached_page(cache_control=KEPT_A_DAY)
def cover(slug: str) -> Response:
    """Draw the event's cover from its own seed, colour and subject; three statements."""
    event, _ = enter(slug)
    subject = Subject(event.subject.value)
    drawn = cover_svg(str(event.id), subject, palette(event.accent), standalone=True)
    return _typed(drawn, "image/svg+xml")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Let robots in, but for what is personal."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in PERSONAL),
        "Allow: /",
        "",
        f"Sitemap: {absolute('/sitemap.xml')}",
        "",
    ]
    return _typed("\n".join(lines), "text/plain", KEPT_AN_HOUR)


@blueprint.get("/sitemap.xml")
@public
@cached_page(cache_control=KEPT_AN_HOUR)
def sitemap() -> Response:
    """List the public pages in every language, the newest events first; five statements."""
    depends_on(SITE)
    body = [SITEMAP_HEAD]
    for tail in islice(_tails(), MOST_ADDRESSES // len(LANGUAGES)):
        twins = "".join(
            f'<xhtml:link rel="alternate" hreflang="{one.tag}" href="{_place(one.path, tail)}"/>'
            for one in LANGUAGES
        )
        body += [f"<url><loc>{_place(one.path, tail)}</loc>{twins}</url>\n" for one in LANGUAGES]
    return _typed("".join([*body, "</urlset>\n"]), "application/xml")


def _tails() -> Iterator[str]:
    yield ""
    for slug in queries.series_slugs():
        yield f"series/{slug}/"
    for one in queries.addresses():
        yield f"e/{one.slug}/"
        if one.session_ids:
            yield f"e/{one.slug}/programme"
        if len(one.days) > 1:
            yield from (f"e/{one.slug}/programme/{day.isoformat()}" for day in one.days)
        yield f"e/{one.slug}/calendar"
        for session_id in one.session_ids:
            yield f"e/{one.slug}/sessions/{session_id}"
        for slug in one.speaker_slugs:
            yield f"e/{one.slug}/speakers/{slug}"


def _place(language: str, tail: str) -> str:
    return escape(absolute(f"/{language}/{tail}"))


def _typed(body: str, kind: str, cache_control: str | None = None) -> Response:
    response = make_response(body)
    response.mimetype = kind
    if cache_control:
        response.headers["Cache-Control"] = cache_control
    return response
