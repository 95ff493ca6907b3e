"""One guest's page: facts, the party, answers, notes, tags, and the whole story."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.links import Purpose, derive
from forum.core.marks import marks_of
from forum.core.permissions import Action, can
from forum.core.presence import NEVER, attendance_of
from forum.core.returned import returned_to
from forum.core.stories import story_of
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.events.rules import EventState
from forum.registrations import queries, service
from forum.registrations.forms.office import NoteForm, PersonForm, TagForm, TypeForm, offer_types
from forum.registrations.manage.acting import say_moved_up
from forum.registrations.manage.answer_words import answers_in_words
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries import persons
from forum.registrations.queries.answers import answers_of_registrations
from forum.registrations.queries.listing import tags_of, types_of
from forum.registrations.rules import ACTIVE, STATE_WORDS, Ended, OfferOver, takes_cancelling
from forum.registrations.rules.listing import ENDED_WORDS, SOURCE_WORDS
from forum.registrations.service import NameForms
from forum.registrations.service.tagging import add_note, tag, untag
from forum.registrations.service.types import GROWING
from forum.seats.queries import position_of, seats_of

if TYPE_CHECKING:
    from datetime import datetime

    from flask_wtf import FlaskForm
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.models import Registration

MOST_TOLD = 200


@blueprint.get("/<slug>/registrations/<uuid:registration_id>")
@permits(Action.SEE_REGISTRATIONS)
def show(slug: str, registration_id: UUID) -> str:
    """Show one registration and all that is known of it."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    return _page(event, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>")
@permits(Action.EDIT_REGISTRATIONS)
def change(slug: str, registration_id: UUID) -> AnyResponse | tuple[str, int]:
    """Change name forms and organisation, or give the seat to another address."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    form = PersonForm()
    if not form.validate_on_submit():
        return _page(event, registration_id, form), 422
    names = NameForms(form.name.data, form.name_zh.data, form.organisation.data)
    if registration.email and not form.email.data:
        form.email.errors = [gettext("Enter the address that the mails go to")]
        return _page(event, registration_id, form), 422
    try:
        _put(registration, names, form)
    except DomainError as error:
        form.blame(error)
        return _page(event, registration_id, form), error.status
    flash(gettext("Saved."))
    return _back(slug, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/notes")
@permits(Action.EDIT_REGISTRATIONS)
def write_note(slug: str, registration_id: UUID) -> AnyResponse | tuple[str, int]:
    """Add a note, which the guest never sees."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    form = NoteForm()
    if not form.validate_on_submit():
        return _page(event, registration_id, form), 422
    add_note(current_actor(), registration.id, form.words.data, now=clock.now())
    flash(gettext("The note is kept."))
    return _back(slug, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/tags")
@permits(Action.EDIT_REGISTRATIONS)
def put_tag(slug: str, registration_id: UUID) -> AnyResponse | tuple[str, int]:
    """Put a tag on a guest."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    form = TagForm()
    if not form.validate_on_submit():
        return _page(event, registration_id, form), 422
    tag(current_actor(), event.id, [registration.id], form.tag.data, now=clock.now())
    return _back(slug, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/tags/<path:word>/remove")
@permits(Action.EDIT_REGISTRATIONS)
def take_tag_off(slug: str, registration_id: UUID, word: str) -> AnyResponse:
    """Take a tag off a guest."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    untag(current_actor(), event.id, [registration.id], word, now=clock.now())
    return _back(slug, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/type")
@permits(Action.EDIT_REGISTRATIONS)
def change_type(slug: str, registration_id: UUID) -> AnyResponse | tuple[str, int]:
    """Move a guest to another ticket type."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    form = TypeForm()
    offer_types(form.type_id, type_names(event))
    if not form.validate_on_submit() or form.chosen is None:
        return _page(event, registration_id, form), 422
    try:
        moved = service.change_type(
            current_actor(), [registration.id], form.chosen, now=clock.now()
        )
    except DomainError as error:
        form.blame(error)
        return _page(event, registration_id, form), error.status
    flash(
        gettext("The ticket type is changed; the guest gets a new ticket.")
        if moved
        else gettext("Nothing changed: that is the ticket type already.")
    )
    return _back(slug, registration_id)


@blueprint.get("/<slug>/registrations/<uuid:registration_id>/cancel")
@permits(Action.EDIT_REGISTRATIONS)
def ask_cancel(slug: str, registration_id: UUID) -> str:
    """Ask before a registration is cancelled, naming whom it is about."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    return render_template(
        "registrations/cancel.html",
        event=event,
        registration=registration,
        seats=seats_of(event.id),
    )


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/cancel")
@permits(Action.EDIT_REGISTRATIONS)
def cancel(slug: str, registration_id: UUID) -> AnyResponse:
    """Cancel; the seat goes to the next who waits."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    moved_up = service.cancel(current_actor(), registration.id, now=clock.now(), ended=Ended.OFFICE)
    flash(gettext("%(name)s is cancelled.", name=registration.name))
    say_moved_up(event.id, len(moved_up))
    return _back(slug, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/take-offer")
@permits(Action.EDIT_REGISTRATIONS)
def take_offer(slug: str, registration_id: UUID) -> AnyResponse:
    """Confirm an offered seat for a guest who said so by other ways than the link."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    name = registration.name or gettext("The guest")
    try:
        service.take_offer(current_actor(), registration.id, now=clock.now())
    except OfferOver as error:
        flash(translated(error.says), "look")
    else:
        flash(gettext("%(name)s has a seat; the ticket is on its way by mail.", name=name))
    return _back(slug, registration_id)


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/renew-link")
@permits(Action.EDIT_REGISTRATIONS)
def renew_link(slug: str, registration_id: UUID) -> AnyResponse:
    """Give the booking a new personal link; the old one is dead at once."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = queries.registration_of(event.id, registration_id)
    service.renew_link(current_actor(), registration.booking_id, now=clock.now())
    flash(gettext("The booking has a new link. The old one no longer works."))
    return _back(slug, registration_id)


def type_names(event: Event) -> list[tuple[UUID, str]]:
    """Return the ticket types that guests can have, in the language of the page."""
    key = current_language().key
    return [
        (one.id, str(one.name.pick(key, event.languages)))
        for one in types_of(event.id)
        if one.pool.about not in GROWING
    ]


def _put(registration: Registration, names: NameForms, form: PersonForm) -> None:
    actor, revision, now = current_actor(), form.made_from, clock.now()
    if form.email.data:
        service.put_in_place(
            actor, registration.id, names, form.email.data, revision=revision, now=now
        )
    else:
        service.change_name(actor, registration.id, names, revision=revision, now=now)


def _back(slug: str, registration_id: UUID) -> AnyResponse:
    return redirect(url_for(".show", slug=slug, registration_id=registration_id), 303)


def _page(event: Event, registration_id: UUID, sent: FlaskForm | None = None) -> str:
    """Draw the page; `sent` is the one of its forms that has something wrong."""
    registration = queries.registration_of(event.id, registration_id)
    sensitive = can(current_actor(), Action.SEE_SENSITIVE, event.organisation_id)
    answers = answers_of_registrations([registration.id], sensitive=sensitive)
    token = derive(Purpose.BOOKING, registration.booking_id, registration.booking.link_generation)
    key, now = registration.email_key, clock.now()
    history = attendance_of(db.session(), event.organisation_id, [key], now)
    return render_template(
        "registrations/show.html",
        event=event,
        registration=registration,
        forms=_forms(event, registration, sent),
        sent=sent,
        position=position_of(registration.party_id),
        party=persons.party_of(registration),
        answers=answers_in_words(answers[registration.id], event),
        consents=queries.consents_of([registration.id])[registration.id],
        sessions=[one for one in queries.own_sessions(registration.id) if one.seated is not None],
        notes=persons.notes_of(registration.id),
        tags=persons.tags_on(registration.id),
        known_tags=tags_of(event.id),
        doubles=persons.doubles_of(registration),
        invited=persons.invited_by(registration.booking_id),
        history=history.get(key, NEVER),
        returned=returned_to(db.session(), "registration", [registration.id]).get(registration.id),
        marks=marks_of(db.session(), "registration", [registration.id]).get(registration.id, []),
        may_mend=can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
        story=story_of(db.session(), "registration", registration.id, MOST_TOLD),
        link=absolute(f"/r/{token}"),
        words=STATE_WORDS,
        ended_words=ENDED_WORDS,
        source_words=SOURCE_WORDS,
        live=registration.state in ACTIVE,
        offer_stands=_offer_stands(event, registration, now),
        may_edit=can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id),
        may_see_messages=can(current_actor(), Action.SEE_MESSAGES, event.organisation_id),
    )


def _offer_stands(event: Event, registration: Registration, now: datetime) -> bool:
    """Say whether the guest has a seat on offer that can still be taken."""
    until = registration.offered_until
    happens = event.state is not EventState.CANCELLED and takes_cancelling(event.ends_at, now)
    return happens and until is not None and now < until


def _forms(
    event: Event, registration: Registration, sent: FlaskForm | None
) -> dict[str, FlaskForm]:
    forms: dict[str, FlaskForm] = {
        "person": PersonForm(formdata=None, obj=registration),
        "note": NoteForm(formdata=None),
        "tag": TagForm(formdata=None),
        "type": TypeForm(formdata=None, type_id=str(registration.ticket_type_id)),
    }
    names = {PersonForm: "person", NoteForm: "note", TagForm: "tag", TypeForm: "type"}
    if sent is not None:
        forms[names[type(sent)]] = sent
    offer_types(forms["type"].type_id, type_names(event))
    return forms
