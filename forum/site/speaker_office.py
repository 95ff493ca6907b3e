"""A speaker at one event, for editors: answer, personal link, times, consents, the ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_babel import gettext

from forum.core import clock, dates
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, translated
from forum.core.links import Purpose, derive
from forum.core.permissions import Action, can
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.messaging import queries as messages
from forum.messaging.words import STATES as MESSAGE_STATES
from forum.programme import queries, service
from forum.programme.forms import ANSWERS, TimesForm
from forum.programme.rules import EngagementState, ProposalState
from forum.programme.words import ENGAGEMENTS
from forum.registrations import service as registrations
from forum.registrations.queries import speaker_seats
from forum.registrations.rules import ACTIVE, STATE_WORDS
from forum.registrations.service import Came

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.programme.models import Engagement, Speaker

blueprint = Blueprint("speaker_office", __name__, url_prefix="/manage")

AT = "/<slug>/speakers/<speaker_slug>/event"


@blueprint.get(AT)
@permits(Action.EDIT_PROGRAMME)
def show(slug: str, speaker_slug: str) -> Response:
    """Show how a speaker stands with the event, and what can be done about it."""
    event, speaker = _found(slug, speaker_slug)
    return _page(event, speaker)


@blueprint.post(f"{AT}/ask")
@permits(Action.EDIT_PROGRAMME)
def ask(slug: str, speaker_slug: str) -> AnyResponse:
    """Mail the speaker the link to the page on which to confirm."""
    event, speaker = _found(slug, speaker_slug)
    try:
        service.ask_to_confirm(current_actor(), event.id, speaker.id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(gettext("%(name)s is asked by mail.", name=speaker.shown_name), "go")
    return _back(slug, speaker_slug)


@blueprint.post(f"{AT}/answer")
@permits(Action.EDIT_PROGRAMME)
def answer(slug: str, speaker_slug: str) -> AnyResponse:
    """Note what the speaker has told the organiser otherwise."""
    event, speaker = _found(slug, speaker_slug)
    wanted = ANSWERS.get(request.form.get("answer", ""))
    if wanted is not None:
        try:
            stands = service.engage(current_actor(), event.id, speaker.id, now=clock.now())
            service.answer(
                current_actor(), stands.id, stands.revision, wanted, None, now=clock.now()
            )
        except DomainError as error:
            flash(translated(error.says), "look")
        else:
            flash(gettext("Saved."), "go")
    return _back(slug, speaker_slug)


@blueprint.post(f"{AT}/link")
@permits(Action.EDIT_PROGRAMME)
def link(slug: str, speaker_slug: str) -> AnyResponse:
    """Make the personal link, or a new one that kills the old."""
    event, speaker = _found(slug, speaker_slug)
    if queries.engagement_of(event.id, speaker.id) is None:
        service.engage(current_actor(), event.id, speaker.id, now=clock.now())
    else:
        service.renew_speaker_link(current_actor(), event.id, speaker.id, now=clock.now())
        flash(gettext("There is a new link. The old one no longer works."), "go")
    return _back(slug, speaker_slug)


@blueprint.post(f"{AT}/times")
@permits(Action.EDIT_PROGRAMME)
def times(slug: str, speaker_slug: str) -> AnyResponse:
    """Note a time at which the speaker cannot be on stage."""
    event, speaker = _found(slug, speaker_slug)
    form = TimesForm()
    form.zone = event.zone
    status = 422
    if form.validate() and form.span:
        try:
            stands = service.engage(current_actor(), event.id, speaker.id, now=clock.now())
            service.add_unavailable(current_actor(), stands.id, *form.span, now=clock.now())
        except DomainError as error:
            form.blame(error)
            status = error.status
            event, speaker = _found(slug, speaker_slug)
        else:
            flash(gettext("Saved."), "go")
            return _back(slug, speaker_slug)
    return _page(event, speaker, form, status)


@blueprint.post(f"{AT}/times/<uuid:unavailability_id>/remove")
@permits(Action.EDIT_PROGRAMME)
def remove_time(slug: str, speaker_slug: str, unavailability_id: UUID) -> AnyResponse:
    """Take such a time back."""
    event, speaker = _found(slug, speaker_slug)
    stands = _standing(event, speaker)
    service.remove_unavailable(current_actor(), stands.id, unavailability_id, now=clock.now())
    flash(gettext("Removed."), "go")
    return _back(slug, speaker_slug)


@blueprint.post(f"{AT}/ticket")
@permits(Action.EDIT_PROGRAMME)
def give_ticket(slug: str, speaker_slug: str) -> AnyResponse:
    """Register the speaker, with a ticket of type Speaker that goes out by mail."""
    event, speaker = _found(slug, speaker_slug)
    try:
        stands = service.engage(current_actor(), event.id, speaker.id, now=clock.now())
        given = registrations.give_speaker_seat(current_actor(), stands.id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(_given(given.came, speaker), "go")
    return _back(slug, speaker_slug)


@blueprint.post(f"{AT}/ticket/cancel")
@permits(Action.EDIT_PROGRAMME)
def cancel_ticket(slug: str, speaker_slug: str) -> AnyResponse:
    """Cancel the speaker's registration; the ticket no longer opens the door."""
    event, speaker = _found(slug, speaker_slug)
    try:
        cancelled = registrations.cancel_speaker_seat(
            current_actor(), _standing(event, speaker).id, now=clock.now()
        )
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        says = (
            gettext("The ticket of %(name)s is cancelled.", name=speaker.shown_name)
            if cancelled
            else gettext("The guest’s own ticket stays. It no longer stands here as the speaker’s.")
        )
        flash(says, "go")
    return _back(slug, speaker_slug)


def _found(slug: str, speaker_slug: str) -> tuple[Event, Speaker]:
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    return event, queries.managed_speaker(event.organisation_id, speaker_slug)


def _standing(event: Event, speaker: Speaker) -> Engagement:
    stands = queries.engagement_of(event.id, speaker.id)
    if stands is None:
        raise NotFound
    return stands


def _back(slug: str, speaker_slug: str) -> AnyResponse:
    return redirect(f"/manage/{slug}/speakers/{speaker_slug}/event", 303)


def _given(came: Came, speaker: Speaker) -> str:
    name = speaker.shown_name
    if came is Came.NEW:
        return str(gettext("%(name)s has a seat; the ticket is on its way by mail.", name=name))
    if came is Came.GUEST:
        return str(
            gettext("%(name)s is registered as a guest already: that ticket serves.", name=name)
        )
    return str(gettext("%(name)s has a ticket already.", name=name))


def _page(
    event: Event, speaker: Speaker, form: TimesForm | None = None, status: int = 200
) -> Response:
    key, actor = current_language().key, current_actor()
    stands = queries.engagement_of(event.id, speaker.id)
    seat = speaker_seats(event.id).get(speaker.id)
    mail = messages.last_to_speaker(stands.id) if stands else None
    proposal = queries.proposal_of(stands.id) if stands else None
    token = derive(Purpose.SPEAKER, stands.id, stands.link_generation) if stands else ""
    page = render_template(
        "site/speaker_office.html",
        event=event,
        speaker=speaker,
        engagement=stands,
        state=ENGAGEMENTS[stands.state if stands else EngagementState.PLANNED],
        answer=stands.state.value if stands else EngagementState.PLANNED.value,
        link=absolute(f"/s/{token}") if token else "",
        contact=queries.contact_of(speaker.id),
        sessions=[
            one
            for one in queries.planned_with(event.id, speaker.id)
            if any(part.speaker_id == speaker.id for part in one.appearances)
        ],
        form=form or TimesForm(formdata=None),
        sent_now=form is not None,
        times=queries.unavailabilities_of(stands.id) if stands else [],
        zone_name=dates.zone_name(event.starts_at, event.zone, key),
        consents=queries.speaker_consents(stands.id) if stands else [],
        waiting=proposal if proposal and proposal.state is ProposalState.WAITING else None,
        seat=seat,
        holds=seat is not None and seat.state in ACTIVE,
        may_cancel=seat is not None
        and (not seat.waited or can(actor, Action.EDIT_REGISTRATIONS, event.organisation_id)),
        seat_words=STATE_WORDS,
        mail=mail,
        mail_words=MESSAGE_STATES,
        sees_registrations=can(actor, Action.SEE_REGISTRATIONS, event.organisation_id),
        sees_messages=can(actor, Action.SEE_MESSAGES, event.organisation_id),
    )
    return private(make_response(page, status))
