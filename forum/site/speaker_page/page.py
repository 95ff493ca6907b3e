"""A speaker's own page behind the personal link: answer, sessions, consents, times, calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, request, send_from_directory
from flask_babel import gettext

from forum.core import clock, dates
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import link_holder
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.events.rules import EventState
from forum.events.views import uploads
from forum.programme import queries, service
from forum.programme.faces import tile_of
from forum.programme.forms import ANSWERS, AnswerForm, ConsentForm, SentForm, TimesForm
from forum.programme.rules import EngagementState
from forum.programme.service import AnsweredMeanwhile, ConsentWording, keep_pdf
from forum.programme.views import as_pdf
from forum.programme.words import ENGAGEMENTS, MATERIALS
from forum.site.speaker_page.frame import Opened, blueprint, opened
from forum.site.speaker_page.own_sessions import OwnSession, own_changes, own_sessions

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse


@blueprint.get("/s/<token>")
@link_holder
def show(token: str) -> Response:
    """Show the event, own sessions, how one stands with it, and what can be done."""
    return _page(opened(token))


@blueprint.post("/s/<token>/answer")
@link_holder
def answer(token: str) -> AnyResponse:
    """Confirm or decline, with a word to the organiser."""
    page = opened(token)
    form = AnswerForm()
    wanted = ANSWERS.get(request.form.get("answer", ""))
    if wanted is None or not form.validate_on_submit():
        return _page(page, form, 422)
    try:
        service.answer(
            page.actor,
            page.engagement.id,
            form.made_from,
            wanted,
            form.note.data,
            now=clock.now(),
        )
    except DomainError as error:
        form.blame(error)
        page = opened(token)
        form.revision.data = str(page.engagement.revision)
        return _page(page, form, error.status, moved=isinstance(error, AnsweredMeanwhile))
    if wanted is EngagementState.CONFIRMED:
        flash(gettext("Thank you. The organiser sees that you are coming."))
    else:
        flash(gettext("Thank you for telling us. The organiser sees that you cannot come."))
    return redirect(page.href, 303)


@blueprint.post("/s/<token>/consents")
@link_holder
def consents(token: str) -> AnyResponse:
    """Give or withdraw the consents, each with the words that stand beside its box."""
    page = opened(token)
    form = ConsentForm()
    if not form.validate_on_submit():
        return _page(page, status=422)
    asked = [
        ConsentWording(name, str(form[name].label.text), bool(form[name].data))
        for name in ("photo", "recording")
    ]
    service.keep_consents(
        page.actor, page.engagement.id, asked, current_language().key, now=clock.now()
    )
    flash(gettext("Saved."))
    return redirect(f"{page.href}#consents", 303)


@blueprint.route("/s/<token>/times", methods=["GET", "POST"])
@link_holder
def times(token: str) -> AnyResponse:
    """Show the times at which one cannot be on stage, and add one."""
    page = opened(token)
    form = TimesForm()
    form.zone = page.event.zone
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and form.span:
            try:
                service.add_unavailable(page.actor, page.engagement.id, *form.span, now=clock.now())
            except DomainError as error:
                form.blame(error)
                status = error.status
                page = opened(token)
            else:
                flash(gettext("Saved. The organiser sees it while planning."))
                return redirect(f"{page.href}/times", 303)
    key = current_language().key
    return page.rendered(
        "site/speaker_page_times.html",
        status,
        rest="/times",
        form=form,
        times=queries.unavailabilities_of(page.engagement.id),
        zone_name=dates.zone_name(page.event.starts_at, page.event.zone, key),
    )


@blueprint.post("/s/<token>/times/<uuid:unavailability_id>/remove")
@link_holder
def remove_time(token: str, unavailability_id: UUID) -> AnyResponse:
    """Take a time back."""
    page = opened(token)
    service.remove_unavailable(page.actor, page.engagement.id, unavailability_id, now=clock.now())
    flash(gettext("Removed."))
    return redirect(f"{page.href}/times", 303)


@blueprint.route("/s/<token>/sessions/<uuid:session_id>/slides", methods=["GET", "POST"])
@link_holder
def slides(token: str, session_id: UUID) -> AnyResponse:
    """Send slides for an own session, as a PDF or a link."""
    page = opened(token)
    form = SentForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                pdf = keep_pdf(form.upload.stream, uploads()) if form.upload else None
                sent = service.send_material(
                    page.actor,
                    page.engagement.id,
                    session_id,
                    form.details(),
                    pdf,
                    now=clock.now(),
                )
            except DomainError as error:
                form.blame(error)
                status = error.status
                page = opened(token)
            else:
                flash(
                    gettext("It is on the session’s page now.")
                    if sent.accepted
                    else gettext("Thank you. It waits for the organiser.")
                )
                return redirect(f"{page.href}#s-{session_id}", 303)
    found = next((one for one in _sessions(page) if one.id == session_id), None)
    if found is None:
        raise NotFound
    return page.rendered(
        "site/speaker_page_slides.html",
        status,
        rest=f"/sessions/{session_id}/slides",
        form=form,
        session=found,
    )


@blueprint.get("/s/<token>/materials/<uuid:material_id>/file")
@link_holder
def sent_file(token: str, material_id: UUID) -> AnyResponse:
    """Give a speaker the file they sent, published or not."""
    page = opened(token)
    sent = queries.materials_by(page.engagement.id)
    mine = next((one for rows in sent.values() for one in rows if one.id == material_id), None)
    if mine is None or mine.file_name is None:
        raise NotFound
    return private(as_pdf(send_from_directory(uploads(), mine.file_name), mine))


@blueprint.post("/s/<token>/materials/<uuid:material_id>/remove")
@link_holder
def take_back(token: str, material_id: UUID) -> AnyResponse:
    """Take back what was sent; the file is deleted."""
    page = opened(token)
    service.take_back_material(
        page.actor, page.engagement.id, material_id, uploads(), now=clock.now()
    )
    flash(gettext("It is taken back, and the file is deleted."))
    return redirect(page.href, 303)


def _sessions(page: Opened) -> list[OwnSession]:
    return own_sessions(
        page.event,
        page.speaker.id,
        queries.materials_by(page.engagement.id),
        page.to,
    )


def _page(
    page: Opened, form: AnswerForm | None = None, status: int = 200, *, moved: bool = False
) -> Response:
    key, event, engagement, now = current_language().key, page.event, page.engagement, clock.now()
    sessions = _sessions(page)
    given = [one for one in queries.speaker_consents(engagement.id) if one.withdrawn_at is None]
    purposes = {one.purpose: one for one in given}
    shown = {"revision": str(engagement.revision), "note": engagement.note}
    return page.rendered(
        "site/speaker_page.html",
        status,
        form=form or AnswerForm(formdata=None, data=shown),
        moved=moved,
        sent_now=form is not None,
        state=ENGAGEMENTS[engagement.state],
        sessions=sessions,
        changes=own_changes(event, sessions, key),
        consent_form=ConsentForm(formdata=None, data=dict.fromkeys(purposes, True)),
        consents=purposes,
        times=queries.unavailabilities_of(engagement.id),
        proposal=queries.proposal_of(engagement.id),
        tile=tile_of(page.speaker),
        over=event.ends_at <= now or event.state is EventState.CANCELLED,
        materials=MATERIALS,
    )
