"""Announcements are queued as soon as they are begun; a task looks for what was missed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from forum.core.outbox import Payload, after
from forum.messaging.service import announcing


@after("messaging.announcement_begun")
def queue_announcement(payload: Payload, now: datetime) -> None:
    """Queue the mails of an announcement, from where it stands."""
    announcing.queue_all(UUID(payload["announcement_id"]), now)
