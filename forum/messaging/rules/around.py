"""What Forum itself sends around an event: to whom, when as a rule, how long it is of use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Protocol

from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.messaging.rules.announcements import (
    Anchor,
    AnnouncementKind,
    AnnouncementState,
    Timing,
)
from forum.messaging.rules.segments import CAME, CONFIRMED, Segment
from forum.messaging.rules.timing import When

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


class EventIsOff(Conflict):
    """Nothing more is planned around a cancelled event."""

    code = "event_is_off"
    says = sentence("The event is cancelled: no more mails are planned around it.")


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


def good_until(kind: AnnouncementKind, event: Held) -> datetime | None:
    """Return until when a mail is still worth reading: a reminder not after the event."""
    before = {AnnouncementKind.REMINDER, AnnouncementKind.DOORS_OPEN}
    return event.ends_at if kind in before else None
