"""Conflicts of a programme: who or what is in two places, what is missing, what does not fit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import cast
from uuid import UUID

from forum.core.text import Text
from forum.programme.rules.sessions import (
    LEADERS,
    PAUSES,
    AppearanceRole,
    SessionKind,
    SessionState,
)

MOST_AT_ONCE = 8
"""With how many sessions that run already one is paired, of each room and speaker."""

Span = tuple[datetime, datetime]


class ConflictKind(StrEnum):
    """What an editor should look at; nothing of it stops saving but what the organiser chose."""

    SPEAKER_TWICE = "speaker_twice"
    ROOM_TWICE = "room_twice"
    ROOM_BUSY = "room_busy"
    UNAVAILABLE = "unavailable"
    DECLINED = "declined"
    ROOM_TOO_SMALL = "room_too_small"
    OUTSIDE = "outside"
    CLOCKS_CHANGE = "clocks_change"
    TURNAROUND = "turnaround"
    TOO_MANY_PLACES = "too_many_places"
    NO_MODERATOR = "no_moderator"
    SIGN_UPS = "sign_ups"
    TRANSLATION = "translation"


CLASHES = frozenset(
    {
        ConflictKind.SPEAKER_TWICE,
        ConflictKind.ROOM_TWICE,
        ConflictKind.ROOM_BUSY,
        ConflictKind.UNAVAILABLE,
        ConflictKind.DECLINED,
        ConflictKind.ROOM_TOO_SMALL,
    }
)
"""Conflicts that cannot stand on the day; the others are notes."""

REMINDERS = frozenset({ConflictKind.TRANSLATION})
"""Notes that whole programmes may have: counted together, not marked at each session."""

STRICT_ABLE = tuple(
    kind for kind in ConflictKind if kind not in {ConflictKind.CLOCKS_CHANGE, ConflictKind.SIGN_UPS}
)
"""Kinds that an organiser can make strict: those that the editor alone can cause and mend."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A session as the checks see it: where, when, who is on stage, for how many people."""

    id: UUID
    kind: SessionKind
    state: SessionState
    room_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    cast: tuple[tuple[UUID, AppearanceRole], ...] = ()
    also_in: tuple[UUID, ...] = ()
    title: Text = field(default_factory=Text)
    abstract: Text = field(default_factory=Text)
    taken: int = 0
    places: int | None = None

    @property
    def rooms(self) -> tuple[UUID, ...]:
        """All rooms it needs."""
        return self.also_in if self.room_id is None else (self.room_id, *self.also_in)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a programme is held against; `turnaround` in minutes, `shared` by pairs of sessions.

    `busy` says in order when each room is taken by others.
    """

    event_starts: datetime
    event_ends: datetime
    zone: tzinfo
    languages: Sequence[str] = ()
    turnaround: int = 0
    capacities: Mapping[UUID, int | None] = field(default_factory=dict)
    unavailable: Mapping[UUID, Sequence[Span]] = field(default_factory=dict)
    declined: frozenset[UUID] = frozenset()
    busy: Mapping[UUID, Sequence[Span]] = field(default_factory=dict)
    shared: Mapping[tuple[UUID, UUID], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Warned:
    """A conflict: the sessions it names, the speaker or room in question, and the time shared.

    `number` is what the kind counts: minutes between two sessions, by which the clock moves,
    people who signed up, places offered, people with both sessions.
    """

    kind: ConflictKind
    sessions: tuple[UUID, ...]
    about: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    number: int = 0
    languages: tuple[str, ...] = ()

    @property
    def is_clash(self) -> bool:
        """Whether it cannot stand on the day."""
        return self.kind in CLASHES

    @property
    def identity(self) -> tuple[ConflictKind, frozenset[UUID], UUID | None]:
        """What tells it from others, however long it lasts."""
        return self.kind, frozenset(self.sessions), self.about


def conflicts_of(slots: Iterable[Slot], held: Circumstances) -> list[Warned]:
    """Return what is wrong with a programme: clashes first, each in time order; O(n log n).

    Cancelled sessions count for nothing; untimed ones not for what is about time.
    """
    standing = [slot for slot in slots if slot.state is not SessionState.CANCELLED]
    timed = sorted(
        (slot for slot in standing if slot.starts_at and slot.ends_at),
        key=lambda slot: (slot.starts_at, str(slot.id)),
    )
    found = [
        *_twice(timed, ConflictKind.SPEAKER_TWICE, lambda slot: [who for who, _ in slot.cast]),
        *_twice(timed, ConflictKind.ROOM_TWICE, lambda slot: slot.rooms),
        *_taken_elsewhere(timed, held.busy),
        *_unavailable(timed, held),
        *_outside(timed, held),
        *_clocks_change(timed, held.zone),
        *_without_turnaround(timed, held.turnaround),
        *_sign_ups(timed, held.shared),
        *_declined(standing, held.declined),
        *_without_room(standing, held.capacities),
        *_without_moderator(standing),
        *_untranslated(standing, held.languages),
    ]
    order = list(ConflictKind)
    starts = {slot.id: _starts(slot).isoformat() for slot in timed}
    return sorted(
        found,
        key=lambda one: (
            not one.is_clash,
            order.index(one.kind),
            one.starts_at.isoformat() if one.starts_at else starts.get(one.sessions[0], "9"),
        ),
    )


def caused(before: Iterable[Warned], after: Iterable[Warned]) -> list[Warned]:
    """Return the conflicts of `after` that did not stand before."""
    known = {one.identity for one in before}
    return [one for one in after if one.identity not in known]


def _twice(
    timed: Iterable[Slot], kind: ConflictKind, things_of: Callable[[Slot], Iterable[UUID]]
) -> Iterator[Warned]:
    running: dict[UUID, list[Slot]] = {}
    for slot in timed:
        for thing in dict.fromkeys(things_of(slot)):
            others = [one for one in running.get(thing, ()) if _ends(one) > _starts(slot)]
            for other in others:
                shared = (_starts(slot), min(_ends(other), _ends(slot)))
                yield Warned(kind, (other.id, slot.id), thing, *shared)
            # Who runs longest stays: each session that shares its time is named at least once.
            others.append(slot)
            others.sort(key=_ends, reverse=True)
            running[thing] = others[:MOST_AT_ONCE]


def _without_turnaround(timed: Iterable[Slot], minutes: int) -> Iterator[Warned]:
    """Find rooms in need of a pause; breaks, meals and the like are one."""
    if not minutes:
        return
    last: dict[UUID, Slot] = {}
    for slot in timed:
        if slot.kind in PAUSES:
            continue
        for room in dict.fromkeys(slot.rooms):
            other = last.get(room)
            if other is None or _ends(other) <= _ends(slot):
                last[room] = slot
            if other is None or _starts(slot) < _ends(other):
                continue
            gap = _starts(slot) - _ends(other)
            if gap < timedelta(minutes=minutes):
                yield Warned(
                    ConflictKind.TURNAROUND,
                    (other.id, slot.id),
                    room,
                    _ends(other),
                    _starts(slot),
                    number=_minutes(gap),
                )


def _taken_elsewhere(
    timed: Iterable[Slot], busy: Mapping[UUID, Sequence[Span]]
) -> Iterator[Warned]:
    """Find sessions in rooms that others have then; of several such times the first is named."""
    whole = {room: _joined(spans) for room, spans in busy.items()}
    for slot in timed if whole else ():
        starts, ends = _starts(slot), _ends(slot)
        for room in dict.fromkeys(slot.rooms):
            spans = whole.get(room, [])
            at = bisect_right(spans, starts, key=lambda span: span[1])
            if at < len(spans) and spans[at][0] < ends:
                common = (max(spans[at][0], starts), min(spans[at][1], ends))
                yield Warned(ConflictKind.ROOM_BUSY, (slot.id,), room, *common)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Return spans in order as ones that do not share time."""
    found: list[Span] = []
    for starts, ends in spans:
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def _unavailable(timed: Iterable[Slot], held: Circumstances) -> Iterator[Warned]:
    if not held.unavailable:
        return
    for slot in timed:
        for who in dict.fromkeys(who for who, _ in slot.cast):
            common = [
                (max(begins, _starts(slot)), min(ends, _ends(slot)))
                for begins, ends in held.unavailable.get(who, ())
            ]
            together = [span for span in common if span[0] < span[1]]
            if together:
                yield Warned(ConflictKind.UNAVAILABLE, (slot.id,), who, *min(together))


def _outside(timed: Iterable[Slot], held: Circumstances) -> Iterator[Warned]:
    for slot in timed:
        starts, ends = _starts(slot), _ends(slot)
        if starts < held.event_starts or ends > held.event_ends:
            yield Warned(ConflictKind.OUTSIDE, (slot.id,), None, starts, ends)


def _clocks_change(timed: Iterable[Slot], zone: tzinfo) -> Iterator[Warned]:
    for slot in timed:
        first, last = (one.astimezone(zone).utcoffset() for one in (_starts(slot), _ends(slot)))
        if first is not None and last is not None and first != last:
            yield Warned(
                ConflictKind.CLOCKS_CHANGE,
                (slot.id,),
                None,
                _starts(slot),
                _ends(slot),
                number=_minutes(last - first),
            )


def _sign_ups(timed: Iterable[Slot], shared: Mapping[tuple[UUID, UUID], int]) -> Iterator[Warned]:
    by_id = {slot.id: slot for slot in timed} if shared else {}
    for pair, people in shared.items():
        one, other = (by_id.get(session_id) for session_id in pair)
        if one is None or other is None:
            continue
        common = (max(_starts(one), _starts(other)), min(_ends(one), _ends(other)))
        if common[0] < common[1]:
            yield Warned(ConflictKind.SIGN_UPS, pair, None, *common, number=people)


def _declined(standing: Iterable[Slot], declined: frozenset[UUID]) -> Iterator[Warned]:
    for slot in standing:
        for who in dict.fromkeys(who for who, _ in slot.cast if who in declined):
            yield Warned(ConflictKind.DECLINED, (slot.id,), who)


def _without_room(
    standing: Iterable[Slot], capacities: Mapping[UUID, int | None]
) -> Iterator[Warned]:
    """Compare with the room, or with all rooms that show the session together."""
    for slot in standing:
        sizes = [capacities.get(room) for room in dict.fromkeys(slot.rooms)]
        known = [size for size in sizes if size is not None]
        if not known or len(known) < len(sizes):
            continue
        if slot.taken > sum(known):
            yield Warned(ConflictKind.ROOM_TOO_SMALL, (slot.id,), slot.rooms[0], number=slot.taken)
        elif slot.places is not None and slot.places > sum(known):
            yield Warned(
                ConflictKind.TOO_MANY_PLACES, (slot.id,), slot.rooms[0], number=slot.places
            )


def _without_moderator(standing: Iterable[Slot]) -> Iterator[Warned]:
    for slot in standing:
        if slot.kind is SessionKind.PANEL and not any(role in LEADERS for _, role in slot.cast):
            yield Warned(ConflictKind.NO_MODERATOR, (slot.id,))


def _untranslated(standing: Iterable[Slot], languages: Sequence[str]) -> Iterator[Warned]:
    for slot in standing:
        lacking = {*slot.title.missing(languages), *slot.abstract.missing(languages)}
        if lacking:
            in_order = tuple(key for key in languages if key in lacking)
            yield Warned(ConflictKind.TRANSLATION, (slot.id,), languages=in_order)


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


def _starts(slot: Slot) -> datetime:
    return cast("datetime", slot.starts_at)


def _ends(slot: Slot) -> datetime:
    return cast("datetime", slot.ends_at)
