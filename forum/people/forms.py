"""Forms on people: a link, an account, an invitation, roles, an organisation’s settings."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField
from wtforms.fields import ColorField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from forum.core.art.colour import parse_accent
from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    ChoiceField,
    Enter,
    LineField,
    MailField,
    OfficeForm,
    SaysWhat,
    line_in_three,
    paragraphs_in_three,
    shown_text,
    text_of_field,
)
from forum.core.http.i18n import translated
from forum.core.languages import LANGUAGES
from forum.core.permissions import Role
from forum.core.zones import zone_of
from forum.people.models import Organisation
from forum.people.rules import (
    LONGEST_NAME,
    LONGEST_ORGANISATION,
    LONGEST_PRIVACY,
    ROLE_WORDS,
)
from forum.people.service import OrganisationDetails

ENTER_EMAIL = lazy_gettext("Enter an email address in the correct format, like name@example.com")


class SignInForm(FlaskForm):
    """The address a link is mailed to, and where to go afterwards."""

    email = MailField(lazy_gettext("Email"), [Enter(ENTER_EMAIL)])
    next = HiddenField()


class EmptyForm(FlaskForm):
    """A button that posts: nothing but its token."""


class NameForm(FlaskForm):
    """The name of one who joins."""

    name = LineField(
        lazy_gettext("Full name"),
        [Enter(lazy_gettext("Enter your full name")), SaysWhat(LONGEST_NAME)],
        description=lazy_gettext("As the other members see it."),
    )


class AccountForm(NameForm):
    """A user's own name and language."""

    lang = ChoiceField(
        lazy_gettext("Language"),
        choices=[SelectChoice(language.key, language.name) for language in LANGUAGES],
    )
    digest = BooleanField(
        lazy_gettext("Mail me in the morning what waits for me"),
        description=lazy_gettext(
            "Requests, mails that came back or failed. At most once a day, and only when there is "
            "something."
        ),
    )


class RoleForm(FlaskForm):
    """A role in an organisation."""

    role = ChoiceField(lazy_gettext("Role"))

    def __init__(self, *args: Any, **values: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Offer the roles in the reader's language."""
        super().__init__(*args, **values)
        self.role.choices = [
            SelectChoice(role.value, translated(words[0])) for role, words in ROLE_WORDS.items()
        ]

    @property
    def chosen(self) -> Role:
        """The role, once the form holds."""
        return Role(self.role.data)


class InviteForm(RoleForm):
    """An address and the role it gets."""

    email = MailField(lazy_gettext("Email"), [Enter(ENTER_EMAIL)])


class OrganisationForm(OfficeForm):
    """What an organisation says of itself."""

    name = line_in_three(
        lazy_gettext("Name"),
        most=LONGEST_ORGANISATION,
        needed=lazy_gettext("Enter the organisation’s name in at least one language"),
    )
    contact_email = MailField(
        lazy_gettext("Contact"),
        description=lazy_gettext("Guests see this address, and write to it."),
    )
    time_zone = LineField(
        lazy_gettext("Time zone"),
        [Enter(lazy_gettext("Enter a time zone, like Asia/Hong_Kong"))],
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
        description=lazy_gettext("New events begin with it."),
    )
    accent = ColorField(
        lazy_gettext("Colour"),
        description=lazy_gettext("Pages keep it readable in light and dark."),
    )
    privacy = paragraphs_in_three(
        lazy_gettext("What personal data is used for"),
        most=LONGEST_PRIVACY,
        rows=5,
        description=lazy_gettext(
            "Guests read this beside the form: what for, who sees it, how long it is kept."
        ),
    )

    def validate_time_zone(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Take any IANA zone, however its capitals were typed."""
        try:
            field.data = zone_of(field.data).key
        except DomainError as error:
            raise StopValidation(translated(error.says)) from None

    def validate_accent(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Take a colour such as #0b5563."""
        try:
            field.data = parse_accent(field.data or "")
        except ValueError:
            raise StopValidation(gettext("Enter a colour like #0b5563")) from None

    def details(self) -> OrganisationDetails:
        """Return what was typed, once the form holds."""
        return OrganisationDetails(
            name=text_of_field(self.name),
            time_zone=self.time_zone.data or "",
            contact_email=self.contact_email.data or "",
            accent=self.accent.data or "",
            privacy=text_of_field(self.privacy),
        )

    @staticmethod
    def shown(organisation: Organisation) -> dict[str, Any]:
        """Return what the boxes show of a stored organisation."""
        return {
            "name": shown_text(organisation.name),
            "time_zone": organisation.time_zone,
            "contact_email": organisation.contact_email,
            "accent": organisation.accent,
            "privacy": shown_text(organisation.privacy),
            "revision": organisation.revision,
        }
