"""Mails around the sample event: planned, missed, and news that gathers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Event
from forum.events.service import EventDetails, Telling, update_event
from forum.messaging.queries.changes import news_of_event
from forum.messaging.rules.announcements import AnnouncementKind
from forum.messaging.rules.around import SEGMENTS, USUAL
from forum.messaging.service import announcing, scheduling


def timeline_pages(event: Event) -> Sequence[str]:
    """Plan a reminder, stop another mail, let it end later, and return the pages on it."""
    now = clock.now()
    reminder, doors = (
        scheduling.plan(
            SYSTEM, event.id, scheduling.Plan(kind, USUAL[kind], SEGMENTS[kind][0]), now=now
        )
        for kind in (AnnouncementKind.REMINDER, AnnouncementKind.DOORS_OPEN)
    )
    announcing.stop(SYSTEM, event.id, doors, now=now)
    known = db.session.get_one(Event, event.id, populate_existing=True)
    values = {one.name: getattr(known, one.name) for one in fields(EventDetails)}
    later = EventDetails(**values | {"ends_at": known.ends_at + timedelta(minutes=15)})
    word = Telling(Text({"en": "One more talk at the end."}))
    update_event(SYSTEM, event.id, known.revision, later, now=now, tell=word)
    line = f"/manage/{event.slug}/messages/timeline"
    written = f"/manage/{event.slug}/messages/announcements/{reminder}"
    (waits,) = (one.id for one in news_of_event(event.id) if one.settled_at is None)
    drop = f"{line}/news/{waits}/drop"
    return (line, f"{line}/new", f"{line}/new?kind=thanks", f"{line}/{reminder}", written, drop)
