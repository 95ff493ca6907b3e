"""Speakers' profiles, with photos."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import moment
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.http.meanwhile import Theirs, compare
from forum.core.permissions import Action
from forum.core.revisions import Change, plain
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.service import encode
from forum.events.views import uploads
from forum.programme import queries, service
from forum.programme.forms import AskForm, SpeakerForm
from forum.programme.manage.frame import blueprint
from forum.programme.models import Speaker
from forum.programme.service import Photo, SpeakerChangedMeanwhile, SpeakerDetails

COLUMN_WORDS = {
    "name": lazy_gettext("Full name"),
    "name_zh": lazy_gettext("Name in Chinese"),
    "salutation": lazy_gettext("Salutation"),
    "post_nominals": lazy_gettext("Letters after the name"),
    "precedence": lazy_gettext("Precedence"),
    "title": lazy_gettext("Job title"),
    "affiliation": lazy_gettext("Organisation"),
    "biography": lazy_gettext("Biography"),
    "website": lazy_gettext("Website"),
    "photo": lazy_gettext("Photo"),
}


@blueprint.get("/<slug>/speakers")
@permits(Action.EDIT_PROGRAMME)
def speakers(slug: str) -> str:
    """List who appears in the event, then everybody else the organisation knows."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    rows = queries.speakers_at(event.organisation_id, event.id)
    return render_template(
        "programme/speakers.html",
        event=event,
        on_stage=[row for row in rows if row.sessions],
        others=[row for row in rows if not row.sessions],
    )


@blueprint.route("/<slug>/speakers/new", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def new_speaker(slug: str) -> str | tuple[str, int] | Response:
    """Make a profile."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    form = SpeakerForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                made = service.create_speaker(
                    actor,
                    event.organisation_id,
                    SpeakerDetails(**form.values()),
                    _photo(form),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
            else:
                flash(
                    gettext(
                        "%(name)s is added. Put them on stage in a session.", name=made.shown_name
                    ),
                    "go",
                )
                return redirect(url_for("programme_manage.speakers", slug=slug), 303)
    return render_template("programme/new_speaker.html", event=event, form=form), status


@blueprint.route("/<slug>/speakers/<speaker_slug>", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def speaker(slug: str, speaker_slug: str) -> str | tuple[str, int] | Response:
    """Show and save a profile."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.managed_speaker(event.organisation_id, speaker_slug)
    form = SpeakerForm(data=SpeakerForm.shown(found))
    status = 200
    theirs: list[Theirs] = []
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.update_speaker(
                    actor,
                    event.organisation_id,
                    found.id,
                    form.made_from,
                    SpeakerDetails(**form.values()),
                    _photo(form),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                found = queries.managed_speaker(event.organisation_id, speaker_slug)
                if isinstance(error, SpeakerChangedMeanwhile):
                    theirs = _meet(form, error.changes, event, found)
                else:
                    form.blame(error)
            else:
                flash(gettext("Saved."), "go")
                return redirect(
                    url_for("programme_manage.speaker", slug=slug, speaker_slug=speaker_slug),
                    303,
                )
    return (
        render_template(
            "programme/speaker.html",
            event=event,
            form=form,
            speaker=found,
            theirs=theirs,
            meanwhile=status == SpeakerChangedMeanwhile.status,
            sessions=_sessions_here(event, found),
        ),
        status,
    )


@blueprint.route("/<slug>/speakers/<speaker_slug>/remove", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def remove_speaker(slug: str, speaker_slug: str) -> str | Response:
    """Name the sessions that lose the person; remove the profile when asked again."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.managed_speaker(event.organisation_id, speaker_slug)
    form = AskForm()
    if request.method == "POST" and form.validate():
        name = found.shown_name
        service.remove_speaker(
            actor,
            event.organisation_id,
            found.id,
            uploads(),
            now=clock.now(),
        )
        flash(gettext("%(name)s is removed.", name=name), "go")
        return redirect(url_for("programme_manage.speakers", slug=slug), 303)
    return render_template(
        "programme/remove_speaker.html",
        event=event,
        form=form,
        speaker=found,
        sessions=_sessions_here(event, found),
        elsewhere=sum(one.event_id != event.id for one in queries.appearances_of(found.id)),
    )


def _sessions_here(event: Event, found: Speaker) -> list[Any]:
    return [one for one in queries.appearances_of(found.id) if one.event_id == event.id]


def _photo(form: SpeakerForm) -> Photo:
    sent = form.photo.data
    new = encode(sent.stream) if sent and sent.filename else None
    return Photo(uploads(), new, form.focus, remove=bool(form.remove_photo.data) and new is None)


def _meet(
    form: SpeakerForm,
    changes: tuple[Change, ...],
    event: Event,
    found: Speaker,
) -> list[Theirs]:
    typed = {name: plain(value) for name, value in form.values().items()}
    untouched, theirs = compare(
        changes,
        typed,
        words=COLUMN_WORDS,
        say=lambda name, value: _said(name, value, event),
    )
    form.refill(untouched, found)
    return theirs


def _said(name: str, value: Any, event: Event) -> str:  # noqa: ANN401 - a JSON value
    if name == "at":
        return moment(value, event.zone, current_language().key)
    if name == "photo":
        return ""
    return gettext("nothing") if value in (None, "") else str(value)
