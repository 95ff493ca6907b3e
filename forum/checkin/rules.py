"""What the door answers to a reading: one table, read from the top, the first that fits decides.

The same table is to run in the browser later, so it knows plain values only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from forum.core.i18n import Sentence, sentence

UNDO_FREELY = timedelta(seconds=10)
"""So long may the last admission be taken back without saying why."""

PAIRING_LASTS = timedelta(hours=24)
DEVICE_OUTLASTS_EVENT = timedelta(hours=24)
CLOCK_TRUSTED_WITHIN = timedelta(days=2)
"""How far back a reading that waited on the phone may lie."""

SEEN_EVERY = timedelta(seconds=30)
SHORTEST_LATIN_SEARCH = 2
LONGEST_SEARCH = 100
LONGEST_HELPER = 80


class CheckpointKind(StrEnum):
    """An entrance lets into the event; a room keeps its own list of who is in."""

    ENTRANCE = "entrance"
    ROOM = "room"


class Way(StrEnum):
    """How a reading came about."""

    CAMERA = "camera"
    SCANNER = "scanner"
    TYPED = "typed"
    SEARCH = "search"
    STAND_BY = "stand_by"


class Kind(StrEnum):
    """The four looks of a verdict: shape, colour, sound and vibration hang on it."""

    ADMIT = "admit"
    LOOK = "look"
    STOP = "stop"
    NEUTRAL = "neutral"


class Reason(StrEnum):
    """Why the verdict is what it is; a reading is stored as received, then judged."""

    RECEIVED = "received"
    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    PENDING = "pending"
    REVOKED = "revoked"
    WRONG_EVENT = "wrong_event"
    WRONG_DAY = "wrong_day"
    NOT_THIS_DOOR = "not_this_door"
    FORGED = "forged"
    UNKNOWN_CODE = "unknown_code"
    NOT_A_TICKET = "not_a_ticket"
    LOCKED = "locked"
    UNDONE = "undone"


class Reading(StrEnum):
    """What the reading turned out to be before anybody was looked up."""

    SIGNED = "signed"
    BADLY_SIGNED = "badly_signed"
    REFERENCE = "reference"
    CHOSEN = "chosen"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Hours:
    """From when and until when a checkpoint lets in; None stands for no bound."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a verdict may depend on; `state` is the registration's, None if not found.

    `type_enters` says whether the guest's ticket type may enter at this checkpoint at all.
    """

    reading: Reading
    state: str | None = None
    same_event: bool = True
    revoked: bool = False
    already_in: bool = False
    type_enters: bool = True
    device_locked: bool = False
    scanned_at: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def outside_hours(self) -> bool:
        """Whether the reading lies before the checkpoint opens or after it has closed."""
        if self.scanned_at is None:
            return False
        early = self.opens_at is not None and self.scanned_at < self.opens_at
        late = self.closes_at is not None and self.scanned_at >= self.closes_at
        return early or late


def _in_state(state: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.state == state


TABLE: tuple[tuple[Callable[[Facts], bool], Reason], ...] = (
    (lambda facts: facts.device_locked, Reason.LOCKED),
    (lambda facts: facts.reading is Reading.FOREIGN, Reason.NOT_A_TICKET),
    (lambda facts: facts.reading is Reading.BADLY_SIGNED, Reason.FORGED),
    (lambda facts: not facts.same_event, Reason.WRONG_EVENT),
    (lambda facts: facts.state is None and facts.reading is Reading.SIGNED, Reason.REVOKED),
    (lambda facts: facts.state is None, Reason.UNKNOWN_CODE),
    (_in_state("cancelled"), Reason.CANCELLED),
    (_in_state("declined"), Reason.DECLINED),
    (_in_state("waitlisted"), Reason.WAITLISTED),
    (_in_state("offered"), Reason.OFFERED),
    (_in_state("pending"), Reason.PENDING),
    (lambda facts: facts.state != "confirmed", Reason.UNKNOWN_CODE),
    (lambda facts: facts.revoked, Reason.REVOKED),
    (lambda facts: not facts.type_enters, Reason.NOT_THIS_DOOR),
    (lambda facts: facts.outside_hours, Reason.WRONG_DAY),
    (lambda facts: facts.already_in, Reason.ALREADY_IN),
)


def judge(facts: Facts) -> Reason:
    """Return the first reason of the table that fits, or that the guest is admitted."""
    return next((reason for fits, reason in TABLE if fits(facts)), Reason.ADMITTED)


@dataclass(frozen=True, slots=True)
class Wording:
    """A verdict's look, its one loud word, what it is about, and what the helper does next."""

    kind: Kind
    title: Sentence
    about: Sentence | None
    next_steps: tuple[Sentence, ...]


_DESK = (sentence("Send to the registration desk."),)
_STOP = sentence("Stop")

WORDING: dict[Reason, Wording] = {
    Reason.ADMITTED: Wording(Kind.ADMIT, sentence("Welcome"), None, ()),
    Reason.ALREADY_IN: Wording(
        Kind.LOOK,
        sentence("Already in"),
        None,
        (sentence("Same person coming back? Let in."), sentence("Someone else? Desk.")),
    ),
    Reason.CANCELLED: Wording(Kind.STOP, _STOP, sentence("Ticket cancelled"), _DESK),
    Reason.DECLINED: Wording(Kind.STOP, _STOP, sentence("Request declined"), _DESK),
    Reason.WAITLISTED: Wording(Kind.STOP, _STOP, sentence("On the wait list"), _DESK),
    Reason.OFFERED: Wording(
        Kind.STOP,
        _STOP,
        sentence("Seat offered, not yet taken"),
        (sentence("The guest confirms by the link in the mail, or at the registration desk."),),
    ),
    Reason.PENDING: Wording(Kind.STOP, _STOP, sentence("Not confirmed yet"), _DESK),
    Reason.REVOKED: Wording(Kind.STOP, _STOP, sentence("Ticket no longer valid"), _DESK),
    Reason.WRONG_EVENT: Wording(Kind.STOP, _STOP, sentence("Ticket for another event"), _DESK),
    Reason.WRONG_DAY: Wording(Kind.STOP, _STOP, sentence("Not at this time"), _DESK),
    Reason.NOT_THIS_DOOR: Wording(
        Kind.STOP,
        _STOP,
        sentence("Not this door"),
        (sentence("The ticket is good, but not here. Show the guest where to go."),),
    ),
    Reason.FORGED: Wording(
        Kind.STOP,
        _STOP,
        sentence("Not a genuine ticket"),
        (sentence("Do not let in. Send to the registration desk."),),
    ),
    Reason.UNKNOWN_CODE: Wording(
        Kind.NEUTRAL,
        sentence("Not found"),
        sentence("No ticket has this code"),
        (sentence("Check each letter, or search by name."),),
    ),
    Reason.NOT_A_TICKET: Wording(
        Kind.NEUTRAL,
        sentence("Not a ticket"),
        sentence("This is some other code"),
        (sentence("Ask for the QR code in the confirmation mail, or search by name."),),
    ),
    Reason.LOCKED: Wording(
        Kind.STOP,
        sentence("Locked"),
        sentence("This phone may no longer check in"),
        (sentence("Ask the organiser for a new pairing code."),),
    ),
    Reason.UNDONE: Wording(
        Kind.NEUTRAL,
        sentence("Undone"),
        sentence("Not checked in any more"),
        (),
    ),
}


def may_undo_freely(received_at: datetime, now: datetime) -> bool:
    """Say whether the reading is so fresh that undoing it needs no reason."""
    return now - received_at <= UNDO_FREELY


def device_lapses(event_ends_at: datetime, now: datetime) -> datetime:
    """Return when a phone paired now stops working: a day after the event, or after now."""
    return max(event_ends_at, now) + DEVICE_OUTLASTS_EVENT


def corrected(scanned_at: datetime | None, sent_at: datetime | None, now: datetime) -> datetime:
    """Return when a reading really took place, by our clock.

    The phone says when it read and what its clock shows while sending; the difference to `now`
    is the phone's error. The result never lies ahead of now, nor further back than we trust.
    """
    if scanned_at is None or sent_at is None or scanned_at > sent_at:
        return now
    waited = min(sent_at - scanned_at, CLOCK_TRUSTED_WITHIN)
    return now - waited


def search_words(typed: str) -> tuple[str, ...]:
    """Return the words to look for, or none when the text is too short to search by.

    One Chinese character is enough; Latin needs two letters. A word of Chinese alone is taken
    apart, so that a name is found in either order.
    """
    words: list[str] = []
    for word in typed[:LONGEST_SEARCH].split():
        words.extend(word if _all_chinese(word) else (word,))
    long_enough = any(_all_chinese(word) or len(word) >= SHORTEST_LATIN_SEARCH for word in words)
    return tuple(words) if long_enough else ()


def _all_chinese(word: str) -> bool:
    return all(
        "\u3400" <= letter <= "\u9fff"
        or "\uf900" <= letter <= "\ufaff"
        or "\U00020000" <= letter <= "\U0003ffff"
        for letter in word
    )
