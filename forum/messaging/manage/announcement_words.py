"""Words on the pages of announcements: when one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from forum.core.dates import moment, zone_name
from forum.core.http.i18n import current_language, translated
from forum.messaging.rules.announcements import Timing
from forum.messaging.rules.timing import in_words, when_of

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.messaging.models import Announcement


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
