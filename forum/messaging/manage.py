"""The back office of messages: what was written to whom, how it stands, and once more if asked."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http import office
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import translated
from forum.core.i18n import sentence
from forum.core.links import Purpose
from forum.core.permissions import Action, can
from forum.core.text import Fragment, clean_line
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.messaging import queries, service
from forum.messaging.letters import TICKET_CID
from forum.messaging.marks import Filling
from forum.messaging.rules import SENDABLE_AGAIN, Kind, MessageState
from forum.messaging.service.delivering import code_of
from forum.messaging.words import STATES, WORDS

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.messaging.models import Message

blueprint = Blueprint("messages", __name__, url_prefix="/manage")
office.room(
    office.Room(50, sentence("Messages"), "mail", "messages", Action.SEE_MESSAGES, wide=True)
)

HIDDEN = "••••••••"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@blueprint.get("/<slug>/messages")
@permits(Action.SEE_MESSAGES)
def listing(slug: str) -> str:
    """List, filter and search an event's messages, all of it in the address."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    state, kind = _state(request.args.get("state")), _kind(request.args.get("kind"))
    search = clean_line(request.args.get("q"))[: queries.LONGEST_SEARCH]
    number = request.args.get("page", 1, type=int)
    return render_template(
        "messaging/list.html",
        event=event,
        page=queries.page_of(event.id, state=state, kind=kind, search=search, number=number),
        counts=queries.counts_of(event.id),
        state=state,
        states=MessageState,
        kind=kind,
        kinds=WORDS,
        search=search,
        words=STATES,
        page_size=queries.PAGE_SIZE,
    )


@blueprint.get("/<slug>/messages/<uuid:message_id>")
@permits(Action.SEE_MESSAGES)
def show(slug: str, message_id: UUID) -> str:
    """Show one message in plain text, with how it stands."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    message = queries.message_of(event.id, message_id)
    return render_template(
        "messaging/show.html",
        event=event,
        message=message,
        text=Fragment(_filling(event, message).put_in(message.text), message.lang),
        words=STATES,
        kind=WORDS[message.kind],
        may_send=message.state in SENDABLE_AGAIN
        and can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
    )


@blueprint.get("/<slug>/messages/<uuid:message_id>/letter")
@permits(Action.SEE_MESSAGES)
def letter(slug: str, message_id: UUID) -> Response:
    """Give the HTML as it was written, in a sandbox that runs nothing and loads only logos."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    message = queries.message_of(event.id, message_id)
    html = _filling(event, message).put_in_html(message.html)
    response = make_response(html.replace(f"cid:{TICKET_CID}", _picture(event, message)))
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"img-src data: {absolute('/uploads/')}",
            f"style-src {_style_hash(html)}",
            "sandbox",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ),
    )
    return private(response)


@blueprint.post("/<slug>/messages/<uuid:message_id>/resend")
@permits(Action.SEND_MESSAGES)
def resend(slug: str, message_id: UUID) -> AnyResponse:
    """Send it once more."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    try:
        service.resend(current_actor(), event.id, message_id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(gettext("The message goes out again within seconds."))
    return redirect(url_for(".show", slug=slug, message_id=message_id), 303)


def _may_see_links(event: Event) -> bool:
    return can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id)


def _filling(event: Event, message: Message) -> Filling:
    speakers = message.link_purpose == Purpose.SPEAKER
    action = Action.EDIT_PROGRAMME if speakers else Action.EDIT_REGISTRATIONS
    if not can(current_actor(), action, event.organisation_id):
        return Filling.hiding(message, absolute(f"/{HIDDEN}"))
    return Filling.of(message, queries.generations([message]))


def _picture(event: Event, message: Message) -> str:
    if not message.with_ticket or message.registration_id is None or not _may_see_links(event):
        return "data:,"
    good = queries.good_tickets([message.registration_id]).get(message.registration_id)
    if good is None:
        return "data:,"
    return f"data:image/png;base64,{base64.b64encode(code_of(good).png).decode()}"


def _style_hash(html: str) -> str:
    styles = _STYLE.findall(html)
    sums = (hashlib.sha256(style.encode()).digest() for style in styles)
    return " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in sums) or "'none'"


def _kind(value: str | None) -> Kind | None:
    return next((one for one in Kind if one.value == value), None)


def _state(value: str | None) -> MessageState | None:
    try:
        return MessageState(value or "")
    except ValueError:
        return None
