"""What an event says of itself, edited by several people without losing anyone's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import moment
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.http.meanwhile import Theirs, compare
from forum.core.permissions import Action
from forum.core.revisions import Change, plain
from forum.core.zones import COMMON_ZONES
from forum.events import service
from forum.events.forms import DetailsForm
from forum.events.manage.frame import blueprint, settings_tabs
from forum.events.manage.telling import Question, goes_back, question
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.rules import EventState
from forum.events.service import EventChangedMeanwhile, EventDetails
from forum.events.words import STATES

COLUMN_WORDS = {
    "title": lazy_gettext("Title"),
    "summary": lazy_gettext("What it is about"),
    "slug": lazy_gettext("Address of the page"),
    "languages": lazy_gettext("Languages of the pages"),
    "time_zone": lazy_gettext("Time zone"),
    "starts_at": lazy_gettext("Start"),
    "ends_at": lazy_gettext("End"),
    "opens_at": lazy_gettext("Registration opens"),
    "closes_at": lazy_gettext("Registration closes"),
    "discreet": lazy_gettext("Discreet"),
    "spoken_languages": lazy_gettext("Languages spoken"),
    "contact_email": lazy_gettext("Contact"),
    "privacy": lazy_gettext("What personal data is used for"),
    "accent": lazy_gettext("Colour"),
    "subject": lazy_gettext("Drawing on the cover"),
    "state": lazy_gettext("State"),
    "state_note": lazy_gettext("A note for guests"),
    "venue_id": lazy_gettext("Place"),
}
MOMENTS = {"starts_at", "ends_at", "opens_at", "closes_at"}


@blueprint.route("/<slug>/settings", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def details(slug: str) -> str | tuple[str, int] | Response:
    """Show and save what an event says of itself."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    form = DetailsForm(data=DetailsForm.shown(event))
    status = 200
    theirs: list[Theirs] = []
    if request.method == "POST" and goes_back():
        form.validate()
    elif request.method == "POST":
        status = 422
        if form.validate():
            details = EventDetails(**form.values())
            asked = _question(event, form.made_from, details)
            if asked.is_open:
                return asked.page(event)
            try:
                saved = service.update_event(
                    actor,
                    event.id,
                    form.made_from,
                    details,
                    now=clock.now(),
                    tell=asked.answer,
                )
            except EventChangedMeanwhile as conflict:
                status = conflict.status
                event = managed_event(actor, slug, Action.EDIT_EVENT)
                theirs = _meet(form, conflict.changes, event)
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
            else:
                flash(asked.done(), "go")
                return redirect(url_for("events_manage.details", slug=saved.slug), 303)
    return (
        render_template(
            "events/settings.html",
            event=event,
            form=form,
            zones=COMMON_ZONES,
            theirs=theirs,
            meanwhile=status == EventChangedMeanwhile.status,
            tabs=settings_tabs(event, "details"),
        ),
        status,
    )


def _question(event: Event, made_from: int, details: EventDetails) -> Question:
    """Ask of what is to be saved; of a form that was overtaken, not before both are merged."""
    back, now = url_for("events_manage.details", slug=event.slug), clock.now()
    if made_from != event.revision:
        return question((), back=back, now=now)
    before = service.facts_told(event, event.venue)
    after = before | {
        name: plain(getattr(details, name))
        for name in ("title", "starts_at", "ends_at", "time_zone")
    }
    return question([(event, before, after)], back=back, now=now)


def _meet(form: DetailsForm, changes: tuple[Change, ...], event: Event) -> list[Theirs]:
    typed = {name: plain(value) for name, value in form.values().items()}
    untouched, theirs = compare(
        changes,
        typed,
        words=COLUMN_WORDS,
        say=lambda name, value: _said(name, value, event),
    )
    form.refill(untouched, event)
    return theirs


def _said(name: str, value: Any, event: Event) -> str:  # noqa: ANN401 - a JSON value
    key = current_language().key
    if name == "at":
        return moment(value, event.zone, key)
    if name == "venue_id":
        return ""
    if value is None or value == "":
        return str(gettext("nothing"))
    if name in MOMENTS:
        return moment(datetime.fromisoformat(value), event.zone, key, year=True)
    if name == "state":
        return translated(STATES[EventState(value)][0])
    return _said_plainly(value)


def _said_plainly(value: Any) -> str:  # noqa: ANN401 - a JSON value
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    return ", ".join(value) if isinstance(value, list) else str(value)
