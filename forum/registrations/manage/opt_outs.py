"""Who wants no invitations and no marketing of an organisation any more; it beats every list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.addresses import address_key
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.i18n import sentence
from forum.core.permissions import Action, can
from forum.core.text import clean_line
from forum.people.queries import managed_organisation
from forum.registrations.forms.consents import OptOutForm, RemoveOptOutForm
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries import opted_out
from forum.registrations.queries.ledger import LONGEST_ADDRESS_SEARCH, opt_outs_of
from forum.registrations.rules import ConsentSource
from forum.registrations.service.consenting import opt_out_all, take_opt_out_back

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from forum.people.models import Organisation

LIST = "/organisations/<slug>/opt-outs"
SOURCES = {
    ConsentSource.FORM: sentence("on a form"),
    ConsentSource.OWN_PAGE: sentence("on their own page"),
    ConsentSource.MAIL: sentence("by the link in a mail"),
    ConsentSource.OFFICE: sentence("entered by your staff"),
    ConsentSource.IMPORT: sentence("from a file"),
    ConsentSource.REPLACED: sentence("with the person who had given it"),
}
"""How an address came on the list."""


@blueprint.get(LIST)
@permits(Action.SEE_REGISTRATIONS)
def opt_outs(slug: str) -> str:
    """List and search the addresses, all of it in the address."""
    organisation = _organisation(slug, Action.SEE_REGISTRATIONS)
    return _page(organisation, OptOutForm(formdata=None))


@blueprint.post(LIST)
@permits(Action.EDIT_REGISTRATIONS)
def add_opt_outs(slug: str) -> Response | tuple[str, int]:
    """Add one address or many."""
    organisation = _organisation(slug, Action.EDIT_REGISTRATIONS)
    form = OptOutForm()
    if not form.validate_on_submit():
        return _page(organisation, form), 422
    new = opt_out_all(
        organisation.id, form.keys, ConsentSource.OFFICE, clock.now(), actor=current_actor()
    )
    known = len(form.keys) - new
    flash(
        ngettext("One address is new on the list.", "%(num)s addresses are new on the list.", new),
        "go",
    )
    if known:
        flash(ngettext("One was there already.", "%(num)s were there already.", known), "info")
    return redirect(url_for(".opt_outs", slug=slug), 303)


@blueprint.get(f"{LIST}/remove")
@permits(Action.EDIT_REGISTRATIONS)
def ask_remove_opt_out(slug: str) -> str | Response:
    """Ask, naming the address, before it may be written to again."""
    organisation = _organisation(slug, Action.EDIT_REGISTRATIONS)
    key = _key(request.args.get("address"))
    if key not in opted_out(organisation.id, [key]):
        return _gone(slug)
    form = RemoveOptOutForm(formdata=None, address=key)
    return render_template(
        "registrations/remove_opt_out.html",
        organisation=organisation,
        name=_name(organisation),
        form=form,
        address=key,
    )


@blueprint.post(f"{LIST}/remove")
@permits(Action.EDIT_REGISTRATIONS)
def remove_opt_out(slug: str) -> Response:
    """Let the organisation write to an address again."""
    organisation = _organisation(slug, Action.EDIT_REGISTRATIONS)
    form = RemoveOptOutForm()
    key = _key(form.address.data)
    actor, now = current_actor(), clock.now()
    if not take_opt_out_back(organisation.id, key, ConsentSource.OFFICE, now, actor=actor):
        return _gone(slug)
    flash(gettext("%(email)s may be written to again.", email=key), "go")
    return redirect(url_for(".opt_outs", slug=slug), 303)


def _gone(slug: str) -> Response:
    flash(gettext("This address is not on the list any more."), "look")
    return redirect(url_for(".opt_outs", slug=slug), 303)


def _page(organisation: Organisation, form: OptOutForm) -> str:
    search = clean_line(request.args.get("q"))[:LONGEST_ADDRESS_SEARCH]
    after = _key(request.args.get("after"))
    actor = current_actor()
    return render_template(
        "registrations/opt_outs.html",
        organisation=organisation,
        name=_name(organisation),
        form=form,
        page=opt_outs_of(organisation.id, search=search, after=after),
        search=search,
        after=after,
        sources=SOURCES,
        may_edit=can(actor, Action.EDIT_REGISTRATIONS, organisation.id),
        sees_members=can(actor, Action.SEE_MEMBERS, organisation.id),
        may_set=can(actor, Action.EDIT_ORGANISATION, organisation.id),
    )


def _key(typed: str | None) -> str:
    return address_key(clean_line(typed))[:254]


def _organisation(slug: str, action: Action) -> Organisation:
    return managed_organisation(current_actor(), slug, action)


def _name(organisation: Organisation) -> object:
    return organisation.name.pick(current_language().key, organisation.languages)
