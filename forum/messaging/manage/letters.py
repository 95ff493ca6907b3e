"""What was written to whom, how it stands, and once more if asked."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError, Gone
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.i18n import sentence
from forum.core.ids import id_in
from forum.core.permissions import Action, can
from forum.core.text import Fragment, clean_line
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.messaging import queries, service
from forum.messaging.bodies import whole
from forum.messaging.forms.correcting import CorrectForm
from forum.messaging.letters import TICKET_CID
from forum.messaging.manage.frame import MessagesPage, blueprint, goes_out, page, pausing
from forum.messaging.manage.sandboxed import sandboxed
from forum.messaging.manage.things import may_see_links, thing_of
from forum.messaging.marks import Filling
from forum.messaging.queries import listing as listed
from forum.messaging.queries.bounces import bounces_of
from forum.messaging.rules import SENDABLE_AGAIN, Kind
from forum.messaging.rules.bounces import says_of
from forum.messaging.rules.views import LONGEST_SEARCH, VIEW_WORDS, View, Wanted, in_view
from forum.messaging.service.correcting import can_be_corrected
from forum.messaging.service.facts import Facts, code_of
from forum.messaging.words import STATES, WORDS
from forum.messaging.words.calendar_parts import part_in_words
from forum.messaging.words.failures import is_answer, reason_of

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.messaging.models import Message

page(
    MessagesPage(
        10,
        sentence("Sent and waiting"),
        "messages.listing",
        Action.SEE_MESSAGES,
        here=("messages.show", "messages.exact", "messages.correct", "messages.resend_failed"),
    )
)

WORDS_GONE = sentence("The words of this message are no longer kept.")
HIDDEN = "••••••••"


@blueprint.get("/<slug>/messages")
@permits(Action.SEE_MESSAGES)
def listing(slug: str) -> str:
    """List, filter and search an event's messages, all of it in the address."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    wanted = _wanted()
    counts = listed.counts_of(event.id)
    shown = listed.page_of(
        event.id,
        wanted,
        after=id_in(request.args.get("after")),
        before=id_in(request.args.get("before")),
    )
    return render_template(
        "messaging/list.html",
        event=event,
        page=shown,
        wanted=wanted,
        query=_query(wanted),
        about=listed.name_of(event.id, wanted.about) if wanted.about else "",
        announced=_announced(event, wanted),
        total=sum(counts.values()),
        tabs_of=[(view, VIEW_WORDS[view], in_view(counts, view)) for view in View],
        kinds=WORDS,
        words=STATES,
        why={row.id: reason_of(row.last_error) for row in shown.rows},
        stands=listed.stands,
        sendable=sum(listed.failed_of(event.id).values()) if wanted.view is View.FAILED else 0,
        may_send=can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
        **pausing(event),
    )


@blueprint.get("/<slug>/messages/<uuid:message_id>")
@permits(Action.SEE_MESSAGES)
def show(slug: str, message_id: UUID) -> str:
    """Show one message in plain text, with how it stands."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    message = listed.message_of(event.id, message_id)
    may_send = can(current_actor(), Action.SEND_MESSAGES, event.organisation_id)
    words = _filling(event, message).put_in(whole(message).text)
    return render_template(
        "messaging/show.html",
        event=event,
        message=message,
        text=Fragment(words, message.lang),
        words=STATES,
        kind=WORDS[message.kind],
        why=reason_of(message.last_error),
        stands=listed.stands(message),
        answered=is_answer(message.last_error),
        bounces=[(one, says_of(one.status)) for one in bounces_of(message.id)],
        about=thing_of(event, message),
        calendar=part_in_words(message.kind, message.calendar_method),
        form=_correcting(message) if may_send else None,
        may_send=may_send and message.state in SENDABLE_AGAIN and message.body_gone_at is None,
        **pausing(event),
    )


@blueprint.get("/<slug>/messages/<uuid:message_id>/letter")
@permits(Action.SEE_MESSAGES)
def letter(slug: str, message_id: UUID) -> Response:
    """Give the HTML as it was written, in a sandbox that runs nothing and loads only logos."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    message = listed.message_of(event.id, message_id)
    if message.body_gone_at is not None:
        raise Gone(WORDS_GONE)
    html = _filling(event, message).put_in_html(whole(message).html)
    return sandboxed(html.replace(f"cid:{TICKET_CID}", _picture(event, message)))


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
        flash(_goes_again(event, message_id))
    return redirect(url_for(".show", slug=slug, message_id=message_id), 303)


def _goes_again(event: Event, message_id: UUID) -> str:
    message = listed.message_of(event.id, message_id)
    waits = Facts.of([message], clock.now()).waits_until(message)
    if waits is not None:
        return translated(waits[1])
    return goes_out(event) or str(gettext("The message goes out again within seconds."))


def _correcting(message: Message) -> CorrectForm | None:
    if not can_be_corrected(message):
        return None
    return CorrectForm(formdata=None, email=message.to_email)


def _filling(event: Event, message: Message) -> Filling:
    if not may_see_links(event, message):
        return Filling.hiding(message, absolute(f"/{HIDDEN}"))
    return Filling.of(message, queries.generations([message]))


def _picture(event: Event, message: Message) -> str:
    if (
        not message.with_ticket
        or message.registration_id is None
        or not may_see_links(event, message)
    ):
        return "data:,"
    good = queries.good_tickets([message.registration_id]).get(message.registration_id)
    if good is None:
        return "data:,"
    return f"data:image/png;base64,{base64.b64encode(code_of(good).png).decode()}"


def _wanted() -> Wanted:
    asked = request.args
    return Wanted(
        _view(asked.get("state")),
        next((one for one in Kind if one.value == asked.get("kind")), None),
        clean_line(asked.get("q"))[:LONGEST_SEARCH],
        id_in(asked.get("about")),
        id_in(asked.get("announcement")),
    )


def _announced(event: Event, wanted: Wanted) -> str | None:
    """Return what the announcement is called to which a list is narrowed; one statement."""
    if wanted.announcement is None:
        return None
    return listed.name_of_announcement(event.id, wanted.announcement) or ""


def _query(wanted: Wanted) -> dict[str, str]:
    """Return the filter as it stands in an address, without what is not asked for."""
    said = {
        "state": wanted.view.value if wanted.view else "",
        "q": wanted.search,
        "kind": wanted.kind.value if wanted.kind else "",
        "about": str(wanted.about or ""),
        "announcement": str(wanted.announcement or ""),
    }
    return {name: value for name, value in said.items() if value}


def _view(value: str | None) -> View | None:
    return next((one for one in View if one.value == value), None)
