"""How the programme is kept: shown at once or released, what is strict, who nods, its preview."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.core.urls import absolute
from forum.events.facts import Addresses
from forum.events.models import Event
from forum.events.previews import programme_preview_token
from forum.events.queries import managed_event
from forum.programme import queries, service
from forum.programme.forms import KeepingForm
from forum.programme.manage.frame import blueprint
from forum.programme.queries import ProgrammeSettings
from forum.programme.service import Keeping


@blueprint.route("/<slug>/programme/settings", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def keeping(slug: str) -> str | tuple[str, int] | Response:
    """Show and save how the programme is kept."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    settings = queries.settings_of(event.id)
    form = KeepingForm(data={**KeepingForm.shown(settings), "seen": _seen(settings)})
    form.offer()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.keep_programme(
                    actor,
                    event.id,
                    Keeping(**form.values()),
                    now=clock.now(),
                    seen=form.seen.data or "",
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                settings = queries.settings_of(event.id)
                form.seen.data = _seen(settings)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for("programme_manage.keeping", slug=slug), 303)
    return (
        render_template(
            "programme/settings.html",
            event=event,
            form=form,
            preview=preview_address(event, settings),
            waiting=queries.number_unreleased(event.id),
            meanwhile=status == ThingChangedMeanwhile.status,
        ),
        status,
    )


@blueprint.post("/<slug>/programme/preview/withdraw")
@permits(Action.EDIT_PROGRAMME)
def withdraw_preview(slug: str) -> Response:
    """Make the preview links that were handed out worthless."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    service.withdraw_preview(actor, event.id, now=clock.now())
    flash(gettext("The old preview link shows nothing more than everybody sees."), "go")
    return redirect(url_for("programme_manage.keeping", slug=slug, _anchor="preview"), 303)


def preview_address(event: Event, settings: ProgrammeSettings) -> str:
    """Return the address that shows the programme as planned to everybody who has it."""
    token = programme_preview_token(event.id, settings.preview_generation)
    return absolute(Addresses(current_language(), event.slug, token).below("programme"))


def _seen(settings: ProgrammeSettings) -> str:
    return fingerprint(
        {
            "mode": settings.mode,
            "strict": sorted(settings.strict),
            "turnaround": settings.turnaround,
            "nod": settings.nod,
        }
    )
