"""Guest lists out of files: the file, what its columns hold, a preview, and then the rows."""

from __future__ import annotations

from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import option_list
from forum.core.http.i18n import current_language, translated
from forum.core.i18n import Sentence, sentence
from forum.core.ids import id_in
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.registrations.forms.files import REGISTRATIONS, GuestFileForm, TakeInForm
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.queries.invitations import lists_of
from forum.registrations.queries.listing import types_of
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import (
    MOST_FILE_BYTES,
    OF_LISTS,
    OF_REGISTRATIONS,
    GuestColumn,
    GuestFileState,
)
from forum.registrations.service import guest_files, guest_previews, taking_in
from forum.registrations.service.types import GROWING

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.models import GuestFile

AT_ONCE_SECONDS = 4.0
"""So long the request itself takes rows in; what is left is the jobs process's."""

COLUMN_WORDS = {
    GuestColumn.REFERENCE: sentence("Reference"),
    GuestColumn.NAME: sentence("Full name"),
    GuestColumn.GIVEN_NAME: sentence("Given name"),
    GuestColumn.FAMILY_NAME: sentence("Family name"),
    GuestColumn.NAME_ZH: sentence("Name in Chinese"),
    GuestColumn.ORGANISATION: sentence("Organisation"),
    GuestColumn.EMAIL: sentence("Email"),
    GuestColumn.TYPE: sentence("Ticket type"),
    GuestColumn.STATUS: sentence("Status in the other system"),
    GuestColumn.LANGUAGE: sentence("Language"),
    GuestColumn.SALUTATION: sentence("Salutation"),
    GuestColumn.POST_NOMINALS: sentence("Post-nominals"),
    GuestColumn.JOB_TITLE: sentence("Job title"),
    GuestColumn.PHONE: sentence("Phone"),
    GuestColumn.COMPANIONS: sentence("Companions"),
    GuestColumn.PRECEDENCE: sentence("Precedence"),
    GuestColumn.SEATING: sentence("Row, table or seat"),
    GuestColumn.NOTE: sentence("Note"),
    GuestColumn.KEY: sentence("Invitation key"),
    GuestColumn.LIST: sentence("Guest list"),
    GuestColumn.GREET: sentence("Tell the greeter"),
}
page(
    OfficePage(
        90,
        sentence("Files"),
        "registrations_manage.import_guests",
        Action.EDIT_REGISTRATIONS,
        ("registrations_manage.guest_file", "registrations_manage.choose_columns"),
    )
)


@blueprint.route("/<slug>/registrations/import", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def import_guests(slug: str) -> AnyResponse | tuple[str, int]:
    """Take a file and keep it for its preview; nobody is registered or invited by that."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_REGISTRATIONS)
    form = GuestFileForm(target=request.args.get("list", REGISTRATIONS))
    lists = lists_of(event.id)
    form.target.choices = option_list(
        [
            (REGISTRATIONS, gettext("registered: each gets a ticket, or waits for a seat")),
            *(
                (
                    str(one.guest_list.id),
                    gettext("invited, on the list “%(name)s”", name=one.guest_list.name),
                )
                for one in lists
            ),
        ]
    )
    status = 200
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            with closing(form.file.data) as sent:
                content = sent.read(MOST_FILE_BYTES + 1)
            try:
                kept = guest_files.keep_file(
                    actor,
                    event.id,
                    sent.filename,
                    content,
                    list_id=id_in(form.target.data),
                    now=clock.now(),
                )
            except DomainError as error:
                error.field = "file"
                form.blame(error)
                status = HTTPStatus(error.status)
            else:
                return redirect(url_for(".guest_file", slug=slug, file_id=kept), 303)
        event = managed_event(actor, slug, Action.EDIT_REGISTRATIONS)
    page_shown = render_template(
        "registrations/import.html",
        event=event,
        form=form,
        files=guest_files.files_of(event.id),
        states=GuestFileState,
    )
    return page_shown, status


@blueprint.get("/<slug>/registrations/import/<uuid:file_id>")
@permits(Action.EDIT_REGISTRATIONS)
def guest_file(slug: str, file_id: UUID) -> str:
    """Show what taking the file in would come to, how far it has come, or what became of it."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    return _page(event, guest_files.kept_file(event.id, file_id))


@blueprint.post("/<slug>/registrations/import/<uuid:file_id>")
@permits(Action.EDIT_REGISTRATIONS)
def choose_columns(slug: str, file_id: UUID) -> AnyResponse | tuple[str, int]:
    """Keep what the columns hold; look again, or take the file in."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_REGISTRATIONS)
    form = TakeInForm()
    _offer_types(form, event)
    try:
        guest_files.choose(
            actor,
            event.id,
            file_id,
            {place: request.form.get(f"column-{place}", "") for place in range(200)},
            type_id=id_in(form.ticket_type.data),
            leave_out=bool(form.leave_out.data),
            send_mails=bool(form.send_mails.data),
        )
        if request.form.get("act") == "take":
            guest_files.begin(actor, event.id, file_id, now=clock.now())
            taking_in.take_in_some(file_id, now=clock.now(), seconds=AT_ONCE_SECONDS)
    except DomainError as error:
        event = managed_event(actor, slug, Action.EDIT_REGISTRATIONS)
        form.blame(error)
        return _page(event, guest_files.kept_file(event.id, file_id), form), error.status
    return redirect(url_for(".guest_file", slug=slug, file_id=file_id), 303)


@blueprint.post("/<slug>/registrations/import/<uuid:file_id>/discard")
@permits(Action.EDIT_REGISTRATIONS)
def discard_file(slug: str, file_id: UUID) -> AnyResponse:
    """Throw a waiting file away."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_REGISTRATIONS)
    guest_files.throw_away(actor, event.id, file_id)
    flash(gettext("The file is discarded. Nothing was changed."))
    return redirect(url_for(".import_guests", slug=slug), 303)


def _page(event: Event, kept: GuestFile, form: TakeInForm | None = None) -> str:
    table = guest_files.table_of(kept) if kept.content is not None else None
    columns = guest_files.columns_of(kept)
    preview, stopped = None, None
    if kept.state is GuestFileState.WAITING:
        try:
            preview = guest_previews.preview(kept, current_language().key)
        except DomainError as error:
            stopped = error.says
    shown = form or TakeInForm(
        formdata=None,
        leave_out=kept.leave_out,
        send_mails=kept.send_mails,
        ticket_type=str(kept.ticket_type_id or ""),
    )
    _offer_types(shown, event)
    return render_template(
        "registrations/import_file.html",
        event=event,
        kept=kept,
        table=table,
        columns=columns,
        choices=_meanings(event, kept),
        preview=preview,
        stopped=stopped,
        form=shown,
        states=GuestFileState,
        left=_left(event, kept) if preview else None,
        problems=[
            (number, name, translated(Sentence(text, values)))
            for number, name, text, values in kept.problems
        ],
    )


def _offer_types(form: TakeInForm, event: Event) -> None:
    key = current_language().key
    form.ticket_type.choices = option_list(
        [
            (str(one.id), one.name.pick(key, event.languages).text)
            for one in types_of(event.id)
            if one.pool.about not in GROWING
        ]
    )


def _left(event: Event, kept: GuestFile) -> int | None:
    """Return how many seats the type of the file has left; None where guests are only invited."""
    types = [one for one in types_of(event.id) if one.pool.about not in GROWING]
    if kept.list_id is not None or not types:
        return None
    chosen = next((one for one in types if one.id == kept.ticket_type_id), types[0])
    pools = [chosen.pool, *([chosen.limit] if chosen.limit else [])]
    return min(0 if one.waiting else one.left for one in pools)


def _meanings(event: Event, kept: GuestFile) -> list[tuple[str, str]]:
    """Return what a column may hold: its value, and its name."""
    left_out = OF_LISTS if kept.list_id is None else OF_REGISTRATIONS - {GuestColumn.STATUS}
    plain = [
        (one.value, translated(words)) for one, words in COLUMN_WORDS.items() if one not in left_out
    ]
    if kept.list_id is not None:
        return plain
    key = current_language().key
    return plain + [
        (str(one.id), one.label.pick(key, event.languages).text)
        for one in questions_for(event.id)
        if one.kind in guest_files.READ_FROM_FILES
    ]
