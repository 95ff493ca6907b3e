"""A guest's invitation behind its personal link: accepted or declined by one button, or later.

Looking changes nothing, whoever looks: a page that somebody uses says by a POST that it was opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, make_response, redirect, render_template, request

from forum.core import clock
from forum.core.actor import Actor, ActorKind
from forum.core.errors import DomainError
from forum.core.http.access import link_holder
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, translated, use_language
from forum.core.languages import LANGUAGES
from forum.core.links import Purpose, derive
from forum.events.rules import EventState
from forum.registrations.forms.invitations import GuestReplyForm
from forum.registrations.queries import invitations as queries
from forum.registrations.rules import (
    STATE_WORDS,
    InvitationsOver,
    InvitationState,
    ReplyTooLate,
)
from forum.registrations.service import replying, sending
from forum.site.accepting import Accepting, accepting
from forum.site.booking.answering import LARGEST_FORM
from forum.tickets.cards import event_facts

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.models import Invitation

blueprint = Blueprint("invitation", __name__)


@blueprint.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before the form's token is looked for in the body."""
    if endpoint in {"invitation.accept", "invitation.decline"}:
        request.max_content_length = LARGEST_FORM


@blueprint.get("/i/<token>")
@link_holder
def show(token: str) -> Response:
    """Show who is invited to what, and how the reply stands."""
    return _page(token, queries.invitation_by_token(token))


@blueprint.post("/i/<token>/accept")
@link_holder
def accept(token: str) -> AnyResponse:
    """Accept, with companions, or name who comes instead; then lead to the booking."""
    invitation = queries.invitation_by_token(token)
    use_language(invitation.lang)
    asked = accepting(invitation, GuestReplyForm(), token)
    if not asked.validate():
        return _page(token, invitation, asked, 422)
    try:
        done = replying.accept(_guest(invitation), invitation.id, asked.reply(), now=clock.now())
    except (InvitationsOver, ReplyTooLate):
        return _page(token, queries.invitation_by_token(token))
    except DomainError as error:
        asked.blame(error)
        return _page(token, queries.invitation_by_token(token), asked, error.status)
    if done.booking_id is None:
        return redirect(f"/i/{token}", 303)
    return redirect(f"/r/{derive(Purpose.BOOKING, done.booking_id, done.link_generation)}", 303)


@blueprint.post("/i/<token>/decline")
@link_holder
def decline(token: str) -> AnyResponse:
    """Decline; seats that were taken go to the next."""
    invitation = queries.invitation_by_token(token)
    use_language(invitation.lang)
    try:
        replying.decline(_guest(invitation), invitation.id, now=clock.now())
    except InvitationsOver:
        return _page(token, queries.invitation_by_token(token))
    except DomainError as error:
        flash(translated(error.says))
    return redirect(f"/i/{token}", 303)


@blueprint.post("/i/<token>/opened")
@link_holder
def opened(token: str) -> AnyResponse:
    """Note that a person looks at the page; asked for by its script at the first movement."""
    invitation = queries.invitation_by_token(token)
    sending.note_opened(_guest(invitation), invitation.id, now=clock.now())
    return make_response("", 204)


def _guest(invitation: Invitation) -> Actor:
    return Actor(
        ActorKind.LINK, id=invitation.id, name="invited guest", event_id=invitation.event_id
    )


def _page(
    token: str, invitation: Invitation, asked: Accepting | None = None, status: int = 0
) -> Response:
    use_language(invitation.lang)
    key, now = current_language().key, clock.now()
    event, listed = invitation.event, invitation.guest_list
    facts = event_facts(event, key)
    people = queries.people_of(invitation.booking_id)
    accepted = invitation.state is InvitationState.ACCEPTED
    # A booking that was cancelled a moment ago: the invitation follows it soon.
    stands = accepted and (bool(people) or invitation.booking_id is None)
    over = event.state is EventState.CANCELLED or event.ends_at <= now
    late = listed.reply_until is not None and listed.reply_until <= now
    asked = asked or accepting(invitation, GuestReplyForm(formdata=None), token)
    booking = invitation.booking
    gone = over or (late and not accepted)
    page = render_template(
        "registrations/invitation_own.html",
        invitation=invitation,
        form=asked.form,
        asking=asked,
        people=people,
        stands=stands,
        declined=not stands and invitation.replied_at is not None,
        over=over,
        late=late,
        full=not stands and queries.looks_full(listed),
        words=STATE_WORDS,
        href=f"/i/{token}",
        booking_href=f"/r/{derive(Purpose.BOOKING, booking.id, booking.link_generation)}"
        if booking
        else "",
        tells_opened=invitation.state is InvitationState.SENT,
        facts=facts,
        event=event,
        theme=facts.theme,
        site_name=facts.title,
        site_href=facts.href or f"/{current_language().path}/",
        alternates=[(one, f"/i/{token}?lang={one.key}") for one in LANGUAGES],
    )
    return private(make_response(page, status or (410 if gone else 200)))
