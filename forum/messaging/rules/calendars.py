"""Pure decisions about the calendar part of a mail: which kinds have one, and what it asks."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from forum.calendar.rules.answers import Method
from forum.messaging.rules import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

TELL_OF_A_SEAT = frozenset(
    {
        Kind.CONFIRMED,
        Kind.PROMOTED,
        Kind.APPROVED,
        Kind.AGAIN,
        Kind.NAMED,
        Kind.TYPE_CHANGED,
        Kind.EVENT_MOVED,
        Kind.EVENT_CHANGED,
        Kind.EVENT_BACK,
        Kind.EVENT_POSTPONED,
        Kind.PLACE_GIVEN,
    }
)
"""Kinds that put the event into the calendar of who has a seat, or keep it right there."""

TELL_OF_THE_END = frozenset(
    {
        Kind.CANCELLED,
        Kind.CANCELLED_BY_OFFICE,
        Kind.NOT_COMING,
        Kind.LEFT,
        Kind.PLACE_LEFT,
        Kind.EVENT_CANCELLED,
    }
)
"""Kinds that take it out again, where it stands."""

FOR_EVERYBODY = frozenset({Kind.EVENT_CANCELLED, Kind.PROGRAMME_YOURS, Kind.PROGRAMME_NEWS})
"""Kinds that, where they cancel, say of the event or session itself that it is off."""

ASKS = frozenset({Kind.GUEST_INVITATION, Kind.GUEST_REMINDER})
"""Kinds that ask by the calendar too whether somebody comes."""

METHODS: Mapping[Kind, Method] = MappingProxyType(
    dict.fromkeys(TELL_OF_A_SEAT | ASKS, Method.REQUEST)
    | dict.fromkeys(TELL_OF_THE_END, Method.CANCEL)
)


def method_of(kind: Kind, *, has_seat: bool) -> Method | None:
    """Return what a mail of this kind asks of the guest's calendar; None where it asks nothing.

    Who waits for a seat, or for an answer, has nothing to put there yet.
    """
    if kind in TELL_OF_A_SEAT and not has_seat:
        return None
    return METHODS.get(kind)
