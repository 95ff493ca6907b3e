"""The back office of ticket types: the list in order, one type, its hidden link, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.entrances import entrances_of, may_enter
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import OfficeForm, shown_text, text_of_field
from forum.core.http.i18n import current_language
from forum.core.i18n import sentence
from forum.core.languages import ENGLISH, by_key
from forum.core.permissions import Action, can
from forum.core.revisions import ThingChangedMeanwhile
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.registrations.forms.types import NameOfTypeForm, TypeForm, shown_type
from forum.registrations.manage.acting import say_moved_up
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.manage.type_words import ACCESS_WORDS, standing_of
from forum.registrations.queries.codes import CodesMade, codes_made
from forum.registrations.queries.types import (
    grows,
    link_token,
    people_of,
    type_of,
    type_rows,
)
from forum.registrations.rules import VISIBLE, Access, Attendance, SeatsFrom, is_open
from forum.registrations.service import types
from forum.registrations.service.type_seats import SeatsWanted
from forum.registrations.service.types import TypeWanted
from forum.seats.queries import seats_of
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from forum.events.models import Event
    from forum.registrations.models import TicketType

TYPES = "/<slug>/registrations/types"
ONE = f"{TYPES}/<uuid:type_id>"

page(
    OfficePage(
        30,
        sentence("Ticket types"),
        "registrations_manage.ticket_types",
        Action.SEE_REGISTRATIONS,
        here=(
            "registrations_manage.ticket_type",
            "registrations_manage.new_type",
            "registrations_manage.remove_type",
            "registrations_manage.approval_rules",
        ),
    )
)


@blueprint.get(TYPES)
@permits(Action.SEE_REGISTRATIONS)
def ticket_types(slug: str) -> str:
    """List the types in the order in which guests see them; four statements."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    now = clock.now()
    rows = type_rows(event.id)
    return render_template(
        "registrations/types.html",
        event=event,
        rows=[(row, standing_of(row.ticket_type, now)) for row in rows],
        words=ACCESS_WORDS,
        seats=seats_of(event.id),
        about=PoolAbout,
        nobody=not any(
            one.ticket_type.access in VISIBLE and is_open(one.ticket_type, now) for one in rows
        ),
        links={
            row.ticket_type.id: link_of(event, row.ticket_type)
            for row in rows
            if row.ticket_type.access is Access.LINK
        }
        if can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id)
        else {},
        may_edit=can(current_actor(), Action.EDIT_EVENT, event.organisation_id),
    )


@blueprint.route(f"{TYPES}/new", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def new_type(slug: str) -> str | tuple[str, int] | Response:
    """Show the form for a new type, and add it."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    form, status = TypeForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                types.add_type(current_actor(), event.id, _wanted(form, event), now=clock.now())
            except DomainError as error:
                form.blame(error)
                status = error.status
                event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
            else:
                flash(gettext("The ticket type is added."), "go")
                return redirect(url_for(".ticket_types", slug=slug), 303)
    return render_template("registrations/new_type.html", event=event, form=form), status


@blueprint.route(ONE, methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def ticket_type(slug: str, type_id: UUID) -> str | tuple[str, int] | Response:
    """Show and change one type."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    found = type_of(event.id, type_id)
    form, status, meanwhile = _form(found, event), 200, False
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                moved = _save(event, found, form)
            except DomainError as error:
                form.blame(error)
                status, meanwhile = error.status, isinstance(error, ThingChangedMeanwhile)
                event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
                found = type_of(event.id, type_id)
                form.put("revision", found.revision)
            else:
                flash(gettext("Saved."), "go")
                say_moved_up(event.id, len(moved))
                return redirect(url_for(".ticket_types", slug=slug), 303)
    return _page(event, found, form, meanwhile=meanwhile), status


@blueprint.post(f"{ONE}/move")
@permits(Action.EDIT_EVENT)
def move_type(slug: str, type_id: UUID) -> Response:
    """Put a type one place up or down."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    step = -1 if request.form.get("step") == "up" else 1
    types.move_type(current_actor(), event.id, type_id, step, now=clock.now())
    return redirect(url_for(".ticket_types", slug=slug), 303)


@blueprint.post(f"{ONE}/close")
@permits(Action.EDIT_EVENT)
def close_type(slug: str, type_id: UUID) -> Response:
    """Take a type off the form for good, or, with `again`, put it there once more."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    again = "again" in request.form
    types.close_type(current_actor(), event.id, type_id, closed=not again, now=clock.now())
    flash(
        gettext("The ticket type can be had again.")
        if again
        else gettext("The ticket type is closed. Who has such a ticket keeps it."),
        "go",
    )
    return redirect(url_for(".ticket_types", slug=slug), 303)


@blueprint.post(f"{ONE}/renew-link")
@permits(Action.EDIT_EVENT)
def renew_type_link(slug: str, type_id: UUID) -> Response:
    """Give a type a new hidden link."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    types.renew_type_link(current_actor(), event.id, type_id, now=clock.now())
    flash(gettext("The type has a new hidden link. The old one no longer works."), "go")
    return redirect(url_for(".ticket_type", slug=slug, type_id=type_id), 303)


@blueprint.route(f"{ONE}/remove", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def remove_type(slug: str, type_id: UUID) -> str | tuple[str, int] | Response:
    """Ask, then remove a type that nobody ever had."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    found = type_of(event.id, type_id)
    form, status = OfficeForm(), 200
    if request.method == "POST" and form.validate():
        try:
            types.remove_type(current_actor(), event.id, type_id, now=clock.now())
        except DomainError as error:
            form.blame(error)
            status = error.status
            event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
            found = type_of(event.id, type_id)
        else:
            flash(gettext("The ticket type is removed."), "go")
            return redirect(url_for(".ticket_types", slug=slug), 303)
    page = render_template(
        "registrations/remove_type.html", event=event, ticket_type=found, form=form
    )
    return page, status


def link_of(event: Event, one: TicketType) -> str:
    """Return the address of a type's hidden link, in the event's first language."""
    first = by_key(event.languages[0]) if event.languages else None
    return absolute(f"/{(first or ENGLISH).path}/e/{event.slug}/register/with/{link_token(one)}")


def _save(event: Event, found: TicketType, form: NameOfTypeForm) -> Sequence[UUID]:
    actor, now = current_actor(), clock.now()
    if isinstance(form, TypeForm):
        wanted = _wanted(form, event)
        return types.set_type(actor, event.id, found.id, wanted, revision=form.made_from, now=now)
    name, description = text_of_field(form["name"]), text_of_field(form.description)
    types.name_type(actor, event.id, found.id, name, description, revision=form.made_from, now=now)
    return ()


def _wanted(form: TypeForm, event: Event) -> TypeWanted:
    come_from = SeatsFrom(form.seats_from.data)
    number = 0 if come_from is SeatsFrom.EVENT else form.capacity.data
    return TypeWanted(
        name=text_of_field(form["name"]),
        description=text_of_field(form.description),
        access=Access(form.access.data),
        attendance=Attendance(form.attendance.data),
        seats=SeatsWanted(come_from, number),
        opens_at=form.moment("opens_at", event.zone),
        closes_at=form.moment("closes_at", event.zone),
        most_per_booking=form.most_per_booking.data,
        holds_while_pending=form.holds_while_pending.data,
        price=form.money,
    )


def _form(found: TicketType, event: Event) -> NameOfTypeForm:
    if grows(found):
        shown = {
            "name": shown_text(found.name),
            "description": shown_text(found.description),
            "revision": str(found.revision),
        }
        return NameOfTypeForm(data=shown)
    come_from = SeatsFrom.EVENT
    if found.pool.about is PoolAbout.TYPE:
        come_from = SeatsFrom.OWN
    elif found.limit is not None:
        come_from = SeatsFrom.LIMITED
    return TypeForm(data=shown_type(found, come_from, types.capacity_of(found), event.zone))


def _codes_of(event: Event, found: TicketType) -> CodesMade | None:
    if found.access is not Access.CODE:
        return None
    if not can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id):
        return None
    return codes_made(found.id)


def _page(event: Event, found: TicketType, form: NameOfTypeForm, *, meanwhile: bool) -> str:
    return render_template(
        "registrations/type.html",
        event=event,
        ticket_type=found,
        form=form,
        meanwhile=meanwhile,
        people=people_of(found.id),
        link=link_of(event, found) if found.access is Access.LINK else "",
        codes=_codes_of(event, found),
        by_approval=found.access is Access.APPROVAL,
        whole=isinstance(form, TypeForm),
        standing=standing_of(found, clock.now()),
        enters=[one.pick(current_language().key, event.languages) for one in named]
        if (named := may_enter(entrances_of(event.id), found.id)) is not None
        else None,
    )
