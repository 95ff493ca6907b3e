"""What organisers type about a question: its words, its choices, whom it is asked, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice, SelectMultipleField
from wtforms.validators import Optional, StopValidation, ValidationError

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    NAME_OF_KEY,
    CountField,
    Enter,
    LineField,
    OfficeForm,
    SaysWhat,
    line_in_three,
    shown_text,
    text_of_field,
)
from forum.core.text import Text
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.rules import (
    LEAST_KEEP_DAYS,
    LONGEST_HINT,
    LONGEST_LABEL,
    LONGEST_OPTION,
    MOST_KEEP_DAYS,
    MOST_OPTIONS,
    MOST_PLACES,
    WITH_OPTIONS,
    AskedPer,
    DataClass,
    QuestionKind,
)
from forum.registrations.service import OptionDetails, QuestionDetails

SPARE_ROWS = 3
ALL_TYPES, SOME_TYPES = "all", "some"


class OptionForm(Form):
    """One choice in three languages, and how many places it has."""

    id = HiddenField()
    en = LineField("English", [Optional(), SaysWhat(LONGEST_OPTION)])
    zh_hant = LineField("繁體中文", [Optional(), SaysWhat(LONGEST_OPTION)])
    zh_hans = LineField("简体中文", [Optional(), SaysWhat(LONGEST_OPTION)])
    places = CountField(lazy_gettext("Places"), [Optional()], least=0, most=MOST_PLACES)

    @property
    def label(self) -> Text:
        """The words that were typed."""
        return Text({key: self[name].data or "" for key, name in NAME_OF_KEY.items()})

    @property
    def option_id(self) -> UUID | None:
        """The choice it is about; None for a new one, and for nonsense."""
        try:
            return UUID(str(self.id.data))
        except ValueError:
            return None

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the row; places belong to a choice that has words."""
        good = bool(super().validate(extra_validators))
        if good and self.places.data is not None and not self.label:
            self.en.errors = [gettext("Enter what can be chosen, or leave the places empty")]
            return False
        return good


class OneOf(RadioField):
    """One of some boxes, with our sentence for what is none of them."""

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Refuse what is not on the list."""
        try:
            super().pre_validate(form)
        except ValidationError:
            raise StopValidation(gettext("Choose one from the list")) from None


class QuestionForm(OfficeForm):
    """A question of an event's form."""

    label = line_in_three(
        lazy_gettext("Question"),
        most=LONGEST_LABEL,
        needed=lazy_gettext("Enter the question in one language at least"),
    )
    hint = line_in_three(
        lazy_gettext("Hint"),
        most=LONGEST_HINT,
        description=lazy_gettext("One short sentence under the question."),
    )
    options = FieldList(FormField(OptionForm), max_entries=MOST_OPTIONS)
    required = BooleanField(lazy_gettext("Guests have to answer"))
    per = OneOf(
        lazy_gettext("Who answers"),
        choices=[
            SelectChoice(AskedPer.ATTENDEE.value, lazy_gettext("Each guest")),
            SelectChoice(
                AskedPer.BOOKING.value, lazy_gettext("Whoever books, once for all of a booking")
            ),
        ],
        default=AskedPer.ATTENDEE.value,
    )
    which_types = OneOf(
        lazy_gettext("Asked for"),
        choices=[
            SelectChoice(ALL_TYPES, lazy_gettext("Every ticket type")),
            SelectChoice(SOME_TYPES, lazy_gettext("Only the types ticked below")),
        ],
        default=ALL_TYPES,
    )
    types = SelectMultipleField(lazy_gettext("Ticket types"), validate_choice=False)
    needs = SelectMultipleField(lazy_gettext("Shown only if"), validate_choice=False)
    data_class = OneOf(
        lazy_gettext("How personal the answers are"),
        choices=[
            SelectChoice(DataClass.ORDINARY.value, lazy_gettext("Ordinary, like a job title")),
            SelectChoice(DataClass.CONTACT.value, lazy_gettext("A way to reach somebody")),
            SelectChoice(
                DataClass.SENSITIVE.value,
                lazy_gettext(
                    "Sensitive, like health or belief: only owners, managers and registrars see it"
                ),
            ),
        ],
        default=DataClass.ORDINARY.value,
    )
    keep_days = CountField(
        lazy_gettext("Days the answers are kept after the event"),
        [Enter(lazy_gettext("Enter for how many days after the event the answers are kept"))],
        least=LEAST_KEEP_DAYS,
        most=MOST_KEEP_DAYS,
        default=365,
        description=lazy_gettext("Then Forum erases them by itself, with files that were sent."),
    )

    kind: QuestionKind = QuestionKind.TEXT
    known_types: Mapping[str, object] = {}
    known_needs: Mapping[str, Sequence[str]] = {}

    @property
    def rows(self) -> list[OptionForm]:
        """The rows of choices."""
        return [entry.form for entry in self.options.entries]

    def blame(self, error: DomainError) -> None:
        """Show a refusal at the box it names, which may be one of a choice."""
        super().blame(error)
        self._list_errors()

    def _list_errors(self) -> None:
        """Let the list of choices know what was said at its boxes after it was checked."""
        found = [entry.errors for entry in self.options.entries]
        self.options.errors = found if any(found) else []

    def _field_named(self, name: str) -> Any:  # noqa: ANN401 - WTForms has no types
        """Find a box of a choice too: `options-0-places` is that of the first that has words."""
        whole, _, rest = name.partition("-")
        place, _, inner = rest.partition("-")
        written = [row for row in self.rows if row.label]
        if whole == "options" and place.isdigit() and int(place) < len(written):
            return written[int(place)][inner]
        return super()._field_named(name)

    def spare(self, number: int = SPARE_ROWS) -> None:
        """Add empty rows for more choices."""
        for _ in range(min(number, MOST_OPTIONS - len(self.options.entries))):
            self.options.append_entry()

    def turn(self, wish: str) -> None:
        """Do to the rows what one of their small buttons asks for: more, up-2, down-2, remove-2."""
        values = [
            {name: entry.form[name].data for name in ("id", "en", "zh_hant", "zh_hans", "places")}
            for entry in self.options.entries
        ]
        act, _, place = wish.partition("-")
        at = int(place) if place.isascii() and place.isdigit() and len(place) < len("999") else -1
        if 0 <= at < len(values):
            if act == "remove":
                del values[at]
            other = at + {"up": -1, "down": 1}.get(act, 0)
            if act in {"up", "down"} and 0 <= other < len(values):
                values[at], values[other] = values[other], values[at]
        while self.options.entries:
            self.options.pop_entry()
        for value in values:
            self.options.append_entry(value)
        if act == "more":
            self.spare()

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the boxes, and that choices, types and conditions go together."""
        good = bool(super().validate(extra_validators))
        if self.kind in WITH_OPTIONS and not any(row.label for row in self.rows):
            if not self.options.entries:
                self.spare()
            self.rows[0].en.errors = [gettext("Enter at least one answer that can be chosen")]
            self._list_errors()
            good = False
        if self.which_types.data == SOME_TYPES and not self._type_ids():
            self.which_types.errors = [gettext("Tick at least one ticket type")]
            good = False
        if set(self.needs.data or ()) - set(self.known_needs) or len(self._needed()) > 1:
            self.needs.errors = [gettext("Choose answers of one question only")]
            good = False
        return good

    def details(self) -> QuestionDetails:
        """Return what the service asks for."""
        needed = next(iter(self._needed()), None)
        chosen = [str(one).partition(":")[2] for one in self.needs.data or ()]
        return QuestionDetails(
            label=text_of_field(self.label),
            hint=text_of_field(self.hint),
            per=AskedPer(self.per.data),
            required=bool(self.required.data),
            data_class=DataClass(self.data_class.data),
            keep_days=self.keep_days.data,
            type_ids=None if self.which_types.data == ALL_TYPES else self._type_ids(),
            needs_id=UUID(needed) if needed else None,
            needs_values=tuple(chosen),
            options=tuple(
                OptionDetails(row.option_id, row.label, row.places.data)
                for row in self.rows
                if row.label
            ),
        )

    def _type_ids(self) -> frozenset[UUID]:
        return frozenset(UUID(one) for one in self.types.data or () if one in self.known_types)

    def _needed(self) -> set[str]:
        return {str(one).partition(":")[0] for one in self.needs.data or ()}

    @classmethod
    def shown(cls, question: AskedQuestion) -> dict[str, Any]:
        """Return what the boxes show of a question."""
        return {
            "label": shown_text(question.label),
            "hint": shown_text(question.hint),
            "options": [
                {"id": str(one.id), **shown_text(one.label), "places": one.capacity}
                for one in question.options
            ],
            "required": question.required,
            "per": question.per.value,
            "which_types": ALL_TYPES if question.type_ids is None else SOME_TYPES,
            "types": [str(one) for one in question.type_ids or ()],
            "needs": [f"{question.needs_id}:{one}" for one in question.needs_values],
            "data_class": question.data_class.value,
            "keep_days": question.keep_days,
            "revision": str(question.revision),
        }
