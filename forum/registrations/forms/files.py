"""A guest list in a file: sending one, and saying how it is taken in."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField

from forum.core.http.form_parts import ChoiceField, OfficeForm

REGISTRATIONS = "registrations"


class GuestFileForm(OfficeForm):
    """A file of guests, and where they are to go: among the registrations, or on a guest list."""

    file = FileField(
        lazy_gettext("File"),
        description=lazy_gettext(
            "CSV or XLSX, at most 20 MB and 60,000 rows: an export of another system or your own "
            "list, with a row of headings."
        ),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx"},
    )
    target = ChoiceField(lazy_gettext("The guests are"))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; a file must be there."""
        good = bool(super().validate(extra_validators))
        if not self.file.data or not self.file.data.filename:
            self.file.errors = [gettext("Choose a file")]
            return False
        return good


class TakeInForm(OfficeForm):
    """How a file is taken in; what its columns hold stands beside, one box a column."""

    ticket_type = ChoiceField(lazy_gettext("Ticket type where the file names none"))
    leave_out = BooleanField(
        lazy_gettext("Leave out who cancelled or declined there"), default=True
    )
    send_mails = BooleanField(lazy_gettext("Mail the ticket to each new guest"))
