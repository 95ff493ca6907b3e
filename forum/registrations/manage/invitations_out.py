"""Invitations as a file: the columns that are chosen, for all or for those of a view, row by row.

Taken in again in any language, the file changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, render_template, request, stream_with_context
from flask_babel import gettext

from forum.core import audit, clock
from forum.core.db import writing
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action
from forum.core.spreadsheets import CSV, XLSX, csv_pieces, workbook_pieces
from forum.core.text import clean_line
from forum.events.queries import managed_event
from forum.registrations.forms.invitations import BY_WORDS
from forum.registrations.manage.files_in import COLUMN_WORDS
from forum.registrations.manage.frame import blueprint
from forum.registrations.manage.invitations import INVITATIONS
from forum.registrations.queries import invitations as queries
from forum.registrations.queries.invitation_exports import invitations_in_turn
from forum.registrations.rules import (
    INVITATION_WORDS,
    GuestColumn,
    InvitationState,
    ReplyBy,
)

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.registrations.models import Invitation

Cell = Callable[["Invitation", tzinfo], str]


def _when(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def _by(row: Invitation) -> str:
    if row.reply_by is None:
        return ""
    return gettext("By the link") if row.reply_by is ReplyBy.LINK else str(BY_WORDS[row.reply_by])


def _of(column: GuestColumn, cell: Cell) -> tuple[str, tuple[Sentence, Cell]]:
    return column.value, (COLUMN_WORDS[column], cell)


COLUMNS: dict[str, tuple[Sentence, Cell]] = dict(
    (
        _of(GuestColumn.KEY, lambda row, _: str(row.id)),
        _of(GuestColumn.LIST, lambda row, _: row.guest_list.name),
        _of(
            GuestColumn.PRECEDENCE,
            lambda row, _: "" if row.precedence is None else str(row.precedence),
        ),
        _of(GuestColumn.SALUTATION, lambda row, _: row.salutation),
        _of(GuestColumn.NAME, lambda row, _: row.name),
        _of(GuestColumn.NAME_ZH, lambda row, _: row.name_zh),
        _of(GuestColumn.POST_NOMINALS, lambda row, _: row.post_nominals),
        _of(GuestColumn.JOB_TITLE, lambda row, _: row.job_title),
        _of(GuestColumn.ORGANISATION, lambda row, _: row.organisation),
        _of(GuestColumn.EMAIL, lambda row, _: row.email),
        _of(GuestColumn.PHONE, lambda row, _: row.phone),
        _of(GuestColumn.LANGUAGE, lambda row, _: row.lang),
        _of(GuestColumn.COMPANIONS, lambda row, _: str(row.companions)),
        _of(GuestColumn.SEATING, lambda row, _: row.seating),
        _of(GuestColumn.GREET, lambda row, _: gettext("Yes") if row.greet else gettext("No")),
        _of(GuestColumn.NOTE, lambda row, _: row.note),
        ("state", (sentence("Status"), lambda row, _: translated(INVITATION_WORDS[row.state][1]))),
        ("sent", (sentence("Sent"), lambda row, zone: _when(row.sent_at, zone))),
        ("replied", (sentence("Replied"), lambda row, zone: _when(row.replied_at, zone))),
        ("reply_by", (sentence("How the reply came"), lambda row, _: _by(row))),
    )
)
"""What a file may hold: the heading, and the cell of an invitation. Headings of what is taken in
again are those that a file coming in is known by."""

USUAL = tuple(name for name in COLUMNS if name not in {"sent", "replied", "reply_by"})


@dataclass(frozen=True, slots=True)
class _View:
    """Which invitations are wanted, as the address says it."""

    list_id: UUID | None
    state: InvitationState | None
    search: str

    @classmethod
    def asked(cls, event: Event) -> _View:
        """Read the address; what makes no sense there is passed over."""
        wanted, state = request.args.get("list", ""), request.args.get("state", "")
        rows = queries.lists_of(event.id)
        found = (one.guest_list.id for one in rows if str(one.guest_list.id) == wanted)
        return cls(
            next(found, None),
            InvitationState(state) if state in set(InvitationState) else None,
            clean_line(request.args.get("q"))[: queries.LONGEST_WORDS],
        )

    @property
    def query(self) -> dict[str, Any]:
        """The same as parts of an address."""
        said = {"list": self.list_id, "state": self.state, "q": self.search}
        return {name: str(value) for name, value in said.items() if value}


@blueprint.get(f"{INVITATIONS}/export")
@permits(Action.SEE_REGISTRATIONS)
def export_invitations(slug: str) -> str:
    """Ask which columns the file has; its rows are those of the view from which one came."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    view = _View.asked(event)
    page = queries.invitation_page(
        event.id, list_id=view.list_id, state=view.state, search=view.search
    )
    return render_template(
        "registrations/invitations_export.html",
        event=event,
        view=view.query,
        number=page.total,
        columns=[(name, translated(words)) for name, (words, _) in COLUMNS.items()],
        usual=USUAL,
    )


@blueprint.get('/<slug>/registrations/invitations.<any("csv","xlsx"):kind>')
@permits(Action.SEE_REGISTRATIONS)
def invitations_file(slug: str, kind: str) -> Response:
    """Give the invitations as CSV (RFC 4180, with a BOM) or XLSX; no cell is a formula."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.SEE_REGISTRATIONS)
    view, wanted = _View.asked(event), request.args.getlist("column")
    names = [name for name in COLUMNS if name in (wanted or USUAL)]
    about = event.id, event.zone
    with writing() as session:
        audit.record(
            session,
            actor,
            "invitations.exported",
            ("event", event.id),
            event.organisation_id,
            {"columns": names, "view": view.query},
            clock.now(),
        )
    rows = _rows(*about, view, names)
    is_csv = kind == "csv"
    pieces = csv_pieces(rows) if is_csv else workbook_pieces(rows, gettext("Invitations"))
    response = Response(stream_with_context(pieces), mimetype=CSV if is_csv else XLSX)
    response.headers["Content-Type"] = CSV if is_csv else XLSX
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-invitations.{kind}"'
    return private(response)


def _rows(event_id: UUID, zone: tzinfo, view: _View, names: Sequence[str]) -> Iterator[list[str]]:
    """Return the header and the invitations; one statement for each 1,000 of them."""
    yield [translated(COLUMNS[name][0]) for name in names]
    cells = [COLUMNS[name][1] for name in names]
    turns = invitations_in_turn(
        event_id, list_id=view.list_id, state=view.state, search=view.search
    )
    for some in turns:
        for row in some:
            yield [cell(row, zone) for cell in cells]
