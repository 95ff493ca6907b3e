"""What the registration form asks beyond three boxes: the type, a code, others, who gets mails."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Form, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from forum.core.addresses import address_key
from forum.core.http.form_parts import LineField, MailField
from forum.registrations.forms.guests import RegistrationForm
from forum.registrations.rules import (
    LONGEST_NAME,
    LONGEST_NAME_ZH,
    LONGEST_ORGANISATION,
    MailsTo,
)

_NAME = Length(max=LONGEST_NAME, message=lazy_gettext("Enter a name of at most %(max)d letters"))
_NAME_ZH = Length(
    max=LONGEST_NAME_ZH,
    message=lazy_gettext("Enter a Chinese name of at most %(max)d characters"),
)
_ORGANISATION = Length(
    max=LONGEST_ORGANISATION,
    message=lazy_gettext("Enter an organisation of at most %(max)d letters"),
)
_MAILS = {
    MailsTo.ATTENDEES: lazy_gettext("To each person; who has no name yet gets theirs later"),
    MailsTo.CONTACT: lazy_gettext("All to me"),
    MailsTo.BOTH: lazy_gettext("To each person and to me"),
}
ADDRESS_WANTED = lazy_gettext("Enter an email address in the correct format, like name@example.com")


class PersonForm(Form):
    """Another person of the same booking; with all boxes empty somebody to be named later."""

    name = LineField(lazy_gettext("Full name"), [_NAME])
    organisation = LineField(lazy_gettext("Organisation"), [_ORGANISATION])
    email = MailField(lazy_gettext("Email"))
    name_zh = LineField(lazy_gettext("Name in Chinese"), [_NAME_ZH])

    @property
    def is_named(self) -> bool:
        """Whether anything says who it is."""
        return bool(self.name.data or self.name_zh.data or self.email.data)


class GroupForm(RegistrationForm):
    """The three boxes of the first person, and what a booking of several or of a type asks."""

    email = MailField(lazy_gettext("Email"))
    shown = HiddenField()
    code = LineField(lazy_gettext("Access code"), [Length(max=100)])
    stays_away = BooleanField(lazy_gettext("I register others and do not come myself"))
    contact_name = LineField(lazy_gettext("Your own name"), [_NAME])
    contact_email = MailField(lazy_gettext("Your own email"))
    mails_to = RadioField(
        lazy_gettext("Where do tickets and news go?"),
        choices=[SelectChoice(one.value, words) for one, words in _MAILS.items()],
        default=MailsTo.ATTENDEES.value,
        validate_choice=False,
    )

    @property
    def mails(self) -> MailsTo:
        """Who gets the mails; what is not on the list means each person."""
        known = {one.value: one for one in MailsTo}
        return known.get(self.mails_to.data or "", MailsTo.ATTENDEES)

    def check_contact(self) -> bool:
        """Ask for what is missing of the first person's address and of who stays away."""
        own = self.stays_away.data and self.mails is MailsTo.CONTACT
        if not self.email.data and not self.email.errors and not own:
            self.email.errors = [str(ADDRESS_WANTED)]
        if self.stays_away.data:
            if not self.contact_name.data:
                self.contact_name.errors = [gettext("Enter your own name")]
            if not self.contact_email.data and not self.contact_email.errors:
                self.contact_email.errors = [str(ADDRESS_WANTED)]
        return not (self.email.errors or self.contact_name.errors or self.contact_email.errors)


def check_people(
    form: RegistrationForm, people: list[PersonForm], mails: MailsTo, *, several_per_address: bool
) -> bool:
    """Say at its box what is missing or doubled of the others in a booking."""
    seen = {address_key(form.email.data)} if form.email.data else set()
    for one in people:
        if one.is_named and not one.name.data and not one.name.errors:
            one.name.errors = [
                gettext("Enter the full name, or empty the boxes of this person to name them later")
            ]
        if one.email.errors:
            continue
        if not one.email.data:
            if one.is_named and mails is MailsTo.ATTENDEES:
                one.email.errors = [
                    gettext("Enter an email address, or choose below that all mails go to you")
                ]
            continue
        key = address_key(one.email.data)
        if key in seen and not several_per_address:
            one.email.errors = [
                gettext(
                    "This address stands twice. Enter another, "
                    "or empty the boxes of this person to name them later"
                )
            ]
        seen.add(key)
    return not any(one.errors for one in people)
