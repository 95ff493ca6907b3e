"""Guests as a file: the columns that are chosen, for all or for those of a view, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, render_template, request, stream_with_context
from flask_babel import gettext

from forum.core import audit, clock
from forum.core.db import writing
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, translated
from forum.core.i18n import Sentence, sentence
from forum.core.ids import shown
from forum.core.permissions import Action, can
from forum.core.spreadsheets import CSV, XLSX, csv_pieces, workbook_pieces
from forum.events.queries import managed_event
from forum.registrations import queries
from forum.registrations.asking import said
from forum.registrations.manage.filters import Asked, asked_in
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries.answers import answers_of_registrations
from forum.registrations.queries.exports import guests_in_turn
from forum.registrations.queries.listing import tags_by_registration
from forum.registrations.queries.questions import all_questions
from forum.registrations.rules import STATE_WORDS, DataClass
from forum.registrations.rules.listing import SOURCE_WORDS

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.registrations.models import Registration
    from forum.registrations.queries.answers import AnswerShown
    from forum.registrations.queries.questions import AskedQuestion

TAGS = "tags"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an export needs of its event: the rows that were read are forgotten on the way."""

    id: UUID
    organisation_id: UUID
    slug: str
    languages: Sequence[str]
    zone: tzinfo

    @staticmethod
    def of(event: Event) -> _Facts:
        """Return the facts of an event."""
        return _Facts(
            event.id, event.organisation_id, event.slug, tuple(event.languages), event.zone
        )


COLUMNS: dict[str, tuple[Sentence, Callable[[Registration, _Facts], str]]] = {
    "reference": (sentence("Reference"), lambda row, _: shown(row.code)),
    "name": (sentence("Full name"), lambda row, _: row.name),
    "name_zh": (sentence("Name in Chinese"), lambda row, _: row.name_zh),
    "organisation": (sentence("Organisation"), lambda row, _: row.organisation),
    "email": (sentence("Email"), lambda row, _: row.email),
    "type": (
        sentence("Ticket type"),
        lambda row, event: row.ticket_type.name.pick(current_language().key, event.languages).text,
    ),
    "status": (sentence("Status"), lambda row, _: translated(STATE_WORDS[row.state][1])),
    "registered": (
        sentence("Registered"),
        lambda row, event: row.created_at.astimezone(event.zone).strftime("%Y-%m-%d %H:%M"),
    ),
    "language": (sentence("Language"), lambda row, _: row.lang),
    "source": (
        sentence("How it came"),
        lambda row, _: translated(SOURCE_WORDS[row.booking.source]),
    ),
    "contact": (sentence("Contact"), lambda row, _: row.booking.contact_email),
    TAGS: (sentence("Tags"), lambda _row, _event: ""),
}
USUAL = ("reference", "name", "name_zh", "organisation", "email", "type", "status", "registered")


@blueprint.get("/<slug>/registrations/export")
@permits(Action.SEE_REGISTRATIONS)
def export(slug: str) -> str:
    """Ask which columns the file has; it holds those of the view from which one came."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    asked, facts = asked_in(request.args), _Facts.of(event)
    return render_template(
        "registrations/export.html",
        event=event,
        asked=asked,
        columns=[(name, translated(words)) for name, (words, _) in COLUMNS.items()],
        usual=USUAL,
        questions=[(str(one.id), _label(one, facts)) for one in _questions(facts)],
        whole=not asked.without("order", "col"),
        counts=queries.counts_of(event.id),
    )


@blueprint.get('/<slug>/registrations.<any("csv","xlsx"):kind>')
@permits(Action.SEE_REGISTRATIONS)
def export_file(slug: str, kind: str) -> Response:
    """Give the guests as CSV (RFC 4180, with a BOM) or XLSX; no cell is a formula."""
    actor = current_actor()
    event = _Facts.of(managed_event(actor, slug, Action.SEE_REGISTRATIONS))
    asked = asked_in(request.args)
    wanted = request.args.getlist("column")
    names = [name for name in COLUMNS if name in (wanted or USUAL)]
    questions = [one for one in _questions(event) if str(one.id) in wanted]
    with writing() as session:
        audit.record(
            session,
            actor,
            "registrations.exported",
            ("event", event.id),
            event.organisation_id,
            {"columns": [*names, *(str(one.id) for one in questions)], "view": asked.written},
            clock.now(),
        )
    rows = _rows(event, asked, names, questions)
    is_csv = kind == "csv"
    pieces = csv_pieces(rows) if is_csv else workbook_pieces(rows, gettext("Guests"))
    response = Response(stream_with_context(pieces), mimetype=CSV if is_csv else XLSX)
    name = f"{event.slug}-registrations.{kind}"
    response.headers["Content-Type"] = CSV if is_csv else XLSX
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def _rows(
    event: _Facts, asked: Asked, names: Sequence[str], questions: Sequence[AskedQuestion]
) -> Iterator[list[str]]:
    """Return the header and the guests; one to four statements for each 1,000 of them."""
    key = current_language().key
    yield [
        *(translated(COLUMNS[name][0]) for name in names),
        *(_label(one, event) for one in questions),
    ]
    sensitive = _sees_sensitive(event)
    columns = [(name, COLUMNS[name]) for name in names]
    for some in guests_in_turn(event.id, asked.wanted):
        ids = [one.id for one in some]
        tags = tags_by_registration(ids) if TAGS in names else {}
        answers = answers_of_registrations(ids, sensitive=sensitive) if questions else {}
        for row in some:
            cells = {name: cell_of(row, event) for name, (_, cell_of) in columns}
            cells[TAGS] = ", ".join(tags.get(row.id, ()))
            of_row = {one.question_id: one for one in answers.get(row.id, ())}
            yield [
                *(cells[name] for name in names),
                *(_said(of_row, one.id, key, event) for one in questions),
            ]


def _said(answers: dict[UUID, AnswerShown], question_id: UUID, key: str, event: _Facts) -> str:
    found = answers.get(question_id)
    return said(found, key, event.languages) if found else ""


def _questions(event: _Facts) -> list[AskedQuestion]:
    """Return the questions whose answers the present member may have; three statements."""
    sensitive = _sees_sensitive(event)
    return [
        one
        for one in all_questions(event.id, withdrawn=True)
        if sensitive or one.data_class is not DataClass.SENSITIVE
    ]


def _sees_sensitive(event: _Facts) -> bool:
    return can(current_actor(), Action.SEE_SENSITIVE, event.organisation_id)


def _label(question: AskedQuestion, event: _Facts) -> str:
    return question.label.pick(current_language().key, event.languages).text
