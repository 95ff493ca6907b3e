"""What organisers type to word a kind of mail: subject, heading and words in three languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, lazy_gettext
from wtforms import Field, Form, FormField, HiddenField
from wtforms.validators import Optional

from forum.core.errors import DomainError, Invalid
from forum.core.http.form_parts import (
    NAME_OF_KEY,
    ChoiceField,
    LineField,
    OfficeForm,
    ParagraphsField,
    SaysWhat,
    option_list,
)
from forum.core.http.i18n import translated
from forum.core.languages import LANGUAGES
from forum.core.text import whole_number
from forum.messaging.models.templates import LONGEST_HEADING, LONGEST_WORDS
from forum.messaging.placeholders import check, check_subject, names_for
from forum.messaging.rules import LONGEST_SUBJECT
from forum.messaging.service.wording import Typed
from forum.messaging.words.shapes import OwnWords

if TYPE_CHECKING:
    from forum.messaging.queries.trying import Somebody
    from forum.messaging.rules import Kind

SAMPLE = "sample"
"""Instead of a real person."""


class OneLanguage(Form):
    """The words of one language, and the revision they were shown from."""

    made_from = HiddenField(default="0")
    subject = LineField(lazy_gettext("Subject"), [Optional(), SaysWhat(LONGEST_SUBJECT)])
    heading = LineField(lazy_gettext("Heading"), [Optional(), SaysWhat(LONGEST_HEADING)])
    words = ParagraphsField(
        lazy_gettext("Words"), [Optional(), SaysWhat(LONGEST_WORDS)], render_kw={"rows": 14}
    )

    @property
    def typed(self) -> Typed:
        """What the boxes say."""
        words = OwnWords(self.subject.data or "", self.heading.data or "", self.words.data or "")
        return Typed(words, whole_number(self.made_from.data) or 0)


class WordingForm(OfficeForm):
    """One kind of mail in three languages, and in which language to whom it is tried."""

    en = FormField(OneLanguage, "English")
    zh_hant = FormField(OneLanguage, "繁體中文")
    zh_hans = FormField(OneLanguage, "简体中文")
    lang = ChoiceField(
        lazy_gettext("Language"),
        choices=option_list((one.key, one.name) for one in LANGUAGES),
        default="en",
    )
    who = ChoiceField(lazy_gettext("Written to"), default=SAMPLE)

    def __init__(self, kind: Kind, people: list[Somebody], **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Offer these people to try the letter with."""
        super().__init__(**more)
        self.kind = kind
        self.who.choices = option_list(
            [*((str(one.id), one.name) for one in people), (SAMPLE, gettext("A sample name"))]
        )

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check every box, naming each unknown placeholder where it stands."""
        good = bool(super().validate(extra_validators))
        allowed = names_for(self.kind)
        for part in self.languages.values():
            for box, checks in ((part.subject, check_subject), (part.heading, check_subject)):
                good &= _is_known(box, checks, allowed)
            good &= _is_known(part.words, check, allowed)
        return good

    @property
    def languages(self) -> dict[str, OneLanguage]:
        """The boxes of each language, by its key."""
        return {key: self[name].form for key, name in NAME_OF_KEY.items()}

    @property
    def typed(self) -> dict[str, Typed]:
        """What was typed, by language."""
        return {key: part.typed for key, part in self.languages.items()}

    def boxes(self) -> Iterator[tuple[str, OneLanguage]]:
        """Give each language's tag with its boxes, in the order of the columns."""
        for one in LANGUAGES:
            yield one.key, self.languages[one.key]

    def blame(self, error: DomainError) -> None:
        """Show a refusal at the box it names, as words:en, else above the form."""
        box, _, key = (error.field or "").partition(":")
        part = self.languages.get(key)
        if part is None or box not in part:
            super().blame(error)
        else:
            part[box].errors = [*part[box].errors, translated(error.says)]


def _is_known(box: Field, checks: Any, allowed: frozenset[str]) -> bool:  # noqa: ANN401 - either check
    try:
        checks(box.data or "", allowed)
    except Invalid as unknown:
        box.errors = [*box.errors, translated(unknown.says)]
        return False
    return True
