"""A guest's own day as a page shows it: sessions signed up for or starred, now and next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from forum.core import dates
from forum.core.i18n import Sentence
from forum.core.text import EMPTY, Fragment
from forum.events.facts import Addresses
from forum.events.models import Event
from forum.programme.models import Session
from forum.programme.rules import CLOSED_WORDS, SessionState, SignUp, sign_up_of
from forum.registrations.queries import OwnSession
from forum.registrations.rules import overlapping
from forum.seats.rules import Band, band

SOON = timedelta(hours=12)
"""Only what begins within this time is next."""


class Moment(StrEnum):
    """Where a session stands to the present."""

    PAST = "past"
    NOW = "now"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Row:
    """A session on a guest's own page.

    `seated` is None where the guest has not signed up, `places` None where nobody needs to;
    `closed` says why nobody can. `clashes` are titles of others signed up for at the same time.
    """

    id: UUID
    href: str
    title: Fragment
    room: Fragment
    day: date | None
    iso: str
    clock: str
    span: str
    moment: Moment
    cancelled: bool
    seated: bool | None
    position: int | None
    starred: bool
    places: Band | None
    closed: Sentence | None
    clashes: tuple[Fragment, ...]

    @property
    def signed_up(self) -> bool:
        """Whether the guest has a place or waits for one."""
        return self.seated is not None

    @property
    def can_sign_up(self) -> bool:
        """Whether a button makes sense."""
        return self.places is not None and self.closed is None and not self.signed_up


@dataclass(frozen=True, slots=True)
class Day:
    """One day's rows; `name` is empty for what has no time yet."""

    name: str
    rows: tuple[Row, ...]


def rows_of(
    event: Event,
    sessions: Iterable[Session],
    own: Sequence[OwnSession],
    to: Addresses,
    now: datetime,
) -> tuple[Row, ...]:
    """Return sessions as rows, in the order given, with how the guest stands to each."""
    by_id = {one.session.id: one for one in own}
    signed_up = [one.session for one in own if one.seated is not None]
    shown = list(sessions)
    starts = [one.starts_at for one in shown if one.starts_at and _counts(one)]
    first = min((one for one in starts if now < one < now + SOON), default=None)
    return tuple(
        _row(event, one, by_id.get(one.id), signed_up, to, _moment(one, now, first), now)
        for one in shown
    )


def days_of(rows: Iterable[Row], key: str) -> tuple[Day, ...]:
    """Return rows under the days on which they are listed, those without a time at the end."""
    ordered = sorted(rows, key=lambda row: (row.day is None, row.day or date.min, row.iso))
    return tuple(
        Day(dates.day(day, key) if day else "", tuple(some))
        for day, some in groupby(ordered, key=lambda row: row.day)
    )


def _counts(session: Session) -> bool:
    return session.starts_at is not None and session.state is not SessionState.CANCELLED


def _moment(session: Session, now: datetime, first: datetime | None) -> Moment:
    if session.starts_at is None or session.ends_at is None or now < session.starts_at:
        is_next = session.starts_at is not None and session.starts_at == first
        return Moment.NEXT if is_next and _counts(session) else Moment.LATER
    return Moment.NOW if now < session.ends_at else Moment.PAST


def _row(
    event: Event,
    session: Session,
    mine: OwnSession | None,
    signed_up: Sequence[Session],
    to: Addresses,
    moment: Moment,
    now: datetime,
) -> Row:
    key, order, zone = to.language.key, event.languages, event.zone
    starts, ends, pool = session.starts_at, session.ends_at, session.pool
    sign_up = sign_up_of(
        event.state, session.state, starts_at=starts, has_places=pool is not None, now=now
    )
    seated = mine.seated if mine else None
    return Row(
        id=session.id,
        href=to.below("sessions", session.id) if starts and event.is_public else "",
        title=session.title.pick(key, order),
        room=session.room.name.pick(key, order) if session.room else EMPTY,
        day=session.day,
        iso=starts.astimezone(zone).isoformat(timespec="minutes") if starts else "",
        clock=dates.list_clock(starts, zone, key) if starts else "",
        span=dates.list_span(starts, ends, zone, key) if starts and ends else "",
        moment=moment,
        cancelled=session.state is SessionState.CANCELLED,
        seated=seated,
        position=mine.position if mine else None,
        starred=mine.starred if mine else False,
        places=band(pool.capacity, pool.taken, pool.waiting) if pool else None,
        closed=None if sign_up is SignUp.OPEN else CLOSED_WORDS.get(sign_up),
        clashes=tuple(other.title.pick(key, order) for other in overlapping(session, signed_up))
        if seated is not None or pool is not None
        else (),
    )
