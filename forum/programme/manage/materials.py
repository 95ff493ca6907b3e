"""Slides and hand-outs of a session: uploaded or linked, put in order, published in time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, send_from_directory, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import moment
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.views import uploads
from forum.programme import queries, service
from forum.programme.forms import AskForm, MaterialForm, publishing_of
from forum.programme.manage.frame import blueprint
from forum.programme.models import Material
from forum.programme.queries import Planned
from forum.programme.rules import Publishing
from forum.programme.service import keep_pdf, material_values
from forum.programme.views import as_pdf
from forum.programme.words import MATERIALS


@blueprint.route("/<slug>/programme/<uuid:session_id>/materials", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def materials(slug: str, session_id: UUID) -> tuple[str, int] | Response:
    """List the materials of a session, and add one."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    session = queries.planned_session(event.id, session_id)
    form = MaterialForm(data={"publishing": Publishing.AFTER.value})
    form.zone = event.zone
    status, now = 200, clock.now()
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                pdf = keep_pdf(form.upload.stream, uploads()) if form.upload else None
                service.add_material(actor, event.id, session_id, form.details(), pdf, now=now)
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                session = queries.planned_session(event.id, session_id)
            else:
                flash(gettext("It is added."), "go")
                return _back(slug, session_id)
    found = queries.materials_of(session_id)
    page = render_template(
        "programme/materials.html",
        event=event,
        session=session,
        form=form,
        materials=found,
        kinds=MATERIALS,
        when={one.id: _when(one, session, event, now) for one in found},
    )
    return page, status


@blueprint.route(
    "/<slug>/programme/<uuid:session_id>/materials/<uuid:material_id>", methods=["GET", "POST"]
)
@permits(Action.EDIT_PROGRAMME)
def material(slug: str, session_id: UUID, material_id: UUID) -> tuple[str, int] | Response:
    """Change words, link and time of a material."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    session = queries.planned_session(event.id, session_id)
    found, now = queries.material_of(session_id, material_id), clock.now()
    form = MaterialForm(data=MaterialForm.shown(found, event.zone, now) | {"seen": _seen(found)})
    form.zone = event.zone
    del form.file
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.change_material(
                    actor,
                    event.id,
                    session_id,
                    material_id,
                    form.seen.data or "",
                    form.details(),
                    now=now,
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                session = queries.planned_session(event.id, session_id)
                found = queries.material_of(session_id, material_id)
                form.seen.data = _seen(found)
            else:
                flash(gettext("Saved."), "go")
                return _back(slug, session_id)
    page = render_template(
        "programme/material.html",
        event=event,
        session=session,
        form=form,
        material=found,
        meanwhile=status == ThingChangedMeanwhile.status,
    )
    return page, status


@blueprint.get("/<slug>/programme/<uuid:session_id>/materials/<uuid:material_id>/file")
@permits(Action.EDIT_PROGRAMME)
def material_file(slug: str, session_id: UUID, material_id: UUID) -> Response:
    """Give an editor the file, published or not."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    session = queries.planned_session(event.id, session_id)
    found = queries.material_of(session.id, material_id)
    if found.file_name is None:
        raise NotFound
    return private(as_pdf(send_from_directory(uploads(), found.file_name), found))


@blueprint.post("/<slug>/programme/<uuid:session_id>/materials/<uuid:material_id>/move")
@permits(Action.EDIT_PROGRAMME)
def move_material(slug: str, session_id: UUID, material_id: UUID) -> Response:
    """Put a material one place up or down."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    step = -1 if request.form.get("step") == "up" else 1
    service.move_material(actor, event.id, session_id, material_id, step, now=clock.now())
    return _back(slug, session_id)


@blueprint.route(
    "/<slug>/programme/<uuid:session_id>/materials/<uuid:material_id>/remove",
    methods=["GET", "POST"],
)
@permits(Action.EDIT_PROGRAMME)
def remove_material(slug: str, session_id: UUID, material_id: UUID) -> str | Response:
    """Ask, then remove a material with its file."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    session = queries.planned_session(event.id, session_id)
    found = queries.material_of(session_id, material_id)
    form = AskForm()
    if request.method == "POST" and form.validate():
        service.remove_material(actor, event.id, material_id, uploads(), now=clock.now())
        flash(gettext("It is removed."), "go")
        return _back(slug, session_id)
    return render_template(
        "programme/remove_material.html", event=event, session=session, form=form, material=found
    )


def _back(slug: str, session_id: UUID) -> Response:
    return redirect(url_for("programme_manage.materials", slug=slug, session_id=session_id), 303)


def _seen(found: Material) -> str:
    return fingerprint(material_values(found))


def _when(one: Material, session: Planned, event: Event, now: datetime) -> tuple[str, str]:
    """Return a status word's class, and when guests may have a material, in words."""
    key = current_language().key
    if not one.accepted:
        return "look", gettext("Waits for your approval")
    publishing = publishing_of(one, now)
    if publishing is Publishing.NOT_YET:
        return "", gettext("Not published")
    ends_at = session.public.ends_at
    if publishing is Publishing.NOW or (one.after_session and ends_at and ends_at <= now):
        return "go", gettext("Published")
    if publishing is Publishing.AFTER:
        return "info", gettext("After the session")
    return "info", moment(one.published_at, event.zone, key) if one.published_at else ""
