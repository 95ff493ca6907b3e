"""What guests answered: counts of each choice, the newest texts, and the files they sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from flask import render_template, send_from_directory

from forum.core import audit, clock
from forum.core.db import writing
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.i18n import sentence
from forum.core.permissions import Action, can, require
from forum.core.text import Fragment
from forum.events.queries import managed_event
from forum.events.views import uploads
from forum.registrations.asking import country_name
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.manage.question_words import KIND_WORDS, answer_words
from forum.registrations.queries.answer_files import claimed_file
from forum.registrations.queries.answer_sums import (
    COUNTED,
    TextGiven,
    counted_answers,
    newest_texts,
)
from forum.registrations.queries.answers import answer_counts
from forum.registrations.queries.questions import AskedQuestion, all_questions
from forum.registrations.rules import DataClass, FileKind, QuestionKind
from forum.registrations.service import answer_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from forum.events.models import Event

ANSWERS = "/<slug>/registrations/answers"
SANDBOX = "default-src 'none'; sandbox"
CONTENT_TYPES: Mapping[FileKind, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
page(OfficePage(45, sentence("Answers"), "registrations_manage.answers", Action.SEE_REGISTRATIONS))


@dataclass(frozen=True, slots=True)
class Sum:
    """A question with its answers together: counted ones with their words, or the newest texts."""

    question: AskedQuestion
    words: Fragment
    answers: int
    counted: Sequence[tuple[Fragment, int, int | None]]
    newest: Sequence[TextGiven]


@blueprint.get(ANSWERS)
@permits(Action.SEE_REGISTRATIONS)
def answers(slug: str) -> str:
    """Show what was answered to each question; six statements."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    sensitive = can(current_actor(), Action.SEE_SENSITIVE, event.organisation_id)
    known = all_questions(event.id, withdrawn=True)
    seen = [one for one in known if sensitive or one.data_class is not DataClass.SENSITIVE]
    return render_template(
        "registrations/answers.html",
        event=event,
        sums=_sums(event, seen),
        hidden=len(known) - len(seen),
        kinds=KIND_WORDS,
        may_write=can(current_actor(), Action.EDIT_EVENT, event.organisation_id),
    )


@blueprint.get(f"{ANSWERS}/files/<uuid:file_id>")
@permits(Action.SEE_REGISTRATIONS)
def answer_file(slug: str, file_id: UUID) -> Response:
    """Give a file that somebody sent, to be stored, never shown by the browser."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    found, data_class = claimed_file(event.id, file_id)
    if data_class is DataClass.SENSITIVE:
        require(current_actor(), Action.SEE_SENSITIVE, event.organisation_id)
    file_name, name, kind, thing = found.file_name, found.name, found.kind, found.question_id
    organisation_id = event.organisation_id
    with writing() as session:
        audit.record(
            session,
            current_actor(),
            "answer.file_opened",
            ("question", thing),
            organisation_id,
            {"file": str(file_id)},
            clock.now(),
        )
    response = send_from_directory(answer_folder(uploads()), file_name)
    response.content_type = CONTENT_TYPES[kind]
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return private(response)


def _sums(event: Event, questions: Sequence[AskedQuestion]) -> list[Sum]:
    key = current_language().key
    counts, counted = answer_counts(event.id), counted_answers(event.id)
    newest = newest_texts(event.id)
    return [
        Sum(
            one,
            one.label.pick(key, event.languages),
            counts.get(one.id, 0),
            _counted(one, counted.get(one.id, {}), key, event.languages),
            newest.get(one.id, ()),
        )
        for one in questions
        if counts.get(one.id) or one.withdrawn_at is None
    ]


def _counted(
    one: AskedQuestion, numbers: Mapping[str, int], key: str, languages: Sequence[str]
) -> list[tuple[Fragment, int, int | None]]:
    """Return each answer with how many gave it, and of how many places where they are limited."""
    if one.kind not in COUNTED:
        return []
    if one.kind is QuestionKind.COUNTRY:
        ranked = sorted(numbers.items(), key=lambda it: (-it[1], it[0]))
        return [(Fragment(country_name(code), key), number, None) for code, number in ranked]
    places = {str(option.id): option.capacity for option in one.options}
    return [
        (words, numbers.get(value, 0), places.get(value))
        for value, words in answer_words(one, key, languages)
    ]
