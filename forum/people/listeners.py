"""What the worker does after somebody asked for a link: tells the mail room, and sweeps up."""

from __future__ import annotations

from datetime import datetime

from forum.core.outbox import Payload, after
from forum.people import service


@after("people.sign_in_asked")
def answer(payload: Payload, now: datetime) -> None:
    """Have a mail written where the address is a user's, and delete what lapsed."""
    service.answer_ask(payload, now=now)
    service.sweep(now)
