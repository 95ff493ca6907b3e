"""A calendar file sent for a room; the yes to what was read in it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import HiddenField

from forum.core.http.form_parts import Enter, LineField, OfficeForm
from forum.core.http.i18n import translated
from forum.core.zones import UnknownZone, zone_of


class RoomZoneForm(OfficeForm):
    """The zone on whose clocks times and whole days are read that name none."""

    zone = LineField(
        lazy_gettext("Time zone of the file"),
        [Enter(lazy_gettext("Enter a time zone, like Asia/Hong_Kong"))],
        description=lazy_gettext(
            "For whole days, and for times that name no zone: they are read on these clocks."
        ),
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; the zone is put by its own name."""
        if not super().validate(extra_validators):
            return False
        try:
            self.zone.data = zone_of(self.zone.data).key
        except UnknownZone as error:
            self.zone.errors = [translated(error.says)]
            return False
        return True


class RoomFileForm(RoomZoneForm):
    """The file, and the zone for what it does not say."""

    FIRST = ("file",)
    file = FileField(
        lazy_gettext("Calendar of the room"),
        description=lazy_gettext(
            "An .ics file from the venue’s booking system, or from Outlook, Google or Apple "
            "Calendar; at most 5 MB."
        ),
        render_kw={"accept": ".ics,text/calendar"},
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; a file must be there."""
        good = super().validate(extra_validators)
        if not self.file.data or not self.file.data.filename:
            self.file.errors = [gettext("Choose a file")]
            return False
        return good


class KeepForm(OfficeForm):
    """The yes to the file that the page showed."""

    calendar = HiddenField()
