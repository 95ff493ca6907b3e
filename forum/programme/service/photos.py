"""The files of a person's photo, kept in step with the transaction that names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session as Transaction

from forum.core.uploads import delete_files
from forum.events.models import Picture
from forum.events.service import (
    Encoded,
    Kept,
    add_picture,
    files_of,
    keep_face,
    keep_files,
)


@dataclass(frozen=True, slots=True)
class Photo:
    """What to do with the photo: a new one, the same with another focus, or none."""

    folder: Path
    new: Encoded | None = None
    focus: tuple[int, int] = (50, 40)
    remove: bool = False


class PhotoFiles:
    """The files of a photo: new ones go when the transaction fails, old ones when it succeeds.

    They are written before the transaction begins, so that nobody waits for a disk. A tile that
    was cut for nothing stays until its picture goes: another may show it by now.
    """

    def __init__(self, photo: Photo | None) -> None:
        """Do with the photo what was asked; None leaves it alone."""
        self.photo = photo
        self._kept: Kept | None = None
        self._unused: list[str] = []

    def prepare(self, file_name: str | None = None) -> None:
        """Write what is to be shown; `file_name` is the picture's so far. Raises PictureNotKept."""
        photo = self.photo
        if photo is None:
            return
        if photo.new is not None:
            self._kept = keep_files(photo.new, photo.folder, photo.focus)
        elif file_name is not None and not photo.remove:
            keep_face(photo.folder, file_name, photo.focus)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if self.photo is None:
            return
        made = self._kept.names if self._kept else []
        delete_files(self.photo.folder, self._unused if kind is None else made)

    def add(self, transaction: Transaction, organisation_id: UUID, now: datetime) -> Picture | None:
        """Add the row of a new photo, where there is one."""
        if self._kept is None:
            return None
        new = add_picture(transaction, organisation_id, self._kept, now=now)
        transaction.flush()
        return new

    def drop(self, transaction: Transaction, picture: Picture | None) -> None:
        """Remove a picture that nothing names any more, and its files with the commit."""
        if picture is None or self.photo is None:
            return
        transaction.flush()
        self._unused += files_of(self.photo.folder, picture)
        transaction.delete(picture)

    def move(self, picture: Picture | None) -> bool:
        """Cut the tile of a picture round another point; say whether it is another."""
        photo = self.photo
        if picture is None or photo is None or (picture.focus_x, picture.focus_y) == photo.focus:
            return False
        self._unused.append(picture.face_name)
        picture.focus_x, picture.focus_y = photo.focus
        return True
