"""Sending announcements off: asked with the number, nodded at, stopped, gone on with, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.messaging.forms.announcements import SureForm
from forum.messaging.manage.announcement_segments import words_of
from forum.messaging.manage.announcement_words import moment_of
from forum.messaging.manage.announcements import ONE, read_in, show_announcement
from forum.messaging.manage.frame import blueprint, goes_out
from forum.messaging.queries import announcements as queries
from forum.messaging.rules.announcements import (
    AnnouncementKind,
    AnnouncementState,
    MoreThanNamed,
    Timing,
    needs_nod,
)
from forum.messaging.service import announcing

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.messaging.models import Announcement


@blueprint.route(f"{ONE}/send", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def send_announcement(slug: str, announcement_id: UUID) -> AnyResponse | tuple[str, int]:
    """Ask, naming how many it reaches; then send it off, or ask a second person for a nod."""
    event, found = _letter(slug, announcement_id)
    form, status = SureForm(), 200
    grown = False
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                state = announcing.send(
                    current_actor(),
                    event.id,
                    announcement_id,
                    named=form.number,
                    now=clock.now(),
                    seen=form.made_from,
                )
            except DomainError as error:
                grown, status = isinstance(error, MoreThanNamed), error.status
                form.blame(error)
                event, found = _asked(slug, announcement_id)
            else:
                _say(state, event)
                return _back(slug, announcement_id)
    counted = announcing.count(found, event)
    form.put("named", str(counted.total))
    form.put("revision", str(found.revision))
    above = queries.nod_above(event.organisation_id)
    page = render_template(
        "messaging/announcement_send.html",
        event=event,
        one=found,
        form=form,
        number=counted.total,
        languages=read_in(event, found, counted),
        left_out=sum(counted.left_out.values()),
        grown=grown,
        asks_nod=needs_nod(counted.total, above, found.nodded_for),
        above=above,
        whom=words_of(event, [found])[found.id],
        when=moment_of(found, event),
        at_once=found.timing is Timing.NOW or (found.due_at or clock.now()) <= clock.now(),
    )
    return page, status


@blueprint.post(f"{ONE}/nod")
@permits(Action.SEND_MESSAGES)
def nod_at_announcement(slug: str, announcement_id: UUID) -> AnyResponse | tuple[str, int]:
    """Agree as a second person; where there are more people by now, the page says so first."""
    event, found = _letter(slug, announcement_id)
    form = SureForm()
    if not form.validate():
        return show_announcement(event, found), 422
    try:
        state = announcing.nod(
            current_actor(),
            event.id,
            announcement_id,
            named=form.number,
            now=clock.now(),
            seen=form.made_from,
        )
    except DomainError as error:
        event, found = _asked(slug, announcement_id)
        return show_announcement(event, found, refused=error), error.status
    _say(state, event)
    return _back(slug, announcement_id)


@blueprint.post(f"{ONE}/draft")
@permits(Action.SEND_MESSAGES)
def take_back_announcement(slug: str, announcement_id: UUID) -> AnyResponse:
    """Make it a draft again; a mail around the event is planned anew on the time-line instead."""
    _letter(slug, announcement_id)
    return _done(slug, announcement_id, announcing.back_to_draft, gettext("It is a draft again."))


@blueprint.post(f"{ONE}/stop")
@permits(Action.SEND_MESSAGES)
def stop_announcement(slug: str, announcement_id: UUID) -> AnyResponse:
    """Stop what has not gone out yet."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    try:
        held = announcing.stop(current_actor(), event.id, announcement_id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(
            ngettext(
                "Stopped. %(num)s mail that waited does not go out.",
                "Stopped. %(num)s mails that waited do not go out.",
                held,
            ),
            "go",
        )
    return _back(slug, announcement_id)


@blueprint.post(f"{ONE}/go-on")
@permits(Action.SEND_MESSAGES)
def go_on_with_announcement(slug: str, announcement_id: UUID) -> AnyResponse:
    """Go on with one that was stopped half-way, once a second person has nodded at more people."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    try:
        state = announcing.go_on(current_actor(), event.id, announcement_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        goes = state is AnnouncementState.SENDING
        says = gettext("It goes on, to those who have not had it.") if goes else _said(state)
        flash(says, "go")
    return _back(slug, announcement_id)


@blueprint.route(f"{ONE}/remove", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def remove_announcement(slug: str, announcement_id: UUID) -> AnyResponse | tuple[str, int]:
    """Ask, naming it; then delete the draft."""
    event, found = _letter(slug, announcement_id)
    form, status, name = SureForm(), 200, found.name
    if form.is_submitted() and form.validate():
        try:
            announcing.remove(current_actor(), event.id, announcement_id, now=clock.now())
        except DomainError as error:
            form.blame(error)
            status = error.status
            event, found = _asked(slug, announcement_id)
        else:
            flash(gettext("The draft “%(name)s” is deleted.", name=name), "go")
            return redirect(url_for(".announcements", slug=slug), 303)
    page = render_template("messaging/announcement_remove.html", event=event, one=found, form=form)
    return page, status


def _done(slug: str, announcement_id: UUID, act: announcing.Step, says: str) -> AnyResponse:
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    try:
        act(current_actor(), event.id, announcement_id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(says, "go")
    return _back(slug, announcement_id)


def _say(state: AnnouncementState, event: Event) -> None:
    waits = goes_out(event) if state is AnnouncementState.SENDING else ""
    flash(" ".join(filter(None, (_said(state), waits))), "look" if waits else "go")


def _said(state: AnnouncementState) -> str:
    words: dict[AnnouncementState, str] = {
        AnnouncementState.SENDING: gettext("It is on its way."),
        AnnouncementState.SCHEDULED: gettext("It goes at its time."),
        AnnouncementState.AWAITING_NOD: gettext("It waits until a second person has looked at it."),
    }
    return words[state]


def _back(slug: str, announcement_id: UUID) -> AnyResponse:
    return redirect(url_for(".announcement", slug=slug, announcement_id=announcement_id), 303)


def _asked(slug: str, announcement_id: UUID) -> tuple[Event, Announcement]:
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    return event, queries.announcement_of(event.id, announcement_id)


def _letter(slug: str, announcement_id: UUID) -> tuple[Event, Announcement]:
    """Return a letter that somebody wrote; what Forum plans itself stands on the time-line."""
    event, found = _asked(slug, announcement_id)
    if found.kind is not AnnouncementKind.LETTER:
        raise NotFound
    return event, found
