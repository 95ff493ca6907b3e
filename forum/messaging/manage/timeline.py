"""The time-line of an event's mails: what goes when, to how many, and what went."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.i18n import sentence
from forum.core.permissions import Action, can
from forum.core.revisions import ChangedMeanwhile
from forum.events.queries import managed_event
from forum.messaging.forms.timeline import PlanForm, shown_of, shown_of_row
from forum.messaging.manage.announcement_segments import words_of
from forum.messaging.manage.frame import MessagesPage, blueprint, page
from forum.messaging.queries import announcements as queries
from forum.messaging.queries import sending
from forum.messaging.queries.changes import news_of_event
from forum.messaging.queries.timeline import numbers_of
from forum.messaging.rules.announcements import AnnouncementKind, message_kind
from forum.messaging.rules.around import SEGMENTS, USUAL
from forum.messaging.rules.segments import EVERYBODY, read_segment
from forum.messaging.rules.timing import in_words, when_of
from forum.messaging.service import announcing, scheduling
from forum.messaging.service.changes import AlreadyTold, drop, tell_now
from forum.messaging.timeline import timeline_of
from forum.messaging.words import WORDS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from forum.core.i18n import Sentence
    from forum.events.models import Event
    from forum.messaging.models import Announcement

page(
    MessagesPage(
        30,
        sentence("Time-line"),
        "messages.timeline",
        Action.SEE_MESSAGES,
        here=("messages.plan_mail", "messages.replan_mail"),
    )
)

BASE = "/<slug>/messages/timeline"
ONE = f"{BASE}/<uuid:announcement_id>"
NEWS = f"{BASE}/news/<uuid:news_id>"
OWN = {one.value: one for one in AnnouncementKind if one is not AnnouncementKind.LETTER}


@blueprint.get(BASE)
@permits(Action.SEE_MESSAGES)
def timeline(slug: str) -> str:
    """Show what will go when and to how many, and what went."""
    event, now = managed_event(current_actor(), slug, Action.SEE_MESSAGES), clock.now()
    may_send = can(current_actor(), Action.SEND_MESSAGES, event.organisation_id)
    mail = sending.mail_of_event(event.id)
    return render_template(
        "messaging/timeline.html",
        event=event,
        mail=mail,
        waiting=sending.waiting_of(event.id) if mail.paused_at else 0,
        may_pause=may_send,
        line=timeline_of(event, words_of, now),
        now=now,
        names={kind: _name(kind) for kind in OWN.values()},
        usual={kind: in_words(when) for kind, when in USUAL.items()},
        may_send=may_send,
    )


@blueprint.route(f"{BASE}/new", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def plan_mail(slug: str) -> Response | tuple[str, int]:
    """Plan a mail around the event."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    kind = OWN.get(request.args.get("kind", ""), AnnouncementKind.REMINDER)
    usual = shown_of(USUAL[kind], SEGMENTS[kind][0], kind, event.zone)
    form = PlanForm(kind, event.zone, data=usual)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            wanted = scheduling.Plan(kind, form.when(), form.segment())
            try:
                scheduling.plan(current_actor(), event.id, wanted, now=clock.now())
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
            else:
                flash(gettext("The mail is planned."), "go")
                return redirect(url_for(".timeline", slug=slug), 303)
    return _form_page(event, form, None), status


@blueprint.route(ONE, methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def replan_mail(slug: str, announcement_id: UUID) -> Response | tuple[str, int]:
    """Change when a mail around the event goes."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    found = _own(event, announcement_id)
    form = PlanForm(found.kind, event.zone, data=_shown(found, event))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            wanted = scheduling.Plan(found.kind, form.when(), form.segment())
            try:
                scheduling.replan(
                    current_actor(),
                    event.id,
                    announcement_id,
                    wanted,
                    revision=form.made_from,
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
                found = _own(event, announcement_id)
                if isinstance(error, ChangedMeanwhile):
                    form.put("revision", str(found.revision))
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for(".timeline", slug=slug), 303)
    return _form_page(event, form, found), status


@blueprint.post(f"{ONE}/stop")
@permits(Action.SEND_MESSAGES)
def stop_mail(slug: str, announcement_id: UUID) -> Response:
    """Stop a planned mail, or one that is being sent."""
    return _done(slug, announcement_id, announcing.stop, sentence("The mail is stopped."))


@blueprint.post(f"{ONE}/remove")
@permits(Action.SEND_MESSAGES)
def remove_mail(slug: str, announcement_id: UUID) -> Response:
    """Take a mail off the time-line that never went."""
    return _done(slug, announcement_id, scheduling.forget, sentence("The mail is removed."))


@blueprint.post(f"{NEWS}/now")
@permits(Action.SEND_MESSAGES)
def tell_news_now(slug: str, news_id: UUID) -> Response:
    """Tell guests at once of a change that waits for others."""
    return _done(slug, news_id, tell_now, sentence("Guests are told now."))


@blueprint.route(f"{NEWS}/drop", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def drop_news(slug: str, news_id: UUID) -> Response | str:
    """Ask, naming how many would hear of it; then tell nobody of a change that waits."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    if request.method == "POST":
        return _done(slug, news_id, drop, sentence("Nobody is told by mail."))
    found = next((one for one in news_of_event(event.id) if one.id == news_id), None)
    if found is None:
        raise NotFound
    if found.settled_at is not None:
        flash(translated(AlreadyTold.says), "look")
        return redirect(url_for(".timeline", slug=slug), 303)
    number = numbers_of(event.id, [EVERYBODY])[EVERYBODY]
    return render_template("messaging/timeline_drop.html", event=event, one=found, number=number)


def _done(slug: str, thing_id: UUID, act: Callable[..., object], says: Sentence) -> Response:
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    try:
        act(current_actor(), event.id, thing_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(translated(says), "go")
    return redirect(url_for(".timeline", slug=slug), 303)


def _own(event: Event, announcement_id: UUID) -> Announcement:
    found = queries.announcement_of(event.id, announcement_id)
    if found.kind is AnnouncementKind.LETTER or found.started_at is not None:
        raise NotFound
    return found


def _shown(found: Announcement, event: Event) -> dict[str, object]:
    return shown_of_row(found, when_of(found), read_segment(found.segment), event.zone)


def _name(kind: AnnouncementKind) -> Sentence:
    return WORDS[message_kind(kind, about_booking=True)].name


def _form_page(event: Event, form: PlanForm, found: Announcement | None) -> str:
    return render_template(
        "messaging/timeline_mail.html",
        event=event,
        form=form,
        found=found,
        name=_name(form.kind),
        kind=message_kind(form.kind, about_booking=True),
        several=len(SEGMENTS[form.kind]) > 1,
        may_word=can(current_actor(), Action.EDIT_EVENT, event.organisation_id),
    )
