"""Answers as an organiser reads them: the question in the page's language, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forum.core.http.i18n import current_language
from forum.registrations.asking.saying import said
from forum.registrations.rules import DataClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.core.text import Fragment
    from forum.events.models import Event
    from forum.registrations.queries.answers import AnswerShown


@dataclass(frozen=True, slots=True)
class Said:
    """A question and its answer; `sensitive` where few may read it."""

    question: Fragment
    answer: str
    sensitive: bool


def answers_in_words(answers: Sequence[AnswerShown], event: Event) -> list[Said]:
    """Return answers as they are read in the language of the page."""
    key = current_language().key
    return [
        Said(
            one.label.pick(key, event.languages),
            said(one, key, event.languages),
            one.data_class is DataClass.SENSITIVE,
        )
        for one in answers
    ]
