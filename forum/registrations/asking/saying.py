"""Answers in words, for pages, mails and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext

from forum.core import dates
from forum.registrations.asking.countries import country_name
from forum.registrations.queries.answers import AnswerShown
from forum.registrations.rules import WITH_OPTIONS, YES, QuestionKind

BETWEEN = {"en": ", "}
BETWEEN_CHINESE = "、"


def said(answer: AnswerShown, key: str, order: Sequence[str] = ()) -> str:
    """Return what was answered, in a language where it is not free text; choices as worded then."""
    if answer.kind in WITH_OPTIONS:
        chosen = [answer.options[one] for one in answer.value if one in answer.options]
        between = BETWEEN.get(key, BETWEEN_CHINESE)
        return between.join(one.pick(key, order).text for one in chosen)
    return _first(answer.kind, answer.value[0], key) if answer.value else ""


def _first(kind: QuestionKind, value: Any, key: str) -> str:  # noqa: ANN401 - as JSON gives it
    if kind in {QuestionKind.YES_NO, QuestionKind.CONSENT}:
        return str(gettext("Yes") if value == YES else gettext("No"))
    if kind is QuestionKind.DATE:
        return dates.day(date.fromisoformat(str(value)), key)
    if kind is QuestionKind.COUNTRY:
        return country_name(str(value))
    return str(value["name"] if kind is QuestionKind.FILE else value)
