"""Importing a programme file into an event: the file, its preview, and only then the writing."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.languages import LANGUAGES
from forum.core.permissions import Action, can
from forum.core.zones import COMMON_ZONES, zone_of
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.rules import EventState
from forum.programme.forms.importing import FileForm, ImportForm, ZoneForm, people_of
from forum.programme.importing.languages import languages_for
from forum.programme.importing.planning import plan_import
from forum.programme.importing.present import present_at
from forum.programme.importing.reading import read_programme
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme
from forum.programme.importing.storing import Imported, import_into
from forum.programme.importing.waiting import (
    NoFileWaits,
    forget_waiting,
    read_in,
    waiting_content,
    waiting_file,
)
from forum.programme.manage.frame import blueprint
from forum.programme.manage.import_preview import preview_of
from forum.programme.manage.sent_files import SEEN_NEXT, keep_sent


@blueprint.route("/<slug>/programme/import", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def import_file(slug: str) -> str | tuple[str, int] | Response:
    """Take a file and keep it for its preview; nothing of the programme is written."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    form = FileForm(data={"zone": event.time_zone})
    status = 200
    if request.method == "POST":
        status = keep_sent(form, actor, event.id)
        if status == SEEN_NEXT:
            return redirect(url_for("programme_manage.import_preview", slug=slug), status)
        event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    return (
        render_template(
            "programme/import.html",
            event=event,
            form=form,
            waiting=waiting_file(actor, event.id, clock.now()),
            zones=COMMON_ZONES,
        ),
        status,
    )


@blueprint.route("/<slug>/programme/import/preview", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def import_preview(slug: str) -> str | tuple[str, int] | Response:
    """Show what importing the waiting file would do; do it when asked (at most 30 statements)."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    form = ImportForm()
    form.offer()
    status = 200
    try:
        waiting, content = waiting_content(actor, event.id, clock.now())
        file = read_programme(content, zone_of(waiting.zone))
    except (NoFileWaits, UnreadableProgramme):
        flash(gettext("No file of yours waits here any more. Choose it again."), "look")
        return redirect(url_for("programme_manage.import_file", slug=slug), 303)
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                done = import_into(
                    actor,
                    event.id,
                    file,
                    form.choices(request.form),
                    str(form.seen.data or ""),
                    now=clock.now(),
                )
                forget_waiting(actor, event.id)
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
            else:
                flash(_said(done), "go")
                return redirect(url_for("programme_manage.programme", slug=slug), 303)
    present = present_at(event, file)
    proposed = plan_import(file, present)
    people = people_of(request.form)
    plan = plan_import(file, present, people) if people else proposed
    zone = ZoneForm(formdata=None, data={"zone": waiting.zone})
    form.seen.data = proposed.seen
    return (
        render_template(
            "programme/import_preview.html",
            event=event,
            form=form,
            zone=zone,
            zones=COMMON_ZONES,
            waiting=waiting,
            file=file,
            preview=preview_of(event, file, present, plan),
            languages=_languages(event, file, fresh=not present.sessions),
            ticked={name: set(request.form.getlist(name)) for name in ("take", "drop", "again")},
        ),
        status,
    )


@blueprint.post("/<slug>/programme/import/zone")
@permits(Action.EDIT_PROGRAMME)
def import_zone(slug: str) -> Response:
    """Read the waiting file's times in another zone, and show the preview again."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    form = ZoneForm()
    if form.validate():
        read_in(actor, event.id, form.zone.data)
    else:
        flash(next(iter(form.zone.errors), gettext("Nothing was changed.")), "look")
    return redirect(url_for("programme_manage.import_preview", slug=slug), 303)


@blueprint.post("/<slug>/programme/import/forget")
@permits(Action.EDIT_PROGRAMME)
def import_forget(slug: str) -> Response:
    """Throw the waiting file away."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    forget_waiting(actor, event.id)
    flash(gettext("The file is discarded. Nothing was changed."), "go")
    return redirect(url_for("programme_manage.import_file", slug=slug), 303)


@dataclass(frozen=True, slots=True)
class _Languages:
    """Languages that the file proposes for the event's pages: their keys, and in words."""

    keys: str
    names: str
    ticked: bool


def _languages(event: Event, file: ImportedProgramme, *, fresh: bool) -> _Languages | None:
    """Return what the page asks about languages; nothing where the event has those of the file."""
    found = languages_for(event.languages, file)
    if set(found) == set(event.languages) or not found:
        return None
    if not can(current_actor(), Action.EDIT_EVENT, event.organisation_id):
        return None
    names = " · ".join(one.name for one in LANGUAGES if one.key in found)
    keys = " ".join(found)
    sent = request.form.get("languages") == keys
    ticked = fresh and event.state is EventState.DRAFT
    return _Languages(keys, names, sent if request.method == "POST" else ticked)


def _said(done: Imported) -> str:
    parts = [
        ngettext("One session is new.", "%(num)s sessions are new.", done.made),
        ngettext("One was changed.", "%(num)s were changed.", done.changed),
    ]
    if done.dropped:
        parts.append(ngettext("One was taken out.", "%(num)s were taken out.", done.dropped))
    return " ".join(str(part) for part in parts)
