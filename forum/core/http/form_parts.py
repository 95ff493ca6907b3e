"""What forms are made of: texts in three languages, days and times, sentences on what to do."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DateTimeLocalField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, StopValidation, ValidationError

from forum.core.addresses import BadAddress, normalised_email
from forum.core.errors import DomainError
from forum.core.http.i18n import translated
from forum.core.http.late_tokens import LateTokenMeta
from forum.core.languages import LANGUAGES
from forum.core.text import Text, clean_line, clean_paragraphs, whole_number

NAME_OF_KEY = {language.key: language.key.lower().replace("-", "_") for language in LANGUAGES}
"""The field of each stored language: en, zh_hant, zh_hans."""

LONGEST_ADDRESS = 500
WEB = ("http", "https")


class SaysWhat:
    """A validator that refuses a text longer than `most`, naming the number."""

    def __init__(self, most: int) -> None:
        """Take at most this many characters."""
        self.most = most

    def __call__(self, form: object, field: Field) -> None:
        """Raise a sentence with both numbers."""
        del form
        length = len(field.data or "")
        if length > self.most:
            raise StopValidation(
                gettext(
                    "Shorten this to at most %(most)s characters; it has %(length)s",
                    most=self.most,
                    length=length,
                ),
            )


class Enter:
    """A validator that asks for what is missing in its own words."""

    field_flags: Mapping[str, Any] = {}

    def __init__(self, says: object) -> None:
        """Say this sentence where nothing was typed."""
        self.says = says

    def __call__(self, form: object, field: Field) -> None:
        """Raise the sentence for an empty field, unless it already says something better."""
        del form
        if field.errors:
            raise StopValidation
        if field.data in (None, "", []):
            raise StopValidation(str(self.says))


def _fresh_token() -> str:
    return secrets.token_urlsafe(16)


class OfficeForm(FlaskForm):
    """A form of the back office, with the revision of what it was made from; it is taken once.

    `FIRST` names the boxes that stand first on the page, so that what is wrong is listed in order.
    """

    Meta = LateTokenMeta
    FIRST: ClassVar[tuple[str, ...]] = ()
    revision = HiddenField(default="0")
    once = HiddenField(default=_fresh_token)
    form_errors: list[str]

    def __iter__(self) -> Iterator[Field]:
        rest = [name for name in self._fields if name not in self.FIRST]
        return iter([self._fields[name] for name in (*self.FIRST, *rest)])

    @property
    def made_from(self) -> int:
        """The revision the form was made from; 0 for something new or nonsense."""
        return whole_number(self.revision.data) or 0

    def blame(self, error: DomainError) -> None:
        """Show a refusal at the field it names, else above the form."""
        says = translated(error.says)
        field = self._field_named(error.field) if error.field else None
        if field is None:
            self.form_errors = [*self.form_errors, says]
        else:
            field.errors = [*field.errors, says]

    def _field_named(self, name: str) -> Field | None:
        found = self._fields.get(name)
        if isinstance(found, FormField):
            return next(iter(found.form))
        return None if isinstance(found, FieldList) else found

    def put(self, name: str, value: object) -> None:
        """Show another value in a box than the one that was typed."""
        field = self[name]
        field.raw_data = None
        field.process(None, value)


class LineField(StringField):
    """One line of text, cleaned as every typed text is."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean what was typed."""
        self.data = clean_line(valuelist[0]) if valuelist else ""

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Show an empty box for nothing."""
        self.data = value or ""


class ParagraphsField(TextAreaField):
    """Several lines of text, cleaned."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean what was typed."""
        self.data = clean_paragraphs(valuelist[0]) if valuelist else ""

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Show an empty box for nothing."""
        self.data = value or ""


class ChoiceField(SelectField):
    """One of a list, with our sentence for what is not on it."""

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Refuse what is not on the list."""
        try:
            super().pre_validate(form)
        except ValidationError:
            raise StopValidation(gettext("Choose one from the list")) from None


class _Plain:
    """Full-width figures and signs become plain ones before a field reads them."""

    data: Any
    raw_data: list[Any] | None
    refused: object = ""

    def _read(self, valuelist: list[Any], read: Callable[[list[Any]], None]) -> None:
        plain = [clean_line(unicodedata.normalize("NFKC", str(value))) for value in valuelist]
        if not any(plain):
            self.data = None
            return
        try:
            read(plain)
        except ValueError:
            self.data = None
            raise ValueError(str(self.refused)) from None


class DayField(_Plain, DateField):
    """A day."""

    refused = lazy_gettext("Enter a day of the calendar, like 2026-12-08")

    def __init__(self, label: object = None, validators: object = None, **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d"], **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read 2026-12-08, and 8/12/2026 where a browser has no picker."""
        self._read(valuelist, super().process_formdata)


class ClockField(_Plain, TimeField):
    """A time of day."""

    refused = lazy_gettext("Enter a time from 00:00 to 23:59, like 09:30")

    def __init__(self, label: object = None, validators: object = None, **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(label, validators, format=["%H:%M", "%H:%M:%S", "%H.%M"], **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read 09:30."""
        self._read(valuelist, super().process_formdata)


class MomentField(_Plain, DateTimeLocalField):
    """A day and a time in one box, in the event's own time."""

    refused = lazy_gettext("Enter a day and a time, like 2026-12-08 09:30")

    def __init__(self, label: object = None, validators: object = None, **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(
            label,
            validators,
            format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            **more,
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read 2026-12-08T09:30."""
        self._read(valuelist, super().process_formdata)


class CountField(_Plain, IntegerField):
    """A whole number from `least` to `most`; full-width figures and thousands' commas are taken."""

    def __init__(
        self,
        label: object = None,
        validators: object = None,
        *,
        least: int = 0,
        most: int = 1_000_000,
        **more: Any,  # noqa: ANN401 - WTForms' own signature
    ) -> None:
        super().__init__(label, validators, **more)
        self.least, self.most = least, most

    @property
    def refused(self) -> str:  # type: ignore[override]  # a field of the base
        """The sentence for what is not such a number."""
        return str(
            gettext(
                "Enter a whole number from %(least)s to %(most)s", least=self.least, most=self.most
            )
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read 1,200 as 1200."""
        figures = [unicodedata.normalize("NFKC", str(value)[:40]) for value in valuelist]
        self._read([one.replace(",", "") for one in figures], super().process_formdata)

    def pre_validate(self, form: object) -> None:
        """Refuse what is out of bounds."""
        del form
        if self.data is not None and not self.least <= self.data <= self.most:
            raise StopValidation(self.refused)


class AddressField(LineField):
    """A web address; https:// is put before one that has no scheme."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean it, and complete it."""
        super().process_formdata(valuelist)
        typed = unicodedata.normalize("NFKC", self.data or "").strip()
        if (
            typed
            and "://" not in typed
            and not typed.lower().startswith(("javascript:", "data:", "mailto:"))
        ):
            typed = f"https://{typed}"
        self.data = typed

    def pre_validate(self, form: object) -> None:
        """Refuse what no browser should be sent to."""
        del form
        if not self.data:
            return
        try:
            parts = urlsplit(self.data)
            good = parts.scheme in WEB and "." in (parts.hostname or "") and not parts.username
        except ValueError:
            good = False
        if not good or " " in self.data or len(self.data) > LONGEST_ADDRESS:
            raise StopValidation(
                gettext("Enter a web address in the correct format, like https://example.com")
            )


class MailField(LineField):
    """An e-mail address; full-width signs and outer spaces are taken."""

    def pre_validate(self, form: object) -> None:
        """Refuse what mail cannot be sent to, by its form alone."""
        del form
        if not self.data:
            return
        try:
            self.data = normalised_email(self.data)
        except BadAddress as error:
            raise StopValidation(translated(error.says)) from None


class _ThreeLines(Form):
    pass


def line_in_three(
    label: object,
    *,
    most: int,
    needed: object = None,
    description: object = "",
) -> FormField:
    """Return a field for one line in three languages; `needed` is said where all are empty."""
    return _in_three(LineField, label, most, needed, description)


def paragraphs_in_three(
    label: object,
    *,
    most: int,
    needed: object = None,
    description: object = "",
    rows: int = 4,
) -> FormField:
    """Return a field for paragraphs in three languages."""
    return _in_three(ParagraphsField, label, most, needed, description, {"rows": rows})


def _in_three(
    kind: type[StringField],
    label: object,
    most: int,
    needed: object,
    description: object,
    render: Mapping[str, Any] | None = None,
) -> FormField:
    fields = {
        name: kind(language.name, [Optional(), SaysWhat(most)], render_kw=dict(render or {}))
        for language in LANGUAGES
        for name in [NAME_OF_KEY[language.key]]
    }

    def validate(self: Form, extra_validators: object = None) -> bool:
        good = bool(Form.validate(self, extra_validators))
        if needed is not None and good and not any(field.data for field in self):
            first = next(iter(self))
            first.errors = [str(needed)]
            return False
        return good

    made = type("TextInThree", (_ThreeLines,), {**fields, "validate": validate})
    return FormField(made, label, description=description)


def text_of_field(field: FormField) -> Text:
    """Return what was typed in three languages."""
    return Text({key: field.form[name].data or "" for key, name in NAME_OF_KEY.items()})


def shown_text(text: Text | None) -> dict[str, str]:
    """Return the values of a three-language field for a stored text."""
    return {name: (text or Text()).get(key) for key, name in NAME_OF_KEY.items()}


def wall(moment: datetime | None, zone: Any) -> datetime | None:  # noqa: ANN401 - any tzinfo
    """Return a moment as the clock on that wall shows it, for a box."""
    return moment.astimezone(zone).replace(tzinfo=None) if moment else None


def joined(day: date | None, clock: time | None) -> datetime | None:
    """Return a naive wall time of a day and a time, where both are there."""
    return datetime.combine(day, clock.replace(second=0, microsecond=0)) if day and clock else None


def option_list(
    pairs: Iterable[tuple[str, object]],
    nothing: object = None,
) -> list[SelectChoice]:
    """Return a list of choices, with an empty one first where nothing may be chosen."""
    first = [SelectChoice("", nothing)] if nothing is not None else []
    return [*first, *(SelectChoice(value, label) for value, label in pairs)]
