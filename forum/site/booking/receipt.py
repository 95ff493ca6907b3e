"""A receipt to be printed: who comes to what, when, at what price, under which reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template

from forum.core import clock, dates
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.links import Purpose
from forum.core.money import Money
from forum.registrations.rules import RegistrationState
from forum.site.booking.shapes import people_of
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

personal = Ways(blueprint, Purpose.BOOKING, Purpose.REGISTRATION)


@personal.get("/receipt")
def show_receipt(sight: Sight) -> AnyResponse:
    """Show the receipt of everybody who is confirmed."""
    key, event = current_language().key, sight.event
    confirmed = {
        one.id: one.ticket_type.price
        for one in sight.people
        if one.state is RegistrationState.CONFIRMED
    }
    people = [one for one in people_of(sight, key, clock.now()) if one.id in confirmed]
    page = render_template(
        "registrations/booking_receipt.html",
        people=people,
        prices=confirmed,
        totals=_totals(list(confirmed.values())),
        contact="" if sight.is_own else sight.booking.contact_name,
        booked=dates.moment(sight.booking.created_at, event.zone, key, year=True),
        printed=dates.moment(clock.now(), event.zone, key, year=True),
        **frame_of(sight, "/receipt"),
    )
    return private(make_response(page))


def _totals(prices: list[Money]) -> list[Money]:
    """Return the sum in each currency."""
    sums: dict[str, int] = {}
    for one in prices:
        sums[one.currency] = sums.get(one.currency, 0) + one.minor
    return [Money(minor, currency) for currency, minor in sums.items()]
