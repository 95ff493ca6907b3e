"""Guest lists: made, changed, removed, and the seats kept for them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list, wall
from forum.core.http.i18n import current_language
from forum.core.permissions import Action
from forum.core.revisions import ChangedMeanwhile
from forum.events.queries import managed_event
from forum.registrations.forms.invitations import AskForm, GuestListForm
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries import invitations as queries
from forum.registrations.service import guest_lists as service

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.models import GuestList

LISTS = "/<slug>/registrations/invitations/lists"


@blueprint.route(f"{LISTS}/new", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def new_guest_list(slug: str) -> AnyResponse | tuple[str, int]:
    """Make a guest list."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    form, status = _form(event), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                made = service.create_list(
                    current_actor(), event.id, form.wanted(), now=clock.now()
                )
            except DomainError as error:
                form.blame(error)
                status = error.status
                event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
            else:
                flash(gettext("The list “%(name)s” is made.", name=form.name.data), "go")
                return redirect(url_for(".invitations", slug=slug, list=made), 303)
    page = render_template(
        "registrations/guest_list.html", event=event, form=form, row=None, meanwhile=False
    )
    return page, status


@blueprint.route(f"{LISTS}/<uuid:list_id>", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def guest_list(slug: str, list_id: UUID) -> AnyResponse | tuple[str, int]:
    """Show and change a guest list."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    found = queries.list_of(event.id, list_id)
    form, status = _form(event, found), 200
    meanwhile = False
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.change_list(
                    current_actor(),
                    event.id,
                    list_id,
                    form.wanted(),
                    revision=form.made_from,
                    now=clock.now(),
                )
            except DomainError as error:
                meanwhile = isinstance(error, ChangedMeanwhile)
                status = error.status
                event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
                found = queries.list_of(event.id, list_id)
                if meanwhile:
                    form.put("revision", str(found.revision))
                else:
                    form.blame(error)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for(".invitations", slug=slug, list=list_id), 303)
    row = next(one for one in queries.lists_of(event.id) if one.guest_list.id == list_id)
    page = render_template(
        "registrations/guest_list.html", event=event, form=form, row=row, meanwhile=meanwhile
    )
    return page, status


@blueprint.route(f"{LISTS}/<uuid:list_id>/release", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def release_guest_list(slug: str, list_id: UUID) -> AnyResponse | str:
    """Ask, naming how many seats go back; then release them."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    found = queries.list_of(event.id, list_id)
    form = AskForm()
    if request.method == "POST" and form.validate():
        freed = service.release(current_actor(), event.id, list_id, now=clock.now())
        flash(
            ngettext(
                "%(num)s seat is open to everybody now.",
                "%(num)s seats are open to everybody now.",
                freed,
            ),
            "go",
        )
        return redirect(url_for(".invitations", slug=slug, list=list_id), 303)
    return render_template(
        "registrations/guest_list_release.html",
        event=event,
        form=form,
        guest_list=found,
        left=found.block.left if found.block else 0,
    )


@blueprint.route(f"{LISTS}/<uuid:list_id>/remove", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def remove_guest_list(slug: str, list_id: UUID) -> AnyResponse | tuple[str, int]:
    """Ask, naming how many drafts go with it; then remove the list."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    found = queries.list_of(event.id, list_id)
    form, status = AskForm(), 200
    if request.method == "POST" and form.validate():
        name = found.name
        try:
            service.remove_list(current_actor(), event.id, list_id, now=clock.now())
        except DomainError as error:
            form.blame(error)
            status = error.status
            event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
            found = queries.list_of(event.id, list_id)
        else:
            flash(gettext("The list “%(name)s” is removed.", name=name), "go")
            return redirect(url_for(".invitations", slug=slug), 303)
    row = next(one for one in queries.lists_of(event.id) if one.guest_list.id == list_id)
    page = render_template("registrations/guest_list_remove.html", event=event, form=form, row=row)
    return page, status


def _form(event: Event, found: GuestList | None = None) -> GuestListForm:
    shown = {}
    if found is not None:
        block = found.block
        shown = {
            "name": found.name,
            "type_id": str(found.ticket_type_id),
            "companions": found.companions,
            "greet": found.greet,
            "kept": block.capacity if block else 0,
            "kept_until": wall(found.kept_until, event.zone),
            "reply_until": wall(found.reply_until, event.zone),
            "revision": str(found.revision),
        }
    form = GuestListForm(data=shown)
    form.zone = event.zone
    key = current_language().key
    form.type_id.choices = option_list(
        (str(one.id), one.name.pick(key, event.languages).text)
        for one in queries.types_to_invite(event.id, found.ticket_type_id if found else None)
    )
    return form
