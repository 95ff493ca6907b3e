"""The rooms of an event."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.impact import impact_of
from forum.core.permissions import Action
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.events import queries, service
from forum.events.forms import PublishForm, RoomForm
from forum.events.manage.frame import blueprint, settings_tabs
from forum.events.models import Event, Room
from forum.events.queries import managed_event
from forum.events.service import RoomDetails


@blueprint.route("/<slug>/rooms", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def rooms(slug: str) -> str | tuple[str, int] | Response:
    """List the rooms, and add one."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    form = RoomForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.add_room(actor, event.id, RoomDetails(**form.values()), now=clock.now())
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
            else:
                flash(gettext("The room is added."), "go")
                return redirect(url_for("events_manage.rooms", slug=slug), 303)
    return (
        render_template(
            "events/rooms.html",
            event=event,
            form=form,
            rooms=queries.rooms_of(event.id),
            tabs=settings_tabs(event, "rooms"),
        ),
        status,
    )


@blueprint.route("/<slug>/rooms/<uuid:room_id>", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def room(slug: str, room_id: UUID) -> str | tuple[str, int] | Response:
    """Change a room's name and size."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    found = _room(event, room_id)
    form = RoomForm(data={**RoomForm.shown(found), "seen": _seen(found)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.change_room(
                    actor,
                    event.id,
                    room_id,
                    form.seen.data or "",
                    RoomDetails(**form.values()),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_EVENT)
                found = _room(event, room_id)
                form.seen.data = _seen(found)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for("events_manage.rooms", slug=slug), 303)
    return (
        render_template(
            "events/room.html",
            event=event,
            form=form,
            room=found,
            meanwhile=status == ThingChangedMeanwhile.status,
        ),
        status,
    )


@blueprint.post("/<slug>/rooms/<uuid:room_id>/move")
@permits(Action.EDIT_EVENT)
def move_room(slug: str, room_id: UUID) -> Response:
    """Put a room one place up or down."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    step = -1 if request.form.get("step") == "up" else 1
    service.move_room(actor, event.id, room_id, step, now=clock.now())
    return redirect(url_for("events_manage.rooms", slug=slug), 303)


@blueprint.route("/<slug>/rooms/<uuid:room_id>/remove", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def remove_room(slug: str, room_id: UUID) -> str | Response:
    """Ask, then remove a room."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_EVENT)
    found = _room(event, room_id)
    form = PublishForm()
    if request.method == "POST" and form.validate():
        service.remove_room(actor, event.id, room_id, now=clock.now())
        flash(gettext("The room is removed."), "go")
        return redirect(url_for("events_manage.rooms", slug=slug), 303)
    impacts = impact_of(db.session(), "room", found.id)
    return render_template(
        "events/remove_room.html", event=event, form=form, room=found, impacts=impacts
    )


def _room(event: Event, room_id: UUID) -> Room:
    found = next((one for one in queries.rooms_of(event.id) if one.id == room_id), None)
    if found is None:
        raise NotFound
    return found


def _seen(found: Room) -> str:
    return fingerprint({"name": found.name, "capacity": found.capacity})
