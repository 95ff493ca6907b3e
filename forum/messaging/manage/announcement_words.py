"""Words on the pages of announcements: how one begins, what others changed, when it goes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, lazy_gettext

from forum.core.dates import moment, stamp, zone_name
from forum.core.http.i18n import current_language, translated
from forum.messaging.rules.announcements import Timing
from forum.messaging.rules.timing import in_words, when_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forum.events.models import Event
    from forum.messaging.models import Announcement

MEANWHILE_WORDS: Mapping[str, object] = {
    "name": lazy_gettext("Name in your list"),
    "segment": lazy_gettext("Who gets it"),
    "subject": lazy_gettext("Subject"),
    "words": lazy_gettext("Words"),
    "about_booking": lazy_gettext("What it is about"),
    "due_at": lazy_gettext("When it goes"),
}
"""What each column is called where somebody else has changed it."""


def say(event: Event, name: str, value: Any) -> str:  # noqa: ANN401 - JSON values
    """Put a column's JSON value in words, or the moment at which it was changed."""
    key = current_language().key
    if name == "at":
        return stamp(value, event.zone, key)
    if name == "due_at":
        return moment(datetime.fromisoformat(value), event.zone, key) if value else ""
    if name == "about_booking":
        own, other = gettext("Their own place at this event"), gettext("Something else")
        return str(own if value else other)
    return value if isinstance(value, str) else ""


def moment_of(found: Announcement, event: Event) -> str:
    """Say when an announcement goes, by the event's own clock."""
    key, when = current_language().key, when_of(found)
    if when.timing is Timing.NOW:
        return ""
    said = [translated(in_words(when))] if when.timing is Timing.RELATIVE else []
    if found.due_at is not None:
        zone = zone_name(found.due_at, event.zone, key)
        said.append(f"{moment(found.due_at, event.zone, key)} ({zone})")
    elif when.timing is Timing.RELATIVE:
        said.append(gettext("once the event has a date"))
    return " · ".join(said)
