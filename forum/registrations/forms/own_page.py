"""Forms of the guest's page: naming, replacing and adding people, and asking for a lost link."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, StringField
from wtforms.validators import Length, ValidationError

from forum.core.http.form_parts import Enter, LineField, MailField, OfficeForm
from forum.registrations.forms import ChangeForm
from forum.registrations.rules import LONGEST_NAME, LONGEST_ORGANISATION

_ENTER_EMAIL = lazy_gettext("Enter an email address in the correct format, like name@example.com")


class OwnNameForm(ChangeForm):
    """Somebody names themselves for a place that is kept for them."""

    FIRST = ("name", "name_zh", "organisation", "email")
    email = MailField(lazy_gettext("Email"), [Enter(_ENTER_EMAIL)])


class ReplaceForm(ChangeForm):
    """Who comes: the person a place is for; without an address the contact gets the mails."""

    FIRST = ("name", "name_zh", "organisation", "email")
    email = MailField(lazy_gettext("Email"))


class AddForm(ReplaceForm):
    """One more person, named now, or later where everything is left empty."""

    name = LineField(
        lazy_gettext("Full name"),
        [Length(max=LONGEST_NAME, message=lazy_gettext("Enter a name of at most %(max)d letters"))],
    )
    organisation = LineField(
        lazy_gettext("Organisation"),
        [
            Length(
                max=LONGEST_ORGANISATION,
                message=lazy_gettext("Enter an organisation of at most %(max)d letters"),
            )
        ],
    )

    @property
    def is_later(self) -> bool:
        """Whether everything was left empty, so that the person is named later."""
        return not any(one.data for one in (self.name, self.name_zh, self.organisation, self.email))

    def validate_name(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Whoever has an address has a name."""
        if not field.data and (self.email.data or self.name_zh.data or self.organisation.data):
            raise ValidationError(gettext("Enter the full name"))

    def validate_organisation(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Somebody with a name has an organisation."""
        if self.name.data and not field.data:
            raise ValidationError(gettext("Enter your company or organisation"))


class LostLinkForm(OfficeForm):
    """The address to which the links are mailed again."""

    email = MailField(lazy_gettext("Email"), [Enter(_ENTER_EMAIL)])
    key = HiddenField()
    website = StringField(lazy_gettext("Leave this box empty"))

    def validate_website(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Only programs fill a box that nobody sees."""
        if field.data:
            raise ValidationError(gettext("Leave this box empty"))
