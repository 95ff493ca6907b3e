"""When a mail around an event goes, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, tzinfo
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, lazy_gettext
from wtforms.validators import Optional

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    ChoiceField,
    ClockField,
    CountField,
    MomentField,
    OfficeForm,
    option_list,
    wall,
)
from forum.core.http.i18n import translated
from forum.events.rules import moment_of
from forum.messaging.rules.announcements import Anchor, AnnouncementKind, Timing
from forum.messaging.rules.around import SEGMENTS
from forum.messaging.rules.segments import Segment, said_of
from forum.messaging.rules.timing import MINUTES_IN_AN_HOUR, MOST_DAYS, MOST_HOURS, When

if TYPE_CHECKING:
    from forum.messaging.models import Announcement

DAYS, HOURS, MINUTES, MOMENT = "days", "hours", "minutes", "moment"
AFTER = frozenset({AnnouncementKind.THANKS})
"""Kinds that go after the event; the others go before it."""


class PlanForm(OfficeForm):
    """So long before or after the event, or at a moment of its own."""

    FIRST = ("way", "number", "clock", "at", "to")
    way = ChoiceField(lazy_gettext("When"))
    number = CountField(
        lazy_gettext("How many"), [Optional()], least=0, most=MOST_HOURS * MINUTES_IN_AN_HOUR
    )
    clock = ClockField(
        lazy_gettext("At"),
        [Optional()],
        description=lazy_gettext("With days only. Left empty: at the event’s own time of day."),
    )
    at = MomentField(
        lazy_gettext("Day and time"),
        [Optional()],
        description=lazy_gettext("Only where it goes at a moment of its own."),
    )
    to = ChoiceField(lazy_gettext("To"))

    moment: datetime | None = None

    def __init__(self, kind: AnnouncementKind, zone: tzinfo, **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Offer what fits the kind; moments are in the event's own time."""
        super().__init__(**more)
        self.kind, self.zone = kind, zone
        self.way.choices = option_list(_ways(kind))
        self.to.choices = option_list(
            (str(number), translated(said_of(one))) for number, one in enumerate(SEGMENTS[kind])
        )
        if self.to.data is None:
            self.to.data = "0"

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check every box, and that what the chosen way needs is there."""
        good = bool(super().validate(extra_validators))
        if self.way.data == MOMENT:
            return self._has_moment() and good
        if self.number.data is None and not self.number.errors:
            self.number.errors = [gettext("Enter a number")]
        if self.way.data == DAYS and (self.number.data or 0) > MOST_DAYS:
            self.number.errors = [gettext("Enter a number of days up to %(most)s", most=MOST_DAYS)]
        return good and not self.number.errors

    def blame(self, error: DomainError) -> None:
        """Show what is wrong with the moment at the box that it was typed in."""
        if error.field in {"days", "hours"}:
            field = self.at if self.way.data == MOMENT else self.number
            field.errors = [*field.errors, translated(error.says)]
        else:
            super().blame(error)

    def when(self) -> When:
        """Return the moment that was typed."""
        if self.way.data == MOMENT:
            return When(Timing.AT, at=self.moment)
        after = self.kind in AFTER
        anchor, number = Anchor.END if after else Anchor.START, self.number.data or 0
        away = number if after else -number
        if self.way.data == DAYS:
            clock: time | None = self.clock.data
            return When(Timing.RELATIVE, anchor=anchor, days=away, clock=clock)
        minutes = away * MINUTES_IN_AN_HOUR if self.way.data == HOURS else away
        return When(Timing.RELATIVE, anchor=anchor, minutes=minutes)

    def segment(self) -> Segment:
        """Return to whom it goes."""
        return SEGMENTS[self.kind][int(self.to.data)]

    def _has_moment(self) -> bool:
        if self.at.data is None:
            if not self.at.errors:
                self.at.errors = [gettext("Enter a day and a time")]
            return False
        try:
            self.moment = moment_of(self.at.data, self.zone, field="at")
        except DomainError as error:
            super().blame(error)
            return False
        return True


def shown_of(when: When, segment: Segment, kind: AnnouncementKind, zone: tzinfo) -> dict[str, Any]:
    """Return what the boxes show of a moment and its recipients."""
    way, number = DAYS, abs(when.days)
    if when.timing is Timing.AT:
        way = MOMENT
    elif not when.days and when.clock is None:
        hours, rest = divmod(abs(when.minutes), MINUTES_IN_AN_HOUR)
        way, number = (MINUTES, abs(when.minutes)) if rest else (HOURS, hours)
    segments = SEGMENTS[kind]
    return {
        "way": way,
        "number": None if way == MOMENT else number,
        "clock": when.clock,
        "at": wall(when.at, zone),
        "to": str(segments.index(segment) if segment in segments else 0),
    }


def shown_of_row(row: Announcement, when: When, segment: Segment, zone: tzinfo) -> dict[str, Any]:
    """Return what the boxes show of a planned mail."""
    return {"revision": str(row.revision), **shown_of(when, segment, row.kind, zone)}


def _ways(kind: AnnouncementKind) -> list[tuple[str, str]]:
    if kind in AFTER:
        return [
            (HOURS, gettext("hours after the end")),
            (MINUTES, gettext("minutes after the end")),
            (DAYS, gettext("days after the event")),
            (MOMENT, gettext("at a moment of its own")),
        ]
    return [
        (DAYS, gettext("days before the event")),
        (HOURS, gettext("hours before the start")),
        (MINUTES, gettext("minutes before the start")),
        (MOMENT, gettext("at a moment of its own")),
    ]
