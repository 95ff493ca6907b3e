"""The back office of how an event takes guests: seats and over-invitation, wait list, deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.figures import figure_of
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.i18n import sentence
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile
from forum.events.queries import managed_event
from forum.registrations import service
from forum.registrations.forms.policy import PolicyForm, shown_policy
from forum.registrations.manage.acting import say_moved_up, say_who_still_waits
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.queries.policies import rules_of_event
from forum.registrations.rules import room_for

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response

    from forum.events.models import Event
    from forum.registrations.queries.policies import Rules

SETTINGS = "/<slug>/registrations/settings"

page(
    OfficePage(
        90,
        sentence("Rules"),
        "registrations_manage.policy",
        Action.EDIT_EVENT,
        here=("registrations_manage.capacity",),
    )
)


@blueprint.route(SETTINGS, methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def policy(slug: str) -> str | tuple[str, int] | Response:
    """Show and set how an event takes guests; three statements."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    rules = rules_of_event(event.id)
    form = PolicyForm(data=shown_policy(rules.policy, rules.pool, event.zone))
    status, now = 200, clock.now()
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                wanted, had = form.wanted(event.zone), rules.pool.capacity
                moved = service.set_policy(
                    current_actor(), event.id, wanted, revision=form.made_from, now=now
                )
            except DomainError as error:
                form.blame(error)
                status = error.status
                event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
                rules = rules_of_event(event.id)
                form.put("revision", rules.policy.revision)
                if isinstance(error, ThingChangedMeanwhile):
                    return _page(event, rules, form, now, meanwhile=True), status
            else:
                flash(
                    gettext(
                        "Saved. Up to %(number)s people are confirmed.",
                        number=room_for(form.capacity.data, form.over_percent.data),
                    ),
                    "go",
                )
                say_moved_up(event.id, len(moved))
                if wanted.seats is not None and room_for(wanted.seats, wanted.over_percent) > had:
                    say_who_still_waits(event.id)
                return redirect(url_for(".policy", slug=slug), 303)
    return _page(event, rules, form, now), status


def _page(
    event: Event, rules: Rules, form: PolicyForm, now: datetime, *, meanwhile: bool = False
) -> str:
    return render_template(
        "registrations/policy.html",
        event=event,
        form=form,
        pool=rules.pool,
        policy=rules.policy,
        no_shows=figure_of("no_shows", event.organisation_id, now),
        meanwhile=meanwhile,
    )
