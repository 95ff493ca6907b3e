"""Sessions: kinds, roles on stage, states, the languages spoken, what calendars must learn."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from forum.core.errors import Conflict, Invalid
from forum.core.i18n import sentence

LONGEST_TITLE = 300
LONGEST_NAME = 200
LONGEST_ABSTRACT = 10_000
"""Real programmes hold abstracts of 9,700 characters; imports and forms share these bounds."""
LONGEST_BIOGRAPHY = LONGEST_ABSTRACT
MOST_PARTS = 60
"""Appearances in one session."""
MOST_SESSIONS = 2000
LARGEST_PRECEDENCE = 9999
LONGEST_MINUTES = 7 * 24 * 60
SMALL_HOURS = time(6)
LATE = time(12)


class SessionKind(StrEnum):
    """What a programme item is."""

    KEYNOTE = "keynote"
    ADDRESS = "address"
    PANEL = "panel"
    TALK = "talk"
    FIRESIDE = "fireside"
    CEREMONY = "ceremony"
    BREAK = "break"
    NETWORKING = "networking"
    MEAL = "meal"
    WORKSHOP = "workshop"
    OTHER = "other"


PAUSES = frozenset({SessionKind.BREAK, SessionKind.NETWORKING, SessionKind.MEAL})
"""Kinds that are drawn thin: nobody stands on a stage."""


class SessionState(StrEnum):
    """Where a session stands; drafts are seen by editors alone."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class AppearanceRole(StrEnum):
    """What a speaker is in a session."""

    OFFICIATING_GUEST = "officiating_guest"
    GUEST_OF_HONOUR = "guest_of_honour"
    KEYNOTE_SPEAKER = "keynote_speaker"
    WELCOME = "welcome"
    OPENING = "opening"
    SPECIAL = "special"
    CLOSING = "closing"
    CHAIR = "chair"
    MODERATOR = "moderator"
    PANELLIST = "panellist"
    PRESENTER = "presenter"
    MC = "mc"
    INTERPRETER = "interpreter"
    RAPPORTEUR = "rapporteur"
    OTHER = "other"


LEADERS = frozenset({AppearanceRole.CHAIR, AppearanceRole.MODERATOR})
"""Who stands apart on the line of a panel."""

GUESTS_OF_HONOUR = frozenset({AppearanceRole.OFFICIATING_GUEST, AppearanceRole.GUEST_OF_HONOUR})

MOVES: dict[SessionState, frozenset[SessionState]] = {
    SessionState.DRAFT: frozenset({SessionState.CONFIRMED}),
    SessionState.CONFIRMED: frozenset({SessionState.CANCELLED}),
    SessionState.CANCELLED: frozenset({SessionState.CONFIRMED}),
}

CALENDAR_FIELDS = frozenset(
    {"title", "starts_at", "ends_at", "state", "room_id", "also_in", "stream_url"}
)

SPOKEN = (
    "en", "yue", "cmn", "ja", "ko", "de", "fr", "es", "pt", "it", "nl", "ru", "uk", "pl", "cs",
    "sv", "da", "fi", "nb", "tr", "ar", "he", "hi", "id", "ms", "th", "vi", "fil", "sgn",
)  # fmt: skip
"""Languages that can be spoken on a stage (ISO 639), those of Hong Kong first."""

MOST_PANEL_PARTS = 12
MOST_TRACKS = 60
LONGEST_CALLED = 80
LARGEST_PLACES = 100_000


class IllegalMove(Conflict):
    """The session's state does not allow this."""

    code = "illegal_session_move"
    says = sentence("This session cannot take that step from where it stands.")


class FarDay(Invalid):
    """A session is to stand under a day it has nothing to do with."""

    code = "far_day"
    says = sentence("Choose the day on which it starts, or the day before")


def check_move(state: SessionState, wanted: SessionState) -> None:
    """Raise IllegalMove unless the table allows the step."""
    if wanted not in MOVES[state]:
        raise IllegalMove


def calendar_must_know(changed_fields: set[str]) -> bool:
    """Say whether a change of these fields raises the calendar sequence (CALENDAR.md E05)."""
    return bool(changed_fields & CALENDAR_FIELDS)


def wall_span(day: date, start: time, end: time) -> tuple[datetime, datetime]:
    """Return a session's naive start and end; one that ends in the small hours ends next day."""
    starts, ends = datetime.combine(day, start), datetime.combine(day, end)
    if end <= start and end <= SMALL_HOURS and start >= LATE:
        ends += timedelta(days=1)
    return starts, ends


def nearest_day(listed: date, starts_on: date) -> date:
    """Return the day nearest to a wanted one that a session may stand under: its own, or before."""
    return min(max(listed, starts_on - timedelta(days=1)), starts_on)


def check_listed_day(listed: date, starts_on: date, *, field: str = "listed_day") -> None:
    """Raise FarDay unless a session stands under its own day or the one before."""
    if listed != nearest_day(listed, starts_on):
        raise FarDay(field=field)
