"""A sheet: the questions that one person, or the booking, is asked on a form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import CombinedMultiDict
from wtforms.form import BaseForm

from forum.core.http.i18n import current_language
from forum.registrations.asking.fields import (
    AnswerField,
    BoxesAnswer,
    ConsentAnswer,
    CountryAnswer,
    DayAnswer,
    LongAnswer,
    NumberAnswer,
    OneAnswer,
    PhoneAnswer,
    SeveralAnswer,
    TextAnswer,
    YesNoAnswer,
)
from forum.registrations.asking.files import FileAnswer
from forum.registrations.queries.questions import AskedOption
from forum.registrations.rules import AskedPer, QuestionKind, shown_ids
from forum.registrations.service.choosing import ChoiceFull
from forum.registrations.service.parties import AnswerGiven, Choice

if TYPE_CHECKING:
    from forum.registrations.queries.answers import AnswerShown
    from forum.registrations.queries.questions import AskedQuestion

FIELDS: Mapping[QuestionKind, type[AnswerField]] = {
    QuestionKind.TEXT: TextAnswer,
    QuestionKind.LONG_TEXT: LongAnswer,
    QuestionKind.ONE: OneAnswer,
    QuestionKind.SEVERAL: SeveralAnswer,
    QuestionKind.YES_NO: YesNoAnswer,
    QuestionKind.NUMBER: NumberAnswer,
    QuestionKind.DATE: DayAnswer,
    QuestionKind.COUNTRY: CountryAnswer,
    QuestionKind.PHONE: PhoneAnswer,
    QuestionKind.FILE: FileAnswer,
    QuestionKind.CONSENT: ConsentAnswer,
}
AS_SENT: Final = object()
"""What a POST brings, and nothing on a GET."""


@dataclass(frozen=True, slots=True)
class Condition:
    """On which field's values it depends whether a question is asked, and how a page says so."""

    name: str
    values: tuple[str, ...]
    says: str


class Sheet:
    """The questions of one person or of the booking, their fields, and what was answered.

    `shown` are those that are asked, by what the others were answered: the rest is neither
    required nor kept.
    """

    def __init__(
        self, questions: Sequence[AskedQuestion], order: Sequence[str], given: Iterable[AnswerShown]
    ) -> None:
        """Take the questions in order; `given` is what was answered before."""
        self.questions = list(questions)
        self.lang, self.order = current_language().key, list(order)
        self.given = {one.question_id: one for one in given}
        self.fields: list[AnswerField] = []
        self._shown: frozenset[UUID] | None = None

    @property
    def shown(self) -> frozenset[UUID]:
        """The ids of questions that are asked."""
        if self._shown is None:
            answered = {one.question.id: one.opening for one in self.fields}
            self._shown = shown_ids(self.questions, answered)
        return self._shown

    def leave_out(self) -> None:
        """Ask nothing of this person after all, whatever was answered."""
        self._shown = frozenset()

    def condition_of(self, field: AnswerField) -> Condition | None:
        """Return on which answer it depends whether a question is asked; None: it always is."""
        needs = field.question.needs_id
        other = next((one for one in self.fields if one.question.id == needs), None)
        if other is None:
            return None
        values = field.question.needs_values
        boxes = other.boxes if isinstance(other, BoxesAnswer) else []
        words = [_quoted(one.label.text) for one in boxes if one.value in values]
        return Condition(other.name, tuple(values), _if_answered(other, words))

    def withdrawn_held(self, question: AskedQuestion) -> list[AskedOption]:
        """Return options that are offered no more, and that the one who answers holds."""
        given = self.given.get(question.id)
        if given is None:
            return []
        offered = {str(one.id) for one in question.options}
        lost = [str(one) for one in given.value if str(one) not in offered]
        return [AskedOption(UUID(one), given.options[one]) for one in lost if one in given.options]

    def answers(self) -> list[AnswerGiven]:
        """Return what was answered to the questions that are asked, once the form is checked."""
        return [
            AnswerGiven(
                one.question.id,
                one.question.version_id,
                tuple(one.value),
                tuple(Choice(it.id, it.pool_id) for it in _chosen(one) if it.pool_id),
            )
            for one in self.fields
            if one.is_shown and one.value
        ]

    def blame(self, error: ChoiceFull) -> bool:
        """Say at its box that the last place of a choice is gone; False where it is not here."""
        blamed = False
        for field in self.fields:
            for option in _chosen(field):
                if option.id == error.option_id and isinstance(field, BoxesAnswer):
                    field.lose(option)
                    blamed = True
        return blamed

    def typed(self) -> str:
        """Return all that was answered as text, the same for the same: part of a form's key."""
        return json.dumps(
            [
                [
                    str(one.question.id),
                    one.digest.hex() if isinstance(one, FileAnswer) else one.value,
                ]
                for one in self.fields
                if one.is_shown and one.value
            ]
        )


def ask(
    form: BaseForm,
    questions: Sequence[AskedQuestion],
    *,
    order: Sequence[str],
    per: AskedPer = AskedPer.ATTENDEE,
    type_id: UUID | None = None,
    prefix: str = "",
    given: Iterable[AnswerShown] = (),
    formdata: Any = AS_SENT,  # noqa: ANN401 - whatever WTForms takes
) -> Sheet:
    """Put the questions for one person, or for the booking, into a form as fields; see `Sheet`.

    `order` are the event's languages. With `type_id` only that type's are asked. A field is called
    `q-` and the question's id, after the form's own prefix and `prefix`. `given` is shown where
    nothing was sent; `formdata` is what a POST brings unless it is given.
    """
    asked = [one for one in questions if one.per is per and one.is_for(type_id)]
    sheet = Sheet(asked, order, given)
    sent = _sent() if formdata is AS_SENT else formdata
    for question in asked:
        name = f"{prefix}q-{question.id}"
        # WTForms lets no fields be added to a form of a class, though its base can.
        BaseForm.__setitem__(form, name, FIELDS[question.kind](question=question, sheet=sheet))
        field = form[name]
        before = sheet.given.get(question.id)
        field.process(sent, list(before.value) if before else [])
        sheet.fields.append(field)
    return sheet


def answers_of(*sheets: Sheet) -> list[AnswerGiven]:
    """Return what was answered on these sheets."""
    return [answer for sheet in sheets for answer in sheet.answers()]


def _sent() -> Any:  # noqa: ANN401 - whatever WTForms takes
    if request.method not in {"POST", "PUT", "PATCH"}:
        return None
    return CombinedMultiDict([request.files, request.form])


def _chosen(field: AnswerField) -> Sequence[AskedOption]:
    return field.chosen if isinstance(field, BoxesAnswer) else ()


def _quoted(words: str) -> str:
    return str(gettext("“%(words)s”", words=words))


def _if_answered(other: AnswerField, words: Sequence[str]) -> str:
    question = other.words.text
    if isinstance(other, ConsentAnswer):
        return str(gettext("If you ticked “%(question)s”:", question=question))
    if not words:
        return str(gettext("If you answered “%(question)s”:", question=question))
    either = str(gettext(" or ")).join(words)
    return str(
        gettext("If you answered %(answer)s to “%(question)s”:", answer=either, question=question)
    )
