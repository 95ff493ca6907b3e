"""The back office of access codes: made many at once, listed, revoked, given as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import audit, clock
from forum.core.db import writing
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list
from forum.core.http.i18n import current_language, translated
from forum.core.i18n import sentence
from forum.core.ids import id_in
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.registrations.forms.codes import CodesForm
from forum.registrations.manage.frame import OfficePage, blueprint, page, spreadsheet
from forum.registrations.queries.codes import CODES_A_PAGE, all_codes, codes_page
from forum.registrations.queries.types import types_of
from forum.registrations.rules import Access
from forum.registrations.service.making_codes import (
    CodesWanted,
    bring_back,
    make_codes,
    revoke_codes,
)

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event

CODES = "/<slug>/registrations/codes"

page(
    OfficePage(
        40,
        sentence("Access codes"),
        "registrations_manage.access_codes",
        Action.EDIT_REGISTRATIONS,
    )
)


@blueprint.route(CODES, methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def access_codes(slug: str) -> str | tuple[str, int] | AnyResponse:
    """List an event's codes, and make more; five statements."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    form = _form(event)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                wanted = CodesWanted(
                    UUID(form.ticket_type.data),
                    form.number.data,
                    form.uses.data,
                    form.until(event.zone),
                    form.label.data or "",
                    form.kept.data or 0,
                )
                make_codes(current_actor(), event.id, wanted, now=clock.now())
            except DomainError as error:
                form.blame(error)
                status = error.status
                event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
            else:
                number = form.number.data
                flash(ngettext("The code is made.", "%(num)s codes are made.", number), "go")
                return redirect(url_for(".access_codes", slug=slug), 303)
    return _page(event, form), status


@blueprint.post(f"{CODES}/revoke")
@permits(Action.EDIT_REGISTRATIONS)
def revoke(slug: str) -> AnyResponse:
    """Revoke codes that were ticked, or with `again` bring them back."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    ids = [one for one in map(id_in, request.form.getlist("code")[:CODES_A_PAGE]) if one]
    actor, now = current_actor(), clock.now()
    if "again" in request.form:
        number = bring_back(actor, event.id, ids, now=now)
        says = ngettext("The code can be used again.", "%(num)s codes can be used again.", number)
    else:
        number = len(revoke_codes(actor, event.id, ids, now=now))
        says = ngettext(
            "The code is revoked. Who used it stays registered.",
            "%(num)s codes are revoked. Who used them stays registered.",
            number,
        )
    flash(
        says if number else gettext("Nothing was changed: tick the codes first."),
        "go" if number else "look",
    )
    return redirect(url_for(".access_codes", slug=slug), 303)


@blueprint.get(f"{CODES}.csv")
@permits(Action.EDIT_REGISTRATIONS)
def export_codes(slug: str) -> Response:
    """Give all codes as CSV; no cell is a formula."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    now, key = clock.now(), current_language().key
    rows = all_codes(event.id)
    cells = [
        [
            gettext("Access code"),
            gettext("Ticket type"),
            gettext("For whom"),
            gettext("Used"),
            gettext("Uses"),
            gettext("Can be used until"),
            gettext("Status"),
        ]
    ]
    for row in rows:
        one = row.code
        until = one.expires_at.astimezone(event.zone) if one.expires_at else None
        cells.append(
            [
                row.shown,
                str(row.type_name.pick(key, event.languages)),
                one.label,
                str(one.used),
                str(one.uses),
                until.strftime("%Y-%m-%d %H:%M") if until else "",
                translated(row.standing(now)[1]),
            ]
        )
    with writing() as session:
        audit.record(
            session,
            current_actor(),
            "access_codes.exported",
            ("event", event.id),
            event.organisation_id,
            {"rows": len(rows)},
            now,
        )
    return spreadsheet(cells, f"{event.slug}-access-codes.csv")


def _form(event: Event) -> CodesForm:
    form = CodesForm()
    key = current_language().key
    form.ticket_type.choices = option_list(
        (str(one.id), str(one.name.pick(key, event.languages)))
        for one in types_of(event.id)
        if one.access is Access.CODE
    )
    return form


def _page(event: Event, form: CodesForm) -> str:
    type_id = id_in(request.args.get("type", ""))
    number = request.args.get("page", 1, type=int)
    now = clock.now()
    found = codes_page(event.id, type_id=type_id, number=number)
    return render_template(
        "registrations/codes.html",
        event=event,
        form=form,
        page=found,
        rows=[(row, row.standing(now)) for row in found.rows],
        a_page=CODES_A_PAGE,
    )
