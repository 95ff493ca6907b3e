"""Finding guests without their ticket, and counting those who are in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from forum.checkin import queries, rules
from forum.checkin.errors import SearchNotAllowed
from forum.checkin.queries import AtTheDoor
from forum.checkin.service.working import working
from forum.checkin.verdicts import Count, Finding, Found
from forum.core.db import db
from forum.core.text import clean_line

if TYPE_CHECKING:
    from forum.core.actor import Actor

MOST_FOUND = 20


def search(actor: Actor, text: str, *, now: datetime) -> Finding:
    """Find guests by name in either order, organisation or code; at most a screenful.

    Finds nothing for less than one Chinese character or two letters.
    Raises NotPaired, DeviceLocked, SearchNotAllowed.
    """
    at = working(db.session(), actor, now)
    if not at.device.may_search:
        raise SearchNotAllowed
    words = rules.search_words(clean_line(text))
    if not words:
        return Finding((), more=False)
    rows = queries.guests_by_words(at.event.id, at.checkpoint.place_id, words, MOST_FOUND + 1)
    found = tuple(Found(guest, state.value, since) for guest, state, since in rows[:MOST_FOUND])
    return Finding(found, more=len(rows) > MOST_FOUND)


def count(at: AtTheDoor) -> Count:
    """Return how many are in where this device stands, of how many confirmed guests."""
    return queries.count(db.session(), at.event.id, at.checkpoint.place_id)
