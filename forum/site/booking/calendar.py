"""A guest's own calendar: the event, the sessions signed up for, those that are starred."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template

from forum.calendar.rules.personal import FeedKind
from forum.calendar.service.personal import Whose
from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.links import Purpose
from forum.site.booking.shapes import people_of
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of
from forum.site.own_calendar import OwnCalendar, act_on_calendar, show_calendar

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

personal = Ways(blueprint, Purpose.BOOKING, Purpose.REGISTRATION)


@personal.get("/calendar")
def own_calendar(sight: Sight) -> AnyResponse:
    """Show the calendar of the only guest, or the way to each guest's of a party."""
    if not sight.event.is_public:
        return _not_yet(sight)
    return _party(sight) if len(sight.people) > 1 else show_calendar(_calendar(sight))


@personal.post("/calendar")
def change_own_calendar(sight: Sight) -> AnyResponse:
    """Make the only guest's calendar, change it, renew or revoke its address."""
    if len(sight.people) > 1:
        raise NotFound
    return act_on_calendar(_calendar(sight))


def _calendar(sight: Sight) -> OwnCalendar:
    event, person = sight.event, sight.people[0]
    title = event.title.pick(current_language().key, event.languages)

    def _render(status: int, **values: object) -> AnyResponse:
        page = render_template(
            "site/own_calendar.html",
            back=sight.base,
            state=person.state.value,
            **values,
            **frame_of(sight, "/calendar"),
        )
        return private(make_response(page, status))

    return OwnCalendar(
        whose=Whose(FeedKind.AGENDA, person.id),
        actor=sight.actor,
        href=f"{sight.base}/calendar",
        slug=event.slug,
        name=title.text,
        lang=sight.lang,
        zone=event.zone,
        render=_render,
    )


def _party(sight: Sight) -> AnyResponse:
    people = people_of(sight, current_language().key, clock.now())
    page = render_template(
        "registrations/booking_calendars.html", people=people, **frame_of(sight, "/calendar")
    )
    return private(make_response(page))


def _not_yet(sight: Sight) -> AnyResponse:
    page = render_template(
        "site/own_calendar_later.html", back=sight.base, **frame_of(sight, "/calendar")
    )
    return private(make_response(page))
