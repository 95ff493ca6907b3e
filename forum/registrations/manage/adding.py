"""A guest entered by hand: by the same rules of seats, past the form's times and access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.addresses import address_key
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.permissions import Action, can
from forum.events.queries import managed_event
from forum.registrations import service
from forum.registrations.forms.office import HandForm, offer_types
from forum.registrations.manage.frame import blueprint
from forum.registrations.manage.person import type_names
from forum.registrations.queries.listing import types_of
from forum.registrations.rules import BookingSource, NoSeatLeft, RegistrationState
from forum.registrations.service import Attendee, Party, Registered, Result

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event


@blueprint.get("/<slug>/registrations/new")
@permits(Action.EDIT_REGISTRATIONS)
def new(slug: str) -> str:
    """Show the form for a guest entered by hand."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    lang = event.languages[0] if event.languages else "en"
    return _page(event, HandForm(formdata=None, lang=lang))


@blueprint.post("/<slug>/registrations/new")
@permits(Action.EDIT_REGISTRATIONS)
def add(slug: str) -> AnyResponse | tuple[str, int]:
    """Register a guest by hand."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    form = HandForm()
    offer_types(form.type_id, type_names(event))
    if not form.validate_on_submit():
        return _page(event, form), 422
    attendee = Attendee(
        form.name.data,
        form.name_zh.data,
        form.organisation.data,
        form.email.data,
        address_key(form.email.data),
        form.lang.data,
    )
    party = Party((attendee,), type_id=form.type_chosen, source=BookingSource.HAND)
    actor, now = current_actor(), clock.now()
    try:
        done = service.register_party(actor, event.id, party, form_key=None, now=now)
    except DomainError as error:
        form.blame(error)
        return _page(event, form), error.status
    _say(form, done)
    if done.result is Result.NEW and done.state is RegistrationState.WAITLISTED and form.past.data:
        _seat(form, done)
    return redirect(url_for(".show", slug=slug, registration_id=done.registration_id), 303)


def _say(form: HandForm, done: Registered) -> None:
    name, past = form.name.data, form.past.data
    if done.result is Result.KNOWN:
        flash(gettext("%(email)s is registered already: here it is.", email=form.email.data))
    elif done.state is RegistrationState.CONFIRMED:
        flash(gettext("%(name)s is registered; the ticket is on its way by mail.", name=name))
    elif done.state is RegistrationState.WAITLISTED and not past:
        flash(gettext("No seat is free: %(name)s is on the wait list.", name=name), "look")


def _seat(form: HandForm, done: Registered) -> None:
    actor, now, name = current_actor(), clock.now(), form.name.data
    try:
        service.seat_by_hand(actor, done.registration_id, reason=form.reason.data, now=now)
    except NoSeatLeft:
        says = gettext("No seat is left at all: %(name)s is on the wait list.", name=name)
        flash(says, "look")
    else:
        flash(gettext("%(name)s is registered; the ticket is on its way by mail.", name=name))


def _page(event: Event, form: HandForm) -> str:
    offer_types(form.type_id, type_names(event))
    return render_template(
        "registrations/new.html",
        event=event,
        form=form,
        types=types_of(event.id),
        may_add_seats=can(current_actor(), Action.EDIT_EVENT, event.organisation_id),
    )
