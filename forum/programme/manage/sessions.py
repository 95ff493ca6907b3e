"""One session: its words, time and place, and who is on stage in what role and order."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import local_day, moment
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.http.meanwhile import Theirs, compare
from forum.core.impact import impact_of, mailed
from forum.core.permissions import Action
from forum.core.revisions import Change, plain
from forum.core.text import EMPTY
from forum.events.models import Event
from forum.events.queries import managed_event, rooms_of
from forum.events.service import FIRST_CJK
from forum.programme import queries, service
from forum.programme.forms import AskForm, SessionForm
from forum.programme.manage.board import notes_of
from forum.programme.manage.frame import STATE_TAGS, blueprint
from forum.programme.models import Session
from forum.programme.queries import Planned
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from forum.programme.service import NewSpeaker, Part, SessionChangedMeanwhile, SessionDetails

COLUMN_WORDS = {
    "kind": lazy_gettext("Kind"),
    "title": lazy_gettext("Title"),
    "abstract": lazy_gettext("What it is about"),
    "room_id": lazy_gettext("Room"),
    "track_id": lazy_gettext("Track"),
    "starts_at": lazy_gettext("Start"),
    "ends_at": lazy_gettext("End"),
    "stream_url": lazy_gettext("Link to join online"),
    "cast": lazy_gettext("On stage"),
    "state": lazy_gettext("State"),
}


@blueprint.route("/<slug>/programme/new", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def new_session(slug: str) -> str | tuple[str, int] | Response:
    """Add a session."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    form = SessionForm(
        data={
            "kind": SessionKind.TALK.value,
            "state": SessionState.CONFIRMED.value,
            "day": local_day(event.starts_at, event.zone),
            "cast": [{"role": AppearanceRole.PRESENTER.value, "place": 1}],
        },
    )
    _offer(form, event)
    status = 200
    if request.method == "POST" and (act := request.form.get("act")):
        form.rearrange(act)
    elif request.method == "POST":
        status = 422
        if form.validate():
            try:
                made = service.create_session(
                    actor,
                    event.id,
                    _details(form),
                    confirmed=form.state.data == SessionState.CONFIRMED.value,
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
            else:
                flash(gettext("The session is in the programme."), "go")
                return _back(slug, made)
        form.sorted_by_number()
    return render_template("programme/new.html", event=event, form=form), status


@blueprint.route("/<slug>/programme/<uuid:session_id>", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def session(slug: str, session_id: UUID) -> str | tuple[str, int] | Response:
    """Show and save a session."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.planned_session(event.id, session_id)
    form = _form(event, found)
    status = 200
    theirs: list[Theirs] = []
    if request.method == "POST" and (act := request.form.get("act")):
        form.rearrange(act)
    elif request.method == "POST":
        status = 422
        if form.validate():
            try:
                saved = service.update_session(
                    actor,
                    event.id,
                    session_id,
                    form.made_from,
                    _details(form),
                    confirm=form.state is not None
                    and form.state.data == SessionState.CONFIRMED.value,
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                found = queries.planned_session(event.id, session_id)
                if isinstance(error, SessionChangedMeanwhile):
                    theirs = _meet(form, error.changes, event, found)
                else:
                    form.blame(error)
            else:
                flash(gettext("Saved."), "go")
                return _back(slug, saved)
        form.sorted_by_number()
    sessions = queries.planned_sessions(event.id)
    word, kind = STATE_TAGS[found.state]
    return (
        render_template(
            "programme/session.html",
            event=event,
            form=form,
            session=found,
            theirs=theirs,
            meanwhile=status == SessionChangedMeanwhile.status,
            tag=(word, kind),
            notes=notes_of(event, sessions, only=found.id),
        ),
        status,
    )


@blueprint.route("/<slug>/programme/<uuid:session_id>/cancel", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def cancel_session(slug: str, session_id: UUID) -> str | Response:
    """Say what cancelling does to how many people; do it when asked again."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.planned_session(event.id, session_id)
    form = AskForm()
    if request.method == "POST" and form.validate():
        service.cancel_session(actor, event.id, session_id, now=clock.now())
        flash(gettext("The session is cancelled. Pages and calendars say so."), "go")
        return redirect(url_for("programme_manage.session", slug=slug, session_id=session_id), 303)
    impacts = impact_of(db.session(), "session", found.id)
    return render_template(
        "programme/cancel.html",
        event=event,
        form=form,
        session=found,
        impacts=impacts,
        mailed=mailed(impacts),
    )


@blueprint.post("/<slug>/programme/<uuid:session_id>/reinstate")
@permits(Action.EDIT_PROGRAMME)
def reinstate_session(slug: str, session_id: UUID) -> Response:
    """Hold a cancelled session after all."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    service.reinstate_session(actor, event.id, session_id, now=clock.now())
    flash(gettext("The session is held after all. Pages and calendars say so."), "go")
    return redirect(url_for("programme_manage.session", slug=slug, session_id=session_id), 303)


@blueprint.route("/<slug>/programme/<uuid:session_id>/delete", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def delete_session(slug: str, session_id: UUID) -> str | Response:
    """Ask, then delete a draft."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.planned_session(event.id, session_id)
    form = AskForm()
    if request.method == "POST" and form.validate():
        service.delete_draft(actor, event.id, session_id, now=clock.now())
        flash(gettext("The draft is deleted."), "go")
        return redirect(url_for("programme_manage.programme", slug=slug), 303)
    return render_template("programme/delete.html", event=event, form=form, session=found)


def _back(slug: str, made: Session) -> Response:
    there = url_for("programme_manage.programme", slug=slug)
    return redirect(f"{there}#s-{made.id}", 303)


def _form(event: Event, found: Planned) -> SessionForm:
    form = SessionForm(data=SessionForm.shown(found, event.zone))
    if found.state is not SessionState.DRAFT:
        del form.state
    _offer(form, event)
    return form


def _offer(form: SessionForm, event: Event) -> None:
    key = current_language().key
    form.offer(
        speakers=[
            (str(row.speaker.id), _known_as(row.speaker.shown_name, row.speaker.name_zh))
            for row in queries.speakers_at(event.organisation_id, event.id)
        ],
        rooms=[
            (str(room.id), room.name.pick(key, event.languages).text) for room in rooms_of(event.id)
        ],
        tracks=[
            (str(track.id), track.name.pick(key, event.languages).text)
            for track in queries.tracks_of(event.id)
        ],
        zone=event.zone,
    )


def _known_as(name: str, name_zh: str) -> str:
    return f"{name} {name_zh}" if name_zh and name != name_zh else name


def _details(form: SessionForm) -> SessionDetails:
    parts = [Part(row["speaker"] or _named(row["new_name"]), row["role"]) for row in form.people()]
    return SessionDetails(**form.values(), cast=parts)


def _named(name: str) -> NewSpeaker:
    """Take a name in Chinese signs as the Chinese one."""
    latin = any(letter.isalpha() and ord(letter) < FIRST_CJK for letter in name)
    return NewSpeaker(name) if latin or not name.strip() else NewSpeaker("", name_zh=name)


def _meet(
    form: SessionForm,
    changes: tuple[Change, ...],
    event: Event,
    found: Planned,
) -> list[Theirs]:
    typed = {name: plain(value) for name, value in form.values().items()}
    typed["cast"] = [
        [str(row["speaker"] or row["new_name"]), row["role"].value, {}, None]
        for row in form.people()
    ]
    untouched, theirs = compare(
        changes,
        typed,
        words=COLUMN_WORDS,
        say=lambda name, value: _said(name, value, event, found),
    )
    form.refill(untouched, found, event.zone)
    return theirs


def _said(name: str, value: Any, event: Event, found: Planned) -> str:  # noqa: ANN401 - a JSON value
    key = current_language().key
    if name == "at":
        return moment(value, event.zone, key)
    if value in (None, "", []):
        return str(gettext("nothing"))
    if name in {"starts_at", "ends_at"}:
        return moment(datetime.fromisoformat(value), event.zone, key)
    if name == "room_id":
        room = found.room.name.pick(key, event.languages) if found.room else EMPTY
        return room.text if found.room and str(found.room.id) == value else ""
    if name == "cast":
        people = {str(one.speaker_id): one.speaker.shown_name for one in found.appearances}
        return ", ".join(people.get(who, "…") for who, *_ in value)
    return "" if name == "track_id" else str(value)
