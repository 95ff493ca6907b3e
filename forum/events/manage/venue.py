"""Where an event takes place."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list
from forum.core.http.i18n import current_language
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.events import queries, service
from forum.events.forms import PickVenueForm, VenueForm
from forum.events.manage.frame import blueprint, settings_tabs
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.service import VenueDetails


@blueprint.route("/<slug>/venue", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def venue(slug: str) -> str | tuple[str, int] | Response:
    """Show and save the event's place."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    form = VenueForm(data=_shown(event))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.write_venue(
                    actor,
                    event.id,
                    form.seen.data or "",
                    VenueDetails(**form.values()),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
                if isinstance(error, ThingChangedMeanwhile):
                    form.seen.data = _shown(event)["seen"]
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for("events_manage.venue", slug=slug), 303)
    others = (
        [one for one in queries.events_at(event.venue_id) if one.id != event.id]
        if (event.venue_id)
        else []
    )
    return (
        render_template(
            "events/venue.html",
            event=event,
            form=form,
            pick=_pick(event),
            others=others,
            meanwhile=status == ThingChangedMeanwhile.status,
            tabs=settings_tabs(event, "venue"),
        ),
        status,
    )


@blueprint.post("/<slug>/venue/pick")
@permits(Action.EDIT_EVENT)
def pick_venue(slug: str) -> Response:
    """Hold the event at a place used before, or at none yet."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    form = _pick(event)
    if form.validate():
        chosen = UUID(form.venue.data) if form.venue.data else None
        service.use_venue(actor, event.id, chosen, now=clock.now())
        flash(gettext("Saved."), "go")
    else:
        flash(gettext("Choose a place from the list."), "stop")
    return redirect(url_for("events_manage.venue", slug=slug), 303)


def _shown(event: Event) -> dict[str, object]:
    return {
        "seen": fingerprint(service.venue_values(event.venue)),
        **VenueForm.shown(event.venue),
    }


def _pick(event: Event) -> PickVenueForm:
    key = current_language().key
    form = PickVenueForm(data={"venue": str(event.venue_id or "")})
    form.venue.choices = option_list(
        (
            (str(one.id), one.name.pick(key, event.languages).text)
            for one in queries.venues_of(event.organisation_id)
        ),
        gettext("Not known yet, or a new place"),
    )
    return form
