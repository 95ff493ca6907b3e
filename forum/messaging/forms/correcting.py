"""What an organiser types about mails that came back or failed."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import HiddenField

from forum.core.http.form_parts import Enter, MailField, OfficeForm


class CorrectForm(OfficeForm):
    """The address in place of the one that mail came back from.

    `came_from` is "thing" where the form stood on the page of the guest.
    """

    email = MailField(
        lazy_gettext("Correct address"),
        [Enter(lazy_gettext("Enter the address that the mails are to go to"))],
        description=lazy_gettext("What came back goes out again at once, to this address."),
    )
    came_from = HiddenField()


class SendFailedForm(OfficeForm):
    """That the failed mails are to go out again; `number` is how many were shown."""

    number = HiddenField()
