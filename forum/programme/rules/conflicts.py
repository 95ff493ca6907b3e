"""Conflicts of a programme: who or what is in two places, what is missing, what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast
from uuid import UUID

from forum.programme.rules.sessions import LEADERS, AppearanceRole, SessionKind, SessionState


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
