"""How a programme is kept, and what is said with a release."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import StopValidation

from forum.core.http.form_parts import (
    CountField,
    OfficeForm,
    option_list,
    paragraphs_in_three,
    text_of_field,
)
from forum.core.http.i18n import translated
from forum.core.text import Text
from forum.programme.conflict_words import CONFLICTS
from forum.programme.forms.spoken import TicksField
from forum.programme.queries import ProgrammeSettings
from forum.programme.rules import STRICT_ABLE, ReleaseMode

LONGEST_NOTE = 2000
LONGEST_TURNAROUND = 240


class ModeField(RadioField):
    """One of two ways, with our sentence for neither."""

    def pre_validate(self, form: object) -> None:
        """Refuse what is no way to release."""
        del form
        if self.data not in {mode.value for mode in ReleaseMode}:
            raise StopValidation(str(lazy_gettext("Choose one of the two")))


class KeepingForm(OfficeForm):
    """How a programme is kept; `seen` is the fingerprint of what the form showed."""

    seen = HiddenField()
    mode = ModeField(lazy_gettext("When guests see what you save"))
    turnaround = CountField(
        lazy_gettext("Minutes between two sessions in a room"),
        least=0,
        most=LONGEST_TURNAROUND,
        description=lazy_gettext(
            "To clear the stage and let people change seats. Less is shown as a conflict."
        ),
    )
    strict = TicksField(
        lazy_gettext("Conflicts that stop saving"),
        description=lazy_gettext("All others are shown, and nothing more."),
    )
    nod = BooleanField(lazy_gettext("What speakers change waits for an editor"))

    def offer(self) -> None:
        """Fill the lists that can be chosen from; before validating and before showing."""
        self.mode.choices = [
            (ReleaseMode.AT_ONCE.value, lazy_gettext("At once, with each save")),
            (ReleaseMode.HELD.value, lazy_gettext("When you release it")),
        ]
        self.strict.choices = option_list(
            (kind.value, translated(CONFLICTS[kind])) for kind in STRICT_ABLE
        )

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        return {
            "mode": ReleaseMode(self.mode.data),
            "strict": tuple(self.strict.data),
            "turnaround": self.turnaround.data or 0,
            "nod": bool(self.nod.data),
        }

    @classmethod
    def shown(cls, settings: ProgrammeSettings) -> dict[str, Any]:
        """Return what the boxes show."""
        return {
            "mode": settings.mode.value,
            "strict": list(settings.strict),
            "turnaround": settings.turnaround,
            "nod": settings.nod,
        }


class SeenForm(OfficeForm):
    """Nothing to type; `seen` is the fingerprint of what the page showed."""

    seen = HiddenField()


class ReleaseForm(SeenForm):
    """What is said with a release, and to whom."""

    note = paragraphs_in_three(
        lazy_gettext("A note for guests"),
        most=LONGEST_NOTE,
        rows=3,
        description=lazy_gettext("It stands above the changes, on the page and in the mail."),
    )
    tell_all = BooleanField()

    @property
    def said(self) -> Text:
        """The note."""
        return text_of_field(self.note)
