"""Files that are sent as answers: kept at once, so that a form that comes back still has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask_babel import gettext
from wtforms.utils import unset_value
from wtforms.widgets import FileInput

from forum.core.errors import DomainError, NotFound
from forum.core.http.i18n import translated
from forum.core.keys import instance_key
from forum.core.links import Purpose, claim, derive
from forum.core.text import clean_line
from forum.events.views import uploads
from forum.people.session_of_request import network
from forum.registrations.asking.fields import AnswerField
from forum.registrations.queries.answer_files import answer_files
from forum.registrations.rules import LONGEST_FILE_NAME
from forum.registrations.service.answer_files import (
    Sender,
    SentFile,
    answer_folder,
    keep_answer_file,
)

if TYPE_CHECKING:
    from forum.registrations.asking.sheets import Sheet

ACCEPTS = (
    ".pdf,.png,.jpg,.jpeg,.docx,application/pdf,image/png,image/jpeg,"
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

DIGEST_BYTES = 16


class FileAnswer(AnswerField):
    """A file; one that came before is named by a token and shown by its name."""

    widget = FileInput()
    extra = {"accept": ACCEPTS}  # noqa: RUF012 - the base says it is a class's

    upload: Any = None
    token = ""
    digest = b""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ANN401 - WTForms' own signature
        """Look for a file, for the token of one that came before, and for the wish to drop it."""
        self.upload, self.token = None, ""
        super().process(formdata, data, extra_filters)
        if formdata is None:
            self.token = derive(Purpose.ANSWER_FILE, self.kept_id) if self.kept_id else ""
        elif not formdata.get(f"{self.name}-drop"):
            self.token = str(formdata.get(f"{self.name}-kept", ""))

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take a file that has a name; what it is is seen when it is kept."""
        self.value, self.refused = [], ""
        self.upload = next((one for one in valuelist if getattr(one, "filename", "")), None)

    @property
    def kept_id(self) -> UUID | None:
        """The file that answers the question so far."""
        return UUID(str(self.value[0]["file"])) if self.value else None

    @property
    def kept_name(self) -> str:
        """What its sender called it."""
        return str(self.value[0]["name"]) if self.value else ""

    def keep(self, file_id: UUID, name: str, digest: bytes) -> None:
        """Answer with a file that is kept."""
        self.value = [{"file": str(file_id), "name": name}]
        self.token = derive(Purpose.ANSWER_FILE, file_id)
        self.digest = digest

    @property
    def opening(self) -> list[str]:
        """Say nothing to other questions."""
        return []

    def ask_for(self) -> str:
        """Ask for a file."""
        return str(gettext("Choose a file for “%(question)s”", question=self.words.text))


def sender_of(event_id: UUID, form: str) -> Sender:
    """Return by what files that wait are counted: `form` is a form's key, or a personal link."""
    return Sender(_digest(event_id, f"form {form}"), _digest(event_id, f"from {network()}"))


def keep_files(
    event_id: UUID, sheets: Iterable[Sheet], *, sender: Sender | None, now: datetime
) -> None:
    """Keep the files of a sent form, before it is checked; one statement, and more for new files.

    What cannot be kept is said at its box once the form is checked. Without a sender, for a form
    that nobody can have filled in yet, no new file is kept: each box asks for it again.
    """
    fields = [one for sheet in sheets for one in sheet.fields if isinstance(one, FileAnswer)]
    claimed = {one: file_id for one in fields if (file_id := _claimed(one.token))}
    known = answer_files(event_id, claimed.values()) if claimed else {}
    for field in fields:
        if not field.is_shown:
            continue
        if field.upload is not None and sender is None:
            field.refused = str(gettext("Choose the file again"))
            field.errors = [field.refused]
        elif field.upload is not None and sender is not None:
            _keep(field, event_id, sender, claimed.get(field), now)
        elif found := known.get(claimed[field]) if field in claimed else None:
            if found.question_id == field.question.id:
                field.keep(found.id, found.name, found.digest)
        elif field.token:
            field.token = ""
            field.refused = str(gettext("This file was kept for a while only. Choose it again."))


def _keep(
    field: FileAnswer, event_id: UUID, sender: Sender, before: UUID | None, now: datetime
) -> None:
    name = clean_line(field.upload.filename).replace("\\", "/").rpartition("/")[2]
    sent = SentFile(field.upload.stream, _short(name) or "file", sender, before)
    try:
        kept = keep_answer_file(
            event_id, field.question.id, sent, answer_folder(uploads()), now=now
        )
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        field.token, field.refused = "", translated(error.says)
    else:
        field.keep(kept.id, kept.name, kept.digest)


def _short(name: str) -> str:
    """Shorten a name in its middle, so that its ending stays."""
    stem, dot, ending = name.rpartition(".")
    if len(name) <= LONGEST_FILE_NAME or not dot:
        return name[:LONGEST_FILE_NAME]
    ending = ending[:8]
    return f"{stem[: LONGEST_FILE_NAME - len(ending) - 1]}.{ending}"


def _digest(event_id: UUID, said: str) -> bytes:
    key = instance_key().derived("answer files")
    keyed = hashlib.blake2b(event_id.bytes, key=key, digest_size=DIGEST_BYTES)
    keyed.update(said.encode("utf-8", "surrogatepass"))
    return keyed.digest()


def _claimed(token: str) -> UUID | None:
    try:
        found = claim(Purpose.ANSWER_FILE, token)
    except NotFound:
        return None
    return found.id if found.holds(0) else None
