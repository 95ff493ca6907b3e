"""The organiser's list of registrations: search, filters, columns, tabs, saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.ids import id_in
from forum.core.marks import marks_of
from forum.core.permissions import Action, can
from forum.core.returned import returned_to
from forum.events.queries import managed_event
from forum.registrations.asking import said
from forum.registrations.forms.office import ViewForm
from forum.registrations.manage.filters import Asked, asked_by, asked_in
from forum.registrations.manage.frame import blueprint
from forum.registrations.manage.taking_back import undo_of
from forum.registrations.queries import counts_of, counts_up_to
from forum.registrations.queries import listing as rows
from forum.registrations.queries.answers import answer_columns, answers_of_registrations
from forum.registrations.queries.view_counts import MOST_WALKED, counts_of_views
from forum.registrations.rules import STATE_WORDS, RegistrationState
from forum.registrations.rules.listing import (
    COLUMN_WORDS,
    MOST_AT_ONCE,
    ORDER_WORDS,
    SOURCE_WORDS,
    Column,
)
from forum.registrations.service.viewing import remove_view, save_view
from forum.seats.queries import seats_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from forum.core.text import Text
    from forum.events.models import Event

TABS = (
    RegistrationState.CONFIRMED,
    RegistrationState.PENDING,
    RegistrationState.OFFERED,
    RegistrationState.WAITLISTED,
    RegistrationState.DECLINED,
    RegistrationState.CANCELLED,
)
FEW_COUNTED = 1000
"""So many of each state are counted while somebody searches."""

ALWAYS_SHOWN = frozenset(
    {RegistrationState.CONFIRMED, RegistrationState.WAITLISTED, RegistrationState.CANCELLED}
)


@blueprint.get("/<slug>/registrations")
@permits(Action.SEE_REGISTRATIONS)
def listing(slug: str) -> str:
    """List, search, filter and sort, all of it in the address."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    return _page(event, asked_in(request.args), ViewForm(formdata=None))


@blueprint.post("/<slug>/registrations/views")
@permits(Action.EDIT_REGISTRATIONS)
def keep_view(slug: str) -> AnyResponse | tuple[str, int]:
    """Keep the filter that is being looked at under a name."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    asked, form, status = asked_in(request.args), ViewForm(), 422
    if form.validate_on_submit():
        try:
            save_view(current_actor(), event.id, form.name.data, asked.written, now=clock.now())
        except DomainError as error:
            form.blame(error)
            status = error.status
        else:
            flash(gettext("The view “%(name)s” is kept.", name=form.name.data))
            return redirect(url_for(".listing", slug=slug, **asked.query), 303)
    return _page(event, asked, form), status


@blueprint.post("/<slug>/registrations/views/<uuid:view_id>/remove")
@permits(Action.EDIT_REGISTRATIONS)
def forget_view(slug: str, view_id: UUID) -> AnyResponse:
    """Forget a saved view; the guests in it stay as they are."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    name = remove_view(current_actor(), event.id, view_id)
    flash(gettext("The view “%(name)s” is removed.", name=name))
    return redirect(url_for(".listing", slug=slug), 303)


def _page(event: Event, asked: Asked, form: ViewForm) -> str:
    views = [(one, asked_by(one.query)) for one in rows.views_of(event.id)]
    # To count a large event takes longer than to search in it.
    narrow = not asked.wanted.all_but_state
    most = MOST_WALKED if views else FEW_COUNTED
    counts = counts_up_to(event.id, most) if narrow else counts_of(event.id)
    page = rows.page_of(
        event.id,
        asked.wanted,
        asked.order,
        counts=None if narrow else counts,
        after=id_in(request.args.get("after")),
        before=id_in(request.args.get("before")),
    )
    key = current_language().key
    types = rows.types_of(event.id)
    type_names = {one.id: one.name.pick(key, event.languages) for one in types}
    tagged = Column.TAGS in asked.columns and page.rows
    sensitive = can(current_actor(), Action.SEE_SENSITIVE, event.organisation_id)
    questions = answer_columns(event.id, sensitive=sensitive)
    shown = [one for one in questions if one[0] in asked.answers]
    return render_template(
        "registrations/list.html",
        event=event,
        page=page,
        counts=counts,
        counted_to=most,
        asked=asked,
        form=form,
        views=views,
        view_counts=counts_of_views(event.id, [says.wanted for _, says in views], counts),
        questions=questions,
        answer_columns=shown,
        answers=_answers(event, page, shown, sensitive=sensitive),
        anybody=len(counts) < len(RegistrationState) or any(counts.values()),
        tabs_of=[one for one in TABS if counts.get(one) != 0 or one in ALWAYS_SHOWN],
        type_names=type_names,
        says_state={state: translated(says) for state, (_, says) in STATE_WORDS.items()},
        tags=rows.tags_of(event.id),
        tags_by_row=rows.tags_by_registration([row.id for row in page.rows]) if tagged else {},
        returned=returned_to(db.session(), "registration", [row.id for row in page.rows]),
        marks=marks_of(db.session(), "registration", [row.id for row in page.rows]),
        may_mend=can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
        seats=seats_of(event.id),
        undo=undo_of(event),
        most=MOST_AT_ONCE,
        may_edit=can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id),
        **WORDS,
    )


def _answers(
    event: Event,
    page: rows.Page,
    shown: Sequence[tuple[UUID, Text]],
    *,
    sensitive: bool,
) -> dict[tuple[UUID, UUID], str]:
    """Return by registration and question what was answered; two statements or none."""
    if not shown or not page.rows:
        return {}
    key, asked = current_language().key, {one for one, _ in shown}
    found = answers_of_registrations([row.id for row in page.rows], sensitive=sensitive)
    return {
        (registration_id, one.question_id): said(one, key, event.languages)
        for registration_id, answers in found.items()
        for one in answers
        if one.question_id in asked
    }


WORDS: dict[str, Any] = {
    "words": STATE_WORDS,
    "order_words": ORDER_WORDS,
    "column_words": COLUMN_WORDS,
    "source_words": SOURCE_WORDS,
}
