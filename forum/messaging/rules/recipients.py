"""How many mails one address gets of an organisation within a day, each sort counted apart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from forum.messaging.rules import (
    ASKED_BY_ANYBODY,
    MOST_A_DAY,
    MOST_TO_A_CONTACT,
    NEWS,
    Kind,
)
from forum.messaging.rules.limits import DAY

CONTACT_MARK = ":contact"
"""What stands at the end of a message's key where it goes to the contact for somebody else."""

TEST_KEY = "test:"
"""With this begin the keys of letters that a member only tries out: they take no mail away."""

LETTERS = frozenset(
    {
        Kind.ANNOUNCEMENT,
        Kind.ADVERTISEMENT,
        Kind.REMINDER,
        Kind.DOORS_OPEN,
        Kind.THANKS,
        Kind.GUEST_INVITATION,
        Kind.GUEST_REMINDER,
    }
)
"""Kinds that an organisation writes to many when it likes."""

EVENT_MAILS = frozenset(
    {
        Kind.EVENT_CANCELLED,
        Kind.EVENT_POSTPONED,
        Kind.EVENT_MOVED,
        Kind.EVENT_BACK,
        Kind.EVENT_CHANGED,
        Kind.SPEAKER_EVENT,
        Kind.SPEAKER_CANCELLED,
        Kind.SPEAKER_POSTPONED,
        Kind.SPEAKER_MOVED,
        Kind.SPEAKER_BACK,
    }
)
"""Kinds that tell all of what has become of an event."""

_ELSEWHERE = NEWS | ASKED_BY_ANYBODY | {Kind.SIGN_IN, Kind.INVITATION, Kind.STAFF_DIGEST}


class Sort(StrEnum):
    """What mails are counted together: none takes the place of another."""

    OWN = "own"
    LETTERS = "letters"
    EVENT = "event"


Counted = tuple[Sort, bool]
"""A sort, and whether it goes to the contact of a booking for somebody else."""


def counted_as(kind: Kind, key: str) -> Counted | None:
    """Return what a mail is counted as; None where it has a limit elsewhere, or none."""
    if kind in _ELSEWHERE or key.startswith(TEST_KEY):
        return None
    sort = Sort.LETTERS if kind in LETTERS else Sort.EVENT if kind in EVENT_MAILS else Sort.OWN
    return sort, key.endswith(CONTACT_MARK)


def most_of(counted: Counted) -> int:
    """Return how many of a sort one address gets within a day."""
    return MOST_TO_A_CONTACT if counted[1] else MOST_A_DAY


def waits_until(sent: Collection[datetime], most: int) -> datetime | None:
    """Return when an address may be written to again; None where it may be now.

    `sent` is when the mails of the last day went out.
    """
    return None if len(sent) < most else sorted(sent)[-most] + DAY
