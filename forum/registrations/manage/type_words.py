"""Words about ticket types: for whom they are, and how they stand now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from forum.core.i18n import Sentence, sentence
from forum.registrations.rules import Access, is_open, is_upcoming

if TYPE_CHECKING:
    from forum.registrations.models import TicketType

ACCESS_WORDS = {
    Access.OPEN: sentence("Everybody"),
    Access.APPROVAL: sentence("By approval"),
    Access.INVITATION: sentence("By invitation"),
    Access.CODE: sentence("By access code"),
    Access.LINK: sentence("By hidden link"),
    Access.OFFICE: sentence("Organisers only"),
}


def standing_of(one: TicketType, now: datetime) -> tuple[str, Sentence]:
    """Return a status word: its colour's class, its words."""
    if one.closed_for_good_at is not None:
        return "stop", sentence("Closed")
    if is_upcoming(one, now):
        return "info", sentence("Opens later")
    if not is_open(one, now):
        return "", sentence("Time is over")
    return "go", sentence("Available")
