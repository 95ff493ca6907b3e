"""Font files for what the server draws itself: pictures to share, and printed programmes.

From the folders of FORUM_FONT_DIRS; else from the font package, where it is installed; else from
where systems keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

CJK_PACKAGE = "manimgx_fonts_cjk"
SYSTEM = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
ENDINGS = {".ttf", ".otf", ".ttc", ".otc"}
LATIN = (
    ("notosans-regular.", "notosans-bold."),
    ("notosans[",),
    ("dejavusans.", "dejavusans-bold."),
    ("liberationsans-regular.", "liberationsans-bold."),
    ("arial.", "arialbd."),
)
CJK = (
    ("notosanscjk-regular.", "notosanscjk-bold."),
    ("notosanscjk",),
    ("sourcehansans",),
    ("notosanshk", "notosanstc", "notosanssc"),
    ("pingfang.",),
    ("msjh.", "msjhbd.", "msyh.", "msyhbd."),
    ("wqy-",),
)
"""How the files of a family begin, in its weights; the best families first."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """The files to draw Latin and Chinese with; each may be empty, and a Chinese one has both."""

    latin: tuple[Path, ...]
    cjk: tuple[Path, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them, Latin first."""
        return (*self.latin, *self.cjk)


def fonts_in(dirs: tuple[str, ...]) -> Fonts:
    """Return what there is to draw with; `dirs` are the folders of FORUM_FONT_DIRS."""
    return _found(dirs)


@lru_cache(maxsize=8)
def _found(dirs: tuple[str, ...]) -> Fonts:
    latin: tuple[Path, ...] = ()
    cjk: tuple[Path, ...] = ()
    for folders in (tuple(map(Path, dirs)), _package(), SYSTEM):
        if latin and cjk:
            break
        files = _files(folders)
        latin, cjk = latin or _best(files, LATIN), cjk or _best(files, CJK)
    return Fonts(latin, cjk)


def _best(files: Iterable[Path], families: Iterable[tuple[str, ...]]) -> tuple[Path, ...]:
    """Return the files of the first family that any belongs to, each name once."""
    by_name = {file.name.lower(): file for file in files}
    for beginnings in families:
        if found := [file for name, file in by_name.items() if name.startswith(beginnings)]:
            return tuple(found)
    return ()


def _files(folders: tuple[Path, ...]) -> list[Path]:
    return sorted(
        file
        for folder in folders
        if folder.is_dir()
        for file in folder.rglob("*")
        if file.suffix.lower() in ENDINGS
    )


def _package() -> tuple[Path, ...]:
    found = find_spec(CJK_PACKAGE)
    return tuple(map(Path, found.submodule_search_locations or ())) if found else ()
