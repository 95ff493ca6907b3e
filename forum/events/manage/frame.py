"""What all pages on an event share: the blueprint, the entries of the side column, status words."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, url_for
from flask_babel import gettext

from forum.core.dates import span
from forum.core.http import office
from forum.core.http.i18n import translated
from forum.core.i18n import sentence
from forum.core.permissions import Action
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.words import STATES

blueprint = Blueprint("events_manage", __name__, url_prefix="/manage")

office.room(
    office.Room(
        90,
        sentence("Settings"),
        "settings",
        "settings",
        Action.EDIT_EVENT,
        wide=True,
        also=("venue", "rooms", "partners", "state"),
    ),
)


@blueprint.app_template_filter("event_days")
def event_days(event: Event, key: str) -> str:
    """Return an event's day or days, times and zone in one line."""
    return span(event.starts_at, event.ends_at, event.zone, key)


def state_tag(event: Event, now: datetime) -> tuple[str, str]:
    """Return the word for where an event stands, and its colour."""
    if event.state is EventState.PUBLISHED and event.ends_at <= now:
        return gettext("Ended"), ""
    word, kind = STATES[event.state]
    return translated(word), kind


def settings_tabs(event: Event, here: str) -> list[tuple[str, str, bool, None]]:
    """Return the tabs of an event's settings."""
    pages = (
        (gettext("Details"), "details"),
        (gettext("Place"), "venue"),
        (gettext("Rooms"), "rooms"),
        (gettext("Partners"), "partners"),
        (gettext("State"), "state"),
    )
    return [
        (word, url_for(f"events_manage.{name}", slug=event.slug), name == here, None)
        for word, name in pages
    ]
