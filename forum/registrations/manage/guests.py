"""The back office of guests: list, one guest, a guest by hand, capacity, export."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import audit, clock
from forum.core.addresses import address_key
from forum.core.db import writing
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.ids import shown
from forum.core.links import Purpose, derive
from forum.core.permissions import Action, can
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.registrations import queries, service
from forum.registrations.forms import CapacityForm, ChangeForm, RegistrationForm
from forum.registrations.manage.frame import blueprint, spreadsheet
from forum.registrations.queries import Order
from forum.registrations.rules import STATE_WORDS, RegistrationState
from forum.registrations.service import Attendee, NameForms, Result
from forum.seats.queries import position_of, seats_of

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event

Choice = TypeVar("Choice", RegistrationState, Order)


@blueprint.get("/<slug>/registrations")
@permits(Action.SEE_REGISTRATIONS)
def listing(slug: str) -> str:
    """List, search, filter and sort, all of it in the address."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    state = _choice(RegistrationState, request.args.get("state"))
    order = _choice(Order, request.args.get("order")) or Order.NEWEST
    search = request.args.get("q", "").strip()[: queries.LONGEST_SEARCH]
    number = request.args.get("page", 1, type=int)
    page = queries.page_of(event.id, state=state, search=search, order=order, number=number)
    return render_template(
        "registrations/list.html",
        event=event,
        page=page,
        counts=queries.counts_of(event.id),
        state=state,
        order=order,
        search=search,
        orders=Order,
        states=RegistrationState,
        seats=seats_of(event.id),
        words=STATE_WORDS,
    )


@blueprint.get("/<slug>/registrations.csv")
@permits(Action.SEE_REGISTRATIONS)
def export(slug: str) -> Response:
    """Give all registrations as CSV (RFC 4180, with a BOM; no cell is a formula)."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    rows = queries.all_of(event.id)
    cells = [
        [
            gettext("Reference"),
            gettext("Full name"),
            gettext("Name in Chinese"),
            gettext("Organisation"),
            gettext("Email"),
            gettext("Ticket type"),
            gettext("Status"),
            gettext("Registered"),
        ],
    ]
    key = current_language().key
    for row in rows:
        registered = row.created_at.astimezone(event.zone).strftime("%Y-%m-%d %H:%M")
        cells.append(
            [
                shown(row.code),
                row.name,
                row.name_zh,
                row.organisation,
                row.email,
                str(row.ticket_type.name.pick(key)),
                row.state.value,
                registered,
            ]
        )
    with writing() as session:
        audit.record(
            session,
            current_actor(),
            "registrations.exported",
            ("event", event.id),
            event.organisation_id,
            {"rows": len(rows)},
            clock.now(),
        )
    return spreadsheet(cells, f"{event.slug}-registrations.csv")


@blueprint.get("/<slug>/registrations/new")
@permits(Action.EDIT_REGISTRATIONS)
def new(slug: str) -> str:
    """Show the form for a guest entered by hand."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    return render_template(
        "registrations/new.html", event=event, form=RegistrationForm(formdata=None)
    )


@blueprint.post("/<slug>/registrations/new")
@permits(Action.EDIT_REGISTRATIONS)
def add(slug: str) -> AnyResponse | tuple[str, int]:
    """Register a guest by hand, by the same rules of seats."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    form = RegistrationForm()
    if not form.validate_on_submit():
        return render_template("registrations/new.html", event=event, form=form), 422
    lang = event.languages[0] if event.languages else "en"
    attendee = Attendee(
        form.name.data,
        form.name_zh.data,
        form.organisation.data,
        form.email.data,
        address_key(form.email.data),
        lang,
    )
    try:
        done = service.register(
            current_actor(), event.id, attendee, form_key=None, now=clock.now(), by_hand=True
        )
    except DomainError as error:
        form.blame(error)
        return render_template("registrations/new.html", event=event, form=form), error.status
    if done.result is Result.KNOWN:
        flash(gettext("%(email)s is registered already: here it is.", email=form.email.data))
    elif done.state is RegistrationState.CONFIRMED:
        flash(
            gettext(
                "%(name)s is registered; the ticket is on its way by mail.", name=form.name.data
            )
        )
    else:
        flash(gettext("The event is full: %(name)s is on the wait list.", name=form.name.data))
    return redirect(url_for(".show", slug=slug, registration_id=done.registration_id), 303)


@blueprint.get("/<slug>/registrations/<uuid:registration_id>")
@permits(Action.SEE_REGISTRATIONS)
def show(slug: str, registration_id: UUID) -> str:
    """Show one registration."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    return _page(event, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>")
@permits(Action.EDIT_REGISTRATIONS)
def change(slug: str, registration_id: UUID) -> AnyResponse | tuple[str, int]:
    """Change name forms and organisation."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    form = ChangeForm()
    if not form.validate_on_submit():
        return _page(event, registration_id, form), 422
    names = NameForms(form.name.data, form.name_zh.data, form.organisation.data)
    try:
        service.change_name(
            current_actor(), registration.id, names, revision=form.made_from, now=clock.now()
        )
    except DomainError as error:
        form.blame(error)
        return _page(event, registration_id, form), error.status
    flash(gettext("Saved."))
    return redirect(url_for(".show", slug=slug, registration_id=registration_id), 303)


@blueprint.get("/<slug>/registrations/<uuid:registration_id>/cancel")
@permits(Action.EDIT_REGISTRATIONS)
def ask_cancel(slug: str, registration_id: UUID) -> str:
    """Ask before a registration is cancelled, naming whom it is about."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    return render_template(
        "registrations/cancel.html",
        event=event,
        registration=registration,
        seats=seats_of(event.id),
    )


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/cancel")
@permits(Action.EDIT_REGISTRATIONS)
def cancel(slug: str, registration_id: UUID) -> AnyResponse:
    """Cancel; the seat goes to the next who waits."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    promoted = service.cancel(current_actor(), registration.id, now=clock.now())
    flash(gettext("%(name)s is cancelled.", name=registration.name))
    _say_promoted(len(promoted))
    return redirect(url_for(".show", slug=slug, registration_id=registration_id), 303)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/renew-link")
@permits(Action.EDIT_REGISTRATIONS)
def renew_link(slug: str, registration_id: UUID) -> AnyResponse:
    """Give the booking a new personal link; the old one is dead at once."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    service.renew_link(current_actor(), registration.booking_id, now=clock.now())
    flash(gettext("The booking has a new link. The old one no longer works."))
    return redirect(url_for(".show", slug=slug, registration_id=registration_id), 303)


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
    form = CapacityForm()
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
            _say_promoted(len(promoted))
            return redirect(url_for(".capacity", slug=slug), 303)
    page = render_template(
        "registrations/capacity.html", event=event, form=form, seats=seats_of(event.id)
    )
    return page, status


def _page(event: Event, registration_id: UUID, form: ChangeForm | None = None) -> str:
    registration = queries.registration_of(event.id, registration_id)
    shown_form = form or ChangeForm(formdata=None, obj=registration)
    token = derive(Purpose.BOOKING, registration.booking_id, registration.booking.link_generation)
    return render_template(
        "registrations/show.html",
        event=event,
        registration=registration,
        form=shown_form,
        position=position_of(registration.id),
        consents=queries.consents_of(registration.id),
        sessions=[one for one in queries.own_sessions(registration.id) if one.seated is not None],
        link=absolute(f"/r/{token}"),
        words=STATE_WORDS,
        may_edit=can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id),
    )


def _say_promoted(number: int) -> None:
    if number:
        flash(
            ngettext(
                "%(num)s guest moved up from the wait list and gets a mail.",
                "%(num)s guests moved up from the wait list and get a mail.",
                number,
            ),
        )


def _choice(kind: type[Choice], value: str | None) -> Choice | None:
    return next((one for one in kind if one.value == value), None)
