"""The stand-by queue, for helpers at the door with a phone: add, let in, take off."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.checkin import queries
from forum.checkin.forms import StandByForm
from forum.checkin.manage.door import blueprint
from forum.checkin.service.stand_by import admit_standing
from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.registrations.queries.stand_by import queue_of, seats_in_the_room, stands_by
from forum.registrations.service import standing_by

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from forum.events.models import Event

QUEUE = "/<slug>/stand-by"
ONE = f"{QUEUE}/<uuid:stand_by_id>"


@blueprint.route(QUEUE, methods=["GET", "POST"])
@permits(Action.RUN_DOOR)
def stand_by(slug: str) -> str | tuple[str, int] | Response:
    """Show who stands by and how full the room is, and add somebody; seven statements."""
    event = _event(slug)
    form, status = StandByForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                number = standing_by.stand_by(
                    current_actor(),
                    event.id,
                    form.person.data or "",
                    form.organisation.data or "",
                    now=clock.now(),
                )
            except DomainError as error:
                form.blame(error)
                status = error.status
                event = _event(slug)
            else:
                said = gettext(
                    "%(name)s has number %(number)s.", name=form.person.data, number=number
                )
                flash(said, "go")
                return redirect(url_for(".stand_by", slug=slug), 303)
    page = render_template(
        "checkin/stand_by.html",
        event=event,
        form=form,
        queue=queue_of(event.id),
        seats=seats_in_the_room(event.id),
        room=queries.room_of(db.session(), event.id),
    )
    return page, status


@blueprint.post(f"{ONE}/admit")
@permits(Action.RUN_DOOR)
def admit(slug: str, stand_by_id: UUID) -> Response:
    """Register and let in; who pressed second is told that it was done."""
    event = _event(slug)
    try:
        done = admit_standing(current_actor(), event.id, stand_by_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        flash(translated(error.says), "stop")
    else:
        if done.again:
            flash(gettext("%(name)s was let in before.", name=done.name), "look")
        else:
            flash(gettext("%(name)s is registered and in.", name=done.name), "go")
    return redirect(url_for(".stand_by", slug=slug), 303)


@blueprint.post(f"{ONE}/left")
@permits(Action.RUN_DOOR)
def left(slug: str, stand_by_id: UUID) -> Response:
    """Take somebody off the queue, or with `back` put them at their number again."""
    event = _event(slug)
    back = "back" in request.form
    one = standing_by.go_away(current_actor(), event.id, stand_by_id, back=back, now=clock.now())
    if one.admitted_at is not None:
        flash(gettext("%(name)s was let in before.", name=one.name), "look")
    elif back:
        said = gettext("%(name)s has number %(number)s again.", name=one.name, number=one.number)
        flash(said, "go")
    else:
        flash(gettext("%(name)s is off the queue.", name=one.name), "go")
    return redirect(url_for(".stand_by", slug=slug), 303)


def _event(slug: str) -> Event:
    event = managed_event(current_actor(), slug, Action.RUN_DOOR)
    if not stands_by(event.id):
        raise NotFound
    return event
