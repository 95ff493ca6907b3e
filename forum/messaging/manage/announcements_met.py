"""Two editors of one announcement: what each changed, to whom and when among it, in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, lazy_gettext

from forum.core.dates import stamp
from forum.core.http.i18n import current_language
from forum.core.revisions import Change, plain
from forum.messaging.manage.announcement_segments import words_of_segment
from forum.messaging.manage.announcement_words import moment_of
from forum.messaging.rules.announcements import Anchor, Timing
from forum.messaging.rules.segments import read_segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from forum.events.models import Event
    from forum.messaging.models import Announcement

WHOM, WHEN = "segment", "moment"
MOMENT = ("timing", "at", "anchor", "days", "clock", "minutes")
"""The columns of when it goes; they count as one, and `due_at` follows from them."""

MEANWHILE_WORDS: Mapping[str, object] = {
    "name": lazy_gettext("Name in your list"),
    WHOM: lazy_gettext("Who gets it"),
    "subject": lazy_gettext("Subject"),
    "words": lazy_gettext("Words"),
    "about_booking": lazy_gettext("What it is about"),
    WHEN: lazy_gettext("When it goes"),
}
"""What each thing is called where somebody else has changed it."""

BOXES: Mapping[str, tuple[str, ...]] = {
    WHOM: ("segment", "kept", "states"),
    "about_booking": ("about",),
    WHEN: ("timing", "at", "number", "unit", "side", "clock"),
}
"""The boxes that say what is kept elsewhere than in a column of that name."""


def kept_whom(segment: dict[str, Any]) -> str:
    """Return a segment as it is compared."""
    return json.dumps(segment, sort_keys=True)


def kept_when(columns: Mapping[str, object]) -> str:
    """Return the columns of a moment as they are compared."""
    return json.dumps({name: plain(columns.get(name)) for name in (*MOMENT, "due_at")})


def with_whom_and_when(changes: Iterable[Change], found: Announcement) -> list[Change]:
    """Return the changes with those of the segment and the moment as each can be compared."""
    rows = list(changes)
    told = [one for one in rows if one.field not in {WHOM, *MOMENT, "due_at"}]
    told += [
        replace(one, before=kept_whom(one.before), after=kept_whom(one.after))
        for one in rows
        if one.field == WHOM
    ]
    moved = [one for one in rows if one.field in MOMENT]
    if moved:
        now = {name: plain(getattr(found, name)) for name in (*MOMENT, "due_at")}
        was = dict(now)
        for one in reversed(rows):
            if one.field in was:
                was[one.field] = one.before
        last = moved[-1]
        told.append(Change(WHEN, kept_when(was), kept_when(now), last.by, last.at))
    return told


def say(event: Event, name: str, value: Any) -> str:  # noqa: ANN401 - JSON values
    """Put what was kept in words, or the moment at which it was changed."""
    if name == "at":
        return stamp(value, event.zone, current_language().key)
    if name == WHOM:
        return words_of_segment(event, read_segment(json.loads(value)))
    if name == WHEN:
        return _said_moment(event, json.loads(value))
    if name == "about_booking":
        own, other = gettext("Their own place at this event"), gettext("Something else")
        return str(own if value else other)
    return value if isinstance(value, str) else ""


def _said_moment(event: Event, kept: dict[str, Any]) -> str:
    row: Any = SimpleNamespace(
        **kept
        | {
            "timing": Timing(kept["timing"]),
            "anchor": Anchor(kept["anchor"]) if kept["anchor"] else None,
            **{name: _moment(kept[name]) for name in ("at", "due_at")},
        }
    )
    return moment_of(row, event) or gettext("At once, when you confirm")


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
