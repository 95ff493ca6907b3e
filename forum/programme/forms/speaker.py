"""A person's profile, as editors and as the speaker see it; how a speaker is reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField
from wtforms.fields import IntegerRangeField
from wtforms.validators import Optional

from forum.core.http.form_parts import (
    AddressField,
    ChoiceField,
    CountField,
    LineField,
    MailField,
    OfficeForm,
    ParagraphsField,
    SaysWhat,
    line_in_three,
    option_list,
    paragraphs_in_three,
    shown_text,
    text_of_field,
)
from forum.core.languages import LANGUAGES
from forum.core.revisions import plain
from forum.core.text import text_of
from forum.events.models import Picture
from forum.programme.models import Speaker
from forum.programme.rules import (
    LARGEST_PRECEDENCE,
    LONGEST_BIOGRAPHY,
    LONGEST_CONTACT_NOTE,
    LONGEST_NAME,
    LONGEST_SURNAME,
    LONGEST_TITLE,
    MOST_LINKS,
)
from forum.programme.service import ContactDetails

TEXTS = ("title", "affiliation", "biography")


class LinkForm(Form):
    """A link of a person; an empty row is none."""

    title = LineField(lazy_gettext("Name of the link"), [Optional(), SaysWhat(80)])
    url = AddressField(lazy_gettext("Web address"), [Optional()], render_kw={"type": "url"})

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields; a name needs an address."""
        good = bool(super().validate(extra_validators))
        if good and self.title.data and not self.url.data:
            self.url.errors = [gettext("Enter the address of the link, or empty its name")]
            return False
        return good


class ProfileForm(OfficeForm):
    """What is said of a person on stage, in the words that both editor and speaker can change."""

    name = LineField(lazy_gettext("Full name"), [Optional(), SaysWhat(LONGEST_NAME)])
    name_zh = LineField(
        lazy_gettext("Name in Chinese"),
        [Optional(), SaysWhat(LONGEST_NAME)],
        render_kw={"lang": "zh-Hant-HK"},
    )
    surname = LineField(
        lazy_gettext("Surname"),
        [Optional(), SaysWhat(LONGEST_SURNAME)],
        description=lazy_gettext("Which part of the full name it is, such as Wong in Wong Ka Yan."),
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
    title = line_in_three(lazy_gettext("Job title"), most=LONGEST_TITLE)
    affiliation = line_in_three(lazy_gettext("Organisation"), most=LONGEST_TITLE)
    biography = paragraphs_in_three(lazy_gettext("Biography"), most=LONGEST_BIOGRAPHY, rows=6)
    website = AddressField(
        lazy_gettext("Website"),
        [Optional()],
        render_kw={"type": "url", "autocomplete": "off"},
    )
    links = FieldList(FormField(LinkForm), lazy_gettext("Links"), max_entries=MOST_LINKS)
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

    def __init__(self, *args: Any, **values: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(*args, **values)
        while len(self.links) < min(MOST_LINKS, 2):
            self.links.append_entry()

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
        lines = ("name", "name_zh", "surname", "salutation", "post_nominals", "website")
        rows = [entry.form for entry in self.links]
        return {
            **{name: self[name].data for name in lines},
            **{name: text_of_field(self[name]) for name in TEXTS},
            "links": [
                {"title": row.title.data, "url": row.url.data} for row in rows if row.url.data
            ],
        }

    @classmethod
    def shown_of(cls, columns: Mapping[str, Any], picture: Picture | None) -> dict[str, Any]:
        """Return what the boxes show of a profile's columns, given as JSON."""
        links = list(columns["links"])
        blanks: list[dict[str, str]] = [{}] * min(MOST_LINKS - len(links), 1 if links else 2)
        return {
            **{name: value for name, value in columns.items() if name not in {*TEXTS, "links"}},
            **{name: shown_text(text_of(columns[name])) for name in TEXTS},
            "links": [*links, *blanks],
            "focus_x": picture.focus_x if picture else 50,
            "focus_y": picture.focus_y if picture else 40,
        }


class SpeakerForm(ProfileForm):
    """A person's profile as its editor sees it."""

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

    COLUMNS = (
        "name", "name_zh", "surname", "salutation", "post_nominals", "precedence", "title",
        "affiliation", "biography", "website", "links",
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        precedence = self.precedence.data
        return {**super().values(), "precedence": 1000 if precedence is None else precedence}

    @classmethod
    def shown(cls, speaker: Speaker) -> dict[str, Any]:
        """Return what the boxes show of a person."""
        columns = {name: plain(getattr(speaker, name)) for name in cls.COLUMNS}
        return {
            **cls.shown_of(columns, speaker.picture),
            "revision": str(speaker.revision),
        }

    def refill(self, columns: Iterable[str], speaker: Speaker) -> None:
        """Put the present values of some columns into their boxes."""
        shown = self.shown(speaker)
        for column in columns:
            self.put(column, shown[column])
        self.revision.data = shown["revision"]


class OwnProfileForm(ProfileForm):
    """A person's profile as the speaker sees it; `seen` names the change that waits for a nod."""

    seen = HiddenField()

    def refill(
        self, columns: Iterable[str], shown: Mapping[str, Any], revision: int, seen: str
    ) -> None:
        """Put the present values of some columns into their boxes."""
        for column in columns:
            self.put(column, shown[column])
        self.revision.data, self.seen.data = str(revision), seen


class ContactForm(OfficeForm):
    """How the organiser reaches a speaker; `seen` is the fingerprint of what the form showed."""

    seen = HiddenField()
    email = MailField(
        lazy_gettext("Email"),
        [Optional()],
        render_kw={"type": "email", "inputmode": "email", "autocomplete": "off"},
    )
    phone = LineField(
        lazy_gettext("Phone"),
        [Optional(), SaysWhat(40)],
        render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "off"},
    )
    assistant = LineField(
        lazy_gettext("Assistant"),
        [Optional(), SaysWhat(200)],
        description=lazy_gettext("Name and how to reach them."),
    )
    note = ParagraphsField(
        lazy_gettext("Note"), [Optional(), SaysWhat(LONGEST_CONTACT_NOTE)], render_kw={"rows": 3}
    )
    lang = ChoiceField(lazy_gettext("Language of our mails"))

    def __init__(self, *args: Any, **values: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(*args, **values)
        self.lang.choices = option_list((one.key, one.name) for one in LANGUAGES)

    def details(self) -> ContactDetails:
        """Return what the service asks for."""
        names = ("email", "phone", "assistant", "note", "lang")
        return ContactDetails(**{name: self[name].data for name in names})


class AskForm(OfficeForm):
    """Nothing to type: the button is the answer."""


def _hundredth(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else min(max(value, 0), 100)
