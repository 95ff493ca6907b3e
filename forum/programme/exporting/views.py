"""A programme's public files, answered from bytes: for conference apps, and for paper."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request

from forum.core import clock, typesetting
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.i18n import current_language, use_language
from forum.core.http.pages import cached_page, depends_on, limit_validity
from forum.core.languages import Language, by_path, language_of_feed
from forum.core.page_scopes import event_scope
from forum.events.models import Event
from forum.events.queries import partners_of, public_event_by_id, public_event_id
from forum.events.views import uploads
from forum.programme.exporting.booklet import print_programme
from forum.programme.exporting.frab_json import write_json
from forum.programme.exporting.frab_xml import write_xml
from forum.programme.exporting.outline import Outline, outline_of
from forum.programme.queries import sessions_of

blueprint = Blueprint("programme_files", __name__)

LANG = '<any("en","zh-hant","zh-hans"):lang>'
NEVER = 2**40
"""Bytes from which a file is packed once more: a PDF is packed in itself."""

FOR_FIVE_MINUTES = "public, max-age=300"

blueprint.add_app_template_global(typesetting.is_there, "prints_programmes")

as_file = cached_page(cache_control=FOR_FIVE_MINUTES)


@blueprint.get("/e/<slug>/schedule.xml")
@public
@as_file
def schedule_xml(slug: str) -> Response:
    """Answer the programme as frab XML (10 statements)."""
    event = _event(slug)
    return _file(write_xml(_outline(event)), "application/xml", f"{event.slug}.xml")


@blueprint.get("/e/<slug>/schedule.json")
@public
@as_file
def schedule_json(slug: str) -> Response:
    """Answer the programme as frab JSON (10 statements)."""
    event = _event(slug)
    return _file(write_json(_outline(event)), "application/json", f"{event.slug}.json")


@blueprint.get(f"/{LANG}/e/<slug>/programme.pdf")
@public
@cached_page(cache_control=FOR_FIVE_MINUTES, gzip_from=NEVER)
def programme_pdf(slug: str) -> Response:
    """Answer the programme for paper in one language (6 statements)."""
    return _printed(slug, [current_language()])


@blueprint.get(f'/{LANG}/e/<slug>/programme-<any("en","zh-hant","zh-hans"):also>.pdf')
@public
@cached_page(cache_control=FOR_FIVE_MINUTES, gzip_from=NEVER)
def programme_in_two(slug: str, also: str) -> Response:
    """Answer the programme for paper in two languages, the address's own leading (6 statements)."""
    second = by_path(also)
    if second is None or second == current_language():
        raise NotFound
    return _printed(slug, [current_language(), second])


def _printed(slug: str, languages: Sequence[Language]) -> Response:
    if not typesetting.is_there():
        raise typesetting.NoTypesetter
    event = _event(slug)
    body = print_programme(
        event,
        sessions_of(event.id),
        partners_of(event.id),
        languages,
        uploads(),
        now=clock.now(),
    )
    keys = "-".join(one.path for one in languages)
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{event.slug}-{keys}.pdf"'
    return response


def _event(slug: str) -> Event:
    """Return a public event by its slug or an old one, at the address it always had."""
    event_id = public_event_id(slug)
    depends_on(event_scope(event_id))
    return public_event_by_id(event_id)


def _outline(event: Event) -> Outline:
    language = language_of_feed(request.args.get("lang"), event.languages)
    use_language(language)
    outline = outline_of(event, language, clock.now())
    limit_validity(outline.valid_until)
    return outline


def _file(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
