"""What all pages on an event share: the blueprint, the entries of the side column, status words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
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

LARGEST_UPLOAD = 10_500_000
"""Bytes of a form with a logo of 10 MB; every other form has the application's own limit."""

UPLOADS = {"events_manage.partners", "events_manage.partner"}

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


@blueprint.url_value_preprocessor
def _allow_logos(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before the form's token is looked for in the body."""
    if endpoint in UPLOADS:
        request.max_content_length = LARGEST_UPLOAD


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
