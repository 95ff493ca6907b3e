"""A new event, and what an event says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, SelectMultipleField
from wtforms.fields import ColorField
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from forum.core.art.colour import parse_accent
from forum.core.http.form_parts import (
    ChoiceField,
    CountField,
    Enter,
    LineField,
    MailField,
    MomentField,
    SaysWhat,
    line_in_three,
    option_list,
    paragraphs_in_three,
    shown_text,
    text_of_field,
    wall,
)
from forum.core.languages import KEYS, LANGUAGES
from forum.events.forms.dates import DatesForm
from forum.events.models import Event
from forum.events.rules import (
    LARGEST_CAPACITY,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Subject,
)

SUBJECT_WORDS = {
    Subject.TOOLPATH: lazy_gettext("A cutter’s path (making things)"),
    Subject.RINGS: lazy_gettext("Rings of sound (talks, music)"),
    Subject.STREETS: lazy_gettext("Streets (cities, planning)"),
    Subject.COASTLINE: lazy_gettext("A coastline (sea, trade, nature)"),
}


class NewEventForm(DatesForm):
    """Everything an event needs to begin: not more than twelve boxes."""

    FIRST = ("organisation", "title")
    organisation = ChoiceField(lazy_gettext("Organisation"))
    title = line_in_three(
        lazy_gettext("Title"),
        most=LONGEST_TITLE,
        needed=lazy_gettext("Enter a title in one language at least"),
        description=lazy_gettext("What is before a colon is shown large."),
    )
    venue = line_in_three(
        lazy_gettext("Place"),
        most=LONGEST_TITLE,
        description=lazy_gettext("Its name; address and directions can come later."),
    )
    capacity = CountField(
        lazy_gettext("Seats"),
        [Enter(lazy_gettext("Enter how many seats there are"))],
        least=1,
        most=LARGEST_CAPACITY,
        description=lazy_gettext("When they are taken, a wait list begins."),
    )

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        return {
            "title": text_of_field(self.title),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "time_zone": self.time_zone.data,
            "capacity": self.capacity.data,
            "venue_name": text_of_field(self.venue),
        }


class LanguagesField(SelectMultipleField):
    """Boxes to tick, one a language, each in its own language."""

    data: Any
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: object) -> None:
        """Drop what is no language; one at least must stay."""
        del form
        self.data = [key for key in KEYS if key in (self.data or [])]
        if not self.data:
            raise StopValidation(gettext("Choose one language at least"))


class DetailsForm(DatesForm):
    """What an event says of itself."""

    FIRST = ("title", "summary", "slug")
    title = NewEventForm.title
    summary = paragraphs_in_three(
        lazy_gettext("What it is about"),
        most=LONGEST_SUMMARY,
        description=lazy_gettext("One paragraph or two; an empty line begins the next."),
    )
    slug = LineField(
        lazy_gettext("Address of the page"),
        [Enter(lazy_gettext("Enter an address, like crafting-tomorrow"))],
        description=lazy_gettext(
            "Small letters, figures and dashes. Old addresses lead here for ever."
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )
    languages = LanguagesField(
        lazy_gettext("Languages of the pages"),
        choices=option_list((language.key, language.name) for language in LANGUAGES),
    )
    first_language = ChoiceField(
        lazy_gettext("First language"),
        choices=option_list((language.key, language.name) for language in LANGUAGES),
        description=lazy_gettext("Shown where a text is missing in the reader’s own."),
    )
    opens_at = MomentField(lazy_gettext("Registration opens"), [Optional()])
    closes_at = MomentField(lazy_gettext("Registration closes"), [Optional()])
    discreet = BooleanField(
        lazy_gettext(
            "Discreet: everyone who registers sees the same page, and the ticket comes by mail only"
        ),
    )
    spoken_languages = line_in_three(
        lazy_gettext("Languages spoken"),
        most=LONGEST_TITLE,
        description=lazy_gettext(
            "And interpretation, such as “English, with simultaneous interpretation”."
        ),
    )
    contact_email = MailField(
        lazy_gettext("Contact"),
        [Optional(), SaysWhat(254)],
        render_kw={"type": "email", "autocomplete": "email"},
    )
    privacy = paragraphs_in_three(
        lazy_gettext("What personal data is used for"),
        most=LONGEST_SUMMARY,
        description=lazy_gettext(
            "Stands above the Register button: what for, who gets it, how long it is kept."
        ),
    )
    accent = ColorField(
        lazy_gettext("Colour"),
        default="#0b5563",
        description=lazy_gettext("Text on it is chosen so that it can be read."),
    )
    subject = ChoiceField(
        lazy_gettext("Drawing on the cover"),
        choices=option_list((subject.value, words) for subject, words in SUBJECT_WORDS.items()),
    )

    opening: datetime | None = None
    closing: datetime | None = None

    COLUMNS: Mapping[str, tuple[str, ...]] = {
        "title": ("title",),
        "summary": ("summary",),
        "slug": ("slug",),
        "languages": ("languages", "first_language"),
        "time_zone": ("time_zone",),
        "starts_at": ("first_day", "start_time"),
        "ends_at": ("last_day", "end_time"),
        "opens_at": ("opens_at",),
        "closes_at": ("closes_at",),
        "discreet": ("discreet",),
        "spoken_languages": ("spoken_languages",),
        "contact_email": ("contact_email",),
        "privacy": ("privacy",),
        "accent": ("accent",),
        "subject": ("subject",),
    }

    def further(self, zone: tzinfo) -> bool:
        """Check opening and closing, and the colour."""
        self.opening = self._moment(self.opens_at.data, zone, "opens_at")
        self.closing = self._moment(self.closes_at.data, zone, "closes_at")
        if self.opening and self.closing and self.closing <= self.opening:
            self.closes_at.errors = [gettext("Enter a closing time that is after the opening")]
        try:
            self.accent.data = parse_accent(str(self.accent.data or ""))
        except ValueError:
            self.accent.errors = [
                gettext("Enter a colour as # and six figures or letters from A to F, like #0b5563"),
            ]
        return not self.errors

    def values(self) -> dict[str, Any]:
        """Return what the service asks for, by column."""
        first = self.first_language.data
        chosen: list[str] = self.languages.data
        return {
            "title": text_of_field(self.title),
            "summary": text_of_field(self.summary),
            "slug": self.slug.data.lower(),
            "languages": [
                *([first] if first in chosen else []),
                *(k for k in chosen if k != first),
            ],
            "time_zone": self.time_zone.data,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "opens_at": self.opening,
            "closes_at": self.closing,
            "discreet": bool(self.discreet.data),
            "spoken_languages": text_of_field(self.spoken_languages),
            "contact_email": self.contact_email.data,
            "privacy": text_of_field(self.privacy),
            "accent": self.accent.data,
            "subject": Subject(self.subject.data),
        }

    @classmethod
    def shown(cls, event: Event) -> dict[str, Any]:
        """Return what the boxes show of an event."""
        return {
            **cls.shown_dates(event),
            "revision": str(event.revision),
            "title": shown_text(event.title),
            "summary": shown_text(event.summary),
            "slug": event.slug,
            "languages": event.languages,
            "first_language": event.languages[0] if event.languages else KEYS[0],
            "opens_at": wall(event.opens_at, event.zone),
            "closes_at": wall(event.closes_at, event.zone),
            "discreet": event.discreet,
            "spoken_languages": shown_text(event.spoken_languages),
            "contact_email": event.contact_email,
            "privacy": shown_text(event.privacy),
            "accent": event.accent,
            "subject": event.subject.value,
        }

    def refill(self, columns: Iterable[str], event: Event) -> None:
        """Put the present values of some columns into their boxes."""
        shown = self.shown(event)
        for column in columns:
            for name in self.COLUMNS[column]:
                self.put(name, shown[name])
        self.revision.data = shown["revision"]
