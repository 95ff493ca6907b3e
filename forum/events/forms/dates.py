"""Days and times of an event, typed as the clock on its wall shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from flask_babel import lazy_gettext
from wtforms.validators import Optional

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    ClockField,
    DayField,
    Enter,
    LineField,
    OfficeForm,
    joined,
)
from forum.core.zones import zone_of
from forum.events.models import Event
from forum.events.rules import (
    check_span,
    moment_of,
)


class DatesForm(OfficeForm):
    """Days and times as the clock on the event's wall shows them."""

    first_day = DayField(lazy_gettext("Date"), [Enter(lazy_gettext("Enter the date"))])
    start_time = ClockField(
        lazy_gettext("Starts at"), [Enter(lazy_gettext("Enter when it starts"))]
    )
    end_time = ClockField(lazy_gettext("Ends at"), [Enter(lazy_gettext("Enter when it ends"))])
    last_day = DayField(lazy_gettext("Last day, where it is a later one"), [Optional()])
    time_zone = LineField(
        lazy_gettext("Time zone"),
        [Enter(lazy_gettext("Enter a time zone, like Asia/Hong_Kong"))],
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )

    starts_at: datetime
    ends_at: datetime

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields, then the moments that they make together."""
        good = super().validate(extra_validators)
        zone = self.tried(lambda: zone_of(self.time_zone.data)) if self.time_zone.data else None
        if zone is None:
            return False
        self.time_zone.data = zone.key
        starts = self._moment(joined(self.first_day.data, self.start_time.data), zone, "start_time")
        last = self.last_day.data or self.first_day.data
        ends = self._moment(joined(last, self.end_time.data), zone, "end_time")
        if starts is None or ends is None:
            return False
        self.starts_at, self.ends_at = starts, ends
        blamed = "last_day" if self.last_day.data else "end_time"
        try:
            check_span(starts, ends, field=blamed)
        except DomainError as error:
            self.blame(error)
            return False
        return bool(good) and self.further(zone)

    def further(self, zone: tzinfo) -> bool:
        """Check what a child form adds, once the zone is known."""
        del zone
        return True

    def tried(self, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - as the act's own
        """Return what a rule gives, or blame its refusal on the field and return None."""
        try:
            return act()
        except DomainError as error:
            self.blame(error)
            return None

    def _moment(self, typed: datetime | None, zone: Any, field: str) -> datetime | None:  # noqa: ANN401 - any zone
        if typed is None:
            return None
        found: datetime | None = self.tried(lambda: moment_of(typed, zone, field=field))
        return found

    @staticmethod
    def shown_dates(event: Event) -> dict[str, Any]:
        """Return an event's moments as the boxes show them."""
        first = event.starts_at.astimezone(event.zone)
        last = event.ends_at.astimezone(event.zone)
        return {
            "first_day": first.date(),
            "start_time": first.time(),
            "end_time": last.time(),
            "last_day": last.date() if last.date() != first.date() else None,
            "time_zone": event.time_zone,
        }
