"""Announcements of the sample house: one in each state, and the pages around them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.text import Text
from forum.events.models import Event
from forum.messaging.models import Announcement, OrganisationMail
from forum.messaging.rules.announcements import Anchor, Timing
from forum.messaging.rules.segments import ALL_SPEAKERS, CONFIRMED, Segment
from forum.messaging.rules.timing import When
from forum.messaging.service import announcing

SUBJECT = Text({"en": "The hall has changed", "zh-Hant": "場地已更改"})
WORDS = Text(
    {
        "en": "Dear {name},\n\nCome to **Hall 3**.",
        "zh-Hant": "{name}：\n\n請到**三號禮堂**。",
    }
)


def announcement_pages(event: Event, manage: str) -> list[str]:
    """Write announcements in each state and return the addresses of their pages."""
    now = clock.now()
    _nod_above(event)
    at = When(Timing.AT, at=now + timedelta(days=1))
    before = When(Timing.RELATIVE, anchor=Anchor.START, days=-1)
    draft, waiting = _drafted(event, CONFIRMED), _drafted(event, CONFIRMED)
    scheduled, stopped = (_drafted(event, ALL_SPEAKERS, when) for when in (before, at))
    sent = _drafted(event, ALL_SPEAKERS)
    for one in (waiting, scheduled, stopped, sent):
        announcing.send(SYSTEM, event.id, one, named=100_000, now=now)
    announcing.stop(SYSTEM, event.id, stopped, now=now)
    announcing.queue_all(sent, now)
    with writing() as session:
        session.get_one(Announcement, waiting).asked_by_name = "Sample Organiser"
    base = f"{manage}/messages/announcements"
    return [
        base,
        f"{base}?state=draft",
        f"{base}/new",
        f"{base}/new?all=1&q=chan",
        *(f"{base}/{one}" for one in (draft, waiting, scheduled, stopped, sent)),
        f"{base}/{draft}/edit",
        f"{base}/{draft}/send",
        f"{base}/{draft}/remove",
    ]


def _drafted(event: Event, segment: Segment, when: When | None = None) -> UUID:
    wording = announcing.Wording(
        name="",
        segment=segment,
        subject=SUBJECT,
        words=WORDS,
        about_booking=True,
        when=when or When(Timing.NOW),
    )
    return announcing.draft(SYSTEM, event.id, wording, now=clock.now())


def _nod_above(event: Event) -> None:
    with writing() as session:
        found = session.get(OrganisationMail, event.organisation_id)
        if found is None:
            found = OrganisationMail(organisation_id=event.organisation_id)
            session.add(found)
        found.nod_above = 10
