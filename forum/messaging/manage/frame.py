"""What pages on an event's messages share: the blueprint, its entry, the tabs of the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request, url_for

from forum.core.http import office
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action, can

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


@blueprint.context_processor
def _tabs() -> dict[str, Any]:
    return {"message_tabs": tabs_of}


def tabs_of(event: Event) -> list[tuple[str, str, bool, None]]:
    """Return the tabs that the present member may open: words, address, whether it is here."""
    actor, now_at = current_actor(), request.endpoint
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
