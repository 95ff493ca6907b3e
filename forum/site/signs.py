"""What the sign at a room's door and the countdown on its stage show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.dates import clock, day, list_clock, list_span
from forum.core.text import Fragment
from forum.events.titles import Title, title_of
from forum.programme.queries import spots_of
from forum.programme.rules import PAUSES, Retimed, SessionState, announced, running
from forum.programme.rules.late import MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from forum.events.models import Event
    from forum.programme.models import Session

MOST_NEXT = 4
MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class SignItem:
    """A session on a sign; `late` are the minutes by which it begins or ends after what was told.

    `was` is the time at which it was to begin, where it begins at another.
    """

    id: UUID
    title: Title
    names: tuple[Fragment, ...]
    more: int
    starts: datetime
    ends: datetime
    clock: str
    until: str
    span: str
    was: str
    late: int
    cancelled: bool
    thin: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """A room at a moment: what is on, what was on until just now, what follows.

    `day` is said where what follows is not today; `changes_at` when any of it is another.
    """

    now: SignItem | None
    just_over: SignItem | None
    next: tuple[SignItem, ...]
    day: str
    changes_at: datetime | None


def sign_of(
    event: Event,
    sessions: Sequence[Session],
    retimed: Mapping[UUID, Sequence[Retimed]],
    now: datetime,
    key: str,
) -> Sign:
    """Return what a room's sign shows at a moment, in the page's language."""
    found = running(spots_of(sessions), now)
    by_id = {one.id: one for one in sessions}

    def _item(session_id: UUID, *, on: bool) -> SignItem:
        told = retimed.get(session_id, ())
        return _sign_item(event, by_id[session_id], told, key, on=on)

    first = by_id[found.next[0]] if found.next else None
    today = now.astimezone(event.zone).date()
    return Sign(
        now=_item(found.now, on=True) if found.now else None,
        just_over=_item(found.just_over, on=True) if found.just_over else None,
        next=tuple(_item(one, on=False) for one in found.next[:MOST_NEXT]),
        day=day(first.day, key, year=False) if first and first.day and first.day > today else "",
        changes_at=found.changes_at,
    )


def _sign_item(
    event: Event, session: Session, retimed: Sequence[Retimed], key: str, *, on: bool
) -> SignItem:
    starts, ends = session.starts_at or event.starts_at, session.ends_at or event.ends_at
    told = announced(retimed) or (starts, ends)
    zone = event.zone
    names = [one.speaker.names(key)[0] for one in session.appearances]
    return SignItem(
        id=session.id,
        title=title_of(session.title.pick(key, event.languages)),
        names=tuple(names[:MOST_NAMES]),
        more=max(len(names) - MOST_NAMES, 0),
        starts=starts.astimezone(zone),
        ends=ends.astimezone(zone),
        clock=list_clock(starts, zone, key),
        until=clock(ends, zone, key),
        span=list_span(starts, ends, zone, key),
        was=list_clock(told[0], zone, key) if told[0] != starts else "",
        late=int((ends - told[1] if on else starts - told[0]) / MINUTE),
        cancelled=session.state is SessionState.CANCELLED,
        thin=session.kind in PAUSES,
    )
