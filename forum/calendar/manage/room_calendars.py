"""When rooms are taken by others: a calendar sent for a room, looked at, kept, removed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from forum.calendar.forms.room_calendars import KeepForm, RoomFileForm, RoomZoneForm
from forum.calendar.service.room_calendars import (
    LARGEST_FILE,
    UNREAD,
    ReaderBusy,
    SentFile,
    UnreadableCalendar,
    forget,
    keep,
    look_again,
    look_at,
    remove,
)
from forum.core import clock
from forum.core.dates import clock_span, day, local_day
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.permissions import Action
from forum.core.zones import COMMON_ZONES
from forum.events.models import Event, Room
from forum.events.queries import managed_event, rooms_of
from forum.programme.models import RoomCalendar
from forum.programme.queries import busy_times, room_calendar, room_calendars

blueprint = Blueprint("room_calendars", __name__, url_prefix="/manage")

LARGEST_UPLOAD = LARGEST_FILE + 1_000_000
"""Bytes of a form with a calendar: more than is taken, so that the form can say so itself."""

UPLOADS = {"room_calendars.of_room"}


@dataclass(frozen=True, slots=True)
class Row:
    """A room, with its calendar in words."""

    room: Room
    calendar: RoomCalendar | None
    times: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A time at which a room is taken, in words."""

    day: str
    time: str
    title: str


@blueprint.url_value_preprocessor
def _allow_calendars(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before the form's token is looked for in the body."""
    if endpoint in UPLOADS:
        request.max_content_length = LARGEST_UPLOAD


@blueprint.get("/<slug>/programme/busy")
@permits(Action.EDIT_PROGRAMME)
def of_event(slug: str) -> str:
    """List the rooms, each with what is known of others' bookings."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    known = room_calendars(event.id)
    rows = [Row(room, *known.get(room.id, (None, 0))) for room in rooms_of(event.id)]
    return render_template("calendar/busy_rooms.html", event=event, rows=rows)


@blueprint.route("/<slug>/programme/busy/<uuid:room_id>", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def of_room(slug: str, room_id: UUID) -> str | tuple[str, int] | Response:
    """Show when a room is taken; take a calendar file and keep it for its preview."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    room = _room(event, room_id)
    form = RoomFileForm(data={"zone": event.time_zone})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            with closing(form.file.data) as sent:
                content = sent.read(LARGEST_FILE + 1)
            try:
                file = SentFile(str(sent.filename), content, form.zone.data)
                look_at(actor, event, room.id, file, now=clock.now())
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                room = _room(event, room_id)
            else:
                return redirect(url_for("room_calendars.preview", slug=slug, room_id=room_id), 303)
    calendar = room_calendar(room.id, waiting=False)
    return (
        render_template(
            "calendar/busy_room.html",
            event=event,
            room=room,
            form=form,
            calendar=calendar,
            taken=_taken(event, calendar),
            unread=UNREAD[calendar.unread] if calendar and calendar.unread else None,
            waiting=room_calendar(room.id, waiting=True),
            zones=COMMON_ZONES,
        ),
        status,
    )


@blueprint.route("/<slug>/programme/busy/<uuid:room_id>/preview", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def preview(slug: str, room_id: UUID) -> str | tuple[str, int] | Response:
    """Show what was read in the file that waits, and put it in force when asked."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    room = _room(event, room_id)
    form, status = KeepForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                number = keep(actor, event.id, room.id, _id(form.calendar.data), now=clock.now())
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                room = _room(event, room_id)
            else:
                flash(_kept(number), "go")
                return redirect(url_for("room_calendars.of_room", slug=slug, room_id=room_id), 303)
    waiting = room_calendar(room.id, waiting=True)
    if waiting is None:
        flash(gettext("No file waits here any more. Choose it again."), "look")
        return redirect(url_for("room_calendars.of_room", slug=slug, room_id=room_id), 303)
    form.calendar.data = str(waiting.id)
    return (
        render_template(
            "calendar/busy_preview.html",
            event=event,
            room=room,
            form=form,
            waiting=waiting,
            replaces=room_calendar(room.id, waiting=False),
            taken=_taken(event, waiting),
            notes=_notes(waiting),
            asks_zone=bool(waiting.odd.get("floating") or waiting.odd.get("days")),
            zone=RoomZoneForm(formdata=None, data={"zone": waiting.zone}),
            zones=COMMON_ZONES,
        ),
        status,
    )


@blueprint.post("/<slug>/programme/busy/<uuid:room_id>/zone")
@permits(Action.EDIT_PROGRAMME)
def read_in_zone(slug: str, room_id: UUID) -> Response:
    """Read the waiting file's times in another zone, and show the preview again."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    room = _room(event, room_id)
    form = RoomZoneForm()
    if form.validate():
        try:
            look_again(actor, event, room.id, form.zone.data, now=clock.now())
        except (UnreadableCalendar, ReaderBusy) as error:
            flash(translated(error.says), "look")
    else:
        flash(next(iter(form.zone.errors), gettext("Nothing was changed.")), "look")
    return redirect(url_for("room_calendars.preview", slug=slug, room_id=room_id), 303)


@blueprint.post("/<slug>/programme/busy/<uuid:room_id>/forget")
@permits(Action.EDIT_PROGRAMME)
def discard(slug: str, room_id: UUID) -> Response:
    """Throw the waiting file away."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    forget(actor, event.id, _room(event, room_id).id)
    flash(gettext("The file is discarded. Nothing was changed."), "go")
    return redirect(url_for("room_calendars.of_room", slug=slug, room_id=room_id), 303)


@blueprint.post("/<slug>/programme/busy/<uuid:room_id>/remove")
@permits(Action.EDIT_PROGRAMME)
def take_away(slug: str, room_id: UUID) -> Response:
    """Take the room's calendar away."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    remove(actor, event.id, _room(event, room_id).id, now=clock.now())
    flash(gettext("The calendar is removed. It blocks the room no longer."), "go")
    return redirect(url_for("room_calendars.of_room", slug=slug, room_id=room_id), 303)


def _room(event: Event, room_id: UUID) -> Room:
    found = next((one for one in rooms_of(event.id) if one.id == room_id), None)
    if found is None:
        raise NotFound
    return found


def _id(typed: str | None) -> UUID:
    try:
        return UUID(typed or "")
    except ValueError:
        return UUID(int=0)


def _taken(event: Event, calendar: RoomCalendar | None) -> Sequence[Taken]:
    key = current_language().key
    return [
        Taken(
            day(local_day(one.starts_at, event.zone), key, year=False),
            clock_span(one.starts_at, one.ends_at, event.zone, key),
            one.title,
        )
        for one in (busy_times(calendar.id) if calendar else ())
    ]


def _kept(number: int) -> str:
    return str(
        ngettext(
            "The room is blocked at one time.", "The room is blocked at %(num)s times.", number
        )
        if number
        else gettext("The calendar is kept. None of its times falls on the days of the event.")
    )


def _notes(calendar: RoomCalendar) -> Sequence[str]:
    """Return what the reading of a file found odd, in words."""
    odd = calendar.odd
    names = ", ".join(odd.get("zones", ()))
    counted = {
        "free": ngettext(
            "One entry is cancelled or marked as free. It blocks nothing.",
            "%(num)s entries are cancelled or marked as free. They block nothing.",
            odd.get("free", 0),
        ),
        "without_end": ngettext(
            "One entry has no end. It was given an hour.",
            "%(num)s entries have no end. They were given an hour.",
            odd.get("without_end", 0),
        ),
        "without_time": ngettext(
            "One entry has no readable start. It is left out.",
            "%(num)s entries have no readable start. They are left out.",
            odd.get("without_time", 0),
        ),
        "unreadable": ngettext(
            "One entry cannot be read. It is left out.",
            "%(num)s entries cannot be read. They are left out.",
            odd.get("unreadable", 0),
        ),
        "ours": ngettext(
            "One entry is a session of this event. It blocks nothing.",
            "%(num)s entries are sessions of this event. They block nothing.",
            odd.get("ours", 0),
        ),
        "zones": gettext(
            "The file names time zones that are not known: %(names)s. Their times are read on the "
            "clocks below.",
            names=names,
        ),
    }
    return [str(says) for name, says in counted.items() if odd.get(name)]
