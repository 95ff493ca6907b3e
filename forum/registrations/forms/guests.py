"""The registration form, and those that change a registration, or a number of seats or places."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from forum.core.http.form_parts import CountField, Enter, LineField, MailField, OfficeForm
from forum.core.text import whole_number
from forum.events.rules import LARGEST_CAPACITY
from forum.programme.rules import LARGEST_PLACES
from forum.registrations.rules import LONGEST_NAME, LONGEST_NAME_ZH, LONGEST_ORGANISATION


class ChangeForm(OfficeForm):
    """Name forms and organisation of an attendee, made from a known revision."""

    name = LineField(
        lazy_gettext("Full name"),
        [
            Enter(lazy_gettext("Enter your full name")),
            Length(
                max=LONGEST_NAME, message=lazy_gettext("Enter a name of at most %(max)d letters")
            ),
        ],
    )
    name_zh = LineField(
        lazy_gettext("Name in Chinese"),
        [
            Length(
                max=LONGEST_NAME_ZH,
                message=lazy_gettext("Enter a Chinese name of at most %(max)d characters"),
            ),
        ],
    )
    organisation = LineField(
        lazy_gettext("Organisation"),
        [
            Enter(lazy_gettext("Enter your company or organisation")),
            Length(
                max=LONGEST_ORGANISATION,
                message=lazy_gettext("Enter an organisation of at most %(max)d letters"),
            ),
        ],
    )


class RegistrationForm(ChangeForm):
    """Three boxes, an optional fourth, and a consent of one's own free will."""

    FIRST = ("name", "organisation", "email", "name_zh")
    # Its page is the same bytes for everybody; `key` keeps it from being taken twice.
    once = None

    email = MailField(
        lazy_gettext("Email"),
        [
            Enter(
                lazy_gettext("Enter an email address in the correct format, like name@example.com")
            )
        ],
    )
    marketing = BooleanField(lazy_gettext("Tell me by email about later events of the organiser"))
    key = HiddenField()
    stars = HiddenField()
    website = StringField(lazy_gettext("Leave this box empty"))

    def validate_website(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Only programs fill a box that nobody sees."""
        if field.data:
            raise ValidationError(gettext("Leave this box empty"))


class CapacityForm(OfficeForm):
    """How many seats an event has."""

    capacity = CountField(
        lazy_gettext("Seats"),
        [Enter(lazy_gettext("Enter how many seats there are"))],
        least=1,
        most=LARGEST_CAPACITY,
    )


class PlacesForm(OfficeForm):
    """How many places a session has where people must sign up."""

    places = CountField(
        lazy_gettext("Places"),
        [Enter(lazy_gettext("Enter how many places there are"))],
        least=1,
        most=LARGEST_PLACES,
    )


class NoPlacesForm(OfficeForm):
    """Letting everybody come: carries the number of people that the page named."""

    losing = HiddenField(default="0")

    @property
    def named(self) -> int:
        """How many lose their place or turn, as the page said."""
        return whole_number(self.losing.data) or 0
