"""Uploaded PDFs: known by their content, kept under a random name, gone with what named them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import SEEK_END, SEEK_SET
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from forum.core.db import db
from forum.core.errors import Invalid, Unavailable
from forum.core.i18n import sentence
from forum.events.service import delete_files
from forum.programme.models import Material
from forum.programme.rules import HEAD, LARGEST_PDF, TAIL_BYTES, looks_like_pdf

NAME_BYTES = 16
SPARED = timedelta(days=1)
"""A file younger than this may belong to a form that is just being saved."""


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


class PdfFile:
    """A file that stays if the transaction succeeds, and goes if it fails.

    Other files can be named that go with the commit.
    """

    def __init__(self, folder: Path, kept: KeptPdf | None = None) -> None:
        """Look after a kept file, or only after those that are named to go."""
        self.kept = kept
        self._folder = folder
        self._unused: list[str] = []

    def drop(self, file_name: str | None) -> None:
        """Delete a file once the transaction has been committed."""
        if file_name:
            self._unused.append(file_name)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        made = [self.kept.file_name] if self.kept else []
        delete_files(self._folder, self._unused if kind is None else made)


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
    kept = KeptPdf(f"{secrets.token_hex(NAME_BYTES)}.pdf", size, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / kept.file_name).open("wb") as file:
            shutil.copyfileobj(stream, file)
    except OSError:
        delete_files(folder, [kept.file_name])
        raise PdfNotKept(field=field) from None
    return kept


def sweep_pdfs(folder: Path, now: datetime) -> int:
    """Delete files that no material names, as those of sessions that were deleted; return how many.

    One statement.
    """
    old = (now - SPARED).timestamp()
    ours = (one for one in folder.glob("*.pdf") if len(one.stem) == NAME_BYTES * 2)
    found = {one.name for one in ours if one.stat().st_mtime < old}
    lost = sorted(found - _named(found))
    delete_files(folder, lost)
    return len(lost)


def _named(files: Iterable[str]) -> set[str]:
    named = db.session.scalars(sa.select(Material.file_name).where(Material.file_name.is_not(None)))
    known = {one for one in named if one}
    return known & set(files)
