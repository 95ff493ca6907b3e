"""Speakers' profiles, with photos; how each is reached."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, translated
from forum.core.http.meanwhile import Theirs, compare
from forum.core.impact import impact_of
from forum.core.permissions import Action
from forum.core.remarks import remarks_on
from forum.core.revisions import Change, ThingChangedMeanwhile, fingerprint, plain
from forum.core.text import clean_line
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.service import encode
from forum.events.views import uploads
from forum.programme import queries, service
from forum.programme.faces import tile_of
from forum.programme.forms import AskForm, ContactForm, SpeakerForm
from forum.programme.manage.frame import blueprint
from forum.programme.models import Speaker
from forum.programme.profile_words import COLUMN_WORDS, said
from forum.programme.queries import PEOPLE_A_PAGE, PeopleView
from forum.programme.service import Photo, SpeakerChangedMeanwhile, SpeakerDetails
from forum.programme.words import ENGAGEMENTS


@blueprint.get("/<slug>/speakers")
@permits(Action.EDIT_PROGRAMME)
def speakers(slug: str) -> str:
    """List who is at the event, by answer, or everybody known; all of it in the address."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    asked = request.args.get("view", "")
    view = PeopleView(asked) if asked in set(PeopleView) else PeopleView.HERE
    search = clean_line(request.args.get("q"))[: queries.LONGEST_SEARCH]
    number = request.args.get("page", 1, type=int)
    page = queries.people_page(event.organisation_id, event.id, view, search=search, number=number)
    if not asked and not page.counts[PeopleView.HERE]:
        view = PeopleView.ALL
        page = queries.people_page(
            event.organisation_id, event.id, view, search=search, number=number
        )
    return render_template(
        "programme/speakers.html",
        event=event,
        page=page,
        page_size=PEOPLE_A_PAGE,
        view=view,
        views=PeopleView,
        search=search,
        tiles={row.speaker.id: tile_of(row.speaker) for row in page.rows},
        states=ENGAGEMENTS,
        remarks=remarks_on("speaker", event.id),
        waiting=queries.number_waiting(event.id),
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
                return redirect(
                    url_for("programme_manage.contact", slug=slug, speaker_slug=made.slug), 303
                )
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


@blueprint.route("/<slug>/speakers/<speaker_slug>/contact", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def contact(slug: str, speaker_slug: str) -> Response:
    """Show and keep how a speaker is reached; no guest ever sees it."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.managed_speaker(event.organisation_id, speaker_slug)
    known = asdict(service.contact_details(queries.contact_of(found.id)))
    form = ContactForm(data={**known, "seen": fingerprint(known)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.keep_contact(
                    actor,
                    event.organisation_id,
                    found.id,
                    form.seen.data or "",
                    form.details(),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                found = queries.managed_speaker(event.organisation_id, speaker_slug)
                known = asdict(service.contact_details(queries.contact_of(found.id)))
                form.seen.data = fingerprint(known)
                if not isinstance(error, ThingChangedMeanwhile):
                    form.blame(error)
            else:
                flash(gettext("Saved."), "go")
                return redirect(f"/manage/{slug}/speakers/{speaker_slug}/event", 303)
    page = render_template(
        "programme/speaker_contact.html",
        event=event,
        form=form,
        speaker=found,
        known=known,
        meanwhile=status == ThingChangedMeanwhile.status,
    )
    return private(make_response(page, status))


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
        try:
            service.remove_speaker(
                actor, event.organisation_id, found.id, uploads(), now=clock.now()
            )
        except service.StrictConflict as error:
            flash(translated(error.says), "stop")
            return redirect(request.path, 303)
        flash(gettext("%(name)s is removed.", name=name), "go")
        return redirect(url_for("programme_manage.speakers", slug=slug), 303)
    return render_template(
        "programme/remove_speaker.html",
        event=event,
        form=form,
        speaker=found,
        sessions=_sessions_here(event, found),
        impacts=impact_of(db.session(), "speaker", found.id),
        elsewhere=sum(one.event_id != event.id for one in queries.appearances_of(found.id)),
        remarks=remarks_on("speaker", event.id).get(found.id, []),
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
        say=lambda name, value: said(name, value, event.zone, current_language().key),
    )
    form.refill(untouched, found)
    return theirs
