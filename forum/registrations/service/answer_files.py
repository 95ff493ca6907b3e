"""Files that are sent as answers: known by their content, kept aside, claimed by a booking."""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import SEEK_END, SEEK_SET
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db, writing
from forum.core.errors import Conflict, Invalid, NotFound, Unavailable
from forum.core.i18n import sentence
from forum.core.uploads import Uploads, sweep_uploads, write_upload
from forum.registrations.models import AnswerFile, Question
from forum.registrations.rules import LARGEST_ANSWER_FILE, FileKind, QuestionKind, file_kind_of
from forum.registrations.service.parties import AnswerGiven, Party

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SUFFIXES = {
    FileKind.PDF: ".pdf",
    FileKind.PNG: ".png",
    FileKind.JPEG: ".jpg",
    FileKind.DOCX: ".docx",
}
HEAD_BYTES, TAIL_BYTES = 16, 2048
KEPT_ASIDE = timedelta(hours=3)
"""How long a file waits for the form that sent it."""

MOST_ASIDE_BYTES = 500_000_000
"""What may wait for forms of one event: anybody may send files, and the disk is everybody's."""

MOST_OF_A_NETWORK = 150_000_000
MOST_OF_A_FORM = 50_000_000


class NotSuchAFile(Invalid):
    """The file is none of those that are taken, whatever its name says."""

    code = "not_such_a_file"
    says = sentence("Choose a PDF, PNG, JPEG or DOCX. This file is none of these, or it is damaged")


class FileTooLarge(Invalid):
    """The file is too large to be taken."""

    code = "answer_file_too_large"
    says = sentence("Choose a file of at most 5 MB")


class NoRoomForFiles(Conflict):
    """Too many files wait for their forms at this moment."""

    code = "no_room_for_files"
    says = sentence("Files cannot be taken at this moment. Try again in an hour.")


class FileNotKept(Unavailable):
    """The disk does not take the file."""

    code = "answer_file_not_kept"
    says = sentence("The file cannot be stored for the moment. Try again later.")


class FileGone(Conflict):
    """The file waited too long for its form, or another booking has it."""

    code = "answer_file_gone"
    status = 422
    says = sentence("A file was kept for a while only. Choose it again.")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a file: keyed digests of the form and of the network, of sixteen bytes."""

    form: bytes = b""
    network: bytes = b""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a form brings it, with the name its sender gave it.

    `instead_of` is the one that the same form sent before, for the same box.
    """

    stream: BinaryIO
    name: str
    sender: Sender = Sender()
    instead_of: UUID | None = None


def answer_folder(uploads: Path) -> Path:
    """Return the folder of answers within that of all uploads; nothing serves it by itself."""
    return uploads / "answers"


def keep_answer_file(
    event_id: UUID, question_id: UUID, sent: SentFile, folder: Path, *, now: datetime
) -> AnswerFile:
    """Check a file by its content and keep it aside until a booking claims it.

    Raises FileTooLarge, NotSuchAFile, NoRoomForFiles, FileNotKept, and then leaves nothing behind.
    """
    size = sent.stream.seek(0, SEEK_END)
    if size > LARGEST_ANSWER_FILE:
        raise FileTooLarge
    kind = _kind_of(sent.stream, size)
    if kind is None:
        raise NotSuchAFile
    sent.stream.seek(0, SEEK_SET)
    digest = hashlib.sha256(sent.stream.read()).digest()
    sent.stream.seek(0, SEEK_SET)
    try:
        file_name = write_upload(sent.stream, folder, SUFFIXES[kind])
    except OSError:
        raise FileNotKept from None
    kept = AnswerFile(
        event_id=event_id,
        question_id=question_id,
        file_name=file_name,
        name=sent.name,
        kind=kind,
        size=size,
        digest=digest,
        from_form=sent.sender.form,
        from_network=sent.sender.network,
        sent_at=now,
    )
    files = Uploads(folder, [file_name])
    with files, writing() as session:
        if sent.instead_of is not None:
            mine = AnswerFile.from_form == sent.sender.form
            for name in _delete(session, AnswerFile.id == sent.instead_of, mine):
                files.drop(name)
        _check_room(session, event_id, question_id, size, sent.sender)
        session.add(kept)
    return kept


def claim_files(
    session: Session, event_id: UUID, booking_id: UUID, file_ids: Collection[UUID]
) -> None:
    """Give files that were kept aside to the booking whose answers name them; one statement.

    The booking is written already. Raises FileGone where one is not there, or another's.
    """
    if not file_ids:
        return
    mine = sa.or_(AnswerFile.booking_id.is_(None), AnswerFile.booking_id == booking_id)
    claimed = session.execute(
        sa.update(AnswerFile)
        .where(AnswerFile.id.in_(file_ids), AnswerFile.event_id == event_id, mine)
        .values(booking_id=booking_id, from_form=b"", from_network=b"")
        .returning(AnswerFile.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(claimed) != len(set(file_ids)):
        raise FileGone


def check_files(session: Session, event_id: UUID, file_ids: Collection[UUID]) -> None:
    """Raise FileGone where a new booking could not claim one of these; at most one statement."""
    if not file_ids:
        return
    there = session.scalar(
        sa.select(sa.func.count()).where(
            AnswerFile.id.in_(file_ids),
            AnswerFile.event_id == event_id,
            AnswerFile.booking_id.is_(None),
        )
    )
    if there != len(set(file_ids)):
        raise FileGone


def files_of(answers: Iterable[AnswerGiven]) -> set[UUID]:
    """Return the files that these answers name."""
    return {
        UUID(str(value["file"]))
        for one in answers
        for value in one.value
        if isinstance(value, dict) and "file" in value
    }


def files_in(party: Party) -> set[UUID]:
    """Return the files that anybody of a party sent."""
    return files_of([*party.answers, *(one for who in party.attendees for one in who.answers)])


def sweep_answer_files(folder: Path, now: datetime) -> int:
    """Delete files that no form claimed, and those on the disk that no row names; return how many.

    Two statements.
    """
    files = Uploads(folder)
    with files, writing() as session:
        names = _delete(session, AnswerFile.sent_at < now - KEPT_ASIDE)
        for name in names:
            files.drop(name)
    return len(names) + sweep_uploads(folder, set(SUFFIXES.values()), _named, now)


def _named(found: set[str]) -> set[str]:
    return found & set(db.session.scalars(sa.select(AnswerFile.file_name)))


def _delete(session: Session, *which: sa.ColumnElement[bool]) -> Sequence[str]:
    """Delete files that no booking holds; return the names of their bytes."""
    return session.scalars(
        sa.delete(AnswerFile)
        .where(AnswerFile.booking_id.is_(None), *which)
        .returning(AnswerFile.file_name)
        .execution_options(synchronize_session=False)
    ).all()


def _check_room(
    session: Session, event_id: UUID, question_id: UUID, size: int, sender: Sender
) -> None:
    asked = session.scalar(
        sa.select(Question.kind).where(Question.id == question_id, Question.event_id == event_id)
    )
    if asked is not QuestionKind.FILE:
        raise NotFound
    waiting = sa.func.sum(AnswerFile.size)
    aside = session.execute(
        sa.select(
            waiting,
            waiting.filter(AnswerFile.from_network == sender.network),
            waiting.filter(AnswerFile.from_form == sender.form),
        ).where(AnswerFile.event_id == event_id, AnswerFile.booking_id.is_(None))
    ).one()
    bounds = (MOST_ASIDE_BYTES, MOST_OF_A_NETWORK, MOST_OF_A_FORM)
    if any(int(sent or 0) + size > most for sent, most in zip(aside, bounds, strict=True)):
        raise NoRoomForFiles


def _kind_of(stream: BinaryIO, size: int) -> FileKind | None:
    stream.seek(0, SEEK_SET)
    head = stream.read(HEAD_BYTES)
    stream.seek(max(size - TAIL_BYTES, 0), SEEK_SET)
    tail = stream.read(TAIL_BYTES)
    stream.seek(0, SEEK_SET)
    names: list[str] = []
    if head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(stream) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, struct.error):
            return None
    return file_kind_of(head, tail, names)
