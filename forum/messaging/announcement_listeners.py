"""Announcements: queued as soon as they are begun, and a second person asked when one is needed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from forum.core.outbox import Payload, after
from forum.messaging.service import announcing
from forum.messaging.service.asking_nods import ask_for_nod


@after("messaging.announcement_begun")
def queue_announcement(payload: Payload, now: datetime) -> None:
    """Queue the mails of an announcement, from where it stands."""
    announcing.queue_all(UUID(payload["announcement_id"]), now)


@after("messaging.nod_wanted")
def ask_second_person(payload: Payload, now: datetime) -> None:
    """Tell those who may agree that somebody has to; where it outgrew its number, its maker too."""
    ask_for_nod(
        UUID(payload["announcement_id"]),
        payload["asking"],
        confirmed_for=payload["confirmed_for"],
        now=now,
    )
