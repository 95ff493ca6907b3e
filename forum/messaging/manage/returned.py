"""What came back or failed, mended in place: another address, or all of it once more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.permissions import Action
from forum.core.text import whole_number
from forum.events.queries import managed_event
from forum.messaging.forms.correcting import CorrectForm, SendFailedForm
from forum.messaging.manage.frame import blueprint
from forum.messaging.manage.things import thing_of
from forum.messaging.queries.listing import failed_of, message_of
from forum.messaging.rules.views import MOST_AT_ONCE
from forum.messaging.service.correcting import (
    NothingCameBack,
    can_be_corrected,
    correct_and_send,
)
from forum.messaging.service.resending import resend_failed as send_failed_again
from forum.messaging.words.failures import reason_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.messaging.models import Message


@blueprint.route("/<slug>/messages/<uuid:message_id>/correct", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def correct(slug: str, message_id: UUID) -> AnyResponse | tuple[str, int]:
    """Correct the address that a message came back from; what came back goes out again."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    message = message_of(event.id, message_id)
    form, status = CorrectForm(email=message.to_email), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                correct_and_send(
                    current_actor(), event.id, message_id, form.email.data, now=clock.now()
                )
            except DomainError as error:
                form.blame(error)
                status, message = error.status, message_of(event.id, message_id)
            else:
                flash(
                    gettext(
                        "The address is corrected. What came back goes out again, to %(email)s.",
                        email=form.email.data,
                    ),
                    "go",
                )
                return redirect(_way_back(event, message, form), 303)
    elif not can_be_corrected(message):
        flash(translated(NothingCameBack.says), "look")
        return redirect(url_for(".show", slug=slug, message_id=message_id), 303)
    page = render_template(
        "messaging/correct.html",
        event=event,
        message=message,
        form=form,
        why=reason_of(message.last_error),
        about=thing_of(event, message),
    )
    return page, status


@blueprint.route("/<slug>/messages/resend-failed", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def resend_failed(slug: str) -> AnyResponse | tuple[str, int]:
    """Say how many messages failed and why, then send all of them again."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    form, status = SendFailedForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            number = whole_number(form.number.data) or 0
            try:
                send_failed_again(current_actor(), event.id, number, now=clock.now())
            except DomainError as error:
                form.blame(error)
                status = error.status
            else:
                flash(
                    ngettext(
                        "%(num)s message goes out again.", "%(num)s messages go out again.", number
                    ),
                    "go",
                )
                return redirect(url_for(".listing", slug=slug), 303)
    failed = failed_of(event.id)
    number = min(sum(failed.values()), MOST_AT_ONCE)
    form.put("number", str(number))
    page = render_template(
        "messaging/resend_failed.html",
        event=event,
        form=form,
        number=number,
        total=sum(failed.values()),
        reasons=_by_reason(failed),
    )
    return page, status


def _by_reason(failed: dict[str, int]) -> list[tuple[str, int]]:
    """Return each reason in words with how many failed for it, the most frequent first."""
    found: dict[str, int] = {}
    for error, number in failed.items():
        why = reason_of(error)
        says = translated(why) if why else gettext("For a reason that is not known")
        found[says] = found.get(says, 0) + number
    return sorted(found.items(), key=lambda pair: -pair[1])


def _way_back(event: Event, message: Message, form: CorrectForm) -> str:
    about = thing_of(event, message) if form.came_from.data == "thing" else None
    return about.href if about else url_for(".show", slug=event.slug, message_id=message.id)
