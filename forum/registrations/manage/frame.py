"""What pages on registrations share: the blueprint, its entry, what a spreadsheet may hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, request, url_for

from forum.core.http import office
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action, can

if TYPE_CHECKING:
    from flask import Response

    from forum.events.models import Event

blueprint = Blueprint("registrations_manage", __name__, url_prefix="/manage")
office.room(
    office.Room(30, sentence("Registrations"), "people", "registrations", Action.SEE_REGISTRATIONS)
)


@dataclass(frozen=True, slots=True)
class OfficePage:
    """A page beside the list of guests, reached by a tab; `here` are the endpoints it covers."""

    order: int
    label: Sentence
    endpoint: str
    action: Action
    here: tuple[str, ...] = ()


_PAGES: dict[str, OfficePage] = {}


def page(entry: OfficePage) -> None:
    """Give the registrations of an event a tab; the same endpoint again replaces it."""
    _PAGES[entry.endpoint] = entry


@blueprint.context_processor
def _tabs() -> dict[str, Any]:
    return {"registration_tabs": tabs_of}


def tabs_of(event: Event) -> list[tuple[str, str, bool, None]]:
    """Return the tabs that the present member may open: words, address, whether it is here."""
    actor, now_at = current_actor(), request.endpoint
    return [
        (
            translated(one.label),
            url_for(one.endpoint, slug=event.slug),
            now_at in {one.endpoint, *one.here},
            None,
        )
        for one in sorted(_PAGES.values(), key=lambda one: one.order)
        if can(actor, one.action, event.organisation_id)
    ]


page(
    OfficePage(
        0,
        sentence("Guests"),
        "registrations_manage.listing",
        Action.SEE_REGISTRATIONS,
    )
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def spreadsheet(rows: Iterable[Sequence[str]], file_name: str) -> Response:
    """Answer rows as CSV (RFC 4180, with a BOM); no cell is a formula."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    response = make_response("\ufeff" + file.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
