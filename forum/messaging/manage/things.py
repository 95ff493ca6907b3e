"""Whom a message is about: where the page on them is, and who may see their links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import url_for

from forum.core.http.actor_of_request import current_actor
from forum.core.links import Purpose
from forum.core.permissions import Action, can

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.messaging.models import Message


@dataclass(frozen=True, slots=True)
class ThingPage:
    """Where more is known of whom a message is about, and where all mails about them stand."""

    href: str
    mails: str


def may_see_links(event: Event, message: Message) -> bool:
    """Say whether the present member may open the personal links of a message."""
    speakers = message.link_purpose == Purpose.SPEAKER
    action = Action.EDIT_PROGRAMME if speakers else Action.EDIT_REGISTRATIONS
    return can(current_actor(), action, event.organisation_id)


def thing_of(event: Event, message: Message) -> ThingPage | None:
    """Return the page on the guest that a message is about; None where there is none."""
    registration_id = message.registration_id
    if registration_id is not None:
        if not can(current_actor(), Action.SEE_REGISTRATIONS, event.organisation_id):
            return None
        href = url_for(
            "registrations_manage.show", slug=event.slug, registration_id=registration_id
        )
        return ThingPage(href, url_for(".listing", slug=event.slug, about=registration_id))
    if message.link_purpose == Purpose.GUEST_INVITATION:
        if not can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id):
            return None
        invitation_id = message.link_id
        href = url_for(
            "registrations_manage.invitation", slug=event.slug, invitation_id=invitation_id
        )
        return ThingPage(href, url_for(".listing", slug=event.slug, about=invitation_id))
    return None
