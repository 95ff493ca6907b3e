"""Ticket types and who has them: what tests of types, codes and rules share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db
from forum.core.money import Money
from forum.registrations import service
from forum.registrations.models import Registration, TicketType
from forum.registrations.recount import Recount, recount, recount_codes
from forum.registrations.rules import Access, Attendance, BookingSource, SeatsFrom
from forum.registrations.service import Party, Registered
from forum.registrations.service.type_seats import SeatsWanted
from forum.registrations.service.types import TypeWanted, add_type, set_type
from tests.factories import NOW, attendee, text

EVENT_SEATS = SeatsWanted(SeatsFrom.EVENT)


def limited(number: int) -> SeatsWanted:
    """Return: of the event's seats, at most so many."""
    return SeatsWanted(SeatsFrom.LIMITED, number)


def own(number: int) -> SeatsWanted:
    """Return: so many seats beside the event's."""
    return SeatsWanted(SeatsFrom.OWN, number)


def wanted(name: str = "Sample type", **given: Any) -> TypeWanted:
    """Return an ordinary open type."""
    values: dict[str, Any] = {
        "name": text(name),
        "description": text("What it is for"),
        "access": Access.OPEN,
        "attendance": Attendance.ON_SITE,
        "seats": EVENT_SEATS,
        "opens_at": None,
        "closes_at": None,
        "most_per_booking": 4,
        "holds_while_pending": False,
        "price": Money(0),
    }
    return TypeWanted(**(values | given))


def make_type(event_id: UUID, name: str = "Sample type", **given: Any) -> UUID:
    """Store a type."""
    return add_type(SYSTEM, event_id, wanted(name, **given), now=NOW)


def turn(type_id: UUID, **given: Any) -> list[UUID]:
    """Change a type; return who moved up."""
    one = db.session.get_one(TicketType, type_id, populate_existing=True)
    moved = set_type(SYSTEM, one.event_id, type_id, wanted(**given), revision=one.revision, now=NOW)
    return list(moved)


def come(
    event_id: UUID, type_id: UUID | None, *names: str, code: str = "", by_link: bool = False
) -> Registered:
    """Register a party as the public form does."""
    party = Party(tuple(map(attendee, names)), type_id=type_id, code=code, by_link=by_link)
    return service.register_party(ANONYMOUS, event_id, party, form_key=None, now=NOW)


def come_by_hand(event_id: UUID, type_id: UUID, *names: str, block_id: UUID | None = None) -> Any:
    """Register a party by an organiser's hand."""
    party = Party(
        tuple(map(attendee, names)), type_id=type_id, block_id=block_id, source=BookingSource.HAND
    )
    return service.register_party(SYSTEM, event_id, party, form_key=None, now=NOW)


def states(event_id: UUID) -> dict[str, str]:
    """Return where everybody stands, by the end of the name."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Registration.name, Registration.state).where(Registration.event_id == event_id)
    )
    return {row[0].removeprefix("Sample Guest "): row[1].value for row in rows}


def in_state(event_id: UUID, state: str) -> str:
    """Return the names of those in a state, in order, in one text."""
    return "".join(sorted(name for name, stands in states(event_id).items() if stands == state))


def agreed() -> list[Recount]:
    """Recount every pool and code, see that all agree, and return the pools."""
    db.session.rollback()
    pools = list(recount())
    assert [one for one in (*pools, *recount_codes()) if not one.agrees] == []
    return pools


def counts(about: str) -> tuple[int, int, int]:
    """Return capacity, taken and waiting of the one pool of this kind."""
    (row,) = [one for one in agreed() if one.about == about]
    return row.capacity, row.taken, row.waiting
