"""The box of each kind of question: forgiving in what it reads, plain in what it says."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from flask_babel import gettext
from wtforms import StringField
from wtforms.widgets import DateInput, TelInput, TextArea, TextInput

from forum.core.text import EMPTY, Fragment, clean_line, clean_paragraphs
from forum.registrations.asking.countries import countries
from forum.registrations.rules import (
    LARGEST_NUMBER,
    LONGEST_LONG_TEXT,
    LONGEST_TEXT,
    NO,
    YES,
    clean_phone,
)

if TYPE_CHECKING:
    from forum.registrations.asking.sheets import Sheet
    from forum.registrations.queries.questions import AskedOption, AskedQuestion

DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y", "%Y年%m月%d日")
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class Box:
    """One of the boxes of a choice: what it stands for, whether it can be and is ticked."""

    id: str
    value: str
    label: Fragment
    ticked: bool
    full: bool = False
    fewer_than: int | None = None


class AnswerField(StringField):
    """The answer to one question on a sheet; a question that is not shown is never wrong.

    `value` is what was answered, as it is stored; `typed` is what the box shows again.
    """

    widget: Any = TextInput()
    extra: ClassVar[Mapping[str, str]] = {}
    width = ""

    def __init__(self, *, question: AskedQuestion, sheet: Sheet, **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        self.question, self.sheet = question, sheet
        self.words = question.label.pick(sheet.lang, sheet.order)
        self.hint_words = question.hint.pick(sheet.lang, sheet.order) if question.hint else EMPTY
        super().__init__(self.words.text, **more)
        self.typed = ""
        self.value: list[Any] = []
        self.refused = ""

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Show what was answered before."""
        self.data = self.value = list(value or [])
        self.typed = str(self.value[0]) if self.value else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read what was typed, without refusing it yet."""
        texts = [one for one in valuelist if isinstance(one, str)]
        self.typed, self.value, self.refused = "", [], ""
        if texts:
            self.read(texts)
        self.data = self.value

    def read(self, texts: Sequence[str]) -> None:
        """Take what was typed: set `typed`, and `value` or `refused`."""
        self.typed = clean_line(texts[0])
        if len(self.typed) > LONGEST_TEXT:
            self.refused = too_long(LONGEST_TEXT, len(self.typed))
        elif self.typed:
            self.value = [self.typed]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Say what is wrong with the answer, unless its question is not asked at all."""
        del form, extra_validators
        says = (self.refused or self.missing()) if self.is_shown else ""
        self.errors = [says] if says else []
        return not says

    def missing(self) -> str:
        """Return the sentence for an answer that must be given and is not."""
        return self.ask_for() if self.question.required and not self.value else ""

    def ask_for(self) -> str:
        """Return what is to be done to answer."""
        return str(gettext("Enter an answer to “%(question)s”", question=self.words.text))

    @property
    def is_shown(self) -> bool:
        """Whether the question is asked, by what the others were answered."""
        return self.question.id in self.sheet.shown

    @property
    def opening(self) -> Collection[str]:
        """What was answered, as conditions of other questions name it."""
        return [str(one) for one in self.value]

    @property
    def optional(self) -> bool:
        """Whether it may be left open."""
        return not self.question.required

    def _value(self) -> str:
        return self.typed


class TextAnswer(AnswerField):
    """One line."""


class LongAnswer(AnswerField):
    """Several lines."""

    widget = TextArea()

    def read(self, texts: Sequence[str]) -> None:
        """Take paragraphs."""
        self.typed = clean_paragraphs(texts[0])
        if len(self.typed) > LONGEST_LONG_TEXT:
            self.refused = too_long(LONGEST_LONG_TEXT, len(self.typed))
        elif self.typed:
            self.value = [self.typed]


class NumberAnswer(AnswerField):
    """A number, whole or with decimals; full-width figures and thousands' commas are taken."""

    extra: ClassVar[Mapping[str, str]] = {"inputmode": "decimal", "autocomplete": "off"}
    width = "w8"

    def read(self, texts: Sequence[str]) -> None:
        """Read 1,200 as 1200 and ２.５ as 2.5."""
        self.typed = clean_line(unicodedata.normalize("NFKC", texts[0][:60]))
        plain = self.typed.replace(",", "").replace(" ", "")
        if not plain:
            return
        signs = plain.lstrip("-").replace(".", "", 1)
        good = signs.isascii() and signs.isdigit() and plain.count("-") <= 1
        number = float(plain) if good else math.nan
        if not abs(number) <= LARGEST_NUMBER:
            self.refused = str(
                gettext(
                    "Enter a number in figures, like 12, of at most %(most)s", most="1,000,000,000"
                )
            )
            return
        self.value = [int(number) if number == int(number) else number]


class DayAnswer(AnswerField):
    """A day of the calendar."""

    widget = DateInput()

    def read(self, texts: Sequence[str]) -> None:
        """Read 2026-12-08, and 8/12/2026 where a browser has no picker."""
        self.typed = clean_line(unicodedata.normalize("NFKC", texts[0][:40]))
        if not self.typed:
            return
        day = _day(self.typed.replace(" ", ""))
        if day is None:
            self.refused = str(gettext("Enter a day of the calendar, like 2026-12-08"))
            return
        self.value = [day.isoformat()]
        self.typed = day.isoformat()


class PhoneAnswer(AnswerField):
    """A phone number, with or without the code of its country."""

    widget = TelInput()
    extra: ClassVar[Mapping[str, str]] = {"inputmode": "tel", "autocomplete": "tel"}
    width = "w16"

    def read(self, texts: Sequence[str]) -> None:
        """Read ＋852 2345-6789 as +85223456789."""
        self.typed = clean_line(texts[0][:80])
        if not self.typed:
            return
        number = clean_phone(self.typed)
        if number is None:
            self.refused = str(
                gettext("Enter a phone number in figures, like +852 2345 6789 or 2345 6789")
            )
        else:
            self.value = [number]

    def ask_for(self) -> str:
        """Ask for a number."""
        return str(gettext("Enter a phone number for “%(question)s”", question=self.words.text))


class BoxesAnswer(AnswerField):
    """A choice among boxes; one whose places are gone can still be kept by who holds it."""

    several = False

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Tick what was answered before."""
        super().process_data(value)
        self.held = {str(one) for one in self.value}

    held: Collection[str] = frozenset()
    gone: Collection[str] = frozenset()

    @property
    def choices(self) -> list[tuple[str, Fragment, AskedOption | None]]:
        """The value, the words and the option of each box."""
        lang, order = self.sheet.lang, self.sheet.order
        return [
            (str(one.id), one.label.pick(lang, order), one)
            for one in (*self.question.options, *self.sheet.withdrawn_held(self.question))
        ]

    @property
    def boxes(self) -> list[Box]:
        """What the page draws."""
        ticked, drawn = {str(one) for one in self.value}, []
        for number, (value, words, option) in enumerate(self.choices):
            band = option.band if option else None
            full = value in self.gone or (bool(option and option.full) and value not in self.held)
            fewer = band.fewer_than if band and not full else None
            drawn.append(Box(f"{self.id}-{number}", value, words, value in ticked, full, fewer))
        return drawn

    @property
    def first_box(self) -> str:
        """The id of the first box that can be ticked, where the summary of problems leads."""
        boxes = self.boxes
        free = [one.id for one in boxes if not one.full] or [one.id for one in boxes]
        return free[0] if free else self.id

    @property
    def all_full(self) -> bool:
        """Whether nothing is left to choose."""
        boxes = self.boxes
        return bool(boxes) and all(one.full for one in boxes)

    def read(self, texts: Sequence[str]) -> None:
        """Take the values of ticked boxes."""
        known = [value for value, _, _ in self.choices]
        wanted = {one for one in texts if one}
        self.value = [one for one in known if one in wanted]
        if wanted - set(known):
            self.refused = str(gettext("Choose one from the list"))
        if not self.several and len(self.value) > 1:
            self.refused = str(gettext("Choose one answer only"))
            self.value = self.value[:1]

    def missing(self) -> str:
        """Ask for a choice while there is one."""
        return "" if self.all_full else super().missing()

    def ask_for(self) -> str:
        """Ask for a choice."""
        return str(gettext("Choose an answer to “%(question)s”", question=self.words.text))

    @property
    def chosen(self) -> list[AskedOption]:
        """The options that are ticked."""
        return [one for value, _, one in self.choices if one and value in self.value]

    def lose(self, option: AskedOption) -> None:
        """Say that the last place of a ticked option went to somebody else."""
        self.gone = {*self.gone, str(option.id)}
        self.value = [one for one in self.value if one != str(option.id)]
        words = option.label.pick(self.sheet.lang, self.sheet.order).text
        says = gettext(
            "The last place of “%(choice)s” has just been taken. Choose another.", choice=words
        )
        self.errors = [str(says)]


class OneAnswer(BoxesAnswer):
    """One of some choices."""


class SeveralAnswer(BoxesAnswer):
    """Any of some choices."""

    several = True


class YesNoAnswer(BoxesAnswer):
    """Yes or no."""

    @property
    def choices(self) -> list[tuple[str, Fragment, AskedOption | None]]:
        """Yes and no, in the reader's language."""
        lang = self.sheet.lang
        return [
            (YES, Fragment(str(gettext("Yes")), lang), None),
            (NO, Fragment(str(gettext("No")), lang), None),
        ]


class ConsentAnswer(AnswerField):
    """A box to tick, which says yes."""

    def read(self, texts: Sequence[str]) -> None:
        """Take a ticked box."""
        self.value = [YES] if any(texts) else []

    def ask_for(self) -> str:
        """Ask for the tick."""
        return str(gettext("Tick the box to agree: “%(question)s”", question=self.words.text))


class CountryAnswer(AnswerField):
    """A country or region, kept as its ISO code."""

    extra: ClassVar[Mapping[str, str]] = {"autocomplete": "country"}

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Codes and names in the reader's language."""
        return countries()

    def read(self, texts: Sequence[str]) -> None:
        """Take a code of the list."""
        self.typed = clean_line(texts[0][:40]).upper()
        if not self.typed:
            return
        if self.typed in {code for code, _ in countries()}:
            self.value = [self.typed]
        else:
            self.refused = str(gettext("Choose one from the list"))

    def ask_for(self) -> str:
        """Ask for a choice."""
        return str(
            gettext("Choose a country or region for “%(question)s”", question=self.words.text)
        )


def too_long(most: int, length: int) -> str:
    """Return the sentence for a text that is longer than it may be."""
    return str(
        gettext(
            "Shorten this to at most %(most)s characters; it has %(length)s",
            most=most,
            length=length,
        )
    )


def _day(typed: str) -> date | None:
    for shape in DAYS:
        try:
            day = datetime.strptime(typed, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return None
