"""Where and when one session is: a small form, and what the schedule editor's script sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import moment
from forum.core.errors import DomainError, Invalid
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.http.meanwhile import Theirs, compare
from forum.core.i18n import sentence
from forum.core.permissions import Action
from forum.core.revisions import Change, plain
from forum.events.models import Event, Room
from forum.events.queries import managed_event, rooms_of
from forum.programme import queries, service
from forum.programme.forms import MoveForm, moment_as_it_stands
from forum.programme.manage.frame import blueprint
from forum.programme.manage.grid import (
    USUAL,
    USUAL_MINUTES,
    conflicts_in_grid,
    grid_of,
    mark_of,
    session_in_grid,
)
from forum.programme.manage.notes import notes_of
from forum.programme.queries import Planned
from forum.programme.rules import LONGEST_MINUTES
from forum.programme.service import Place, SessionChangedMeanwhile

COLUMN_WORDS = {
    "starts_at": lazy_gettext("Start"),
    "ends_at": lazy_gettext("End"),
    "room_id": lazy_gettext("Room"),
}


class BadPlacing(Invalid):
    """A script sent what no editor's page would."""

    code = "bad_placing"
    says = sentence("This place cannot be read. Load the page again.")


@blueprint.route("/<slug>/programme/<uuid:session_id>/move", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def move_session(slug: str, session_id: UUID) -> str | tuple[str, int] | Response:
    """Give a session another day, start, length or room."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.planned_session(event.id, session_id)
    form = MoveForm(data=MoveForm.shown(found, event.zone, _minutes(found)))
    rooms = rooms_of(event.id)
    form.offer(_room_names(event, rooms), event.zone, found)
    status = 200
    theirs: list[Theirs] = []
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.place_session(
                    actor, event.id, session_id, form.made_from, form.place(), now=clock.now()
                )
            except DomainError as error:
                status = error.status
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                found = queries.planned_session(event.id, session_id)
                rooms = rooms_of(event.id)
                if isinstance(error, SessionChangedMeanwhile):
                    theirs = _meet(form, error.changes, event, found, rooms)
                else:
                    form.blame(error)
            else:
                flash(_told(event, queries.planned_session(event.id, session_id)), "go")
                there = url_for("programme_manage.programme", slug=slug)
                return redirect(f"{there}#s-{session_id}", 303)
    return (
        render_template(
            "programme/move.html",
            event=event,
            form=form,
            session=found,
            theirs=theirs,
            meanwhile=status == SessionChangedMeanwhile.status,
        ),
        status,
    )


@blueprint.post("/<slug>/programme/<uuid:session_id>/place")
@permits(Action.EDIT_PROGRAMME)
def place_session(slug: str, session_id: UUID) -> tuple[Response, int]:
    """Take a place from the grid; answer how the session and its conflicts stand now.

    200 as it was asked, 409 as somebody else left it, else a sentence why not (404, 422).
    """
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    try:
        found = queries.planned_session(event.id, session_id)
        made_from, place = _read_place(event, found)
        service.place_session(actor, event.id, session_id, made_from, place, now=clock.now())
    except SessionChangedMeanwhile as error:
        says = _who_changed(error.changes)
        return jsonify(message=says, **_standing(slug, session_id)), error.status
    except DomainError as error:
        return jsonify(message=translated(error.says), error=error.code), error.status
    return jsonify(_standing(slug, session_id)), 200


@blueprint.get("/<slug>/programme/live")
@permits(Action.EDIT_PROGRAMME)
def live_programme(slug: str) -> Response:
    """Answer whether the grid has changed since `mark` (2 statements), and how it stands now."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    mark = mark_of(event.id)
    if request.args.get("mark") == mark:
        return jsonify(mark=mark)
    sessions = queries.planned_sessions(event.id)
    rooms = rooms_of(event.id)
    notes = notes_of(event, sessions, rooms=rooms)
    return jsonify(grid_of(event, sessions, rooms, notes, queries.busy_rooms(event.id)))


def _standing(slug: str, session_id: UUID) -> dict[str, Any]:
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    sessions = queries.planned_sessions(event.id)
    mine = next((one for one in sessions if one.id == session_id), None)
    return {
        "session": session_in_grid(event, mine) if mine else None,
        "conflicts": conflicts_in_grid(notes_of(event, sessions)),
        "mark": mark_of(event.id),
    }


def _read_place(event: Event, found: Planned) -> tuple[int, Place]:
    """Return the revision and the place of a request's JSON; raises BadPlacing, NoSuchMoment."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadPlacing
    try:
        made_from, minutes = int(sent["made_from"]), int(sent["minutes"])
        room = UUID(sent["room"]) if sent["room"] else None
        starts = datetime.fromisoformat(sent["starts_at"]) if sent["starts_at"] else None
        day = date.fromisoformat(sent["day"]) if sent.get("day") else None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise BadPlacing from None
    if starts is None:
        return made_from, Place(None, None, room)
    if starts.tzinfo is not None or not 1 <= minutes <= LONGEST_MINUTES:
        raise BadPlacing
    starts_at = moment_as_it_stands(starts, event.zone, found)
    return made_from, Place(starts_at, starts_at + timedelta(minutes=minutes), room, day)


def _minutes(session: Planned) -> int:
    if session.starts_at is None or session.ends_at is None:
        return USUAL.get(session.kind, USUAL_MINUTES)
    return round((session.ends_at - session.starts_at).total_seconds() / 60)


def _room_names(event: Event, rooms: Sequence[Room]) -> list[tuple[str, str]]:
    key = current_language().key
    return [(str(room.id), room.name.pick(key, event.languages).text) for room in rooms]


def _told(event: Event, session: Planned) -> str:
    if session.starts_at is None:
        return str(gettext("The session is back in the tray."))
    when = moment(session.starts_at, event.zone, current_language().key)
    return str(gettext("Moved: %(time)s.", time=when))


def _who_changed(changes: tuple[Change, ...]) -> str:
    names = list(dict.fromkeys(change.by for change in changes if change.by))
    if not names:
        return str(
            gettext("It was changed by somebody else meanwhile, and stands as they left it.")
        )
    comma = ", " if current_language().key == "en" else "、"
    said = gettext(
        "%(name)s changed it meanwhile. It stands as they left it.", name=comma.join(names)
    )
    return str(said)


def _meet(
    form: MoveForm,
    changes: tuple[Change, ...],
    event: Event,
    found: Planned,
    rooms: Sequence[Room],
) -> list[Theirs]:
    place = form.place()
    typed = {
        "starts_at": plain(place.starts_at),
        "ends_at": plain(place.ends_at),
        "room_id": plain(place.room_id),
    }
    names = dict(_room_names(event, rooms))
    untouched, theirs = compare(
        changes,
        typed,
        words=COLUMN_WORDS,
        say=lambda name, value: _said(name, value, event, names),
    )
    shown = MoveForm.shown(found, event.zone, _minutes(found))
    if "room_id" in untouched:
        form.put("room", shown["room"])
    if {"starts_at", "ends_at"} <= set(untouched):
        for name in ("day", "start_time", "minutes"):
            form.put(name, shown[name])
    form.revision.data = shown["revision"]
    return theirs


def _said(name: str, value: Any, event: Event, rooms: dict[str, str]) -> str:  # noqa: ANN401 - a JSON value
    key = current_language().key
    if name == "at":
        return moment(value, event.zone, key)
    if value in (None, ""):
        return str(gettext("nothing"))
    if name == "room_id":
        return rooms.get(str(value), "")
    return moment(datetime.fromisoformat(value), event.zone, key)
