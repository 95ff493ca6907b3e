"""All events of a member's organisations, and a new one."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.errors import DomainError, Forbidden
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list
from forum.core.http.i18n import current_language
from forum.core.permissions import Action, can
from forum.core.zones import COMMON_ZONES
from forum.events import queries, service
from forum.events.forms import NewEventForm
from forum.events.manage.frame import blueprint, state_tag
from forum.events.queries import PAGE, View

FARTHEST = 100_000


@blueprint.get("/")
@permits(Action.SEE_EVENT)
def events() -> str:
    """List the events by view: upcoming, drafts, past."""
    actor, now = current_actor(), clock.now()
    asked = request.args.get("view", "")
    view = View(asked) if asked in set(View) else View.UPCOMING
    first = min(max(request.args.get("first", 0, type=int), 0), FARTHEST)
    found = queries.events_of(actor.roles, view=view, now=now, first=first)
    return render_template(
        "events/shelf.html",
        found=found,
        view=view,
        page=PAGE,
        rows=[(event, state_tag(event, now)) for event in found.events],
        may_create=any(can(actor, Action.CREATE_EVENT, one) for one in actor.roles),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@permits(Action.CREATE_EVENT)
def new() -> str | tuple[str, int] | Response:
    """Make an event."""
    actor = current_actor()
    organisations = queries.organisations_for(actor, Action.CREATE_EVENT)
    if not organisations:
        raise Forbidden
    key = current_language().key
    form = NewEventForm(
        data={
            "organisation": str(organisations[0].id),
            "time_zone": organisations[0].time_zone,
            "capacity": None,
        },
    )
    form.organisation.choices = option_list(
        (str(one.id), one.name.pick(key, one.languages).text) for one in organisations
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                event = service.create_event(
                    actor,
                    UUID(form.organisation.data),
                    service.NewEvent(**form.values()),
                    now=clock.now(),
                )
            except DomainError as error:
                form.blame(error)
                status = error.status
            else:
                flash(gettext("The event is a draft: nobody sees it until it is published."), "go")
                return redirect(f"/manage/{event.slug}/", 303)
    return (
        render_template(
            "events/new.html",
            form=form,
            zones=COMMON_ZONES,
            several=len(organisations) > 1,
        ),
        status,
    )
