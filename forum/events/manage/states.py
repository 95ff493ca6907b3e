"""Publishing, postponing and cancelling: what will happen to how many is said first."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import text_of_field
from forum.core.http.i18n import current_language
from forum.core.impact import mailed
from forum.core.permissions import Action
from forum.core.zones import COMMON_ZONES
from forum.events import service
from forum.events.facts import preview_of
from forum.events.forms import CancelForm, PostponeForm, PublishForm
from forum.events.manage.frame import blueprint, settings_tabs, state_tag
from forum.events.manage.telling import told_of_event
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.rules import MOVES, EventState, check_move
from forum.events.service import NewDates

MOVES_BY_NAME = {
    "publish": EventState.PUBLISHED,
    "postpone": EventState.POSTPONED,
    "cancel": EventState.CANCELLED,
}

FORMS: dict[EventState, type[PublishForm | PostponeForm | CancelForm]] = {
    EventState.PUBLISHED: PublishForm,
    EventState.POSTPONED: PostponeForm,
    EventState.CANCELLED: CancelForm,
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a guest would miss on the page, and where it is written."""

    says: str
    href: str


@blueprint.get("/<slug>/state")
@permits(Action.CHANGE_EVENT_STATE)
def state(slug: str) -> str:
    """Say where the event stands and what can be done with it."""
    event = managed_event(current_actor(), slug, Action.CHANGE_EVENT_STATE)
    allowed = [name for name, wanted in MOVES_BY_NAME.items() if wanted in MOVES[event.state]]
    return render_template(
        "events/state.html",
        event=event,
        allowed=allowed,
        tag=state_tag(event, clock.now()),
        missing=missing(event),
        preview=preview_of(event, current_language()),
        tabs=settings_tabs(event, "state"),
    )


@blueprint.route("/<slug>/state/<any(publish,postpone,cancel):name>", methods=["GET", "POST"])
@permits(Action.CHANGE_EVENT_STATE)
def move(slug: str, name: str) -> str | tuple[str, int] | Response:
    """Say what a move does to how many people; do it when asked again."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.CHANGE_EVENT_STATE)
    wanted = MOVES_BY_NAME[name]
    check_move(event.state, wanted)
    form = FORMS[wanted](data={"time_zone": event.time_zone})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                _make(event, form)
            except DomainError as error:
                if error.field is None:
                    raise
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.CHANGE_EVENT_STATE)
            else:
                flash(_done(wanted), "go")
                return redirect(url_for("events_manage.state", slug=slug), 303)
    impacts = told_of_event(event) if event.published_at else []
    return (
        render_template(
            "events/move.html",
            event=event,
            form=form,
            name=name,
            impacts=impacts,
            mailed=mailed(impacts),
            missing=missing(event),
            zones=COMMON_ZONES,
            tag=state_tag(event, clock.now()),
            again=event.published_at is not None,
        ),
        status,
    )


def missing(event: Event) -> list[Missing]:
    """Return what a guest would look for in vain; nothing of it stops publishing."""
    details = url_for("events_manage.details", slug=event.slug)
    venue = url_for("events_manage.venue", slug=event.slug)
    texts = [
        event.title,
        event.summary,
        event.privacy,
        *([event.venue.name] if event.venue else []),
    ]
    untranslated = sum(len(text.missing(event.languages)) for text in texts)
    checks = (
        (not event.summary, gettext("Nothing says what it is about."), details),
        (event.venue is None, gettext("No place is named."), venue),
        (not event.contact_email, gettext("No contact is named."), details),
        (not event.privacy, gettext("Nothing says what personal data is used for."), details),
        (
            untranslated > 0,
            gettext("Texts missing in one of the languages: %(number)s.", number=untranslated),
            details,
        ),
    )
    return [Missing(says, href) for misses, says, href in checks if misses]


def _make(event: Event, form: PublishForm | PostponeForm | CancelForm) -> None:
    actor, now = current_actor(), clock.now()
    if isinstance(form, PostponeForm):
        dates = NewDates(form.starts_at, form.ends_at) if form.has_dates else None
        service.postpone(actor, event.id, text_of_field(form.note), dates, now=now)
    elif isinstance(form, CancelForm):
        service.cancel(actor, event.id, text_of_field(form.note), now=now)
    elif isinstance(form, PublishForm):
        service.publish(actor, event.id, now=now)
    else:
        abort(404)


def _done(wanted: EventState) -> str:
    says: dict[EventState, str] = {
        EventState.PUBLISHED: gettext("The event is published."),
        EventState.POSTPONED: gettext(
            "The event is postponed. Registration is closed until it is published again."
        ),
        EventState.CANCELLED: gettext("The event is cancelled."),
    }
    return says[wanted]
