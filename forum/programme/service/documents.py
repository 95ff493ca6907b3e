"""Uploaded PDFs: known by their content, kept under a random name, gone with what named them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from os import SEEK_END, SEEK_SET
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from forum.core.db import db
from forum.core.errors import Invalid, Unavailable
from forum.core.i18n import sentence
from forum.core.uploads import sweep_uploads, write_upload
from forum.programme.models import Material
from forum.programme.rules import HEAD, LARGEST_PDF, TAIL_BYTES, looks_like_pdf

SUFFIX = ".pdf"


class NotAPdf(Invalid):
    """The file is no PDF, whatever its name says."""

    code = "not_a_pdf"
    says = sentence("Choose a PDF. This file is not one, or it is damaged")


class PdfTooLarge(Invalid):
    """The file is too large to be taken."""

    code = "pdf_too_large"
    says = sentence("Choose a PDF of at most 20 MB, or give a link to a larger one")


class PdfNotKept(Unavailable):
    """The disk does not take the file."""

    code = "pdf_not_kept"
    says = sentence(
        "The file cannot be stored, perhaps because the disk is full. Nothing was saved: "
        "try again with a link, and tell the organiser."
    )


@dataclass(frozen=True, slots=True)
class KeptPdf:
    """A file in its folder, before any row names it; `size` in bytes."""

    file_name: str
    size: int
    folder: Path


def keep_pdf(stream: BinaryIO, folder: Path, *, field: str = "file") -> KeptPdf:
    """Check an upload by its content and write it to the folder, outside any transaction.

    Raises PdfTooLarge, NotAPdf, PdfNotKept, and then leaves nothing behind.
    """
    size = stream.seek(0, SEEK_END)
    if size > LARGEST_PDF:
        raise PdfTooLarge(field=field)
    stream.seek(max(size - TAIL_BYTES, 0), SEEK_SET)
    tail = stream.read(TAIL_BYTES)
    stream.seek(0, SEEK_SET)
    if not looks_like_pdf(stream.read(len(HEAD)), tail):
        raise NotAPdf(field=field)
    stream.seek(0, SEEK_SET)
    try:
        file_name = write_upload(stream, folder, SUFFIX)
    except OSError:
        raise PdfNotKept(field=field) from None
    return KeptPdf(file_name, size, folder)


def sweep_pdfs(folder: Path, now: datetime) -> int:
    """Delete files that no material names, as those of sessions that were deleted; return how many.

    One statement.
    """
    return sweep_uploads(folder, {SUFFIX}, _named, now)


def _named(files: set[str]) -> set[str]:
    return files & set(db.session.scalars(sa.select(Material.file_name)))
