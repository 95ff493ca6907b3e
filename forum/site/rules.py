"""Pure decisions of public pages: the state line, what a guest may do, slots and grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from forum.core import dates
from forum.core.i18n import Sentence, sentence
from forum.core.money import NOTHING, Money
from forum.core.text import Fragment, Text
from forum.events.rules import Opening
from forum.registrations.rules import Entry
from forum.site.shapes import (
    RegisterCard,
    StateLine,
)

if TYPE_CHECKING:
    from forum.seats.rules import Band

COUNTDOWN = timedelta(days=3)

Neighbour = tuple[UUID, Text, datetime, datetime]
"""A session in the same room: its id, title, start and end."""


class HasTime(Protocol):
    """A session of either layer, as far as its time goes."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def starts_at(self) -> datetime | None:
        """Its start."""

    @property
    def ends_at(self) -> datetime | None:
        """Its end."""


@dataclass(frozen=True, slots=True)
class Times:
    """The moments that decide what a guest may do."""

    starts: datetime
    ends: datetime
    opens: datetime | None
    closes: datetime | None
    zone: tzinfo


def counts_down(times: Times, now: datetime) -> bool:
    """Say whether the close of registration is near enough to be said."""
    return times.closes is not None and now < times.closes <= now + COUNTDOWN


def changes_at(times: Times, now: datetime) -> datetime | None:
    """Return the next moment at which an event's page says something else, or None."""
    moments = [times.opens, times.closes, times.ends]
    if times.closes is not None:
        moments.append(times.closes - COUNTDOWN)
    if counts_down(times, now):
        midnight = now.astimezone(times.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        moments.append((midnight + timedelta(days=1)).astimezone(now.tzinfo))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def state_line(
    opening: Opening,
    times: Times,
    seats: Band | None,
    *,
    note: Fragment,
    key: str,
    now: datetime,
) -> StateLine | None:
    """Return what is not normal about an event, or None."""
    kind, says = _abnormal(opening, times, seats, key, now)
    if says is None and not note:
        return None
    return StateLine(kind, says, note)


def _abnormal(
    opening: Opening,
    times: Times,
    seats: Band | None,
    key: str,
    now: datetime,
) -> tuple[str, Sentence | None]:
    if opening is Opening.OPEN:
        if seats is not None and seats.full:
            return "info", sentence("Full: you can join the wait list.")
        if counts_down(times, now):
            return "look", _closes_soon(times, key, now)
        return "look", None
    if opening is Opening.NOT_YET and times.opens is not None:
        when = dates.moment(times.opens, times.zone, key)
        return "info", sentence("Registration opens on %(when)s.", when=when)
    return {
        Opening.CANCELLED: ("stop", sentence("This event is cancelled.")),
        Opening.POSTPONED: (
            "look",
            sentence("This event is postponed. The new date will stand here."),
        ),
        Opening.PAST: ("", sentence("This event is over.")),
        Opening.CLOSED: ("look", sentence("Registration has closed.")),
        Opening.DRAFT: ("info", sentence("A draft: only people with this link see it.")),
    }.get(opening, ("", None))


def _closes_soon(times: Times, key: str, now: datetime) -> Sentence:
    closes = times.closes or times.ends
    away = dates.local_day(closes, times.zone) - dates.local_day(now, times.zone)
    clock = dates.clock(closes, times.zone, key)
    if away.days <= 0:
        return sentence("Registration closes today at %(time)s.", time=clock)
    if away.days == 1:
        return sentence("Registration closes tomorrow at %(time)s.", time=clock)
    return sentence("Registration closes in %(days)s days.", days=away.days)


HINTS = {
    Entry.OPEN: sentence("No account is needed. Change or cancel by the link in your mail."),
    Entry.APPROVAL: sentence("The organiser decides about each request and writes to you."),
    Entry.CODE: sentence("For guests who were given an access code."),
}
WAITS = sentence("No seat is free now. Who waits is moved up as soon as one is.")


def register_card(
    opening: Opening,
    seats: Band | None,
    href: str,
    *,
    entry: Entry = Entry.OPEN,
    money: Money = NOTHING,
) -> RegisterCard:
    """Return the button a guest is offered, or why there is none; `entry` is how one comes in."""
    full = bool(seats and seats.full)
    fewer = seats.fewer_than if seats and opening is Opening.OPEN else None
    act: Sentence | None = None
    says: Sentence | None = None
    if seats is not None and opening is Opening.OPEN:
        act, says = _act(entry, full=full)
    elif seats is not None:
        says = {
            Opening.NOT_YET: sentence("Registration is not open yet"),
            Opening.CLOSED: sentence("Registration has closed"),
            Opening.CANCELLED: sentence("Cancelled"),
            Opening.POSTPONED: sentence("Postponed"),
            Opening.PAST: sentence("This event is over"),
            Opening.DRAFT: sentence("Registration opens when the event is published"),
        }[opening]
    hint = WAITS if full and entry is Entry.OPEN else HINTS.get(entry)
    return RegisterCard(opening, full, fewer, act, says, href, hint, money)


def _act(entry: Entry, *, full: bool) -> tuple[Sentence | None, Sentence | None]:
    """Return the words on the button, or why there is none though the event is open."""
    if entry is Entry.LATER:
        return None, sentence("Registration is not open yet")
    if entry is Entry.INVITATION:
        return None, sentence("By invitation only")
    if entry is Entry.CODE:
        return sentence("Register with an access code"), None
    if entry is Entry.APPROVAL:
        return sentence("Request a place"), None
    return (sentence("Join the wait list") if full else sentence("Register")), None


def around(
    in_room: Sequence[Neighbour], session: HasTime
) -> tuple[Neighbour | None, Neighbour | None]:
    """Return what is in the same room before and after a session; `in_room` is in order of time."""
    starts, ends = session.starts_at, session.ends_at
    if starts is None or ends is None:
        return None, None
    before = [one for one in in_room if one[3] <= starts and one[0] != session.id]
    after = [one for one in in_room if one[2] >= ends and one[0] != session.id]
    return (before[-1] if before else None), (after[0] if after else None)
