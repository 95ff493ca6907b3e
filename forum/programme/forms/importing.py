"""A programme file and the zone of its times; what an editor decided in the preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField

from forum.core.http.form_parts import (
    Enter,
    LineField,
    OfficeForm,
    option_list,
    text_of_field,
)
from forum.core.http.i18n import translated
from forum.core.languages import KEYS, LANGUAGES
from forum.core.zones import UnknownZone, zone_of
from forum.events.forms import LanguagesField, NewEventForm
from forum.programme.importing.plans import Choices
from forum.programme.importing.storing import Wanted

ZONE_BOX = {"list": "zones", "autocomplete": "off", "spellcheck": "false"}


class ZoneForm(OfficeForm):
    """The zone on whose clocks a file's times are read.

    `imported_as` is the slug of the event that the file is already, where it is one.
    """

    imported_as = ""
    zone = LineField(
        lazy_gettext("Time zone of the file"),
        [Enter(lazy_gettext("Enter a time zone, like Asia/Hong_Kong"))],
        description=lazy_gettext("Most files name none: their times are then read in this one."),
        render_kw=ZONE_BOX,
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; the zone is put by its own name."""
        good = bool(super().validate(extra_validators))
        return self.validate_zone_alone() and good

    def validate_zone_alone(self) -> bool:
        """Check the zone and no other box, and put it by its own name."""
        if not self.zone.validate(self):
            return False
        try:
            self.zone.data = zone_of(self.zone.data).key
        except UnknownZone as error:
            self.zone.errors = [translated(error.says)]
            return False
        return True


class FileForm(ZoneForm):
    """A file to look at before anything is written."""

    FIRST = ("file",)
    file = FileField(
        lazy_gettext("File"),
        description=lazy_gettext(
            "frab XML or JSON, OPass, Sessionize, iCalendar, or our own sheet as XLSX or CSV; at "
            "most 20 MB. The kind of file is recognised by its content."
        ),
        render_kw={"accept": ".xml,.json,.ics,.xlsx,.csv,.tsv,.txt"},
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; a file must be there."""
        good = super().validate(extra_validators)
        if not self.file.data or not self.file.data.filename:
            self.file.errors = [gettext("Choose a file")]
            return False
        return good


class ImportForm(OfficeForm):
    """What an editor decides; `seen` is the fingerprint of the plan that the page showed."""

    seen = HiddenField()
    state = RadioField(lazy_gettext("New sessions come in as"), default="confirmed")
    conflicts = RadioField(lazy_gettext("Where both were changed"), default="ours")

    def offer(self) -> None:
        """Fill the lists that can be chosen from; before validating and before showing."""
        self.state.choices = [
            ("confirmed", lazy_gettext("Confirmed")),
            ("draft", lazy_gettext("Drafts, which guests do not see")),
        ]
        self.conflicts.choices = [
            ("ours", lazy_gettext("Keep what is here, but where you tick otherwise below")),
            ("theirs", lazy_gettext("Take the file’s everywhere")),
        ]

    def choices(self, sent: MultiDict[str, str]) -> Choices:
        """Return what was decided, with the boxes that stand at single things."""
        return Choices(
            confirmed=self.state.data != "draft",
            people=people_of(sent),
            take_all=self.conflicts.data == "theirs",
            take=frozenset(sent.getlist("take")),
            drop=frozenset(sent.getlist("drop")),
            again=frozenset(sent.getlist("again")),
            languages=[key for key in sent.get("languages", "").split() if key in KEYS],
        )


class NewFromFileForm(ZoneForm):
    """What a programme file does not say of the event that it is to become."""

    FIRST = ("organisation", "title", "zone", "capacity", "languages")
    organisation = NewEventForm.organisation
    title = NewEventForm.title
    capacity = NewEventForm.capacity
    languages = LanguagesField(
        lazy_gettext("Languages of the pages"),
        choices=option_list((language.key, language.name) for language in LANGUAGES),
    )

    def wanted(self) -> Wanted:
        """Return what makes the event, once all is checked."""
        return Wanted(
            text_of_field(self.title),
            self.zone.data,
            self.capacity.data,
            publish=False,
            languages=self.languages.data,
        )


def people_of(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the chosen profiles by speakers' keys."""
    return {
        name.removeprefix("who-"): value for name, value in sent.items() if name.startswith("who-")
    }
