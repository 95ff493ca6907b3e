"""Offered seats: a page with one button to take them, and one to let them go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, make_response, redirect, render_template, request
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.links import Purpose
from forum.registrations import service
from forum.registrations.rules import OfferOver, RegistrationState
from forum.site.booking.shapes import people_of
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

personal = Ways(blueprint, Purpose.BOOKING, Purpose.REGISTRATION)

TAKE, LEAVE = "take", "leave"


@personal.get("/offer")
def show_offer(sight: Sight) -> AnyResponse:
    """Show the offer and its two buttons; nothing happens before one of them is pressed."""
    if not sight.takes_cancelling(clock.now()):
        return _over(sight)
    people = [one for one in people_of(sight, current_language().key, clock.now()) if one.offered]
    if not people:
        return redirect(sight.base, 303)
    page = render_template(
        "registrations/booking_offer.html", people=people, **frame_of(sight, "/offer")
    )
    return private(make_response(page))


@personal.post("/offer")
def answer_offer(sight: Sight) -> AnyResponse:
    """Take the offered seats, or let them go to the next in line."""
    if not sight.takes_cancelling(clock.now()):
        return _over(sight)
    offered = [one.id for one in sight.people if one.state is RegistrationState.OFFERED]
    if request.form.get("answer") == LEAVE:
        if offered:
            service.cancel_all(sight.actor, offered, now=clock.now())
            flash(gettext("Thank you for telling us. The seat goes to the next in line."))
        return redirect(sight.base, 303)
    try:
        taken = service.take_offers(
            sight.actor, offered or [one.id for one in sight.people], now=clock.now()
        )
    except OfferOver:
        return _over(sight.anew())
    if taken:
        flash(ngettext("The seat is yours.", "%(num)s seats are yours.", taken))
    return redirect(sight.base, 303)


def _over(sight: Sight) -> AnyResponse:
    page = render_template(
        "registrations/booking_offer.html",
        people=[],
        takes_place=sight.takes_cancelling(clock.now()),
        **frame_of(sight, "/offer"),
    )
    return private(make_response(page, OfferOver.status))
