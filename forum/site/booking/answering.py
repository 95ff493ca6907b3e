"""The organiser's questions on the guest's page: of one attendee, and of the booking as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, make_response, redirect, render_template, request
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.form_parts import OfficeForm
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.links import Purpose
from forum.registrations.asking import Sheet, ask, keep_files, sender_of
from forum.registrations.queries.answers import answers_of_booking, answers_of_registrations
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import AskedPer, DataClass
from forum.registrations.service import ChoiceFull
from forum.registrations.service.answering import Filled, change_booking_answers
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.models import Registration
    from forum.registrations.queries.questions import AskedQuestion

of_booking = Ways(blueprint, Purpose.BOOKING)

WITH_FILES = ("change_one", "replace", "add", "change_answers_of_all")
LARGEST_FORM = 10_500_000
"""Bytes of a form with two files of 5 MB, and a little more."""


@blueprint.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before the form's token is looked for in the body."""
    view = (endpoint or "").partition(".")[2].rpartition("_by_")[0]
    if view in WITH_FILES:
        request.max_content_length = LARGEST_FORM


def sheet_of(
    form: OfficeForm, sight: Sight, person: Registration | None, *, fresh: bool = False
) -> Sheet:
    """Put an attendee's questions into a form, with what was answered before unless `fresh`.

    What is asked of health and the like stands there for whoever it is about alone: on a booking's
    page for its contact, and for companions without an address of their own.
    """
    event, first = sight.event, person or sight.people[0]
    questions: Sequence[AskedQuestion] = questions_for(event.id, first.ticket_type_id)
    if person is not None and not fresh:
        questions = asked_of(sight, person, questions)
    given = []
    if person is not None and not fresh:
        found = answers_of_registrations([person.id], sensitive=True)[person.id]
        given = [one for one in found if one.per is AskedPer.ATTENDEE]
    sheet = ask(form, questions, order=event.languages, type_id=first.ticket_type_id, given=given)
    if request.method == "POST":
        keep_files(event.id, [sheet], sender=sender_of(event.id, sight.base), now=clock.now())
    return sheet


def asked_of(
    sight: Sight, person: Registration, questions: Sequence[AskedQuestion]
) -> Sequence[AskedQuestion]:
    """Return what the holder of a link may see and answer of one person's questions."""
    if _about_holder(sight, person):
        return questions
    return [one for one in questions if one.data_class is not DataClass.SENSITIVE]


def filled(sheet: Sheet) -> Filled:
    """Return a sheet as it was sent."""
    return Filled(sheet.answers(), [one.id for one in sheet.questions], current_language().key)


def has_files(sheet: Sheet) -> bool:
    """Say whether a form with this sheet sends files."""
    return any(one.question.kind == "file" for one in sheet.fields)


@of_booking.get("/answers")
def ask_answers(sight: Sight) -> AnyResponse:
    """Show what was answered for the booking as a whole, to be changed."""
    form = OfficeForm(formdata=None)
    sheet = _whole_sheet(form, sight)
    return _page(sight, form, sheet) if sheet.fields else redirect(sight.base, 303)


@of_booking.post("/answers")
def change_answers_of_all(sight: Sight) -> AnyResponse:
    """Change what was answered for the booking as a whole."""
    form, now = OfficeForm(), clock.now()
    sheet = _whole_sheet(form, sight)
    if not form.validate_on_submit():
        return _page(sight, form, sheet, 422)
    try:
        sight.check_changes(now)
        change_booking_answers(sight.actor, sight.booking.id, filled(sheet), now=now)
    except DomainError as error:
        if not (isinstance(error, ChoiceFull) and sheet.blame(error)):
            form.blame(error)
        return _page(sight.anew(), form, sheet, error.status)
    flash(gettext("Saved."))
    return redirect(sight.base, 303)


def _about_holder(sight: Sight, person: Registration) -> bool:
    contact = sight.booking.contact_key
    return sight.is_own or len(sight.people) == 1 or person.email_key in {"", contact}


def _whole_sheet(form: OfficeForm, sight: Sight) -> Sheet:
    event, type_id = sight.event, sight.people[0].ticket_type_id
    sheet = ask(
        form,
        questions_for(event.id, type_id),
        order=event.languages,
        per=AskedPer.BOOKING,
        type_id=type_id,
        given=answers_of_booking(sight.booking.id),
    )
    if request.method == "POST":
        keep_files(event.id, [sheet], sender=sender_of(event.id, sight.base), now=clock.now())
    return sheet


def _page(sight: Sight, form: OfficeForm, sheet: Sheet, status: int = 200) -> AnyResponse:
    page = render_template(
        "registrations/booking_answers.html",
        form=form,
        sheet=sheet,
        has_files=has_files(sheet),
        changes=sight.takes_changes(clock.now()),
        href=f"{sight.base}/answers",
        **frame_of(sight, "/answers"),
    )
    return private(make_response(page, status))
