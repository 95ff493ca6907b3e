"""What a speaker says about one event: the answer, when it cannot be, what may be recorded."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    Enter,
    MomentField,
    OfficeForm,
    ParagraphsField,
    SaysWhat,
)
from forum.events.rules import moment_of
from forum.programme.rules import LONGEST_CONTACT_NOTE, EngagementState

ANSWERS = {
    "confirm": EngagementState.CONFIRMED,
    "decline": EngagementState.DECLINED,
}


class AnswerForm(OfficeForm):
    """Confirm or decline, with a word to the organiser."""

    note = ParagraphsField(
        lazy_gettext("A word to the organiser"),
        [SaysWhat(LONGEST_CONTACT_NOTE)],
        description=lazy_gettext("Such as what you need on stage, or why you cannot come."),
        render_kw={"rows": 3},
    )


class TimesForm(OfficeForm):
    """A time at which a speaker cannot be on stage, in the event's own time."""

    begins = MomentField(
        lazy_gettext("From"), [Enter(lazy_gettext("Enter from when, like 2026-12-08 09:00"))]
    )
    ends = MomentField(
        lazy_gettext("Until"), [Enter(lazy_gettext("Enter until when, like 2026-12-08 13:00"))]
    )

    zone: tzinfo = ZoneInfo("UTC")
    span: tuple[datetime, datetime] | None = None

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the boxes and the moments they make."""
        if not super().validate(extra_validators):
            return False
        try:
            begins = moment_of(self.begins.data, self.zone, field="begins")
            self.span = begins, moment_of(self.ends.data, self.zone, field="ends")
        except DomainError as error:
            self.blame(error)
            return False
        if self.span[1] <= self.span[0]:
            self.ends.errors = [gettext("Enter an end that is after the start")]
            return False
        return True


class ConsentForm(OfficeForm):
    """What a speaker agrees to; each of their own free will."""

    photo = BooleanField(
        lazy_gettext(
            "Photographs of me taken at this event may be published by the organiser "
            "to report on it"
        )
    )
    recording = BooleanField(
        lazy_gettext(
            "My contribution may be recorded, streamed and published by the organiser, "
            "with the slides I show"
        )
    )
