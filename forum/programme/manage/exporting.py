"""The programme as files, for its editors: what each is for, the sheet, a proof of the print."""

from __future__ import annotations

from flask import Response, abort, render_template, request

from forum.core import clock, typesetting
from forum.core.dates import local_day
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.languages import ENGLISH, LANGUAGES, by_key
from forum.core.permissions import Action
from forum.core.urls import absolute
from forum.events.queries import managed_event, partners_of, rooms_of
from forum.events.views import uploads
from forum.programme import queries
from forum.programme.exporting.booklet import print_programme
from forum.programme.exporting.sheet import WORKBOOK, write_sheet
from forum.programme.manage.frame import blueprint


@blueprint.get("/<slug>/programme/export")
@permits(Action.EDIT_PROGRAMME)
def exports(slug: str) -> str:
    """List every file there is of the programme, each with what it is for (1 statement)."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    written = [one for one in LANGUAGES if one.key in event.languages] or list(LANGUAGES)
    return render_template(
        "programme/export.html",
        event=event,
        languages=written,
        pairs=[
            (one, other)
            for one in written
            for other in written
            if one is not other and ENGLISH in {one, other}
        ],
        prints=typesetting.is_there(),
        schedule=absolute(f"/e/{event.slug}/schedule"),
    )


@blueprint.get("/<slug>/programme/export.xlsx")
@permits(Action.EDIT_PROGRAMME)
def export_sheet(slug: str) -> Response:
    """Give the planned programme as our own sheet (at most 8 statements)."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    sessions = queries.planned_sessions(event.id)
    body = write_sheet(event, sessions, rooms_of(event.id))
    return _to_keep(body, WORKBOOK, f"{slug}-{local_day(clock.now(), event.zone)}.xlsx")


@blueprint.get("/<slug>/programme/export.pdf")
@permits(Action.EDIT_PROGRAMME)
def export_pdf(slug: str) -> Response:
    """Give a proof of the planned programme for paper, in one language or two."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    asked = dict.fromkeys(by_key(request.args.get(name, "")) for name in ("in", "also"))
    languages = [one for one in asked if one]
    if not languages:
        abort(404)
    now = clock.now()
    body = print_programme(
        event,
        queries.planned_sessions(event.id),
        partners_of(event.id),
        languages,
        uploads(),
        now=now,
    )
    keys = "-".join(one.path for one in languages)
    return _to_keep(body, "application/pdf", f"{slug}-{keys}-{local_day(now, event.zone)}.pdf")


def _to_keep(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
