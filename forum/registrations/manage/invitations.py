"""Invitations: the list with its ladder, guests added by hand or from an earlier event."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import clock, dates
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http import office
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list
from forum.core.http.i18n import current_language
from forum.core.i18n import sentence
from forum.core.marks import marks_of
from forum.core.permissions import Action, can
from forum.core.returned import returned_to
from forum.core.text import clean_line
from forum.events.queries import managed_event
from forum.registrations.forms.invitations import EarlierEventForm, InvitedForm
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries import invitations as queries
from forum.registrations.rules import (
    INVITATION_WORDS,
    InvitationState,
    NoMailWanted,
    RegistrationState,
)
from forum.registrations.service import inviting

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse
    from wtforms.fields.choices import SelectChoice

    from forum.registrations.service.inviting import Added

INVITATIONS = "/<slug>/registrations/invitations"
office.room(
    office.Room(
        31,
        sentence("Invitations"),
        "invite",
        "registrations/invitations",
        Action.SEE_REGISTRATIONS,
        wide=True,
    )
)


@blueprint.get(INVITATIONS)
@permits(Action.SEE_REGISTRATIONS)
def invitations(slug: str) -> str:
    """Show guest lists and who is invited; search and filters stand in the address."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    rows = queries.lists_of(event.id)
    chosen = chosen_list(rows)
    list_id = chosen.guest_list.id if chosen else None
    asked = request.args.get("state", "")
    state = InvitationState(asked) if asked in set(InvitationState) else None
    search = clean_line(request.args.get("q"))[: queries.LONGEST_WORDS]
    number = request.args.get("page", 1, type=int)
    page = queries.invitation_page(
        event.id, list_id=list_id, state=state, search=search, number=number
    )
    now = clock.now()
    return render_template(
        "registrations/invitations.html",
        event=event,
        rows=rows,
        chosen=chosen,
        page=page,
        page_size=queries.INVITATIONS_A_PAGE,
        state=state,
        states=InvitationState,
        search=search,
        words=INVITATION_WORDS,
        registered=queries.registered_among(page.rows),
        returned=returned_to(db.session(), "invitation", [row.id for row in page.rows]),
        marks=marks_of(db.session(), "invitation", [row.id for row in page.rows]),
        may_mend=can(current_actor(), Action.SEND_MESSAGES, event.organisation_id),
        drafts=queries.number_of(queries.drafts_to_send(event, list_id)),
        remindable=queries.number_of(queries.to_remind(event, list_id, now)),
        may_edit=can(current_actor(), Action.EDIT_REGISTRATIONS, event.organisation_id),
    )


@blueprint.route(f"{INVITATIONS}/new", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def new_invitation(slug: str) -> AnyResponse | tuple[str, int]:
    """Put a guest on a list by hand."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    rows = queries.lists_of(event.id)
    if not rows:
        flash(gettext("Make a guest list first."), "look")
        return redirect(url_for(".new_guest_list", slug=slug), 303)
    chosen = chosen_list(rows) or rows[0]
    form = InvitedForm(
        data={
            "list_id": str(chosen.guest_list.id),
            "lang": event.languages[0],
            "companions": chosen.guest_list.companions,
            "greet": chosen.guest_list.greet,
        }
    )
    form.list_id.choices = _choices(rows)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            guest, listed = form.guest(), UUID(form.list_id.data)
            try:
                done = inviting.add_invitations(
                    current_actor(), event.id, listed, [guest], now=clock.now(), update=False
                )
                if done.opted_out:
                    raise NoMailWanted(field="email")
            except DomainError as error:
                form.blame(error)
                status = error.status
                event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
            else:
                name = guest.name or guest.name_zh
                if done.added:
                    flash(gettext("%(name)s is on the list. No mail was sent.", name=name), "go")
                else:
                    flash(gettext("%(name)s is invited already: here they are.", name=name), "look")
                return redirect(url_for(".invitations", slug=slug, list=listed, q=name), 303)
    page = render_template("registrations/invitation_new.html", event=event, form=form)
    return page, status


@blueprint.route(f"{INVITATIONS}/from-event", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def invite_from_event(slug: str) -> AnyResponse | tuple[str, int]:
    """Put guests of an earlier event on a list."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    rows = queries.lists_of(event.id)
    if not rows:
        flash(gettext("Make a guest list first."), "look")
        return redirect(url_for(".new_guest_list", slug=slug), 303)
    form, status = EarlierEventForm(), 200
    earlier = queries.earlier_events(event)
    form.source.choices = option_list((str(one.event.id), _title(one)) for one in earlier)
    form.list_id.choices = _choices(rows)
    if request.method == "POST":
        status = 422
        if form.validate():
            states = [RegistrationState(one) for one in form.states.data]
            done = inviting.invite_from_event(
                current_actor(),
                event.id,
                UUID(form.list_id.data),
                UUID(form.source.data),
                states,
                now=clock.now(),
            )
            flash(added_words(done), "go" if done.added else "look")
            return redirect(url_for(".invitations", slug=slug, list=form.list_id.data), 303)
    page = render_template(
        "registrations/invitation_from_event.html", event=event, form=form, earlier=earlier
    )
    return page, status


def added_words(done: Added) -> str:
    """Say what became of rows that were put on a list."""
    said = [
        ngettext("%(num)s guest is added.", "%(num)s guests are added.", done.added),
    ]
    if done.changed:
        said.append(ngettext("%(num)s is changed.", "%(num)s are changed.", done.changed))
    if done.same:
        said.append(
            ngettext("%(num)s was there already.", "%(num)s were there already.", done.same)
        )
    if done.elsewhere:
        said.append(
            ngettext(
                "%(num)s of them stays on another list.",
                "%(num)s of them stay on another list.",
                done.elsewhere,
            )
        )
    if done.opted_out:
        said.append(
            ngettext(
                "%(num)s is left out, who wants no more invitations.",
                "%(num)s are left out, who want no more invitations.",
                done.opted_out,
            )
        )
    between = " " if current_language().key == "en" else ""
    return between.join(str(one) for one in said)


def chosen_list(rows: list[queries.ListRow]) -> queries.ListRow | None:
    """Return the guest list that the address names, if it is one of these."""
    asked = request.args.get("list", "")
    return next((one for one in rows if str(one.guest_list.id) == asked), None)


def _choices(rows: list[queries.ListRow]) -> list[SelectChoice]:
    return option_list((str(one.guest_list.id), one.guest_list.name) for one in rows)


def _title(one: queries.EarlierEvent) -> str:
    key, event = current_language().key, one.event
    day = dates.day(dates.local_day(event.starts_at, event.zone), key, weekday=False)
    return str(
        ngettext(
            "%(title)s, %(day)s: %(num)s guest",
            "%(title)s, %(day)s: %(num)s guests",
            one.guests,
            title=event.title.pick(key, event.languages).text,
            day=day,
        )
    )
