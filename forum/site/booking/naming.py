"""The form by which somebody is named for a place: the first to be, another, or one more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import make_response, render_template

from forum.core import clock
from forum.core.http.headers import private
from forum.registrations.forms.own_page import OwnNameForm, ReplaceForm
from forum.site.booking.answering import has_files, sheet_of
from forum.site.booking.sight import frame_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.asking import Sheet
    from forum.registrations.models import Registration
    from forum.site.booking.sight import Sight


class Naming(NamedTuple):
    """The form for a person, and the sheet of what this person is asked."""

    form: ReplaceForm | OwnNameForm
    sheet: Sheet


def naming_form(sight: Sight, person: Registration, *, sent: bool) -> Naming:
    """Return the form for a place: empty boxes, whoever had it before."""
    kind = OwnNameForm if sight.is_own else ReplaceForm
    form = kind() if sent else kind(formdata=None, revision=str(person.revision))
    return Naming(form, sheet_of(form, sight, person, fresh=True))


def naming_page(
    sight: Sight, person: Registration, naming: Naming | None = None, status: int = 200
) -> AnyResponse:
    """Return the page with the form for one place."""
    now = clock.now()
    form, sheet = naming or naming_form(sight, person, sent=False)
    page = render_template(
        "registrations/booking_naming.html",
        person=person,
        form=form,
        sheet=sheet,
        has_files=has_files(sheet),
        sent=naming is not None,
        href=f"{sight.base}/people/{person.id}/replace",
        is_own=sight.is_own,
        changes=sight.takes_changes(now),
        **frame_of(sight, "" if sight.is_own else f"/people/{person.id}/replace"),
    )
    return private(make_response(page, status))
