"""What changed in the programme: a page for people, a feed for readers (RFC 4287)."""

from __future__ import annotations

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from forum.core.http.access import public
from forum.core.http.i18n import use_language
from forum.core.http.pages import cached_page, depends_on, last_modified
from forum.core.languages import language_of_feed
from forum.core.page_scopes import event_scope
from forum.core.urls import absolute
from forum.events.facts import Addresses, facts_of
from forum.events.queries import public_event_by_id, public_event_id
from forum.site import blueprint
from forum.site.changes import identity, versions_of
from forum.site.views.frame import LANG, answer, open_event

FOR_FIVE_MINUTES = "public, max-age=300"
FEED = "changes.atom"


@blueprint.get(f"/{LANG}/e/<slug>/programme/changes")
@public
@cached_page()
def changes(slug: str) -> AnyResponse | str:
    """Show each version with what it changed; ten statements."""
    opened = open_event(slug)
    return answer(
        opened,
        "site/changes.html",
        versions=versions_of(opened.event, opened.to),
        feed=absolute(opened.to.feed(FEED)),
    )


@blueprint.get(f"/e/<slug>/{FEED}")
@public
@cached_page(cache_control=FOR_FIVE_MINUTES)
def changes_feed(slug: str) -> Response:
    """Answer the versions as an Atom feed; an old slug's too, at the address it always had."""
    event_id = public_event_id(slug)
    depends_on(event_scope(event_id))
    event = public_event_by_id(event_id)
    language = language_of_feed(request.args.get("lang"), event.languages)
    use_language(language)
    to = Addresses(language, event.slug)
    versions = versions_of(event, to)
    first = event.published_at or event.created_at
    updated = versions[0].released_at if versions else first
    last_modified(updated)
    body = render_template(
        "site/changes.xml",
        event=facts_of(event, to),
        identity=identity(event.id, language.key),
        versions=versions,
        updated=updated,
        here=absolute(to.feed(FEED)),
        page=absolute(to.below("programme", "changes")),
        absolute=absolute,
        tag=language.tag,
    )
    response = Response(body, mimetype="application/atom+xml")
    response.headers["Content-Disposition"] = f'inline; filename="{event.slug}.atom"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
