"""Where and when a session is, as one small form: the way to move it without dragging."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms.validators import Optional

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    ChoiceField,
    ClockField,
    CountField,
    DayField,
    OfficeForm,
    option_list,
)
from forum.events.rules import moment_of
from forum.programme.queries import Planned
from forum.programme.rules import LONGEST_MINUTES, SMALL_HOURS
from forum.programme.service import Place


class MoveForm(OfficeForm):
    """Day, start, length and room of a session; without day and start it waits in the tray."""

    day = DayField(lazy_gettext("Date"), [Optional()])
    start_time = ClockField(lazy_gettext("Starts at"), [Optional()])
    minutes = CountField(lazy_gettext("Minutes"), [Optional()], least=1, most=LONGEST_MINUTES)
    room = ChoiceField(lazy_gettext("Room"), [Optional()])

    zone: tzinfo = ZoneInfo("UTC")
    starts_at: datetime | None = None
    stood: Planned | None = None

    def offer(self, rooms: Iterable[tuple[str, str]], zone: tzinfo, stood: Planned) -> None:
        """Fill the list of rooms; before validating and before showing."""
        self.zone, self.stood = zone, stood
        self.room.choices = option_list(rooms, gettext("No room yet"))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields and the moment they make."""
        good = bool(super().validate(extra_validators))
        return self._time_is_good() and good

    def _time_is_good(self) -> bool:
        boxes = (
            (self.day, gettext("Enter the date, or leave both empty")),
            (self.start_time, gettext("Enter when it starts, or leave both empty")),
        )
        typed = [box.data is not None for box, _ in boxes]
        if any(box.errors for box, _ in boxes):
            return False
        if not any(typed):
            return True
        for box, says in boxes:
            if box.data is None:
                box.errors = [says]
        if self.minutes.data is None and not self.minutes.errors:
            self.minutes.errors = [gettext("Enter how many minutes it lasts")]
        if not all(typed) or self.minutes.errors:
            return False
        wall = datetime.combine(self.day.data, self.start_time.data)
        try:
            self.starts_at = moment_as_it_stands(wall, self.zone, self.stood)
        except DomainError as error:
            self.blame(error)
            return False
        return True

    @classmethod
    def shown(cls, session: Planned, zone: tzinfo, minutes: int) -> dict[str, Any]:
        """Return what the boxes show of a session."""
        starts = session.starts_at.astimezone(zone) if session.starts_at else None
        return {
            "revision": str(session.revision),
            "day": starts.date() if starts else None,
            "start_time": starts.time() if starts else None,
            "minutes": minutes,
            "room": str(session.room_id or ""),
        }

    def place(self) -> Place:
        """Return what the service asks for; a night's session stays under its evening."""
        room = UUID(self.room.data) if self.room.data else None
        if self.starts_at is None:
            return Place(None, None, room)
        ends_at = self.starts_at + timedelta(minutes=self.minutes.data)
        return Place(self.starts_at, ends_at, room, self._listed(self.day.data))

    def _listed(self, day: date) -> date | None:
        evening = day - timedelta(days=1)
        if self.stood is None or self.stood.day != evening:
            return None
        return evening if _is_small(self.start_time.data) else None


def moment_as_it_stands(wall: datetime, zone: tzinfo, stood: Planned | None) -> datetime:
    """Return the moment of a wall time; one that is said as it stands stays that moment.

    An hour that happens twice is else its first. Raises NoSuchMoment at `start_time`.
    """
    if stood is not None and stood.starts_at is not None:
        stands = stood.starts_at.astimezone(zone).replace(tzinfo=None)
        if stands == wall:
            return stood.starts_at
    return moment_of(wall, zone, field="start_time")


def _is_small(clock: time) -> bool:
    return clock < SMALL_HOURS
