"""A new event out of a programme file: the file, what it would make, and only then the draft."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock, dates
from forum.core.errors import DomainError, Forbidden
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list
from forum.core.http.i18n import current_language
from forum.core.permissions import Action
from forum.core.text import Text
from forum.core.zones import COMMON_ZONES, UnknownZone, zone_of
from forum.events.models import Event
from forum.events.queries import organisations_for
from forum.events.rules import LONGEST_TITLE
from forum.people.models import Organisation
from forum.programme.forms.importing import FileForm, NewFromFileForm, people_of
from forum.programme.importing.languages import languages_in
from forum.programme.importing.planning import plan_import
from forum.programme.importing.plans import Choices
from forum.programme.importing.present import present_before
from forum.programme.importing.reading import read_programme
from forum.programme.importing.shapes import ImportedProgramme, UnreadableProgramme
from forum.programme.importing.shifting import check_times
from forum.programme.importing.storing import ImportedBefore, Wanted, event_of, import_event
from forum.programme.importing.texts import by_script
from forum.programme.importing.waiting import (
    NoFileWaits,
    Waiting,
    forget_waiting,
    read_in,
    waiting_content,
    waiting_file,
)
from forum.programme.manage.frame import blueprint
from forum.programme.manage.import_preview import Preview, preview_of
from forum.programme.manage.sent_files import SEEN_NEXT, keep_sent

LOOK = "look"


@blueprint.route("/new/from-file", methods=["GET", "POST"])
@permits(Action.CREATE_EVENT)
def new_from_file() -> tuple[str, int] | Response:
    """Take a file and keep it for its preview; no event is made."""
    actor = current_actor()
    form = FileForm(data={"zone": _organisations()[0].time_zone})
    status = 200
    if request.method == "POST":
        status = keep_sent(form, actor, None)
        if status == SEEN_NEXT:
            return redirect(url_for("programme_manage.new_from_file_preview"), status)
    page = render_template(
        "programme/new_from_file.html",
        form=form,
        waiting=waiting_file(actor, None, clock.now()),
        zones=COMMON_ZONES,
    )
    return page, status


@blueprint.route("/new/from-file/preview", methods=["GET", "POST"])
@permits(Action.CREATE_EVENT)
def new_from_file_preview() -> tuple[str, int] | Response:
    """Show the event that the waiting file would make; make it when asked (18 statements)."""
    actor, now = current_actor(), clock.now()
    organisations = _organisations()
    try:
        waiting, content = waiting_content(actor, None, now)
        form = _form(organisations, waiting, content)
        zone = _zone(form, waiting)
        file = check_times(read_programme(content, zone_of(zone)))
    except (NoFileWaits, UnreadableProgramme):
        flash(gettext("No file of yours waits here any more. Choose it again."), "look")
        return redirect(url_for("programme_manage.new_from_file"), SEEN_NEXT)
    status = 200
    if request.method == "POST":
        if request.form.get("act") == LOOK:
            if form.validate_zone_alone() and zone != waiting.zone:
                read_in(actor, None, zone)
        elif form.validate():
            try:
                done = import_event(
                    actor,
                    UUID(form.organisation.data),
                    content,
                    form.wanted(),
                    Choices(people=people_of(request.form)),
                    now=now,
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                form.imported_as = error.slug if isinstance(error, ImportedBefore) else ""
                organisations = _organisations()
            else:
                forget_waiting(actor, None)
                flash(gettext("The event is a draft: nobody sees it until it is published."), "go")
                return redirect(f"/manage/{done.slug}/programme", SEEN_NEXT)
        else:
            status = 422
    owner = next(
        (one for one in organisations if str(one.id) == form.organisation.data), organisations[0]
    )
    event, preview = _preview(owner, file, zone)
    page = render_template(
        "programme/new_from_file_preview.html",
        form=form,
        waiting=waiting,
        zones=COMMON_ZONES,
        several=len(organisations) > 1,
        preview=preview,
        when=dates.span(event.starts_at, event.ends_at, event.zone, current_language().key),
    )
    return page, status


@blueprint.post("/new/from-file/forget")
@permits(Action.CREATE_EVENT)
def forget_new_from_file() -> Response:
    """Throw the waiting file away."""
    forget_waiting(current_actor(), None)
    flash(gettext("The file is discarded. Nothing was changed."), "go")
    return redirect(url_for("programme_manage.new_from_file"), SEEN_NEXT)


def _organisations() -> Sequence[Organisation]:
    found = organisations_for(current_actor(), Action.CREATE_EVENT)
    if not found:
        raise Forbidden
    return found


def _form(
    organisations: Sequence[Organisation], waiting: Waiting, content: bytes
) -> NewFromFileForm:
    """Return the form, filled from the file; the zone that a file names is proposed."""
    file = read_programme(content, zone_of(waiting.zone))
    named = file.source.title or PurePath(waiting.file_name).stem
    title = by_script(named[:LONGEST_TITLE]) or Text({"en": gettext("New event")})
    form = NewFromFileForm(
        data={
            "organisation": str(organisations[0].id),
            "title": dict(title.by_language),
            "zone": file.source.zone_name or waiting.zone,
            "languages": languages_in(file) or list(organisations[0].languages),
        }
    )
    key = current_language().key
    form.organisation.choices = option_list(
        (str(one.id), one.name.pick(key, one.languages).text) for one in organisations
    )
    return form


def _zone(form: NewFromFileForm, waiting: Waiting) -> str:
    """Return the zone in which the page shows the times: the one in its box, if there is such."""
    try:
        return zone_of(form.zone.data or waiting.zone).key
    except UnknownZone:
        return waiting.zone


def _preview(
    organisation: Organisation, file: ImportedProgramme, zone: str
) -> tuple[Event, Preview]:
    """Return the event as it would be, never stored, and what would be in it."""
    event = event_of(organisation, file, Wanted(Text(), zone, 1, publish=False), "", clock.now())
    present = present_before(organisation.id, zone_of(zone), file)
    plan = plan_import(file, present, people_of(request.form))
    return event, preview_of(event, file, present, plan)
