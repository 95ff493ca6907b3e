"""A programme file and the zone of its times; what an editor decided in the preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField

from forum.core.http.form_parts import Enter, LineField, OfficeForm
from forum.core.http.i18n import translated
from forum.core.zones import UnknownZone, zone_of
from forum.programme.importing.plans import Choices

ZONE_BOX = {"list": "zones", "autocomplete": "off", "spellcheck": "false"}


class ZoneForm(OfficeForm):
    """The zone on whose clocks a file's times are read."""

    zone = LineField(
        lazy_gettext("Time zone of the file"),
        [Enter(lazy_gettext("Enter a time zone, like Asia/Hong_Kong"))],
        description=lazy_gettext(
            "For times that name none. Most files do not say where their clocks hang."
        ),
        render_kw=ZONE_BOX,
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; the zone is put by its own name."""
        good = bool(super().validate(extra_validators))
        if self.zone.data:
            try:
                self.zone.data = zone_of(self.zone.data).key
            except UnknownZone as error:
                self.zone.errors = [translated(error.says)]
                return False
        return good


class FileForm(ZoneForm):
    """A file to look at before anything is written."""

    FIRST = ("file",)
    file = FileField(
        lazy_gettext("File"),
        description=lazy_gettext(
            "frab XML or JSON, OPass, Sessionize, iCalendar, or our own sheet as XLSX or CSV; at "
            "most 20 MB. What it is shows from what is in it."
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
        )


def people_of(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the chosen profiles by speakers' keys."""
    return {
        name.removeprefix("who-"): value for name, value in sent.items() if name.startswith("who-")
    }
