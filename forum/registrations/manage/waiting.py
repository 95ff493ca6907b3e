"""The lines of those who wait for seats, and a seat given out of turn with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.i18n import sentence
from forum.core.permissions import Action, can
from forum.events.queries import managed_event
from forum.registrations import service
from forum.registrations.forms.office import SeatForm
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.queries import registration_of, requests
from forum.registrations.queries.persons import party_of
from forum.registrations.rules import NoSeatLeft, RegistrationState

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event


page(
    OfficePage(
        11,
        sentence("Wait list"),
        "registrations_manage.waiting",
        Action.SEE_REGISTRATIONS,
        here=("registrations_manage.ask_seat", "registrations_manage.give_seat"),
    )
)


@blueprint.get("/<slug>/registrations/waiting")
@permits(Action.SEE_REGISTRATIONS)
def waiting(slug: str) -> str:
    """Show who waits for which seats, in the order in which they get them."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    lines = requests.lines_of(event.id)
    return render_template(
        "registrations/waiting.html",
        event=event,
        lines=[one for one in lines if one.parties or one.about is None],
        anybody=any(one.parties for one in lines),
        may_edit=can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id),
        may_add_seats=can(current_actor(), Action.EDIT_EVENT, event.organisation_id),
    )


@blueprint.get("/<slug>/registrations/<uuid:registration_id>/seat")
@permits(Action.EDIT_REGISTRATIONS)
def ask_seat(slug: str, registration_id: UUID) -> str:
    """Ask why a guest is to be seated before those who stand further ahead."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    return _question(event, registration_id, SeatForm(formdata=None))


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/seat")
@permits(Action.EDIT_REGISTRATIONS)
def give_seat(slug: str, registration_id: UUID) -> AnyResponse | tuple[str, int]:
    """Give a free seat to a guest out of turn; the reason stays in the record."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = registration_of(event.id, registration_id)
    form = SeatForm()
    if not form.validate_on_submit():
        return _question(event, registration_id, form), 422
    try:
        service.seat_by_hand(
            current_actor(), registration.id, reason=form.reason.data, now=clock.now()
        )
    except NoSeatLeft as error:
        return _question(event, registration_id, form, full=True), error.status
    except DomainError as error:
        form.blame(error)
        return _question(event, registration_id, form), error.status
    flash(gettext("%(name)s has a seat; the ticket is on its way by mail.", name=registration.name))
    return redirect(url_for(".waiting", slug=slug), 303)


def _question(event: Event, registration_id: UUID, form: SeatForm, *, full: bool = False) -> str:
    registration = registration_of(event.id, registration_id)
    others = [
        one
        for one in party_of(registration)
        if one.party_id == registration.party_id
        and one.id != registration.id
        and one.state is RegistrationState.WAITLISTED
    ]
    return render_template(
        "registrations/seat.html",
        event=event,
        registration=registration,
        others=others,
        form=form,
        full=full,
        may_add_seats=can(current_actor(), Action.EDIT_EVENT, event.organisation_id),
    )
