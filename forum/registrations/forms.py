"""The registration form and those that change a registration."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import Length, NumberRange, StopValidation, ValidationError

from forum.core.addresses import BadAddress, normalised_email
from forum.core.http.i18n import translated
from forum.core.text import clean_line
from forum.registrations.rules import LONGEST_NAME, LONGEST_NAME_ZH, LONGEST_ORGANISATION

MOST_SEATS = 1_000_000
LONGEST_TYPED = 10_000


class Needed:
    """Ask for a field that was left empty, in words that say what to do."""

    field_flags: dict[str, Any] = {}  # noqa: RUF012 - WTForms reads it from the class

    def __init__(self, says: Any) -> None:  # noqa: ANN401 - a lazy string
        """Take the sentence."""
        self.says = says

    def __call__(self, _form: Any, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Stop at an empty field."""
        if not field.data:
            field.errors[:] = []
            raise StopValidation(str(self.says))


def _cleaned(typed: str | None) -> str:
    return clean_line(typed)


class NamesForm(FlaskForm):
    """Name forms and organisation of an attendee."""

    name = StringField(
        lazy_gettext("Full name"),
        filters=[_cleaned],
        validators=[
            Needed(lazy_gettext("Enter your full name")),
            Length(
                max=LONGEST_NAME, message=lazy_gettext("Enter a name of at most %(max)d letters")
            ),
        ],
    )
    name_zh = StringField(
        lazy_gettext("Name in Chinese"),
        filters=[_cleaned],
        validators=[
            Length(
                max=LONGEST_NAME_ZH,
                message=lazy_gettext("Enter a Chinese name of at most %(max)d characters"),
            ),
        ],
    )
    organisation = StringField(
        lazy_gettext("Organisation"),
        filters=[_cleaned],
        validators=[
            Needed(lazy_gettext("Enter your company or organisation")),
            Length(
                max=LONGEST_ORGANISATION,
                message=lazy_gettext("Enter an organisation of at most %(max)d letters"),
            ),
        ],
    )


class RegistrationForm(NamesForm):
    """Three boxes, an optional fourth, and consents of one's own free will."""

    email = StringField(
        lazy_gettext("Email"),
        validators=[
            Needed(
                lazy_gettext("Enter an email address in the correct format, like name@example.com")
            )
        ],
    )
    marketing = BooleanField(lazy_gettext("Tell me by email about later events of the organiser"))
    key = HiddenField()
    website = StringField(lazy_gettext("Leave this box empty"))

    email_key = ""

    def validate_email(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Take what can be read as an address."""
        try:
            field.data = normalised_email(field.data)
        except BadAddress as error:
            raise ValidationError(translated(error.says)) from None

    def validate_website(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Only programs fill a box that nobody sees."""
        if field.data:
            raise ValidationError(gettext("Leave this box empty"))


class GuestForm(RegistrationForm):
    """A registration that an organiser enters by hand."""


class ChangeForm(NamesForm):
    """A change of names, made from a known revision."""

    revision = HiddenField()


class CapacityForm(FlaskForm):
    """How many seats an event has."""

    capacity = IntegerField(
        lazy_gettext("Seats"),
        validators=[
            NumberRange(
                min=1,
                max=MOST_SEATS,
                message=lazy_gettext("Enter a number of seats from 1 to 1,000,000"),
            ),
        ],
    )
