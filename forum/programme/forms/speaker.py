"""A person's profile, and the form that only asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.fields import IntegerRangeField
from wtforms.validators import Optional

from forum.core.http.form_parts import (
    AddressField,
    CountField,
    LineField,
    OfficeForm,
    SaysWhat,
    line_in_three,
    paragraphs_in_three,
    shown_text,
    text_of_field,
)
from forum.programme.models import Speaker
from forum.programme.rules import (
    LARGEST_PRECEDENCE,
    LONGEST_BIOGRAPHY,
    LONGEST_NAME,
    LONGEST_TITLE,
)


class SpeakerForm(OfficeForm):
    """A person's profile."""

    name = LineField(lazy_gettext("Full name"), [Optional(), SaysWhat(LONGEST_NAME)])
    name_zh = LineField(
        lazy_gettext("Name in Chinese"),
        [Optional(), SaysWhat(LONGEST_NAME)],
        render_kw={"lang": "zh-Hant-HK"},
    )
    salutation = LineField(
        lazy_gettext("Salutation"),
        [Optional(), SaysWhat(40)],
        description=lazy_gettext("Such as Professor or The Hon."),
    )
    post_nominals = LineField(
        lazy_gettext("Letters after the name"),
        [Optional(), SaysWhat(80)],
        description=lazy_gettext("Such as GBS, JP."),
    )
    precedence = CountField(
        lazy_gettext("Precedence"),
        [Optional()],
        least=0,
        most=LARGEST_PRECEDENCE,
        default=1000,
        description=lazy_gettext(
            "Low numbers come first in lists of people; 1000 where it does not matter."
        ),
    )
    title = line_in_three(lazy_gettext("Job title"), most=LONGEST_TITLE)
    affiliation = line_in_three(lazy_gettext("Organisation"), most=LONGEST_TITLE)
    biography = paragraphs_in_three(lazy_gettext("Biography"), most=LONGEST_BIOGRAPHY, rows=6)
    website = AddressField(
        lazy_gettext("Website"),
        [Optional()],
        render_kw={"type": "url", "autocomplete": "off"},
    )
    photo = FileField(
        lazy_gettext("Photo"),
        description=lazy_gettext(
            "PNG, JPEG or WebP, at most 10 MB. What else is in the file is thrown away."
        ),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )
    focus_x = IntegerRangeField(
        lazy_gettext("Left to right"), default=50, render_kw={"min": 0, "max": 100}
    )
    focus_y = IntegerRangeField(
        lazy_gettext("Top to bottom"), default=40, render_kw={"min": 0, "max": 100}
    )
    remove_photo = BooleanField(lazy_gettext("Remove the photo"))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; one of the two names must be there."""
        good = bool(super().validate(extra_validators))
        if not self.name.data and not self.name_zh.data and not self.name.errors:
            self.name.errors = [gettext("Enter a full name, or a name in Chinese")]
            return False
        return good

    @property
    def focus(self) -> tuple[int, int]:
        """The point that must stay in the tile, in hundredths."""
        return _hundredth(self.focus_x.data, 50), _hundredth(self.focus_y.data, 40)

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        precedence = self.precedence.data
        return {
            "name": self.name.data,
            "name_zh": self.name_zh.data,
            "salutation": self.salutation.data,
            "post_nominals": self.post_nominals.data,
            "precedence": 1000 if precedence is None else precedence,
            "title": text_of_field(self.title),
            "affiliation": text_of_field(self.affiliation),
            "biography": text_of_field(self.biography),
            "website": self.website.data,
        }

    COLUMNS = (
        "name", "name_zh", "salutation", "post_nominals", "precedence", "title", "affiliation",
        "biography", "website",
    )  # fmt: skip

    @classmethod
    def shown(cls, speaker: Speaker) -> dict[str, Any]:
        """Return what the boxes show of a person."""
        picture = speaker.picture
        return {
            "revision": str(speaker.revision),
            "name": speaker.name,
            "name_zh": speaker.name_zh,
            "salutation": speaker.salutation,
            "post_nominals": speaker.post_nominals,
            "precedence": speaker.precedence,
            "title": shown_text(speaker.title),
            "affiliation": shown_text(speaker.affiliation),
            "biography": shown_text(speaker.biography),
            "website": speaker.website,
            "focus_x": picture.focus_x if picture else 50,
            "focus_y": picture.focus_y if picture else 40,
        }

    def refill(self, columns: Iterable[str], speaker: Speaker) -> None:
        """Put the present values of some columns into their boxes."""
        shown = self.shown(speaker)
        for column in columns:
            self.put(column, shown[column])
        self.revision.data = shown["revision"]


class AskForm(OfficeForm):
    """Nothing to type: the button is the answer."""


def _hundredth(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else min(max(value, 0), 100)
