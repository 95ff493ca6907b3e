"""The builder of an event's form: its questions in order, each of them, and how guests see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import OfficeForm
from forum.core.http.i18n import current_language, translated, use_language
from forum.core.i18n import sentence
from forum.core.ids import ids_in
from forum.core.permissions import Action
from forum.core.revisions import ChangedMeanwhile
from forum.events.facts import Addresses, facts_of
from forum.events.queries import managed_event
from forum.registrations import service
from forum.registrations.asking import ask
from forum.registrations.forms import RegistrationForm
from forum.registrations.forms.questions import QuestionForm
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.manage.question_words import KIND_WORDS, answer_words, rows_of
from forum.registrations.queries.answers import answer_counts
from forum.registrations.queries.questions import AskedQuestion, all_questions, questions_for
from forum.registrations.queries.types import types_of
from forum.registrations.rules import (
    MOST_QUESTIONS,
    OPENS_OTHERS,
    WITH_OPTIONS,
    AskedPer,
    QuestionKind,
)
from forum.registrations.rules.ready_questions import READY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from forum.events.models import Event

QUESTIONS = "/<slug>/registrations/questions"
ONE = f"{QUESTIONS}/<uuid:question_id>"

page(
    OfficePage(
        40,
        sentence("Questions"),
        "registrations_manage.questions",
        Action.EDIT_EVENT,
        here=(
            "registrations_manage.question",
            "registrations_manage.new_question",
            "registrations_manage.delete_question",
        ),
    )
)


@blueprint.get(QUESTIONS)
@permits(Action.EDIT_EVENT)
def questions(slug: str) -> str:
    """List the questions in the order of the form, and what can be added; five statements."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    key = current_language().key
    rows = rows_of(
        all_questions(event.id, withdrawn=True), answer_counts(event.id), key, event.languages
    )
    return render_template(
        "registrations/questions.html",
        event=event,
        rows=[one for one in rows if one.question.withdrawn_at is None],
        withdrawn=[one for one in rows if one.question.withdrawn_at is not None],
        types={one.id: one.name.pick(key, event.languages) for one in types_of(event.id)},
        kinds=KIND_WORDS,
        ready=[(one, one.name.pick(key)) for one in READY.values()],
    )


@blueprint.post(f"{QUESTIONS}/ready")
@permits(Action.EDIT_EVENT)
def take_over_question(slug: str) -> Response:
    """Add a ready question, with the one that follows it."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    ready = READY.get(request.form.get("ready", ""))
    if ready is None:
        raise NotFound
    made = service.take_over(current_actor(), event.id, ready, now=clock.now())
    flash(
        gettext("The question is added, with one that follows it. Change them as you like.")
        if len(made) > 1
        else gettext("The question is added. Change it as you like."),
        "go",
    )
    return redirect(url_for(".questions", slug=slug, _anchor=f"q-{made[0]}"), 303)


@blueprint.route(f"{QUESTIONS}/new", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def new_question(slug: str) -> str | tuple[str, int] | Response:
    """Show an empty form for a question of a kind, and add it."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    kind = _kind(request.args.get("kind", ""))
    known = all_questions(event.id, withdrawn=False)
    form = _form(event, kind, known)
    if request.method != "POST":
        return _editor(event, form, known, None, 200)
    if wish := request.form.get("row", ""):
        form.turn(wish)
        return _editor(event, form, known, None, 200)
    if not form.validate():
        return _editor(event, form, known, None, 422)
    try:
        made = service.add_question(
            current_actor(), event.id, kind, form.details(), now=clock.now()
        )
    except DomainError as error:
        form.blame(error)
        event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
        return _editor(event, form, known, None, error.status)
    flash(gettext("The question is added."), "go")
    return redirect(url_for(".questions", slug=slug, _anchor=f"q-{made}"), 303)


@blueprint.route(ONE, methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def question(slug: str, question_id: UUID) -> str | tuple[str, int] | Response:
    """Show and change one question."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    known = all_questions(event.id, withdrawn=True)
    found = _one_of(known, question_id)
    form = _form(event, found.kind, known, found)
    if request.method != "POST":
        return _editor(event, form, known, found, 200)
    if wish := request.form.get("row", ""):
        form.turn(wish)
        return _editor(event, form, known, found, 200)
    if not form.validate():
        return _editor(event, form, known, found, 422)
    try:
        service.change_question(
            current_actor(),
            event.id,
            question_id,
            form.details(),
            revision=form.made_from,
            now=clock.now(),
        )
    except DomainError as error:
        event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
        known = all_questions(event.id, withdrawn=True)
        found = _one_of(known, question_id)
        meanwhile = isinstance(error, ChangedMeanwhile)
        if meanwhile:
            form.put("revision", found.revision)
        else:
            form.blame(error)
        return _editor(event, form, known, found, error.status, meanwhile=meanwhile)
    flash(gettext("Saved."), "go")
    return redirect(url_for(".questions", slug=slug, _anchor=f"q-{question_id}"), 303)


@blueprint.post(f"{ONE}/move")
@permits(Action.EDIT_EVENT)
def move_question(slug: str, question_id: UUID) -> Response:
    """Put a question one place up or down."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    step = -1 if request.form.get("step") == "up" else 1
    service.move_question(current_actor(), event.id, question_id, step, now=clock.now())
    return redirect(url_for(".questions", slug=slug, _anchor=f"q-{question_id}"), 303)


@blueprint.post(f"{QUESTIONS}/order")
@permits(Action.EDIT_EVENT)
def order_questions(slug: str) -> Response:
    """Put the questions in the order to which they were dragged."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    ids = ids_in(request.form.get("ids", ""), MOST_QUESTIONS)
    service.put_in_order(current_actor(), event.id, ids, now=clock.now())
    flash(gettext("The order is saved."), "go")
    return redirect(url_for(".questions", slug=slug), 303)


@blueprint.post(f"{ONE}/withdraw")
@permits(Action.EDIT_EVENT)
def withdraw_question(slug: str, question_id: UUID) -> Response:
    """Ask a question no more, or, with `again`, ask it once more; its answers stay."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    again = "again" in request.form
    act = service.ask_again if again else service.withdraw_question
    try:
        act(current_actor(), event.id, question_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(
            gettext("The question is asked again.")
            if again
            else gettext("The question is asked no more. Its answers stay."),
            "go",
        )
    return redirect(url_for(".questions", slug=slug), 303)


@blueprint.route(f"{ONE}/delete", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def delete_question(slug: str, question_id: UUID) -> str | tuple[str, int] | Response:
    """Ask, then delete a question that nobody has answered."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    found = _one_of(all_questions(event.id, withdrawn=True), question_id)
    form, status = OfficeForm(), 200
    if request.method == "POST" and form.validate():
        try:
            service.delete_question(current_actor(), event.id, question_id, now=clock.now())
        except DomainError as error:
            form.blame(error)
            status = error.status
            event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
        else:
            flash(gettext("The question is deleted."), "go")
            return redirect(url_for(".questions", slug=slug), 303)
    answers = answer_counts(event.id).get(question_id, 0)
    body = render_template(
        "registrations/delete_question.html",
        event=event,
        question=found,
        form=form,
        answers=answers,
    )
    return body, status


@blueprint.get(f"{QUESTIONS}/preview")
@permits(Action.EDIT_EVENT)
def preview_questions(slug: str) -> str:
    """Show the form as guests see it, in a language of choice and for a ticket type."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    use_language(request.args.get("in", ""))
    types = types_of(event.id)
    wanted = request.args.get("type", "")
    chosen = next((one for one in types if str(one.number) == wanted), None)
    asked = questions_for(event.id, chosen.id if chosen else None)
    form = RegistrationForm(formdata=None)
    sheets = [
        ask(form, asked, order=event.languages, per=per, formdata=None)
        for per in (AskedPer.ATTENDEE, AskedPer.BOOKING)
    ]
    facts = facts_of(event, Addresses(current_language(), event.slug))
    return render_template(
        "registrations/questions_preview.html",
        event=event,
        facts=facts,
        form=form,
        sheets=sheets,
        types=types,
        chosen=chosen,
        site_name=facts.title,
        site_href=facts.href,
        theme=facts.theme,
    )


def _form(
    event: Event,
    kind: QuestionKind,
    known: Sequence[AskedQuestion],
    found: AskedQuestion | None = None,
) -> QuestionForm:
    form = QuestionForm(data=QuestionForm.shown(found) if found else None)
    form.kind = kind
    form.known_types = {str(one.id): one for one in types_of(event.id)}
    form.known_needs = {
        f"{one.id}:{value}": ()
        for one in known
        if one.kind in OPENS_OTHERS
        for value, _ in answer_words(one, "en", event.languages)
    }
    if kind in WITH_OPTIONS and request.method != "POST":
        form.spare()
    return form


def _editor(
    event: Event,
    form: QuestionForm,
    known: Sequence[AskedQuestion],
    found: AskedQuestion | None,
    status: int,
    **more: Any,  # noqa: ANN401 - what the template shows
) -> tuple[str, int]:
    key = current_language().key
    opening = [
        (one.label.pick(key, event.languages), one.id, answer_words(one, key, event.languages))
        for one in known
        if one.kind in OPENS_OTHERS
        and (found is None or one.id != found.id)
        and (one.withdrawn_at is None or (found is not None and one.id == found.needs_id))
    ]
    body = render_template(
        "registrations/question.html",
        event=event,
        form=form,
        question=found,
        kind=KIND_WORDS[form.kind],
        has_options=form.kind in WITH_OPTIONS,
        opening=opening,
        types=types_of(event.id),
        answers=answer_counts(event.id).get(found.id, 0) if found else 0,
        **more,
    )
    return body, status


def _kind(wanted: str) -> QuestionKind:
    try:
        return QuestionKind(wanted)
    except ValueError:
        raise NotFound from None


def _one_of(known: Sequence[AskedQuestion], question_id: UUID) -> AskedQuestion:
    found = next((one for one in known if one.id == question_id), None)
    if found is None:
        raise NotFound
    return found
