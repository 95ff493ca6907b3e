"""A staff member's own calendar: the public events of the organisations they belong to."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, url_for
from flask_babel import gettext

from forum.calendar.rules.personal import FeedKind
from forum.calendar.service.own_feeds import STAFF_SLUG
from forum.calendar.service.personal import Whose
from forum.core.http.access import signed_in
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.people.queries import memberships_of, user_who_acts
from forum.site.own_calendar import OwnCalendar, act_on_calendar, show_calendar

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("staff_calendar", __name__)


@blueprint.get("/account/calendar")
@signed_in
def own_calendar() -> AnyResponse:
    """Show one's calendar of events, or the button that makes it."""
    return show_calendar(_calendar())


@blueprint.post("/account/calendar")
@signed_in
def change_own_calendar() -> AnyResponse:
    """Make one's calendar, change it, renew or revoke its address."""
    return act_on_calendar(_calendar())


def _calendar() -> OwnCalendar:
    actor = current_actor()
    user = user_who_acts(actor)
    organisations = memberships_of(actor)

    def _render(status: int, **values: object) -> AnyResponse:
        page = render_template("site/staff_calendar.html", **values)
        return private(make_response(page, status))

    return OwnCalendar(
        whose=Whose(FeedKind.STAFF, user.id),
        actor=actor,
        href=url_for(".own_calendar"),
        slug=STAFF_SLUG,
        name=gettext("My events"),
        lang=user.lang or current_language().key,
        zone=organisations[0].organisation.zone if organisations else UTC,
        render=_render,
    )
