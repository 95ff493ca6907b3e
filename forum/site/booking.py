"""The guest's booking behind its personal link: see it, change the name, cancel."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template
from flask_babel import gettext

from forum.calendar.rules import feed_path, subscribe_links
from forum.core import clock, dates
from forum.core.actor import Actor, ActorKind
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import link_holder
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, use_language
from forum.core.languages import LANGUAGES
from forum.core.urls import absolute
from forum.events.facts import Addresses
from forum.registrations import service
from forum.registrations.forms import ChangeForm
from forum.registrations.queries import booking_by_token, own_sessions, places_of
from forum.registrations.rules import ACTIVE, AlreadyCancelled, RegistrationState
from forum.registrations.service import NameForms
from forum.seats.queries import position_of
from forum.site.own_day import rows_of
from forum.tickets.cards import card_of, event_facts
from forum.tickets.queries import tickets_of

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.models import Booking, Registration

blueprint = Blueprint("booking", __name__)


@blueprint.get("/r/<token>")
@link_holder
def show(token: str) -> Response:
    """Show ticket or place on the wait list, what comes next, own sessions; six statements."""
    return _page(token, booking_by_token(token))


@blueprint.post("/r/<token>")
@link_holder
def change(token: str) -> AnyResponse:
    """Change the attendee's name forms and organisation."""
    booking = booking_by_token(token)
    registration = _first(booking)
    use_language(booking.lang)
    form = ChangeForm()
    if not form.validate_on_submit():
        return _page(token, booking, form, 422)
    names = NameForms(form.name.data, form.name_zh.data, form.organisation.data)
    try:
        service.change_name(
            holder_of(booking), registration.id, names, revision=form.made_from, now=clock.now()
        )
    except DomainError as error:
        form.blame(error)
        return _page(token, booking_by_token(token), form, error.status)
    flash(gettext("Saved. The code on your ticket stays the same."))
    return redirect(f"/r/{token}", 303)


@blueprint.get("/r/<token>/cancel")
@link_holder
def ask_cancel(token: str) -> Response:
    """Ask before cancelling; nothing has happened yet."""
    booking = booking_by_token(token)
    use_language(booking.lang)
    registration = _first(booking)
    if registration.state not in ACTIVE:
        return _page(token, booking)
    page = render_template(
        "registrations/cancel_own.html",
        registration=registration,
        href=f"/r/{token}",
        **frame_of(token, booking, "/cancel"),
    )
    return private(make_response(page))


@blueprint.post("/r/<token>/cancel")
@link_holder
def cancel(token: str) -> AnyResponse:
    """Cancel; the seat goes to the next who waits."""
    booking = booking_by_token(token)
    use_language(booking.lang)
    with suppress(AlreadyCancelled):
        service.cancel(holder_of(booking), _first(booking).id, now=clock.now())
    return redirect(f"/r/{token}", 303)


def _first(booking: Booking) -> Registration:
    if not booking.registrations:
        raise NotFound
    return booking.registrations[0]


def holder_of(booking: Booking) -> Actor:
    """Return who acts by a booking's personal link."""
    return Actor(ActorKind.LINK, id=booking.id, name="guest", event_id=booking.event_id)


def frame_of(token: str, booking: Booking, rest: str = "") -> dict[str, object]:
    """Return what every page behind a personal link shows; `rest` follows the link in addresses."""
    facts = event_facts(booking.event, current_language().key)
    return {
        "facts": facts,
        "event": booking.event,
        "theme": facts.theme,
        "site_name": facts.title,
        "site_href": facts.href or f"/{current_language().path}/",
        "alternates": [
            (language, f"/r/{token}{rest}?lang={language.key}") for language in LANGUAGES
        ],
    }


def _page(
    token: str, booking: Booking, form: ChangeForm | None = None, status: int = 200
) -> Response:
    use_language(booking.lang)
    key = current_language().key
    event, now = booking.event, clock.now()
    registration = _first(booking)
    waits = registration.state is RegistrationState.WAITLISTED
    tickets = tickets_of(_ids(booking))
    feed = absolute(f"{feed_path(event.slug)}?lang={key}")
    own = own_sessions(registration.id)
    signed_up = {one.session.id for one in own if one.seated is not None}
    to = Addresses(current_language(), event.slug)
    page = render_template(
        "registrations/booking.html",
        registration=registration,
        cards=[card_of(one, tickets.get(one.id), event, key) for one in booking.registrations],
        position=position_of(registration.id) if waits else None,
        mine=rows_of(event, [one.session for one in own], own, to, now),
        offers=len(places_of(event.id).keys() - signed_up),
        form=form or ChangeForm(formdata=None, obj=registration),
        open=form is not None,
        href=f"/r/{token}",
        past=now >= event.ends_at,
        starts=dates.clock(event.starts_at, event.zone, key),
        links=subscribe_links(feed, str(event.title.pick(key, event.languages))),
        **frame_of(token, booking),
    )
    return private(make_response(page, status))


def _ids(booking: Booking) -> list[UUID]:
    return [one.id for one in booking.registrations]
