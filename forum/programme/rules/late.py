"""Running late: what a session that ends later or earlier does to what follows on its day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from forum.core.errors import Conflict, Invalid
from forum.core.i18n import sentence
from forum.programme.rules.releases import ReleaseCause
from forum.programme.rules.sessions import PAUSES, SessionKind

LONGEST_DELAY = 240
"""Minutes by which a session can be said to end later or earlier."""
SHORTEST_PAUSE = 5
"""Minutes that are left of a pause that absorbs, unless the organiser says otherwise."""
LONGEST_SHORTEST_PAUSE = 120
LATEST_REPAIR = timedelta(hours=12)
"""For so long after a day's last session its delays can still be entered and taken back."""
MINUTE = timedelta(minutes=1)

Times = tuple[datetime, datetime]


class NoSuchDelay(Invalid):
    """A delay of no minutes, or of half a day."""

    code = "no_such_delay"
    says = sentence("Enter a whole number of minutes from 1 to 240")


class TooEarly(Invalid):
    """A session that is to end earlier would end before it begins."""

    code = "too_early"
    says = sentence("It would end before it begins. Enter fewer minutes.")


class DayIsOver(Conflict):
    """A day that is long over: nobody waits for it, and what guests were told stays."""

    code = "day_is_over"
    says = sentence("This day is over. Change the times on the programme instead.")


class Reach(StrEnum):
    """How far a delay goes: in the same rooms, also to who is on stage there, or everywhere."""

    ROOM = "room"
    PEOPLE = "people"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Turn:
    """A session of a day as the ripple sees it; without a room it has its place all the same."""

    id: UUID
    kind: SessionKind
    starts_at: datetime
    ends_at: datetime
    rooms: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()

    @property
    def is_pause(self) -> bool:
        """Whether it can give time back."""
        return self.kind in PAUSES

    def shares_room(self, other: Turn) -> bool:
        """Say whether one must wait for the other; a pause without a room is everybody's."""
        if self.rooms & other.rooms or not (self.rooms or other.rooms):
            return True
        return any(one.is_pause and not one.rooms for one in (self, other))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the organiser says: by how many minutes it ends later, or earlier where negative.

    `whole` has it begin later too. Of pauses in `absorbing` at least `shortest` minutes are left.
    What is in `staying` keeps its time whatever comes.
    """

    minutes: int
    whole: bool = False
    reach: Reach = Reach.ROOM
    absorbing: frozenset[UUID] = frozenset()
    staying: frozenset[UUID] = frozenset()
    shortest: int = SHORTEST_PAUSE


@dataclass(frozen=True, slots=True)
class Moved:
    """A session's times before and after."""

    id: UUID
    before: Times
    after: Times

    @property
    def minutes(self) -> tuple[int, int]:
        """By how many minutes it begins and ends later."""
        starts, ends = (
            int((new - old) / MINUTE) for old, new in zip(self.before, self.after, strict=True)
        )
        return starts, ends


@dataclass(frozen=True, slots=True)
class Retimed:
    """A released change of a session's times, and what made it."""

    cause: ReleaseCause
    before: Times
    after: Times


def is_day_open(ends: Iterable[datetime], now: datetime) -> bool:
    """Say whether the last of these ends is yet to come, or not long past."""
    return max(ends) + LATEST_REPAIR > now


def check_day_stands(ends: Iterable[datetime], now: datetime) -> None:
    """Raise DayIsOver where the last of these ends is long past."""
    if not is_day_open(ends, now):
        raise DayIsOver


def ripple(
    turns: Iterable[Turn], late: UUID, choice: Choice, *, turnaround: int = 0
) -> list[Moved]:
    """Return what moves when a session ends later or earlier, itself first, then in their order.

    What came after another still comes after it: each moves no further than it must, so that gaps
    swallow a delay and pauses absorb it. `turnaround` are the minutes of a gap that must be left.
    Raises NoSuchDelay, TooEarly.
    """
    order = sorted(turns, key=lambda one: (one.starts_at, one.ends_at, str(one.id)))
    first = next(one for one in order if one.id == late)
    by = choice.minutes * MINUTE
    if not 0 < abs(choice.minutes) <= LONGEST_DELAY or (choice.whole and choice.minutes < 0):
        raise NoSuchDelay(field="minutes")
    if first.ends_at + by <= first.starts_at:
        raise TooEarly(field="minutes")
    starts = first.starts_at + by if choice.whole else first.starts_at
    after = {first.id: (starts, first.ends_at + by)}
    move = _later if choice.minutes > 0 else _earlier
    room_left = turnaround * MINUTE
    for one in order:
        if one.id == first.id or one.starts_at < first.ends_at or one.id in choice.staying:
            continue
        turns_before = [two for two in order if _comes_before(two, one, choice.reach)]
        new = move(one, _Before(one, turns_before, after, room_left), choice)
        if new is not None:
            after[one.id] = new
    return [
        Moved(one.id, (one.starts_at, one.ends_at), after[one.id])
        for one in order
        if one.id in after
    ]


class _Before:
    """What comes before a session, as it stands by now."""

    def __init__(
        self, one: Turn, turns: Sequence[Turn], after: Mapping[UUID, Times], room_left: timedelta
    ) -> None:
        self.turns = turns
        self.moved = [two for two in turns if two.id in after]
        self.room_left = room_left
        self._starts_at = one.starts_at
        self._after = after
        self._latest = max((two.starts_at for two in turns), default=one.starts_at)

    def free_from(self, two: Turn) -> datetime:
        """Return when the session can begin for all that this other one asks.

        Nothing must be left between two where others lie between them.
        """
        ends = self._after[two.id][1] if two.id in self._after else two.ends_at
        if two.ends_at <= self._latest:
            return ends
        return ends + min(self.room_left, self._starts_at - two.ends_at)


def _later(one: Turn, before: _Before, choice: Choice) -> Times | None:
    starts = max((before.free_from(two) for two in before.moved), default=one.starts_at)
    if starts <= one.starts_at:
        return None
    length = one.ends_at - one.starts_at
    if one.is_pause and one.id in choice.absorbing:
        return starts, max(one.ends_at, starts + min(length, choice.shortest * MINUTE))
    return starts, starts + length


def _earlier(one: Turn, before: _Before, choice: Choice) -> Times | None:
    if all(one.starts_at - two.ends_at > before.room_left for two in before.moved):
        return None
    free = (before.free_from(two) for two in before.turns)
    starts = max(one.starts_at + choice.minutes * MINUTE, *free)
    if starts >= one.starts_at:
        return None
    if one.is_pause and one.id in choice.absorbing:
        return starts, one.ends_at
    return starts, starts + (one.ends_at - one.starts_at)


def _comes_before(two: Turn, one: Turn, reach: Reach) -> bool:
    if two.ends_at > one.starts_at or two.id == one.id:
        return False
    if reach is Reach.ALL or two.shares_room(one):
        return True
    return reach is Reach.PEOPLE and bool(two.people & one.people)


def follows(turns: Iterable[Turn], late: UUID, reach: Reach) -> frozenset[UUID]:
    """Return what a delay of a session could reach, directly or through others."""
    order = sorted(turns, key=lambda one: (one.starts_at, one.ends_at, str(one.id)))
    reached = [one for one in order if one.id == late]
    for one in order:
        if any(_comes_before(two, one, reach) for two in reached):
            reached.append(one)
    return frozenset(one.id for one in reached) - {late}


def fingerprint_of(moved: Iterable[Moved]) -> str:
    """Return a fingerprint of a ripple, for the form that shows it."""
    body = ";".join(
        f"{one.id} {' '.join(when.isoformat() for when in (*one.before, *one.after))}"
        for one in moved
    )
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def past_the_end(moved: Iterable[Moved], end: datetime) -> list[UUID]:
    """Return what ends after the event's or day's end, and did not before."""
    return [one.id for one in moved if one.before[1] <= end < one.after[1]]


def runs_into(turns: Iterable[Turn], moved: Iterable[Moved]) -> list[tuple[UUID, UUID]]:
    """Return which pauses, in rooms of their own, a session newly shares time with: both ids."""
    known = list(turns)
    times = {one.id: one.after for one in moved}
    before = {one.id: (one.starts_at, one.ends_at) for one in known}
    return [
        (one.id, pause.id)
        for one in known
        if one.id in times and not one.is_pause
        for pause in known
        if pause.is_pause
        and _share_time(times[one.id], times.get(pause.id, before[pause.id]))
        and not _share_time(before[one.id], before[pause.id])
    ]


def _share_time(one: Times, other: Times) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def last_end(turns: Iterable[Turn], moved: Iterable[Moved]) -> Times:
    """Return when the last session of a day ended, and when it does now."""
    known = {one.id: one.after[1] for one in moved}
    ends = [(one.ends_at, known.get(one.id, one.ends_at)) for one in turns]
    return max(before for before, _ in ends), max(after for _, after in ends)


def announced(changes: Iterable[Retimed]) -> Times | None:
    """Return the times that guests were told before a session ran late, or None where it does not.

    `changes` are its released changes of time, oldest first. An editor's own change is a new
    announcement.
    """
    told: Times | None = None
    now: Times | None = None
    for one in changes:
        told = (told or one.before) if one.cause is ReleaseCause.LATE else None
        now = one.after
    return None if told == now else told
