"""Pure decisions about the programme: kinds, roles on stage, states, what calendars must learn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import cast
from uuid import UUID

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


LEADERS = frozenset({AppearanceRole.CHAIR, AppearanceRole.MODERATOR})
"""Who stands apart on the line of a panel."""

GUESTS_OF_HONOUR = frozenset({AppearanceRole.OFFICIATING_GUEST, AppearanceRole.GUEST_OF_HONOUR})

MOVES: dict[SessionState, frozenset[SessionState]] = {
    SessionState.DRAFT: frozenset({SessionState.CONFIRMED}),
    SessionState.CONFIRMED: frozenset({SessionState.CANCELLED}),
    SessionState.CANCELLED: frozenset({SessionState.CONFIRMED}),
}

CALENDAR_FIELDS = frozenset({"title", "starts_at", "ends_at", "state", "room_id", "stream_url"})


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


class WarningKind(StrEnum):
    """What an editor should look at; nothing of it stops saving."""

    SPEAKER_TWICE = "speaker_twice"
    ROOM_TWICE = "room_twice"
    NO_MODERATOR = "no_moderator"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Slot:
    """A session as the checks see it: where, when, and who is on stage in what role."""

    id: UUID
    kind: SessionKind
    state: SessionState
    room_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    cast: tuple[tuple[UUID, AppearanceRole], ...] = ()


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning: the sessions it names, the speaker or room in question, and the time shared."""

    kind: WarningKind
    sessions: tuple[UUID, ...]
    about: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def warnings_of(
    slots: Iterable[Slot], *, event_starts: datetime, event_ends: datetime
) -> list[Warned]:
    """Return what is wrong with a programme: clashes in time order, then the rest.

    Cancelled sessions count for nothing, untimed ones not for clashes.
    """
    standing = [slot for slot in slots if slot.state is not SessionState.CANCELLED]
    return [
        *_clashes(standing),
        *(
            Warned(WarningKind.OUTSIDE, (slot.id,), None, slot.starts_at, slot.ends_at)
            for slot in standing
            if slot.starts_at
            and slot.ends_at
            and (slot.starts_at < event_starts or slot.ends_at > event_ends)
        ),
        *(
            Warned(WarningKind.NO_MODERATOR, (slot.id,))
            for slot in standing
            if slot.kind is SessionKind.PANEL and not any(role in LEADERS for _, role in slot.cast)
        ),
    ]


def _clashes(slots: Iterable[Slot]) -> list[Warned]:
    timed = sorted(
        (slot for slot in slots if slot.starts_at and slot.ends_at),
        key=lambda slot: (slot.starts_at, str(slot.id)),
    )
    found: list[Warned] = []
    running: list[Slot] = []
    for slot in timed:
        running = [one for one in running if _ends(one) > _starts(slot)]
        for other in running:
            pair = (other.id, slot.id)
            shared = (_starts(slot), min(_ends(other), _ends(slot)))
            if slot.room_id is not None and slot.room_id == other.room_id:
                found.append(Warned(WarningKind.ROOM_TWICE, pair, slot.room_id, *shared))
            both = {person for person, _ in other.cast}
            found.extend(
                Warned(WarningKind.SPEAKER_TWICE, pair, person, *shared)
                for person in dict.fromkeys(person for person, _ in slot.cast)
                if person in both
            )
        running.append(slot)
    return found


def _starts(slot: Slot) -> datetime:
    return cast("datetime", slot.starts_at)


def _ends(slot: Slot) -> datetime:
    return cast("datetime", slot.ends_at)


def wall_span(day: date, start: time, end: time) -> tuple[datetime, datetime]:
    """Return a session's naive start and end; one that ends in the small hours ends next day."""
    starts, ends = datetime.combine(day, start), datetime.combine(day, end)
    if end <= start and end <= SMALL_HOURS and start >= LATE:
        ends += timedelta(days=1)
    return starts, ends


def check_listed_day(listed: date, starts_on: date, *, field: str = "listed_day") -> None:
    """Raise FarDay unless a session stands under its own day or the one before."""
    if listed not in {starts_on, starts_on - timedelta(days=1)}:
        raise FarDay(field=field)
