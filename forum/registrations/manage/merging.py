"""Two registrations of one person: found, laid side by side, and made one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.ids import id_in, shown
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.registrations.forms.office import DoubleForm, MergeForm
from forum.registrations.manage.acting import say_moved_up
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries import persons, registration_of
from forum.registrations.rules import SEATED, STATE_WORDS
from forum.registrations.service.merging import merge

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.models import Registration


@blueprint.get("/<slug>/registrations/<uuid:registration_id>/double")
@permits(Action.EDIT_REGISTRATIONS)
def find_double(slug: str, registration_id: UUID) -> str:
    """Show who may be the same person, and a box for another reference."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    return _finding(event, registration_id, DoubleForm(formdata=None))


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/double")
@permits(Action.EDIT_REGISTRATIONS)
def name_double(slug: str, registration_id: UUID) -> AnyResponse | tuple[str, int]:
    """Look the other registration up by its reference."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = registration_of(event.id, registration_id)
    form = DoubleForm()
    if not form.validate_on_submit():
        return _finding(event, registration_id, form), 422
    try:
        other_id = persons.id_by_code(event.id, form.code.data)
    except NotFound:
        form.code.errors = [gettext("No registration of this event has this reference")]
        return _finding(event, registration_id, form), 422
    if other_id == registration.id:
        form.code.errors = [gettext("This is the same registration. Enter the other one’s")]
        return _finding(event, registration_id, form), 422
    return redirect(
        url_for(".ask_merge", slug=slug, registration_id=registration.id, other_id=other_id), 303
    )


@blueprint.get("/<slug>/registrations/<uuid:registration_id>/merge/<uuid:other_id>")
@permits(Action.EDIT_REGISTRATIONS)
def ask_merge(slug: str, registration_id: UUID, other_id: UUID) -> str:
    """Lay two registrations side by side and ask which one stays."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    first, second = _both(event, registration_id, other_id)
    better = second if second.state in SEATED and first.state not in SEATED else first
    return _comparing(event, first, second, MergeForm(formdata=None, stays=str(better.id)))


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/merge/<uuid:other_id>")
@permits(Action.EDIT_REGISTRATIONS)
def merge_two(slug: str, registration_id: UUID, other_id: UUID) -> AnyResponse | tuple[str, int]:
    """Keep one of the two; what only the other one knew moves over, its seat goes to the next."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    first, second = _both(event, registration_id, other_id)
    form = MergeForm()
    form.stays.choices = _choices(first, second)
    if not form.validate_on_submit():
        form.stays.errors = [gettext("Choose which one stays")]
        return _comparing(event, first, second, form), 422
    staying, leaving = (first, second) if id_in(form.stays.data) == first.id else (second, first)
    try:
        moved_up = merge(current_actor(), staying.id, leaving.id, now=clock.now())
    except DomainError as error:
        form.blame(error)
        return _comparing(event, first, second, form), error.status
    flash(
        gettext(
            "%(name)s is registered once now: %(code)s stays.",
            name=staying.name,
            code=shown(staying.code),
        )
    )
    say_moved_up(event.id, len(moved_up))
    return redirect(url_for(".show", slug=slug, registration_id=staying.id), 303)


def _both(event: Event, first_id: UUID, second_id: UUID) -> tuple[Registration, Registration]:
    if first_id == second_id:
        raise NotFound
    return registration_of(event.id, first_id), registration_of(event.id, second_id)


def _choices(first: Registration, second: Registration) -> list[tuple[str, str]]:
    return [(str(one.id), f"{shown(one.code)} · {one.name}") for one in (first, second)]


def _finding(event: Event, registration_id: UUID, form: DoubleForm) -> str:
    registration = registration_of(event.id, registration_id)
    return render_template(
        "registrations/double.html",
        event=event,
        registration=registration,
        doubles=persons.doubles_of(registration),
        form=form,
        words=STATE_WORDS,
    )


def _comparing(event: Event, first: Registration, second: Registration, form: MergeForm) -> str:
    form.stays.choices = _choices(first, second)
    return render_template(
        "registrations/merge.html",
        event=event,
        both=[(one, persons.tags_on(one.id), persons.notes_of(one.id)) for one in (first, second)],
        form=form,
        words=STATE_WORDS,
    )
