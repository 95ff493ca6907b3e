"""What organisers type about guests: decisions, tags, notes, types, views, doubles, seats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import Length, ValidationError

from forum.core.http.form_parts import (
    ChoiceField,
    Enter,
    LineField,
    MailField,
    OfficeForm,
    ParagraphsField,
    SaysWhat,
    option_list,
    paragraphs_in_three,
)
from forum.core.ids import id_in
from forum.core.languages import LANGUAGES
from forum.core.text import whole_number
from forum.registrations.forms.guests import ChangeForm
from forum.registrations.rules.listing import (
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_TAG,
    LONGEST_VIEW_NAME,
)
from forum.registrations.service import LONGEST_MESSAGE


class ActForm(OfficeForm):
    """One act on many registrations; carries how many the page named."""

    named = HiddenField(default="0")

    @property
    def number(self) -> int:
        """How many the act reaches, as the page said."""
        return whole_number(self.named.data) or 0


class DecisionForm(ActForm):
    """A decision on requests, with words of the organiser's for the mail."""

    FIRST = ("words",)
    words = paragraphs_in_three(
        lazy_gettext("Message in the mail"),
        most=LONGEST_MESSAGE,
        description=lazy_gettext(
            "Each guest reads it in the language they registered in. Leave it empty to send the"
            " usual mail without it."
        ),
    )


class TagForm(ActForm):
    """A word that groups guests."""

    FIRST = ("tag",)
    tag = LineField(
        lazy_gettext("Tag"),
        [
            Enter(lazy_gettext("Enter a tag")),
            Length(
                max=LONGEST_TAG + 1,
                message=lazy_gettext("Enter a tag of at most 40 letters"),
            ),
        ],
    )


class TypeForm(ActForm):
    """Which type registrations are to have."""

    FIRST = ("type_id",)
    type_id = ChoiceField(lazy_gettext("Ticket type"))

    @property
    def chosen(self) -> UUID | None:
        """The id of the type that was chosen."""
        return id_in(self.type_id.data)


class ViewForm(OfficeForm):
    """A name for the filter that is being looked at."""

    name = LineField(
        lazy_gettext("Name of the view"),
        [
            Enter(lazy_gettext("Enter a name for this view")),
            Length(
                max=LONGEST_VIEW_NAME,
                message=lazy_gettext("Enter a name of at most %(max)d letters"),
            ),
        ],
    )


class NoteForm(OfficeForm):
    """What a member writes about a guest."""

    words = ParagraphsField(
        lazy_gettext("New note"),
        [Enter(lazy_gettext("Enter what is to be remembered")), SaysWhat(LONGEST_NOTE)],
    )


class SeatForm(OfficeForm):
    """Why a guest is seated out of turn."""

    FIRST = ("reason",)
    reason = LineField(
        lazy_gettext("Reason"),
        [
            Enter(lazy_gettext("Enter why this guest is seated first")),
            SaysWhat(LONGEST_REASON),
        ],
        description=lazy_gettext(
            "It stays in the record with your name. The guest does not see it."
        ),
    )


class DoubleForm(OfficeForm):
    """The reference of a registration that is thought to be the same person's."""

    code = LineField(
        lazy_gettext("Reference of the other registration"),
        [Enter(lazy_gettext("Enter the reference of the other registration"))],
    )


class MergeForm(OfficeForm):
    """Which of two registrations stays."""

    FIRST = ("stays",)
    stays = RadioField(lazy_gettext("Which one stays?"))


class PersonForm(ChangeForm):
    """Who a registration is for; another address makes it another person's."""

    FIRST = ("name", "name_zh", "organisation", "email")
    email = MailField(
        lazy_gettext("Email"),
        description=lazy_gettext(
            "Another address gets the mails from now on, and a new ticket: the old one stops"
            " opening the door."
        ),
    )


class HandForm(ChangeForm):
    """A guest entered by hand: type and language besides."""

    FIRST = ("name", "name_zh", "organisation", "email", "type_id", "lang", "past", "reason")
    email = MailField(
        lazy_gettext("Email"),
        [
            Enter(
                lazy_gettext("Enter an email address in the correct format, like name@example.com")
            )
        ],
    )
    type_id = ChoiceField(lazy_gettext("Ticket type"))
    lang = ChoiceField(
        lazy_gettext("Language of the mails"),
        choices=option_list((language.key, language.name) for language in LANGUAGES),
    )
    past = BooleanField(
        lazy_gettext("Give a seat before those who wait, where one is free"),
        description=lazy_gettext("Without it the guest joins the end of the line."),
    )
    reason = LineField(
        lazy_gettext("Reason"),
        [SaysWhat(LONGEST_REASON)],
        description=lazy_gettext(
            "Only for a seat before others. It stays in the record with your name."
        ),
    )

    @property
    def type_chosen(self) -> UUID | None:
        """The id of the type that was chosen."""
        return id_in(self.type_id.data)

    def validate_reason(self, field: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Ask for the reason of a seat out of turn."""
        if self.past.data and not field.data:
            raise ValidationError(gettext("Enter why this guest is seated first"))


def offer_types(field: Any, types: Sequence[tuple[UUID, str]]) -> None:  # noqa: ANN401 - WTForms has no types
    """Fill a list of ticket types."""
    field.choices = option_list([(str(type_id), name) for type_id, name in types])
