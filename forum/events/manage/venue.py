"""Where an event takes place."""

from __future__ import annotations

from collections.abc import Sequence
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
from forum.core.revisions import ThingChangedMeanwhile, fingerprint, plain
from forum.events import queries, service
from forum.events.forms import PickVenueForm, VenueForm
from forum.events.manage.frame import blueprint, settings_tabs
from forum.events.manage.telling import Question, goes_back, question
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
    others = _others(event)
    if request.method == "POST" and goes_back():
        form.validate()
    elif request.method == "POST":
        status = 422
        if form.validate():
            details, seen = VenueDetails(**form.values()), form.seen.data or ""
            asked = _of_the_place(event, others, seen, details)
            if asked.is_open:
                return asked.page(event)
            try:
                service.write_venue(
                    actor, event.id, seen, details, now=clock.now(), tell=asked.answer
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
                if isinstance(error, ThingChangedMeanwhile):
                    form.seen.data = _shown(event)["seen"]
            else:
                flash(asked.done(), "go")
                return redirect(url_for("events_manage.venue", slug=slug), 303)
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
def pick_venue(slug: str) -> tuple[str, int] | Response:
    """Hold the event at a place used before, or at none yet."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    form = _pick(event)
    if goes_back():
        return redirect(url_for("events_manage.venue", slug=slug), 303)
    if form.validate():
        chosen = UUID(form.venue.data) if form.venue.data else None
        asked = _of_another_place(event, chosen)
        if asked.is_open:
            return asked.page(event)
        service.use_venue(actor, event.id, chosen, now=clock.now(), tell=asked.answer)
        flash(asked.done(), "go")
    else:
        flash(gettext("Choose a place from the list."), "stop")
    return redirect(url_for("events_manage.venue", slug=slug), 303)


def _others(event: Event) -> list[Event]:
    """Return the other events that are held at the same place."""
    if event.venue_id is None:
        return []
    return [one for one in queries.events_at(event.venue_id) if one.id != event.id]


def _of_the_place(
    event: Event, others: Sequence[Event], seen: str, details: VenueDetails
) -> Question:
    """Ask of other words on a place, which all events there change with; see details."""
    back, now = url_for("events_manage.venue", slug=event.slug), clock.now()
    if seen != _shown(event)["seen"]:
        return question((), back=back, now=now)
    after = {"place": plain(details.name), "address": plain(details.address)}
    facts = [(one, service.facts_told(one, event.venue)) for one in (event, *others)]
    return question([(one, known, known | after) for one, known in facts], back=back, now=now)


def _of_another_place(event: Event, chosen: UUID | None) -> Question:
    """Ask of holding an event elsewhere."""
    back = url_for("events_manage.venue", slug=event.slug)
    known = queries.venues_of(event.organisation_id)
    venue = next((one for one in known if one.id == chosen), None)
    before, after = (service.facts_told(event, place) for place in (event.venue, venue))
    return question([(event, before, after)], back=back, now=clock.now())


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
