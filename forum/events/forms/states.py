"""The moves of an event's state: publish, postpone, cancel."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms.validators import Optional

from forum.core.http.form_parts import (
    ClockField,
    DayField,
    Enter,
    OfficeForm,
    paragraphs_in_three,
)
from forum.events.forms.dates import DatesForm
from forum.events.rules import (
    LONGEST_NOTE,
)


class PublishForm(OfficeForm):
    """Nothing to type: the button is the answer."""


class CancelForm(OfficeForm):
    """Why, for guests to read."""

    note = paragraphs_in_three(
        lazy_gettext("A note for guests"),
        most=LONGEST_NOTE,
        rows=3,
        description=lazy_gettext("Stands on the page and in the mail."),
    )


class PostponeForm(DatesForm):
    """Why, and the new dates where they are known."""

    note = CancelForm.note
    first_day = DayField(
        lazy_gettext("New date"),
        [Optional()],
        description=lazy_gettext("Leave it empty while it is not known."),
    )
    start_time = ClockField(lazy_gettext("Starts at"), [Optional()])
    end_time = ClockField(lazy_gettext("Ends at"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the dates only where one is typed."""
        typed = any((f.raw_data or [""])[0].strip() for f in (self.first_day, self.last_day))
        if not typed:
            return bool(OfficeForm.validate(self, extra_validators))
        for field, says in (
            (self.first_day, gettext("Enter the new date")),
            (self.start_time, gettext("Enter when it starts")),
            (self.end_time, gettext("Enter when it ends")),
        ):
            field.validators = [Enter(says)]
        return super().validate(extra_validators)

    @property
    def has_dates(self) -> bool:
        """Whether new dates were typed."""
        return self.first_day.data is not None
