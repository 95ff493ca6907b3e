"""An organisation's mails without an event that did not arrive: why, and what can be done."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action
from forum.messaging.manage.frame import blueprint
from forum.messaging.manage.settings import OF_ORGANISATION
from forum.messaging.queries.lost import lost_of
from forum.messaging.rules import Kind
from forum.messaging.service.bouncing import let_be_written_to
from forum.messaging.words import STATES, WORDS
from forum.messaging.words.failures import reason_of
from forum.people.queries import managed_organisation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

LOST = f"{OF_ORGANISATION}/lost"
_WHAT_TO_DO: Mapping[Kind, Sentence] = MappingProxyType(
    {
        Kind.SIGN_IN: sentence("Whenever they ask for a new link, it is tried again."),
        Kind.INVITATION: sentence(
            "Invite the right address, or the same once more: it is tried again."
        ),
    }
)


@blueprint.get(LOST)
@permits(Action.EDIT_ORGANISATION)
def lost(slug: str) -> str:
    """List what did not arrive, with the reason and the way on; four statements."""
    organisation = managed_organisation(current_actor(), slug, Action.EDIT_ORGANISATION)
    rows = lost_of(organisation.id, clock.now())
    return render_template(
        "messaging/lost.html",
        organisation=organisation,
        name=organisation.name.pick(current_language().key, organisation.languages),
        rows=rows,
        kinds=WORDS,
        states=STATES,
        why={one.message.id: reason_of(one.message.last_error) for one in rows},
        todo=_WHAT_TO_DO,
        invitation=Kind.INVITATION,
    )


@blueprint.post(f"{LOST}/<uuid:message_id>/again")
@permits(Action.EDIT_ORGANISATION)
def write_to_again(slug: str, message_id: UUID) -> Response:
    """Let mail go to the address again from which one came back."""
    actor = current_actor()
    organisation = managed_organisation(actor, slug, Action.EDIT_ORGANISATION)
    email = let_be_written_to(actor, organisation.id, message_id, now=clock.now())
    flash(gettext("The next mail to %(email)s goes out again.", email=email), "go")
    return redirect(url_for(".lost", slug=slug), 303)
