"""What runs in a room now, what comes next, and until when that stays true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from forum.programme.rules.sessions import PAUSES, SessionKind

OVERRUN = timedelta(minutes=30)
"""How long after its end a session still counts as the one on stage, if nothing else begins."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A session with a time, in one room."""

    id: UUID
    kind: SessionKind
    cancelled: bool
    starts_at: datetime
    ends_at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Running:
    """What is on, what was on until just now (while nothing else is), and what follows that day.

    `changes_at` is the next moment at which any of it is another.
    """

    now: UUID | None
    just_over: UUID | None
    next: tuple[UUID, ...]
    changes_at: datetime | None


def running(spots: Iterable[Spot], now: datetime) -> Running:
    """Return what runs in a room at a moment; before and between days, what the next day brings.

    Cancelled sessions stand among what follows, and are never on.
    """
    timed = sorted(spots, key=lambda one: (one.starts_at, one.ends_at, str(one.id)))
    standing = [one for one in timed if not one.cancelled]
    on = [one for one in standing if one.starts_at <= now < one.ends_at]
    coming = [one for one in timed if one.starts_at > now]
    ended = [one for one in standing if now - OVERRUN < one.ends_at <= now]
    current = max(on, key=lambda one: (one.kind not in PAUSES, one.starts_at), default=None)
    last = None if current else max(ended, key=lambda one: one.ends_at, default=None)
    shown = current or (coming[0] if coming else None)
    moments = [
        moment
        for one in standing
        for moment in (one.starts_at, one.ends_at, one.ends_at + OVERRUN)
        if moment > now
    ]
    return Running(
        now=current.id if current else None,
        just_over=last.id if last else None,
        next=tuple(one.id for one in coming if shown and one.day == shown.day),
        changes_at=min(moments, default=None),
    )
