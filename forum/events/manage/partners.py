"""The organisations behind an event."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.errors import Conflict, DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.events import queries, service
from forum.events.forms import PartnerForm
from forum.events.manage.frame import blueprint, settings_tabs
from forum.events.models import Event, Partner
from forum.events.queries import managed_event
from forum.events.ranks import ranks_of
from forum.events.service import Logo, PartnerDetails, encode_logo
from forum.events.views import uploads
from forum.events.words import partners_word


@blueprint.route("/<slug>/partners", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def partners(slug: str) -> str | tuple[str, int] | Response:
    """List the partners, and add one."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    form = PartnerForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.add_partner(
                    actor, event.id, PartnerDetails(**form.values()), _logo(form), now=clock.now()
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
            else:
                flash(gettext("The partner is added."), "go")
                return redirect(url_for("events_manage.partners", slug=slug), 303)
    return (
        render_template(
            "events/partners.html",
            event=event,
            form=form,
            ranks=ranks_of(queries.partners_of(event.id)),
            word=partners_word,
            tabs=settings_tabs(event, "partners"),
        ),
        status,
    )


@blueprint.route("/<slug>/partners/<uuid:partner_id>", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def partner(slug: str, partner_id: UUID) -> str | tuple[str, int] | Response:
    """Change a partner."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    found = _partner(event, partner_id)
    form = PartnerForm(data={**PartnerForm.shown(found), "seen": _seen(found)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.change_partner(
                    actor,
                    event.id,
                    partner_id,
                    form.seen.data or "",
                    PartnerDetails(**form.values()),
                    _logo(form),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
                found = _partner(event, partner_id)
                form.seen.data = _seen(found)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for("events_manage.partners", slug=slug), 303)
    return (
        render_template(
            "events/partner.html",
            event=event,
            form=form,
            partner=found,
            meanwhile=status == ThingChangedMeanwhile.status,
        ),
        status,
    )


@blueprint.post("/<slug>/partners/<uuid:partner_id>/move")
@permits(Action.EDIT_EVENT)
def move_partner(slug: str, partner_id: UUID) -> Response:
    """Put a partner one place up or down."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    step = -1 if request.form.get("step") == "up" else 1
    service.move_partner(actor, event.id, partner_id, step, now=clock.now())
    return redirect(url_for("events_manage.partners", slug=slug), 303)


@blueprint.post("/<slug>/partners/<uuid:partner_id>/move-tier")
@permits(Action.EDIT_EVENT)
def move_tier(slug: str, partner_id: UUID) -> Response:
    """Put the tier of a partner one place up or down."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    step = -1 if request.form.get("step") == "up" else 1
    service.move_tier(actor, event.id, partner_id, step, now=clock.now())
    return redirect(url_for("events_manage.partners", slug=slug), 303)


@blueprint.post("/<slug>/partners/<uuid:partner_id>/remove")
@permits(Action.EDIT_EVENT)
def remove_partner(slug: str, partner_id: UUID) -> Response:
    """Remove a partner; the page it came from names it."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    try:
        service.remove_partner(actor, event.id, partner_id, uploads(), now=clock.now())
    except Conflict as error:
        flash(translated(error.says), "look")
    else:
        flash(gettext("The partner is removed."), "go")
    return redirect(url_for("events_manage.partners", slug=slug), 303)


def _logo(form: PartnerForm) -> Logo:
    sent = form.logo.data
    new = encode_logo(sent.stream) if sent and sent.filename else None
    return Logo(uploads(), new, remove=bool(form.remove_logo.data) and new is None)


def _partner(event: Event, partner_id: UUID) -> Partner:
    found = next((one for one in queries.partners_of(event.id) if one.id == partner_id), None)
    if found is None:
        raise NotFound
    return found


def _seen(found: Partner) -> str:
    return fingerprint(service.partner_values(found))
