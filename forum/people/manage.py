"""An organisation's members, their roles and invitations, and its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.links import Purpose, derive
from forum.core.permissions import Action, Role, can
from forum.core.urls import absolute
from forum.core.zones import COMMON_ZONES
from forum.people import queries, service
from forum.people.forms import EmptyForm, InviteForm, OrganisationForm, RoleForm
from forum.people.rules import ROLE_WORDS, LastOwner, OrganisationChangedMeanwhile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from forum.people.models import MemberInvitation, Organisation

blueprint = Blueprint("people_manage", __name__, url_prefix="/manage/organisations")


@blueprint.get("/<slug>/members")
@permits(Action.SEE_MEMBERS)
def members(slug: str) -> str:
    """List the members and the open invitations."""
    organisation = _organisation(slug, Action.SEE_MEMBERS)
    return _members_page(organisation, InviteForm(formdata=None, role=Role.VIEWER.value))


@blueprint.post("/<slug>/members")
@permits(Action.EDIT_MEMBERS)
def invite(slug: str) -> Response | tuple[str, int]:
    """Invite an address."""
    organisation = _organisation(slug, Action.EDIT_MEMBERS)
    form = InviteForm()
    if not form.validate_on_submit():
        return _members_page(organisation, form), 422
    try:
        service.invite_member(
            current_actor(),
            organisation.id,
            form.email.data or "",
            form.chosen,
            lang=current_language().key,
            now=clock.now(),
        )
    except DomainError as error:
        form.email.errors = [translated(error.says)]
        return _members_page(_organisation(slug, Action.EDIT_MEMBERS), form), error.status
    flash(_invited(form.email.data or ""), "go")
    return redirect(url_for(".members", slug=slug), 303)


@blueprint.post("/<slug>/invitations/<uuid:invitation_id>/withdraw")
@permits(Action.EDIT_MEMBERS)
def withdraw(slug: str, invitation_id: UUID) -> Response:
    """Let an invitation work no more."""
    organisation = _organisation(slug, Action.EDIT_MEMBERS)
    service.withdraw_invitation(current_actor(), organisation.id, invitation_id, now=clock.now())
    flash(gettext("The invitation is withdrawn."), "go")
    return redirect(url_for(".members", slug=slug), 303)


@blueprint.route("/<slug>/members/<uuid:member_id>", methods=["GET", "POST"])
@permits(Action.EDIT_MEMBERS)
def member(slug: str, member_id: UUID) -> str | tuple[str, int] | Response:
    """Show a member's role, and change it."""
    organisation = _organisation(slug, Action.EDIT_MEMBERS)
    found = queries.member_of(organisation.id, member_id)
    person = found.user.shown_name
    form = RoleForm(data={"role": found.role.value})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.change_role(
                    current_actor(), organisation.id, member_id, form.chosen, now=clock.now()
                )
            except LastOwner as error:
                form.role.errors = [translated(error.says)]
                status = error.status
                organisation = _organisation(slug, Action.EDIT_MEMBERS)
                found = queries.member_of(organisation.id, member_id)
            else:
                word = translated(ROLE_WORDS[form.chosen][0])
                flash(gettext("%(name)s: %(role)s.", name=person, role=word), "go")
                return redirect(url_for(".members", slug=slug), 303)
    page = render_template(
        "people/member.html",
        organisation=organisation,
        name=_name(organisation),
        member=found,
        form=form,
        words=ROLE_WORDS,
    )
    return page, status


@blueprint.route("/<slug>/members/<uuid:member_id>/remove", methods=["GET", "POST"])
@permits(Action.EDIT_MEMBERS)
def remove(slug: str, member_id: UUID) -> str | tuple[str, int] | Response:
    """Ask by name, then remove a member."""
    organisation = _organisation(slug, Action.EDIT_MEMBERS)
    found = queries.member_of(organisation.id, member_id)
    says, status = "", 200
    if request.method == "POST":
        actor = current_actor()
        name = found.user.shown_name
        try:
            service.remove_member(actor, organisation.id, member_id, now=clock.now())
        except LastOwner as error:
            says, status = translated(error.says), error.status
            organisation = _organisation(slug, Action.EDIT_MEMBERS)
            found = queries.member_of(organisation.id, member_id)
        else:
            flash(gettext("%(name)s is no longer a member.", name=name), "go")
            return redirect(url_for(".members", slug=slug), 303)
    page = render_template(
        "people/remove.html",
        organisation=organisation,
        name=_name(organisation),
        member=found,
        form=EmptyForm(),
        says=says,
    )
    return page, status


@blueprint.route("/<slug>/settings", methods=["GET", "POST"])
@permits(Action.EDIT_ORGANISATION)
def settings(slug: str) -> str | tuple[str, int] | Response:
    """Show and change what an organisation says of itself."""
    organisation = _organisation(slug, Action.EDIT_ORGANISATION)
    form = OrganisationForm(data=OrganisationForm.shown(organisation))
    status, stored = 200, None
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                service.update_organisation(
                    current_actor(),
                    organisation.id,
                    form.made_from,
                    form.details(),
                    now=clock.now(),
                )
            except OrganisationChangedMeanwhile as error:
                status = error.status
                organisation = stored = _organisation(slug, Action.EDIT_ORGANISATION)
                form.revision.data = str(organisation.revision)
                form.blame(error)
            else:
                flash(gettext("Saved."), "go")
                return redirect(url_for(".settings", slug=slug), 303)
    page = render_template(
        "people/settings.html",
        organisation=organisation,
        name=_name(organisation),
        form=form,
        zones=COMMON_ZONES,
        stored=stored,
    )
    return page, status


def _organisation(slug: str, action: Action) -> Organisation:
    return queries.managed_organisation(current_actor(), slug, action)


def _name(organisation: Organisation) -> object:
    return organisation.name.pick(current_language().key, organisation.languages)


def _sends_mail() -> bool:
    return bool(current_app.config["FORUM_SETTINGS"].smtp_url)


def _invited(email: str) -> str:
    if _sends_mail():
        return str(gettext("An invitation is on its way to %(email)s.", email=email))
    return str(gettext("%(email)s is invited. Send the link below yourself.", email=email))


def _links(invitations: Sequence[MemberInvitation]) -> dict[UUID, str]:
    """Return the addresses of invitations that no mail will bring."""
    if _sends_mail():
        return {}
    tokens = ((one.id, derive(Purpose.MEMBER_INVITATION, one.id)) for one in invitations)
    return {one: absolute(url_for("people.open_invitation", token=token)) for one, token in tokens}


def _members_page(organisation: Organisation, form: InviteForm) -> str:
    invitations = queries.open_invitations(organisation.id, clock.now())
    may_edit = can(current_actor(), Action.EDIT_MEMBERS, organisation.id)
    return render_template(
        "people/members.html",
        organisation=organisation,
        name=_name(organisation),
        form=form,
        members=queries.members_of(organisation.id),
        words=ROLE_WORDS,
        invitations=invitations,
        links=_links(invitations) if may_edit else {},
        may_edit=may_edit,
        may_set=can(current_actor(), Action.EDIT_ORGANISATION, organisation.id),
    )
