"""A programme file as a form sends it: read once, and kept for its preview if it can be used."""

from __future__ import annotations

from contextlib import closing
from http import HTTPStatus
from uuid import UUID

from forum.core import clock
from forum.core.actor import Actor
from forum.core.errors import DomainError
from forum.core.zones import zone_of
from forum.programme.forms.importing import FileForm
from forum.programme.importing.reading import LARGEST_FILE, read_programme
from forum.programme.importing.shapes import UnreadableProgramme
from forum.programme.importing.shifting import check_times
from forum.programme.importing.storing import ImportedBefore, refuse_everywhere
from forum.programme.importing.waiting import keep_waiting

SEEN_NEXT = HTTPStatus.SEE_OTHER
"""The preview is to be looked at."""


def keep_sent(form: FileForm, actor: Actor, event_id: UUID | None) -> int:
    """Keep the file of a form; return SEEN_NEXT where its preview can be read, else what to answer.

    Without an event it must hold times, as an event is to be made of it. The form says what is
    wrong with the file.
    """
    if not form.validate():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    with closing(form.file.data) as sent:
        content = sent.read(LARGEST_FILE + 1)
    try:
        file = read_programme(content, zone_of(form.zone.data))
        if event_id is None:
            check_times(file)
            refuse_everywhere(actor, file, content)
        now = clock.now()
        keep_waiting(actor, event_id, sent.filename, content, form.zone.data, now=now)
    except DomainError as error:
        if isinstance(error, UnreadableProgramme):
            error.field = "file"
        if isinstance(error, ImportedBefore):
            form.imported_as = error.slug
        form.blame(error)
        return error.status
    return SEEN_NEXT
