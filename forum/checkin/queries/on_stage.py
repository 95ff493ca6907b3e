"""What is on in the programme of a door's event, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Room
from forum.events.rules import EventState
from forum.programme.models import Session
from forum.programme.queries import retimed_since_late
from forum.programme.rules import PAUSES, Retimed, SessionState, announced
from forum.programme.rules.late import MINUTE

if TYPE_CHECKING:
    from forum.events.models import Event

MOST_READ = 60
NOT_TAKING_PLACE = frozenset({EventState.CANCELLED, EventState.POSTPONED})


@dataclass(frozen=True, slots=True)
class Staged:
    """A session that is on or comes next, and how many others are with it.

    `late` are the minutes by which it ends, or begins where it is still to come, after what guests
    were told; negative where that is before.
    """

    title: Text
    room: Text
    starts_at: datetime
    ends_at: datetime
    late: int
    others: int


@dataclass(frozen=True, slots=True)
class OnStage:
    """What is on in any of an event's rooms, and what begins next."""

    now: Staged | None = None
    next: Staged | None = None


def on_stage(event: Event, now: datetime) -> OnStage:
    """Return what guests see as on now and next (2 statements; 1 where nothing is to come).

    Of several at once, one that runs late is named rather than one in time, and a pause last.
    """
    if event.state in NOT_TAKING_PLACE:
        return OnStage()
    rows = db.session.execute(
        sa.select(
            Session.id,
            Session.kind,
            Session.title,
            Session.starts_at,
            Session.ends_at,
            Room.name.label("room"),
        )
        .outerjoin(Room, Room.id == Session.room_id)
        .where(
            Session.event_id == event.id,
            Session.state == SessionState.CONFIRMED,
            Session.starts_at.is_not(None),
            Session.ends_at > now,
        )
        .order_by(Session.starts_at, Room.position, Session.position, Session.id)
        .limit(MOST_READ)
    ).all()
    on = [one for one in rows if one.starts_at <= now]
    coming = [one for one in rows if one.starts_at > now]
    first = [one for one in coming if one.starts_at == coming[0].starts_at]
    shown = [one.id for one in (*on, *first)]
    told = retimed_since_late(event.id, shown) if shown else {}
    return OnStage(_staged(on, told, on=True), _staged(first, told, on=False))


def _staged(
    rows: Sequence[sa.Row[*tuple[Any, ...]]],
    told: Mapping[UUID, Sequence[Retimed]],
    *,
    on: bool,
) -> Staged | None:
    if not rows:
        return None
    late = {one.id: _late(one, told.get(one.id, ()), on=on) for one in rows}
    chosen = min(rows, key=lambda one: (one.kind in PAUSES, not late[one.id], -_seconds(one)))
    return Staged(
        title=chosen.title,
        room=chosen.room or Text(),
        starts_at=chosen.starts_at,
        ends_at=chosen.ends_at,
        late=late[chosen.id],
        others=len(rows) - 1,
    )


def _late(row: sa.Row[*tuple[Any, ...]], told: Sequence[Retimed], *, on: bool) -> int:
    starts, ends = announced(told) or (row.starts_at, row.ends_at)
    return int((row.ends_at - ends if on else row.starts_at - starts) / MINUTE)


def _seconds(row: sa.Row[*tuple[Any, ...]]) -> float:
    moment: datetime = row.starts_at
    return moment.timestamp()
