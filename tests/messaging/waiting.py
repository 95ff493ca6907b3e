"""Mails that wait to be sent, stored as the rooms store them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask

from forum.core.ids import uuid7
from forum.messaging.rules import Kind
from forum.messaging.service.rows import message_row, store
from tests.factories import NOW


def queue(
    app: Flask, organisation_id: UUID, event_id: UUID, number: int, **given: Any
) -> list[str]:
    """Store mails of an event that wait to be sent; return their Message-IDs."""
    with app.app_context():
        waiting = [_row(organisation_id, event_id, place) | given for place in range(number)]
        store(waiting)
    return [row["message_id"] for row in waiting]


def _row(organisation_id: UUID, event_id: UUID, place: int) -> dict[str, Any]:
    message_id = uuid7()
    return message_row(message_id, Kind.AGAIN_WAITING, f"waiting:{message_id}", "en", NOW) | {
        "organisation_id": organisation_id,
        "event_id": event_id,
        "to_email": f"{place}@example.com",
        "to_name": "",
        "subject": "Hello",
        "text": "Hello",
        "html": "<p>Hello</p>",
    }
