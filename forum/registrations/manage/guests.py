"""How many seats an event has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.registrations import service
from forum.registrations.forms import CapacityForm
from forum.registrations.manage.acting import say_moved_up, say_who_still_waits
from forum.registrations.manage.frame import blueprint
from forum.seats.queries import seats_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse


@blueprint.get("/<slug>/registrations/capacity")
@permits(Action.EDIT_EVENT)
def capacity(slug: str) -> str:
    """Show how many seats there are, and who waits."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    seats = seats_of(event.id)
    form = CapacityForm(formdata=None, capacity=seats.capacity)
    return render_template("registrations/capacity.html", event=event, form=form, seats=seats)


@blueprint.post("/<slug>/registrations/capacity")
@permits(Action.EDIT_EVENT)
def set_capacity(slug: str) -> AnyResponse | tuple[str, int]:
    """Set the number of seats; new ones go to those who wait."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    form, had = CapacityForm(), seats_of(event.id).capacity
    status = 422
    if form.validate_on_submit():
        try:
            promoted = service.set_capacity(
                current_actor(), event.id, form.capacity.data, now=clock.now()
            )
        except DomainError as error:
            form.blame(error)
            status = error.status
        else:
            flash(gettext("The event now has %(seats)s seats.", seats=form.capacity.data))
            say_moved_up(event.id, len(promoted))
            if form.capacity.data > had:
                say_who_still_waits(event.id)
            return redirect(url_for(".capacity", slug=slug), 303)
    page = render_template(
        "registrations/capacity.html", event=event, form=form, seats=seats_of(event.id)
    )
    return page, status
