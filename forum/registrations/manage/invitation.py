"""One invitation: all that is known, what goes out, what came back, and its story."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list
from forum.core.http.i18n import translated
from forum.core.links import Purpose, derive
from forum.core.marks import marks_of
from forum.core.permissions import Action, can
from forum.core.returned import returned_to
from forum.core.revisions import ChangedMeanwhile
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.registrations.forms.invitations import (
    BY_WORDS,
    AskForm,
    EnteredReplyForm,
    InvitedForm,
)
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries import invitations as queries
from forum.registrations.rules import (
    ASKED,
    INVITATION_WORDS,
    STATE_WORDS,
    InvitationState,
    RegistrationState,
    ReplyBy,
    may_remind,
)
from forum.registrations.service import changing_invitations, replying, sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.models import Invitation

ONE = "/<slug>/registrations/invitations/<uuid:invitation_id>"
STORY = {
    "invitation.added": lazy_gettext("Put on the list"),
    "invitation.changed": lazy_gettext("Details changed"),
    "invitation.sent": lazy_gettext("Invitation sent"),
    "invitation.posted": lazy_gettext("Sent as a letter or by hand"),
    "invitation.reminded": lazy_gettext("Reminder sent"),
    "invitation.opened": lazy_gettext("Opened by the guest"),
    "invitation.accepted": lazy_gettext("Has accepted"),
    "invitation.declined": lazy_gettext("Has declined"),
    "invitation.booking_ended": lazy_gettext("Booking cancelled: counted as declined"),
    "invitation.registered_by_form": lazy_gettext("Registered by the form: counted as accepted"),
    "invitation.link_renewed": lazy_gettext("New personal link"),
    "registration.confirmed": lazy_gettext("Seat confirmed"),
    "registration.waitlisted": lazy_gettext("On the wait list"),
    "registration.offered": lazy_gettext("Seat offered"),
    "registration.promoted": lazy_gettext("Moved up from the wait list"),
    "registration.cancelled": lazy_gettext("Registration cancelled"),
    "registration.renamed": lazy_gettext("Name changed"),
    "registration.added": lazy_gettext("Person added to the booking"),
    "registration.offer_taken": lazy_gettext("Offered seat taken"),
    "registration.seated_by_hand": lazy_gettext("Seated by hand"),
    "registration.type_changed": lazy_gettext("Ticket type changed"),
    "booking.link_renewed": lazy_gettext("New link to the booking"),
}
"""What happened, in words; what is not named here is not part of the story."""


@blueprint.route(ONE, methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def invitation(slug: str, invitation_id: UUID) -> AnyResponse | tuple[str, int]:
    """Show and change what is known of an invited guest."""
    event, found = _open(slug, invitation_id)
    form, status = _form(event, found), 200
    meanwhile = False
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                renewed = changing_invitations.change_invitation(
                    current_actor(),
                    event.id,
                    invitation_id,
                    UUID(form.list_id.data),
                    form.guest(),
                    revision=form.made_from,
                    now=clock.now(),
                )
            except DomainError as error:
                meanwhile = isinstance(error, ChangedMeanwhile)
                status = error.status
                event, found = _open(slug, invitation_id)
                if meanwhile:
                    form.put("revision", str(found.revision))
                else:
                    form.blame(error)
            else:
                flash(gettext("Saved."), "go")
                if renewed:
                    flash(
                        gettext(
                            "The address is another now, so the old link no longer works. "
                            "Send the invitation again."
                        ),
                        "look",
                    )
                return _back(slug, invitation_id)
    return _page(event, found, form, meanwhile=meanwhile), status


@blueprint.post(f"{ONE}/send")
@permits(Action.EDIT_REGISTRATIONS)
def send_invitation(slug: str, invitation_id: UUID) -> AnyResponse:
    """Send one invitation, or send it again."""
    return _act(slug, invitation_id, sending.send, gettext("The invitation is on its way."))


@blueprint.post(f"{ONE}/remind")
@permits(Action.EDIT_REGISTRATIONS)
def remind_invitation(slug: str, invitation_id: UUID) -> AnyResponse:
    """Remind one guest."""
    return _act(slug, invitation_id, sending.remind, gettext("The reminder is on its way."))


@blueprint.post(f"{ONE}/posted")
@permits(Action.EDIT_REGISTRATIONS)
def note_posted(slug: str, invitation_id: UUID) -> AnyResponse:
    """Note that the invitation went out as a letter."""
    return _act(slug, invitation_id, sending.note_posted, gettext("Noted as sent."))


@blueprint.post(f"{ONE}/renew-link")
@permits(Action.EDIT_REGISTRATIONS)
def renew_invitation_link(slug: str, invitation_id: UUID) -> AnyResponse:
    """Give the invitation a new link; the old one is dead at once."""
    return _act(
        slug,
        invitation_id,
        changing_invitations.renew_invitation_link,
        gettext("The invitation has a new link. The old one no longer works."),
    )


@blueprint.route(f"{ONE}/reply", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def enter_reply(slug: str, invitation_id: UUID) -> AnyResponse | tuple[str, int]:
    """Enter a reply that came by letter, phone, mail or in person."""
    event, found = _open(slug, invitation_id)
    form, status = EnteredReplyForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                _enter(form, invitation_id)
            except DomainError as error:
                form.blame(error)
                status = error.status
                event, found = _open(slug, invitation_id)
            else:
                return _back(slug, invitation_id)
    page = render_template(
        "registrations/invitation_reply.html", event=event, form=form, invitation=found
    )
    return page, status


@blueprint.route(f"{ONE}/remove", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def remove_invitation(slug: str, invitation_id: UUID) -> AnyResponse | tuple[str, int]:
    """Ask, then remove an invitation; its link is dead."""
    event, found = _open(slug, invitation_id)
    form, status = AskForm(), 200
    if request.method == "POST" and form.validate():
        name, list_id = found.name, found.list_id
        try:
            changing_invitations.remove_invitation(
                current_actor(), event.id, invitation_id, now=clock.now()
            )
        except DomainError as error:
            form.blame(error)
            status = error.status
            event, found = _open(slug, invitation_id)
        else:
            flash(gettext("%(name)s is no longer invited.", name=name), "go")
            return redirect(url_for(".invitations", slug=slug, list=list_id), 303)
    page = render_template(
        "registrations/invitation_remove.html", event=event, form=form, invitation=found
    )
    return page, status


def _enter(form: EnteredReplyForm, invitation_id: UUID) -> None:
    now = clock.now()
    if form.answer.data == "decline":
        by, note = ReplyBy(form.by.data), form.note.data
        replying.decline(current_actor(), invitation_id, by=by, note=note, now=now)
        flash(gettext("Entered: the guest declines."), "go")
        return
    done = replying.accept(current_actor(), invitation_id, form.reply(), now=now)
    if done.known:
        flash(gettext("Entered. The guest was registered already, and keeps that."), "look")
    elif done.state is RegistrationState.CONFIRMED:
        flash(gettext("Entered: the guest comes, and has a seat."), "go")
    else:
        flash(gettext("Entered: no seat is left, so the guest is on the wait list."), "look")


def _act(slug: str, invitation_id: UUID, act: Callable[..., object], said: str) -> AnyResponse:
    event, _ = _open(slug, invitation_id)
    try:
        act(current_actor(), event.id, invitation_id, now=clock.now())
    except DomainError as error:
        flash(translated(error.says), "stop")
    else:
        flash(said, "go")
    return _back(slug, invitation_id)


def _open(slug: str, invitation_id: UUID) -> tuple[Event, Invitation]:
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    return event, queries.invitation_of(event.id, invitation_id)


def _back(slug: str, invitation_id: UUID) -> AnyResponse:
    return redirect(url_for(".invitation", slug=slug, invitation_id=invitation_id), 303)


def _form(event: Event, found: Invitation) -> InvitedForm:
    form = InvitedForm(data=InvitedForm.shown(found))
    form.list_id.choices = option_list(
        (str(one.guest_list.id), one.guest_list.name) for one in queries.lists_of(event.id)
    )
    return form


def _page(event: Event, found: Invitation, form: InvitedForm, *, meanwhile: bool) -> str:
    token = derive(Purpose.GUEST_INVITATION, found.id, found.link_generation)
    now = clock.now()
    refuses = bool(found.email_key) and queries.wants_no_mail(event, found.email_key)
    mailable = bool(found.email_key) and not refuses and found.replied_at is None
    story = queries.story_of(found.id, found.booking_id)
    return render_template(
        "registrations/invitation.html",
        event=event,
        invitation=found,
        form=form,
        meanwhile=meanwhile,
        words=INVITATION_WORDS,
        registration_words=STATE_WORDS,
        people=queries.people_of(found.booking_id),
        link=absolute(f"/i/{token}"),
        refuses=refuses,
        registered=bool(queries.registered_among([found])),
        may_send=mailable,
        may_remind=mailable
        and found.state in ASKED
        and may_remind(found.sent_at, found.reminded_at, now),
        draft=found.state is InvitationState.DRAFT,
        by_words={**BY_WORDS, ReplyBy.LINK: gettext("By the link")},
        returned=returned_to(db.session(), "invitation", [found.id]).get(found.id),
        marks=marks_of(db.session(), "invitation", [found.id]).get(found.id, []),
        may_mend=can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
        story=[(one, STORY[one.action]) for one in story if one.action in STORY],
        may_edit=can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id),
    )
