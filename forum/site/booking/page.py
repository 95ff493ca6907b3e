"""The page of a booking, of one attendee alone, and the names of a booking for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, make_response, redirect, render_template
from flask_babel import gettext

from forum.calendar.rules import feed_path, subscribe_links
from forum.core import clock, dates
from forum.core.entrances import entrances_of
from forum.core.errors import DomainError
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.links import Purpose
from forum.core.urls import absolute
from forum.events.facts import Addresses
from forum.registrations import service
from forum.registrations.forms import ChangeForm
from forum.registrations.queries import companions_of, own_sessions, places_of
from forum.registrations.rules import AskedPer, BookingSource
from forum.registrations.service import NameForms
from forum.site.booking.consents import agreed_by
from forum.site.booking.naming import naming_page
from forum.site.booking.shapes import counted, people_of, room_for_more
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of
from forum.site.booking.still_open import still_open
from forum.site.own_day import rows_of
from forum.tickets.cards import card_of
from forum.tickets.queries import tickets_of

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

personal = Ways(blueprint, Purpose.BOOKING, Purpose.REGISTRATION)


@personal.get()
def show(sight: Sight) -> AnyResponse:
    """Show tickets or places on the wait list, and what comes next; at most ten statements.

    Six more where the event has questions that must be answered.
    """
    return page_of(sight)


@personal.post()
def change(sight: Sight) -> AnyResponse:
    """Change the name forms and organisation of the only attendee that the link shows."""
    registration = sight.people[0]
    form = ChangeForm()
    if not form.validate_on_submit():
        return page_of(sight, form, 422)
    names = NameForms(form.name.data, form.name_zh.data, form.organisation.data)
    now = clock.now()
    try:
        sight.check_changes(now)
        service.change_name(sight.actor, registration.id, names, revision=form.made_from, now=now)
    except DomainError as error:
        form.blame(error)
        return page_of(sight.anew(), form, error.status)
    flash(gettext("Saved. The code on your ticket stays the same."))
    return redirect(sight.base, 303)


def page_of(sight: Sight, form: ChangeForm | None = None, status: int = 200) -> AnyResponse:
    """Return the page of a booking as it stands: of one person, or of a party."""
    if len(sight.people) > 1:
        return _party_page(sight)
    if sight.is_own and not sight.people[0].name and sight.standing:
        return naming_page(sight, sight.people[0])
    return _single_page(sight, form, status)


def _single_page(sight: Sight, form: ChangeForm | None, status: int) -> Response:
    key, now, event = current_language().key, clock.now(), sight.event
    registration = sight.people[0]
    tickets = tickets_of([registration.id])
    doors = entrances_of(event.id)
    own = own_sessions(registration.id)
    signed_up = {one.session.id for one in own if one.seated is not None}
    to = Addresses(current_language(), event.slug)
    page = render_template(
        "registrations/booking.html",
        registration=registration,
        person=people_of(sight, key, now)[0],
        cards=[card_of(registration, tickets.get(registration.id), event, key, doors)],
        mine=rows_of(event, [one.session for one in own], own, to, now),
        offers=len(places_of(event.id).keys() - signed_up),
        form=form or ChangeForm(formdata=None, obj=registration),
        open=form is not None,
        href=sight.base,
        consents=agreed_by(sight, registration, key),
        more=_more(sight),
        **_around(sight),
        **frame_of(sight),
    )
    return private(make_response(page, status))


def _party_page(sight: Sight) -> Response:
    people = people_of(sight, current_language().key, clock.now())
    page = render_template(
        "registrations/booking_party.html",
        people=people,
        counted=counted(people),
        more=_more(sight),
        sessions=bool(places_of(sight.event.id)),
        **_around(sight),
        **frame_of(sight),
    )
    return private(make_response(page))


def _more(sight: Sight) -> int:
    booking, now = sight.booking, clock.now()
    invited = booking.source is BookingSource.INVITATION and not sight.is_own
    return room_for_more(sight, booking, companions_of(booking.id) if invited else None, now)


def _around(sight: Sight) -> dict[str, object]:
    """Return what both pages tell beside the people: times, calendars, what may be changed."""
    key, now, event = current_language().key, clock.now(), sight.event
    feed = absolute(f"{feed_path(event.slug)}?lang={key}")
    until = sight.changes_until
    return {
        "past": now >= event.ends_at,
        "starts": dates.clock(event.starts_at, event.zone, key),
        "links": subscribe_links(feed, str(event.title.pick(key, event.languages))),
        "changes": sight.takes_changes(now),
        "cancelling": sight.takes_cancelling(now),
        "until": dates.moment(until, event.zone, key) if until else "",
        "is_own": sight.is_own,
        "still_open": still_open(sight, key, now),
        "asked": AskedPer.ATTENDEE in sight.asks,
        "asked_all": AskedPer.BOOKING in sight.asks and not sight.is_own,
    }
