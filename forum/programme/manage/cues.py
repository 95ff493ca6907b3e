"""The cues of one session."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import list_clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.events.queries import managed_event
from forum.programme import queries, service
from forum.programme.forms import CuesForm
from forum.programme.manage.frame import blueprint


@blueprint.route("/<slug>/programme/<uuid:session_id>/cues", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def cues(slug: str, session_id: UUID) -> str | tuple[str, int] | Response:
    """Show and save who must do what during a session."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    session = queries.planned_session(event.id, session_id)
    stored = queries.cues_of([session_id]).get(session_id, [])
    seen = fingerprint(service.cue_values(stored))
    form = CuesForm(data={"cues": CuesForm.shown(stored), "seen": seen})
    form.name_audiences()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.keep_cues(
                    actor, event.id, session_id, form.seen.data or "", form.lines(),
                    now=clock.now(),
                )  # fmt: skip
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                session = queries.planned_session(event.id, session_id)
                stored = queries.cues_of([session_id]).get(session_id, [])
                form.seen.data = fingerprint(service.cue_values(stored))
            else:
                flash(gettext("Saved."), "go")
                there = url_for("programme_manage.cues", slug=slug, session_id=session_id)
                return redirect(there, 303)
    key = current_language().key
    return (
        render_template(
            "programme/cues.html",
            event=event,
            session=session,
            form=form,
            theirs=stored if status == ThingChangedMeanwhile.status else [],
            starts=list_clock(session.starts_at, event.zone, key) if session.starts_at else "",
        ),
        status,
    )
