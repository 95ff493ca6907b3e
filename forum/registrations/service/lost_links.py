"""Somebody has lost the mail: the links of an address are mailed to that address again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from forum.core import outbox
from forum.core.db import writing
from forum.core.keys import instance_key
from forum.registrations.queries import links_for
from forum.registrations.rules import MINUTES_BETWEEN_LINKS

TOPIC = "booking.link_asked"
DIGEST_BYTES = 16


def ask_for_links(event_id: UUID, email_key: str, lang: str, *, now: datetime) -> None:
    """Have the links of an address at an event mailed to it, at most every ten minutes.

    Known and unknown addresses cost the same statements and leave the same kind of row, so that
    neither the answer nor its time tells them apart. The row holds no address: its ids lead to it.
    """
    found = links_for(event_id, email_key)
    span = int(now.timestamp()) // (MINUTES_BETWEEN_LINKS * 60)
    payload = {
        "event_id": str(event_id),
        "booking_ids": [str(one) for one in found.booking_ids],
        "registration_ids": [str(one) for one in found.registration_ids],
        "lang": lang,
        "span": span,
    }
    with writing() as session:
        outbox.emit_once(
            session, TOPIC, payload, key=f"{_digest(event_id, email_key)}:{span}", now=now
        )


def _digest(event_id: UUID, email_key: str) -> str:
    keyed = hashlib.blake2b(
        event_id.bytes, key=instance_key().derived("lost link"), digest_size=DIGEST_BYTES
    )
    keyed.update(email_key.encode("utf-8", "surrogatepass"))
    return keyed.hexdigest()
