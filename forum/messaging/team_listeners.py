"""What messages do for those who run events: each morning, what waits for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from forum.core.outbox import Payload, after
from forum.core.periodic import every
from forum.messaging.service.digests import ask_for_digests, write_digests


@every(timedelta(minutes=10), "tell teams what waits for them")
def look_for_mornings(now: datetime) -> None:
    """Let organisations be told whose morning it is."""
    ask_for_digests(now)


@after("messaging.digest_due")
def tell_team(payload: Payload, now: datetime) -> None:
    """Tell the members of an organisation what waits for them."""
    write_digests(UUID(payload["organisation_id"]), payload["day"], now=now)
