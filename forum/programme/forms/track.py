"""A track: its name in three languages, and its colour."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField
from wtforms.fields import ColorField

from forum.core.art.colour import parse_accent
from forum.core.http.form_parts import OfficeForm, line_in_three, shown_text, text_of_field
from forum.programme.models import Track
from forum.programme.rules import LONGEST_NAME

SUGGESTED = (
    "#0b5563", "#0b57d0", "#5b3fa8", "#a3175f", "#b3261e", "#8a5200", "#3f6b12", "#0a6e4f",
)  # fmt: skip
"""Colours that are told apart, offered by the picker; text in each can be read on white."""


class TrackForm(OfficeForm):
    """A track's name and colour."""

    seen = HiddenField()
    name = line_in_three(
        lazy_gettext("Name of the track"),
        most=LONGEST_NAME,
        needed=lazy_gettext("Enter the name of the track in one language at least"),
    )
    plain = BooleanField(lazy_gettext("No colour of its own"))
    colour = ColorField(
        lazy_gettext("Colour"),
        default=SUGGESTED[0],
        description=lazy_gettext(
            "Where it colours text, it is made darker or lighter until it can be read."
        ),
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; a colour is taken as people type it."""
        good = bool(super().validate(extra_validators))
        if self.plain.data:
            return good
        try:
            self.colour.data = parse_accent(str(self.colour.data or ""))
        except ValueError:
            self.colour.errors = [
                gettext("Enter a colour as # and six figures or letters from A to F, like #0b5563"),
            ]
            return False
        return good

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        return {
            "name": text_of_field(self.name),
            "colour": "" if self.plain.data else self.colour.data,
        }

    @classmethod
    def shown(cls, track: Track) -> dict[str, Any]:
        """Return what the boxes show of a track."""
        return {
            "name": shown_text(track.name),
            "plain": not track.colour,
            "colour": track.colour or SUGGESTED[0],
        }
