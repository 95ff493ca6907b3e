"""The tracks of a programme."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.programme import queries, service
from forum.programme.forms import AskForm, TrackForm
from forum.programme.forms.track import SUGGESTED
from forum.programme.manage.frame import blueprint
from forum.programme.models import Track
from forum.programme.service import TrackDetails


@dataclass(frozen=True, slots=True)
class Row:
    """A track in the list, and how many sessions stand in it."""

    track: Track
    sessions: int


@blueprint.route("/<slug>/programme/tracks", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def tracks(slug: str) -> str | tuple[str, int] | Response:
    """List the tracks, and add one."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    form = TrackForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.add_track(actor, event.id, TrackDetails(**form.values()), now=clock.now())
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
            else:
                flash(gettext("The track is added."), "go")
                return redirect(url_for("programme_manage.tracks", slug=slug), 303)
    numbers = queries.sessions_by_track(event.id)
    rows = [Row(one, numbers.get(one.id, 0)) for one in queries.tracks_of(event.id)]
    return (
        render_template(
            "programme/tracks.html", event=event, form=form, rows=rows, suggested=SUGGESTED
        ),
        status,
    )


@blueprint.route("/<slug>/programme/tracks/<uuid:track_id>", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def track(slug: str, track_id: UUID) -> str | tuple[str, int] | Response:
    """Change a track's name and colour."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = _track(event, track_id)
    form = TrackForm(data={**TrackForm.shown(found), "seen": _seen(found)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.change_track(
                    actor,
                    event.id,
                    track_id,
                    form.seen.data or "",
                    TrackDetails(**form.values()),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                found = _track(event, track_id)
                form.seen.data = _seen(found)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for("programme_manage.tracks", slug=slug), 303)
    return (
        render_template(
            "programme/track.html",
            event=event,
            form=form,
            track=found,
            suggested=SUGGESTED,
            meanwhile=status == ThingChangedMeanwhile.status,
        ),
        status,
    )


@blueprint.post("/<slug>/programme/tracks/<uuid:track_id>/move")
@permits(Action.EDIT_PROGRAMME)
def move_track(slug: str, track_id: UUID) -> Response:
    """Put a track one place up or down."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    step = -1 if request.form.get("step") == "up" else 1
    service.move_track(actor, event.id, track_id, step, now=clock.now())
    return redirect(url_for("programme_manage.tracks", slug=slug), 303)


@blueprint.route("/<slug>/programme/tracks/<uuid:track_id>/remove", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def remove_track(slug: str, track_id: UUID) -> str | Response:
    """Ask, then remove a track."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = _track(event, track_id)
    form = AskForm()
    if request.method == "POST" and form.validate():
        service.remove_track(actor, event.id, track_id, now=clock.now())
        flash(gettext("The track is removed."), "go")
        return redirect(url_for("programme_manage.tracks", slug=slug), 303)
    number = queries.sessions_by_track(event.id).get(found.id, 0)
    return render_template(
        "programme/remove_track.html", event=event, form=form, track=found, number=number
    )


def _track(event: Event, track_id: UUID) -> Track:
    found = next((one for one in queries.tracks_of(event.id) if one.id == track_id), None)
    if found is None:
        raise NotFound
    return found


def _seen(found: Track) -> str:
    return fingerprint({"name": found.name, "colour": found.colour})
