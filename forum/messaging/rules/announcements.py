"""Pure decisions about announcements: their states and legal moves, when a second person nods."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from forum.core.errors import Conflict, Forbidden, Invalid
from forum.core.i18n import sentence, sentences
from forum.messaging.rules import Kind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from forum.core.languages import Language

LONGEST_ANNOUNCEMENT_NAME = 120
LONGEST_WORDS = 20_000
AT_ONCE = 500
"""So many people one transaction of queueing writes to: other writers wait no longer for it."""


class AnnouncementKind(StrEnum):
    """What is sent to a segment: a letter of the organiser's own, or one of Forum's for the day."""

    LETTER = "letter"
    REMINDER = "reminder"
    DOORS_OPEN = "doors_open"
    THANKS = "thanks"


class AnnouncementState(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    AWAITING_NOD = "awaiting_nod"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


class Timing(StrEnum):
    """How the moment of a mail is said."""

    NOW = "now"
    AT = "at"
    RELATIVE = "relative"


class Anchor(StrEnum):
    """From what a relative moment is reckoned."""

    START = "start"
    END = "end"


_DRAFT, _AWAITS, _SCHEDULED, _SENDING, _SENT, _STOPPED = AnnouncementState

MOVES: dict[AnnouncementState, frozenset[AnnouncementState]] = {
    _DRAFT: frozenset({_AWAITS, _SCHEDULED, _SENDING}),
    _AWAITS: frozenset({_DRAFT, _SCHEDULED, _SENDING, _STOPPED}),
    _SCHEDULED: frozenset({_DRAFT, _AWAITS, _SENDING, _STOPPED}),
    _SENDING: frozenset({_SENT, _STOPPED}),
    _SENT: frozenset({_STOPPED}),
    _STOPPED: frozenset({_DRAFT, _AWAITS, _SCHEDULED, _SENDING}),
}
"""One that was stopped half-way goes on to those it has not reached; like a scheduled one it asks
for a nod where it would reach more people than somebody nodded at. One that is sent can be stopped
while a mail that was deferred still waits."""

EDITABLE = frozenset({_DRAFT, _AWAITS, _SCHEDULED})
"""States in which the words, the segment and the time can still be changed."""

DELETABLE = frozenset({_DRAFT})
RUNNING = frozenset({_AWAITS, _SCHEDULED, _SENDING})
"""States that end with mails unless somebody stops them."""

ANNOUNCEMENT_STATE_WORDS = {
    _DRAFT: ("none", sentence("Draft")),
    _AWAITS: ("look", sentence("Needs a second person")),
    _SCHEDULED: ("info", sentence("Scheduled")),
    _SENDING: ("info", sentence("Being sent")),
    _SENT: ("go", sentence("Sent")),
    _STOPPED: ("stop", sentence("Stopped")),
}
"""A status word for each state: its colour's class, its words."""


class IllegalAnnouncementMove(Conflict):
    """The announcement's state does not allow this."""

    code = "illegal_announcement_move"
    says = sentence("This announcement cannot take that step from where it stands.")


class NothingToSay(Invalid):
    """A subject or the words are missing in the languages of the event."""

    code = "nothing_to_say"

    def __init__(self, *, field: str) -> None:
        """Name the field."""
        says = {
            "subject": sentence("Enter a subject in at least one language"),
            "words": sentence("Enter the words in at least one language"),
        }
        super().__init__(says[field], field=field)


class HalfWritten(Invalid):
    """A language has a subject and no words, or words and no subject."""

    code = "half_written"

    def __init__(self, field: str, language: Language) -> None:
        """Name the language of what is missing; the field is words:zh-Hant, for example."""
        says = {
            "subject": sentence("Enter a subject in %(language)s too", language=language.name),
            "words": sentence("Enter the words in %(language)s too", language=language.name),
        }
        super().__init__(says[field], field=f"{field}:{language.key}")


class OfGuestsAlone(Invalid):
    """A placeholder has a value for guests who registered, and for none of these recipients."""

    code = "of_guests_alone"

    def __init__(self, name: str, *, field: str) -> None:
        """Name the placeholder."""
        super().__init__(
            sentence("“{%(name)s}” is known only of those who registered. Take it out", name=name),
            field=field,
        )


class NobodyToWriteTo(Conflict):
    """The segment reaches nobody."""

    code = "nobody_to_write_to"
    says = sentence("Nobody would get this announcement. Choose other recipients.")


class TimeIsPast(Invalid):
    """The moment to send at has passed, or cannot be worked out."""

    code = "time_is_past"

    def __init__(self) -> None:
        """Name the field."""
        super().__init__(sentence("Choose a time in the future"), field="at")


class OwnNod(Forbidden):
    """Who asked for the nod cannot give it."""

    code = "own_nod"
    says = sentence("Somebody else has to agree: you wrote it or sent it off yourself.")


class ChangedSinceSeen(Conflict):
    """Somebody changed it after the page was shown from which it was to go."""

    code = "changed_since_seen"
    says = sentence("Somebody changed it meanwhile. Look at it again before it goes.")


class MoreThanNamed(Conflict):
    """More people would be reached than the page named."""

    code = "more_than_named"

    def __init__(self, number: int) -> None:
        """Say how many there are by now."""
        self.number = number
        super().__init__(
            sentences(
                "By now it reaches %(people)s person. Look at it and confirm again.",
                "By now it reaches %(people)s people. Look at it and confirm again.",
                number,
                people=number,
            )
        )


def check_announcement_move(state: AnnouncementState, wanted: AnnouncementState) -> None:
    """Raise IllegalAnnouncementMove unless the table allows the step."""
    if wanted not in MOVES[state]:
        raise IllegalAnnouncementMove


def needs_nod(reached: int, nod_above: int | None, nodded_for: int | None) -> bool:
    """Say whether a second person has to look.

    Above the organisation's number, and above what somebody nodded at before.
    """
    if nod_above is None or reached <= nod_above:
        return False
    return nodded_for is None or reached > nodded_for


class Asked(Protocol):
    """Who wrote an announcement, who asked that it goes, and when it began, if it has."""

    made_by: UUID | None
    asked_by: UUID | None
    started_at: datetime | None


def kept_from_nodding(one: Asked) -> frozenset[UUID]:
    """Return who cannot agree: neither who asked that it goes, nor who wrote it.

    But its author may where somebody else wants to go on with it half-way: those are two people.
    """
    of_another = one.started_at is not None and one.asked_by not in {None, one.made_by}
    asking = (one.asked_by,) if of_another else (one.made_by, one.asked_by)
    return frozenset(each for each in asking if each is not None)


def message_kind(kind: AnnouncementKind, *, about_booking: bool) -> Kind:
    """Return the kind of the mails that an announcement is made of."""
    if kind is AnnouncementKind.LETTER:
        return Kind.ANNOUNCEMENT if about_booking else Kind.ADVERTISEMENT
    return Kind(kind.value)
