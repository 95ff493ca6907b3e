"""Uploaded files on the disk: random names, deleted with their rows, swept when none names them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

NAME_BYTES = 16
SPARED = timedelta(days=1)
"""A file younger than this may belong to a form that is just being saved."""


def write_upload(stream: BinaryIO, folder: Path, suffix: str) -> str:
    """Write a stream to the folder and return the file's name; raises OSError, leaving nothing."""
    name = f"{secrets.token_hex(NAME_BYTES)}{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("wb") as file:
            shutil.copyfileobj(stream, file)
    except OSError:
        delete_files(folder, [name])
        raise
    return name


def delete_files(folder: Path, names: Iterable[str]) -> None:
    """Delete files that nothing shows any more; one that is gone is fine."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


class Uploads:
    """Files that stay if the transaction succeeds, and go if it fails.

    Other files can be named that go with the commit.
    """

    def __init__(self, folder: Path, made: Iterable[str] = ()) -> None:
        """Look after files that were just written, or only after those that are named to go."""
        self.folder = folder
        self._made = list(made)
        self._unused: list[str] = []

    def drop(self, file_name: str | None) -> None:
        """Delete a file once the transaction has been committed."""
        if file_name:
            self._unused.append(file_name)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        delete_files(self.folder, self._unused if kind is None else self._made)


def sweep_uploads(
    folder: Path, suffixes: Collection[str], named: Callable[[set[str]], set[str]], now: datetime
) -> int:
    """Delete old files of these kinds that `named` does not say are known; return how many."""
    if not folder.is_dir():
        return 0
    old = (now - SPARED).timestamp()
    found = {
        one.name
        for one in folder.iterdir()
        if one.suffix in suffixes and len(one.stem) == NAME_BYTES * 2 and one.stat().st_mtime < old
    }
    lost = found - named(found) if found else set()
    delete_files(folder, sorted(lost))
    return len(lost)
