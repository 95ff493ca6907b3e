"""Pure decisions about ticket types: who may take one, when, and how many."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from forum.core.errors import Conflict, Invalid
from forum.core.i18n import sentence
from forum.core.text import plain_key

LONGEST_TYPE_NAME = 80
LONGEST_DESCRIPTION = 600
MOST_PER_BOOKING = 50
MOST_TYPES = 40
MOST_CODES = 500
"""So many codes are made at once."""

MOST_USES = 10_000
LONGEST_LABEL_OF_CODES = 120
CODE_LETTERS = 10
"""Letters of an access code without look-alikes: some 49 bits, never to be guessed."""


class Access(StrEnum):
    """For whom a type is."""

    OPEN = "open"
    APPROVAL = "approval"
    INVITATION = "invitation"
    CODE = "code"
    LINK = "link"
    OFFICE = "office"


VISIBLE = frozenset({Access.OPEN, Access.APPROVAL})
"""Types that the public form offers to everybody."""

BY_FORM = frozenset({Access.OPEN, Access.APPROVAL, Access.CODE, Access.LINK})
"""Types that the public form can take at all."""


class Entry(StrEnum):
    """How guests come in by themselves: at once, by approval, by a code, invited alone, later."""

    OPEN = "open"
    APPROVAL = "approval"
    CODE = "code"
    INVITATION = "invitation"
    LATER = "later"


class Attendance(StrEnum):
    """How a guest of this type takes part."""

    ON_SITE = "on_site"
    ONLINE = "online"


class SeatsFrom(StrEnum):
    """Where the seats of a type come from.

    EVENT: the event's own, as many as there are. LIMITED: the event's own, but at most some number
    of them. OWN: a number of its own beside the event's.
    """

    EVENT = "event"
    LIMITED = "limited"
    OWN = "own"


class RuleKind(StrEnum):
    """What approves a request by itself."""

    DOMAIN = "domain"
    INVITATION = "invitation"
    ANSWER = "answer"


class Times(Protocol):
    """A type as far as its times are concerned."""

    @property
    def opens_at(self) -> datetime | None:
        """From when it can be taken; None: with the event."""

    @property
    def closes_at(self) -> datetime | None:
        """Until when; None: with the event."""

    @property
    def closed_for_good_at(self) -> datetime | None:
        """When an organiser took it off the form."""


class TooManyTypes(Conflict):
    """The event has as many types as one may have."""

    code = "too_many_types"
    says = sentence(
        "An event can have at most %(most)s ticket types. Change one of them instead.",
        most=MOST_TYPES,
    )


class TypeHasPeople(Conflict):
    """Somebody has, or had, a ticket of the type, or waits for one: it stays."""

    code = "type_has_people"
    says = sentence(
        "People registered with this type, or a guest list uses it, so it stays. Close it instead."
    )


class OnlyType(Conflict):
    """An event keeps one type at least."""

    code = "only_type"
    says = sentence("This is the event’s only ticket type, so it stays. Change it instead.")


class TypeGrows(Conflict):
    """The type is Forum's own, for speakers or the stand-by queue."""

    code = "type_grows"
    says = sentence("Forum keeps this type itself. You can change its name and description.")


class NoRoomForType(Conflict):
    """The event has fewer free seats than the people of a type that is to sit among all others."""

    code = "no_room_for_type"

    def __init__(self, people: int, left: int) -> None:
        """Name both numbers."""
        super().__init__(
            sentence(
                "%(people)s seats of this type are taken, but the event has only %(left)s free. "
                "Give the event more seats first.",
                people=people,
                left=left,
            ),
            field="capacity",
        )


class TooFewInvited(Conflict):
    """Seats and over-invitation together make fewer than those who have a seat already."""

    code = "too_few_invited"

    def __init__(self, taken: int, room: int) -> None:
        """Name both numbers."""
        super().__init__(
            sentence(
                "%(taken)s people have a seat already, and this makes only %(room)s. "
                "Enter more seats, or a higher percentage.",
                taken=taken,
                room=room,
            ),
            field="capacity",
        )


class TypeClosed(Conflict):
    """The type is not taken at this moment."""

    code = "type_closed"
    says = sentence("This kind of ticket can no longer be had. Choose another.")


class NotByCode(Conflict):
    """Codes open nothing but types that are had by code."""

    code = "not_by_code"
    says = sentence("Choose a ticket type that is for those who have an access code.")


class KeptBeyondUses(Conflict):
    """More seats would be kept than people can come by the codes."""

    code = "kept_beyond_uses"

    def __init__(self, people: int) -> None:
        """Name how many can come."""
        super().__init__(
            sentence(
                "These codes let in at most %(people)s people. Enter %(people)s or fewer.",
                people=people,
            ),
            field="kept",
        )


class WrongCode(Invalid):
    """No code of this event, or one that is used up or over; the sentence never tells which."""

    code = "wrong_code"
    says = sentence("This code cannot be used. Check it, or ask who gave it to you.")


def is_open(one: Times, now: datetime) -> bool:
    """Say whether a type can be taken now, as far as its own times are concerned."""
    if one.closed_for_good_at is not None:
        return False
    begun = one.opens_at is None or one.opens_at <= now
    return begun and (one.closes_at is None or now < one.closes_at)


def is_upcoming(one: Times, now: datetime) -> bool:
    """Say whether a type will open later."""
    return one.closed_for_good_at is None and one.opens_at is not None and now < one.opens_at


def typed_code(typed: str) -> str:
    """Return an access code as it is stored, from how people type it."""
    return "".join(one for one in plain_key(typed).upper() if one.isalnum())[:16]
