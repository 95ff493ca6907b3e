"""The approval queue: everything to decide on a request, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import redirect, render_template, request, url_for

from forum.core import clock
from forum.core.db import db
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.i18n import sentence
from forum.core.ids import id_in
from forum.core.permissions import Action, can
from forum.core.presence import attendance_of
from forum.core.text import Text
from forum.events.queries import managed_event
from forum.registrations.manage.acting import say_decided
from forum.registrations.manage.answer_words import answers_in_words
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.manage.taking_back import undo_of
from forum.registrations.queries import counts_of, registration_of, requests
from forum.registrations.queries.answers import answers_of_registrations
from forum.registrations.queries.listing import types_of
from forum.registrations.rules import RegistrationState
from forum.registrations.service.at_once import approve_many

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse


page(
    OfficePage(
        10,
        sentence("Approvals"),
        "registrations_manage.approvals",
        Action.SEE_REGISTRATIONS,
    )
)


@blueprint.get("/<slug>/registrations/approvals")
@permits(Action.SEE_REGISTRATIONS)
def approvals(slug: str) -> str:
    """Show requests, who asked first comes first, with all that is known of each."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    queue = requests.requests_page(event.id, id_in(request.args.get("after")))
    ids, keys = [row.id for row in queue.rows], [row.email_key for row in queue.rows]
    sensitive = can(current_actor(), Action.SEE_SENSITIVE, event.organisation_id)
    answers = answers_of_registrations(ids, sensitive=sensitive)
    return render_template(
        "registrations/approvals.html",
        event=event,
        page=queue,
        number=counts_of(event.id)[RegistrationState.PENDING],
        types=types_of(event.id),
        invited=requests.invited_among(event.id, keys),
        history=attendance_of(db.session(), event.organisation_id, keys, clock.now()),
        sizes=requests.party_sizes([row.party_id for row in queue.rows]),
        answers={one: answers_in_words(said, event) for one, said in answers.items()},
        undo=undo_of(event),
        may_edit=can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id),
    )


@blueprint.post("/<slug>/registrations/<uuid:registration_id>/approve")
@permits(Action.EDIT_REGISTRATIONS)
def approve_one(slug: str, registration_id: UUID) -> AnyResponse:
    """Approve one request, and whoever asked together with it, without words of one's own."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    registration = registration_of(event.id, registration_id)
    say_decided(approve_many(current_actor(), [registration.id], Text(), now=clock.now()))
    return redirect(url_for(".approvals", slug=slug), 303)
