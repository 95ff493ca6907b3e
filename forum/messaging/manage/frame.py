"""What pages on an event's messages share: the blueprint, its entry, the tabs of the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request, url_for
from flask_babel import gettext

from forum.core.http import office
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action, can
from forum.messaging import post
from forum.messaging.queries import sending

if TYPE_CHECKING:
    from forum.events.models import Event

blueprint = Blueprint("messages", __name__, url_prefix="/manage")
office.room(
    office.Room(50, sentence("Messages"), "mail", "messages", Action.SEE_MESSAGES, wide=True)
)


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """A page of the room, reached by a tab; `here` are further endpoints that it covers."""

    order: int
    label: Sentence
    endpoint: str
    action: Action
    here: tuple[str, ...] = ()


_PAGES: dict[str, MessagesPage] = {}


def page(entry: MessagesPage) -> None:
    """Give the messages of an event a tab; the same endpoint again replaces it."""
    _PAGES[entry.endpoint] = entry


def pausing(event: Event) -> dict[str, Any]:
    """Return what a page needs to say that mail is paused, and to pause it; two statements."""
    return {
        "mail": sending.mail_of_event(event.id),
        "waiting": sending.waiting_of(event.id),
        "may_pause": can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
    }


def goes_out(event: Event) -> str:
    """Say what becomes of a mail that was just queued; "" where it goes out at once."""
    if post.mail_server() is None:
        return str(gettext("No mail server is set, so it is kept here and not sent."))
    if sending.mail_of_event(event.id).paused_at:
        return str(gettext("It waits: mail of this event is paused."))
    return ""


@blueprint.context_processor
def _tabs() -> dict[str, Any]:
    return {"message_tabs": tabs_of}


def tabs_of(event: Event, here: str = "") -> list[tuple[str, str, bool, None]]:
    """Return the tabs that the present member may open: words, address, whether it is here."""
    actor, now_at = current_actor(), here or request.endpoint
    return [
        (
            translated(one.label),
            url_for(one.endpoint, slug=event.slug),
            now_at == one.endpoint or now_at in one.here,
            None,
        )
        for one in sorted(_PAGES.values(), key=lambda entry: entry.order)
        if can(actor, one.action, event.organisation_id)
    ]
