"""One session: its words, time and place, and who is on stage in what role and order."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import local_day
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.meanwhile import Theirs
from forum.core.impact import Impact, Releasing, impact_of, mailed, reach_of
from forum.core.permissions import Action
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.programme import queries, service
from forum.programme.differences import Told
from forum.programme.forms import AskForm, SessionForm
from forum.programme.manage.frame import STATE_TAGS, blueprint
from forum.programme.manage.notes import notes_of
from forum.programme.manage.typed import details_of, form_of, meet, offer, reader_of
from forum.programme.models import Session
from forum.programme.queries import Planned
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from forum.programme.service import SessionChangedMeanwhile


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
    offer(form, event)
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
                    details_of(form),
                    confirmed=form.state.data == SessionState.CONFIRMED.value,
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
            else:
                flash(_after_saving(event, gettext("The session is in the programme.")), "go")
                return _back(slug, made)
        form.sorted_by_number()
    held = queries.settings_of(event.id).held
    return render_template("programme/new.html", event=event, form=form, held=held), status


@blueprint.route("/<slug>/programme/<uuid:session_id>", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def session(slug: str, session_id: UUID) -> str | tuple[str, int] | Response:
    """Show and save a session."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.planned_session(event.id, session_id)
    form = form_of(event, found)
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
                    details_of(form),
                    confirm=form.state is not None
                    and form.state.data == SessionState.CONFIRMED.value,
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                found = queries.planned_session(event.id, session_id)
                if isinstance(error, SessionChangedMeanwhile):
                    theirs = meet(form, error.changes, event, found)
                else:
                    form.blame(error)
            else:
                flash(_after_saving(event, gettext("Saved.")), "go")
                return _back(slug, saved)
        form.sorted_by_number()
    settings = queries.settings_of(event.id)
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
            held=settings.held or found.unreleased,
            told=_unreleased(event, found),
            notes=notes_of(event, sessions, only=found.id, settings=settings),
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
    held = queries.settings_of(event.id).held or found.unreleased
    form = AskForm()
    if request.method == "POST" and form.validate():
        service.cancel_session(actor, event.id, session_id, now=clock.now())
        says = gettext("The session is cancelled. Pages and calendars say so.")
        flash(gettext("The next release cancels the session.") if held else says, "go")
        return redirect(url_for("programme_manage.session", slug=slug, session_id=session_id), 303)
    impacts = [] if held else _reached_by_cancelling(found)
    return render_template(
        "programme/cancel.html",
        event=event,
        form=form,
        session=found,
        held=held,
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
    held = queries.planned_session(event.id, session_id).unreleased
    says = gettext("The session is held after all. Pages and calendars say so.")
    flash(gettext("The next release holds the session after all.") if held else says, "go")
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


def _reached_by_cancelling(found: Planned) -> list[Impact]:
    """Return who hears of it: what rooms count of a session, and who is on stage."""
    releasing = Releasing(
        found.event_id,
        frozenset(),
        frozenset(one.speaker_id for one in found.appearances),
        clock.now(),
    )
    counted = impact_of(db.session(), "session", found.id)
    return [*counted, *reach_of(db.session(), releasing).impacts]


def _after_saving(event: Event, says: str) -> str:
    """Add to what happened that guests see it later, where changes are held back."""
    if not queries.settings_of(event.id).held:
        return says
    return str(gettext("%(saved)s Guests see it with the next release.", saved=says))


def _unreleased(event: Event, found: Planned) -> Told | None:
    """Return what the next release changes of a session, where something waits."""
    for one in queries.pending_changes([found]):
        reader = reader_of(event, [one.before, one.after])
        seen = one.before if one.before["state"] != SessionState.DRAFT.value else None
        return reader.told(found.id, one.kinds, seen, one.after)
    return None
