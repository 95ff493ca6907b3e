"""What Forum itself sends around an event: to whom, when as a rule, how long it is of use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Protocol

from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.events.rules import EventState
from forum.messaging.rules.announcements import (
    Anchor,
    AnnouncementKind,
    AnnouncementState,
    Timing,
)
from forum.messaging.rules.segments import CAME, CONFIRMED, Segment
from forum.messaging.rules.timing import Dates, UntimelyMail, When, due_at

USUAL: Mapping[AnnouncementKind, When] = {
    AnnouncementKind.REMINDER: When(Timing.RELATIVE, anchor=Anchor.START, days=-1, clock=time(10)),
    AnnouncementKind.DOORS_OPEN: When(Timing.RELATIVE, anchor=Anchor.START, minutes=-30),
    AnnouncementKind.THANKS: When(Timing.RELATIVE, anchor=Anchor.END, minutes=120),
}
"""When each goes unless the organiser says otherwise."""

SEGMENTS: Mapping[AnnouncementKind, tuple[Segment, ...]] = {
    AnnouncementKind.REMINDER: (CONFIRMED,),
    AnnouncementKind.DOORS_OPEN: (CONFIRMED,),
    AnnouncementKind.THANKS: (CAME, CONFIRMED),
}
"""Who can get each; the first unless the organiser says otherwise."""

MOST_PLANNED = 20
"""So many mails around one event."""


class Planned(Protocol):
    """A mail that is planned, or was."""

    state: AnnouncementState
    due_at: datetime | None
    started_at: datetime | None
    changed_at: datetime


class Held(Protocol):
    """When an event takes place."""

    ends_at: datetime


class Standing(Held, Protocol):
    """How an event stands; `dates_open` while it is postponed and no new date is known."""

    state: EventState
    dates_open: bool


class Beginning(Standing, Protocol):
    """How an event stands, and when it begins."""

    starts_at: datetime


class EventIsOff(Conflict):
    """Nothing more is planned around a cancelled event."""

    code = "event_is_off"
    says = sentence("The event is cancelled: no more mails are planned around it.")


class NoDateYet(Conflict):
    """A mail around a postponed event would name the date that is no longer so."""

    code = "no_date_yet"
    says = sentence("The event has no date yet, and the mail would name the old one.")


class EventIsOver(Conflict):
    """A mail that is of use before the event alone."""

    code = "event_is_over"
    says = sentence("The event is over, so this mail is of no use to anybody.")


class PlannedAlready(Conflict):
    """A mail of this kind goes at the same moment."""

    code = "planned_already"
    status = 422
    says = sentence("A mail of this kind goes at that moment already. Choose another.")


class TooManyPlanned(Conflict):
    """Too many mails around one event."""

    code = "too_many_planned"
    says = sentence("At most %(most)s such mails can be planned.", most=MOST_PLANNED)


def is_missed(one: Planned) -> bool:
    """Say whether a mail was stopped because its moment had passed when the event was moved."""
    if one.state is not AnnouncementState.STOPPED or one.started_at is not None:
        return False
    return one.due_at is not None and one.due_at <= one.changed_at


def due_around(kind: AnnouncementKind, when: When, event: Dates) -> datetime | None:
    """Return when a mail goes; None while one of Forum's own is held.

    That is while the event has no date, and while a moment of the mail's own lies on the wrong side
    of it: nobody is reminded of what is over, or thanked for what is still to come.
    """
    due = due_at(when, event)
    if kind is AnnouncementKind.LETTER or due is None:
        return due
    return None if event.dates_open or _wrong_side(kind, due, event) else due


def check_side(kind: AnnouncementKind, when: When, event: Dates) -> None:
    """Raise UntimelyMail for a moment of its own on the wrong side of an event with a date."""
    due = due_at(when, event)
    if kind is AnnouncementKind.LETTER or due is None or event.dates_open:
        return
    if _wrong_side(kind, due, event):
        raise UntimelyMail(_SIDES[kind is AnnouncementKind.THANKS], field="days")


def check_goes_on(kind: AnnouncementKind, event: Standing, now: datetime) -> None:
    """Raise unless one that was stopped half-way is still of use to those who have not had it.

    Raises EventIsOff, NoDateYet, EventIsOver.
    """
    if event.state is EventState.CANCELLED:
        raise EventIsOff
    if kind is not AnnouncementKind.LETTER and event.dates_open:
        raise NoDateYet
    until = good_until(kind, event)
    if until is not None and until <= now:
        raise EventIsOver


def can_go_on(kind: AnnouncementKind, event: Standing, now: datetime) -> bool:
    """Say whether one that was stopped half-way is still of use."""
    try:
        check_goes_on(kind, event, now)
    except Conflict:
        return False
    return True


def overtaken_by(event: Beginning, now: datetime) -> frozenset[AnnouncementKind]:
    """Return which of Forum's own mails are no longer so once an event has changed its time.

    A thank-you is, while the event is off or still to come: else it names no time but in small
    print, and just after an event somebody may only set its end right.
    """
    own = frozenset(USUAL)
    took_place = event.starts_at <= now and not event.dates_open
    if took_place and event.state is not EventState.CANCELLED:
        return own - {AnnouncementKind.THANKS}
    return own


def _wrong_side(kind: AnnouncementKind, due: datetime, event: Dates) -> bool:
    if kind is AnnouncementKind.THANKS:
        return due < event.starts_at
    return due >= event.ends_at


_SIDES = {
    False: sentence("That is after the event. Choose a moment before it ends"),
    True: sentence("That is before the event. Choose a moment after it starts"),
}


def good_until(kind: AnnouncementKind, event: Held) -> datetime | None:
    """Return until when a mail is still worth reading: a reminder not after the event."""
    before = {AnnouncementKind.REMINDER, AnnouncementKind.DOORS_OPEN}
    return event.ends_at if kind in before else None
