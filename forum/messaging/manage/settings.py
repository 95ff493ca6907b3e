"""The back office of how mail is written: an event's sender, its limits, a pause; the house's."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.i18n import sentence
from forum.core.permissions import Action, can
from forum.core.revisions import ThingChangedMeanwhile
from forum.events.queries import managed_event
from forum.events.service import Logo, encode_logo
from forum.events.views import uploads
from forum.messaging import post
from forum.messaging.forms.settings import EventMailForm, OrganisationMailForm
from forum.messaging.manage.frame import MessagesPage, blueprint, page
from forum.messaging.queries import sending
from forum.messaging.queries.keeping import number_past_their_time
from forum.messaging.service import settings as service
from forum.people.queries import managed_organisation

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from forum.events.models import Event
    from forum.people.models import Organisation

page(MessagesPage(50, sentence("Settings"), "messages.settings", Action.EDIT_EVENT))

SETTINGS = "/<slug>/messages/settings"
OF_ORGANISATION = "/organisations/<slug>/mail"


@dataclass(frozen=True, slots=True)
class Fallback:
    """What holds where an event has nothing of its own."""

    sender_name: str
    address: str
    reply_to: str


@blueprint.route(SETTINGS, methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def settings(slug: str) -> str | tuple[str, int] | Response:
    """Show and set how an event writes mail; five statements."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    form = EventMailForm(data=EventMailForm.shown(sending.mail_of_event(event.id)))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.set_event_mail(
                    actor, event.id, form.wanted(), revision=form.made_from, now=clock.now()
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
                form.put("revision", sending.mail_of_event(event.id).revision)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for(".settings", slug=slug), 303)
    return _event_page(event, form, meanwhile=status == ThingChangedMeanwhile.status), status


@blueprint.post("/<slug>/messages/pause")
@permits(Action.SEND_MESSAGES)
def pause(slug: str) -> Response:
    """Let no more of the event's mail go out."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.SEND_MESSAGES)
    try:
        service.pause(actor, event.id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(gettext("Nothing more of this event goes out until somebody lets it go on."), "go")
    return _back(event)


@blueprint.post("/<slug>/messages/go-on")
@permits(Action.SEND_MESSAGES)
def go_on(slug: str) -> Response:
    """Let the event's mail go out again."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.SEND_MESSAGES)
    try:
        service.go_on(actor, event.id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(gettext("What waits goes out now."), "go")
    return _back(event)


@blueprint.route(OF_ORGANISATION, methods=["GET", "POST"])
@permits(Action.EDIT_ORGANISATION)
def organisation_settings(slug: str) -> str | tuple[str, int] | Response:
    """Show and set how an organisation writes mail; five statements."""
    actor = current_actor()
    organisation = managed_organisation(actor, slug, Action.EDIT_ORGANISATION)
    mail = sending.mail_of_organisation(organisation.id)
    form = OrganisationMailForm(data=OrganisationMailForm.shown(mail))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.set_organisation_mail(
                    actor,
                    organisation.id,
                    form.wanted(),
                    _logo(form),
                    revision=form.made_from,
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                organisation = managed_organisation(actor, slug, Action.EDIT_ORGANISATION)
                mail = sending.mail_of_organisation(organisation.id)
                form.put("revision", mail.revision)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for(".organisation_settings", slug=slug), 303)
    return (
        render_template(
            "messaging/organisation_settings.html",
            organisation=organisation,
            name=organisation.name.pick(current_language().key, organisation.languages),
            form=form,
            picture=mail.picture,
            usual=_own(organisation).sender_name,
            words_to_go=number_past_their_time(clock.now(), organisation.id),
            meanwhile=status == ThingChangedMeanwhile.status,
        ),
        status,
    )


def _event_page(event: Event, form: EventMailForm, *, meanwhile: bool) -> str:
    mail, of_all = (
        sending.mail_of_event(event.id),
        sending.mail_of_organisation(event.organisation_id),
    )
    usual = _own(event.organisation)
    reply_to = event.contact_email or usual.reply_to
    return render_template(
        "messaging/settings.html",
        event=event,
        form=form,
        mail=mail,
        usual=Fallback(of_all.sender_name or usual.sender_name, usual.address, reply_to),
        domains=post.sending_domains(),
        waiting=sending.waiting_of(event.id),
        sends=post.mail_server() is not None,
        may_pause=can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
        may_set_organisation=can(current_actor(), Action.EDIT_ORGANISATION, event.organisation_id),
        meanwhile=meanwhile,
    )


def _own(organisation: Organisation) -> Fallback:
    name, address = parseaddr(post.sender())
    return Fallback(name, address, organisation.contact_email)


def _logo(form: OrganisationMailForm) -> Logo:
    sent = form.logo.data
    new = encode_logo(sent.stream) if sent and sent.filename else None
    return Logo(uploads(), new, remove=bool(form.remove_logo.data) and new is None)


def _back(event: Event) -> Response:
    edits = can(current_actor(), Action.EDIT_EVENT, event.organisation_id)
    return redirect(url_for(".settings" if edits else ".listing", slug=event.slug), 303)
