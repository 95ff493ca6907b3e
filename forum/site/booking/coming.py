"""Whether guests still come: one button keeps the seat, the other gives it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, make_response, redirect, render_template, request
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.ids import id_in
from forum.core.links import Purpose
from forum.registrations import service
from forum.registrations.rules import Ended, RegistrationState
from forum.site.booking.shapes import people_of
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.models import Registration

personal = Ways(blueprint, Purpose.BOOKING, Purpose.REGISTRATION)

YES, NO = "yes", "no"


@personal.get("/coming")
def ask_coming(sight: Sight) -> AnyResponse:
    """Ask whether everybody still comes; nothing happens before a button is pressed."""
    now = clock.now()
    people = [one for one in people_of(sight, current_language().key, now) if one.confirmed]
    if not people or not sight.takes_cancelling(now):
        return redirect(sight.base, 303)
    page = render_template(
        "registrations/booking_coming.html", people=people, **frame_of(sight, "/coming")
    )
    return private(make_response(page))


@personal.post("/coming")
def answer_coming(sight: Sight) -> AnyResponse:
    """Keep that guests come, or give their seats to the next."""
    now = clock.now()
    sight.check_cancelling(now)
    confirmed = [one for one in _meant(sight) if one.state is RegistrationState.CONFIRMED]
    ids = [one.id for one in confirmed]
    others = sum(one.state is RegistrationState.CONFIRMED for one in sight.people) - len(ids)
    if request.form.get("answer") == NO:
        if ids:
            service.cancel_all(sight.actor, ids, now=now, ended=Ended.NOT_COMING)
            flash(gettext("Thank you for telling us. The seat goes to the next guest."))
    elif ids:
        service.say_coming(sight.actor, ids, now=now)
        flash(ngettext("Good. The seat stays yours.", "Good. The seats stay yours.", len(ids)))
    return redirect(f"{sight.base}/coming" if others else sight.base, 303)


def _meant(sight: Sight) -> Sequence[Registration]:
    """Return the one person who was named, or everybody."""
    typed = request.form.get("person", "")
    if not typed:
        return sight.people
    named = id_in(typed)
    if named is None:
        raise NotFound
    return [sight.person(named)]
