"""The files of a logo: new ones go when the change fails, old ones when it succeeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self
from uuid import UUID

from sqlalchemy.orm import Session

from forum.core.i18n import sentence
from forum.core.uploads import delete_files
from forum.events.models import Picture
from forum.events.service.pictures import (
    Encoded,
    Kept,
    PictureNotKept,
    add_picture,
    files_of,
    keep_files,
)


class LogoNotKept(PictureNotKept):
    """The disk does not take the file of a logo."""

    code = "logo_not_kept"
    says = sentence(
        "The logo cannot be stored, perhaps because the disk is full. Nothing was saved: "
        "try again without a logo, and tell whoever runs this Forum."
    )


@dataclass(frozen=True, slots=True)
class Logo:
    """What to do with a logo: a new one, the same as before, or none."""

    folder: Path
    new: Encoded | None = None
    remove: bool = False


class HasLogo(Protocol):
    """A row that names the picture of its logo."""

    picture_id: UUID | None


class LogoFiles:
    """A logo's file, written before the transaction begins so that nobody waits for a disk."""

    def __init__(self, logo: Logo | None) -> None:
        """Keep what is to be done; entering writes the new file. Raises LogoNotKept."""
        self._logo = logo
        self._kept: Kept | None = None
        self._unused: list[str] = []

    def __enter__(self) -> Self:
        """Write the new file, where there is one."""
        if self._logo and self._logo.new:
            try:
                self._kept = keep_files(self._logo.new, self._logo.folder, None)
            except PictureNotKept:
                raise LogoNotKept(field="logo") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """Delete what nothing shows any more, or what was written for nothing."""
        if self._logo:
            made = self._kept.names if self._kept else []
            delete_files(self._logo.folder, self._unused if kind is None else made)

    def apply(
        self, session: Session, organisation_id: UUID, holder: HasLogo, now: datetime
    ) -> bool:
        """Do with the holder's logo what was asked; say whether anything changed."""
        logo = self._logo
        if logo is None or (self._kept is None and not logo.remove):
            return False
        old = session.get(Picture, holder.picture_id) if holder.picture_id else None
        new = add_picture(session, organisation_id, self._kept, now=now) if self._kept else None
        session.flush()
        holder.picture_id = new.id if new else None
        session.flush()
        if old is not None:
            self._unused += files_of(logo.folder, old)
            session.delete(old)
        return new is not None or old is not None
