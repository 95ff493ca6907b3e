"""Everything that one contact has booked at an event, for who registers others.

Its link is only ever mailed to the contact's address: no other page shows it, because anybody can
type somebody else's address as the contact's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template

from forum.core import clock, dates
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.links import Purpose
from forum.registrations.queries import places_of
from forum.site.booking.shapes import counted, people_of
from forum.site.booking.sight import Sight, Ways, blueprint, booking_link, frame_of

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.models import Booking

personal = Ways(blueprint, Purpose.CONTACT)


def ids_of(booking: Booking) -> set[UUID]:
    """Return who is in a booking."""
    return {one.id for one in booking.registrations}


@personal.get()
def show_all(sight: Sight) -> AnyResponse:
    """Show each booking with its people; three statements."""
    key = current_language().key
    people = people_of(sight, key, clock.now())
    bookings = [
        {
            "id": booking.id,
            "href": booking_link(booking),
            "booked": dates.moment(booking.created_at, sight.event.zone, key),
            "people": [
                one for one in people if one.id in {who.id for who in booking.registrations}
            ],
        }
        for booking in sight.bookings
    ]
    page = render_template(
        "registrations/booking_contact.html",
        bookings=bookings,
        people=people,
        counted=counted(people),
        sessions=bool(places_of(sight.event.id)),
        **frame_of(sight),
    )
    return private(make_response(page))
