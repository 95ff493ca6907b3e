"""What the back office says of questions: their kinds, whom they are asked, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext

from forum.core.i18n import Sentence, sentence
from forum.core.languages import by_key
from forum.core.text import Fragment
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.rules import NO, YES, QuestionKind

KIND_WORDS: Mapping[QuestionKind, Sentence] = {
    QuestionKind.TEXT: sentence("One line"),
    QuestionKind.LONG_TEXT: sentence("Several lines"),
    QuestionKind.ONE: sentence("One of several answers"),
    QuestionKind.SEVERAL: sentence("Any of several answers"),
    QuestionKind.YES_NO: sentence("Yes or no"),
    QuestionKind.NUMBER: sentence("A number"),
    QuestionKind.DATE: sentence("A day"),
    QuestionKind.COUNTRY: sentence("A country or region"),
    QuestionKind.PHONE: sentence("A phone number"),
    QuestionKind.FILE: sentence("A file"),
    QuestionKind.CONSENT: sentence("A box to tick"),
}


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question as the list shows it."""

    question: AskedQuestion
    words: Fragment
    answers: int
    missing: tuple[str, ...]
    condition: str


def rows_of(
    questions: Sequence[AskedQuestion],
    counts: Mapping[UUID, int],
    key: str,
    languages: Sequence[str],
) -> list[QuestionRow]:
    """Return the rows of a list in a language; `languages` are those that should have words."""
    by_id = {one.id: one for one in questions}
    return [
        QuestionRow(
            one,
            one.label.pick(key, languages),
            counts.get(one.id, 0),
            missing_languages(one, languages),
            _condition(one, by_id, key, languages),
        )
        for one in questions
    ]


def missing_languages(one: AskedQuestion, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the names of languages in which a part of a question has no words."""
    texts = [one.label, one.hint, *(option.label for option in one.options)]
    found = {key for text in texts for key in text.missing(languages)}
    return tuple(known.name for key in languages if key in found and (known := by_key(key)))


def answer_words(
    one: AskedQuestion, key: str, languages: Sequence[str]
) -> list[tuple[str, Fragment]]:
    """Return the answers on which others may depend: their values and words."""
    if one.kind is QuestionKind.CONSENT:
        return [(YES, Fragment(str(gettext("Ticked")), key))]
    if one.kind is QuestionKind.YES_NO:
        return [
            (YES, Fragment(str(gettext("Yes")), key)),
            (NO, Fragment(str(gettext("No")), key)),
        ]
    return [(str(option.id), option.label.pick(key, languages)) for option in one.options]


def _condition(
    one: AskedQuestion, by_id: Mapping[UUID, AskedQuestion], key: str, languages: Sequence[str]
) -> str:
    needed = by_id.get(one.needs_id) if one.needs_id else None
    if needed is None:
        return ""
    known = dict(answer_words(needed, key, languages))
    words = [known[value].text for value in one.needs_values if value in known]
    return str(
        gettext(
            "Only after “%(answer)s” to “%(question)s”",
            answer=str(gettext(" or ")).join(words) or "–",
            question=needed.label.pick(key, languages).text,
        )
    )
