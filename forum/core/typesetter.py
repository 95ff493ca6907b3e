"""A program of its own that makes one PDF, so that all that Typst keeps in memory goes with it.

A job comes in as JSON: the folder with template and values, the template's name, folders of fonts
to try one after the other, the moment. The PDF goes out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

VALUES = "values.json"
STANDARD = "ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged for screen readers."""

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "en": ("Noto Sans CJK HK", "Noto Sans", "Source Sans 3", "DejaVu Sans"),
    "zh-Hant": (
        "Noto Sans CJK HK", "Source Han Sans HC", "Noto Sans HK", "Noto Sans CJK TC",
        "Source Han Sans TC", "Noto Sans TC", "PingFang HK", "Microsoft JhengHei",
    ),
    "zh-Hans": (
        "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Source Han Sans CN",
        "PingFang SC", "Microsoft YaHei",
    ),
}  # fmt: skip
"""Families by language, the best first; Typst falls back to any that has a character."""


def main() -> None:
    """Read a job, add `fonts` by language to its values, write the PDF."""
    job = json.load(sys.stdin)
    folder, template = Path(job["folder"]), job["template"]
    typst = import_module("typst")
    fonts = fonts_of(typst, job["fonts"])
    values = json.loads((folder / VALUES).read_text("utf-8"))
    values["fonts"] = families_in(fonts.families())
    (folder / VALUES).write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    made = typst.compile(
        str(folder / f"{template}.typ"),
        root=str(folder),
        font_paths=fonts,
        pdf_standards=[STANDARD],
        timestamp=job["made_at"],
    )
    sys.stdout.buffer.write(made)


def fonts_of(typst: Any, tries: Sequence[Sequence[str]]) -> Any:  # noqa: ANN401 - Typst may not be there
    """Return the fonts of the first folders that hold a Chinese one, else with the system's."""
    for folders in tries:
        fonts = typst.Fonts(include_system_fonts=False, font_paths=list(folders))
        if known(fonts.families(), FAMILIES["zh-Hant"] + FAMILIES["zh-Hans"]):
            return fonts
    return typst.Fonts(include_system_fonts=True, font_paths=list(tries[-1] if tries else ()))


def families_in(there: Sequence[str]) -> dict[str, list[str]]:
    """Return which families to use for each language; Chinese ones stand in for each other."""
    found = {key: known(there, wanted) for key, wanted in FAMILIES.items()}
    chinese = found["zh-Hant"] + found["zh-Hans"]
    fallback = found["en"] or list(there[:1])
    return {key: list(dict.fromkeys([*own, *chinese, *fallback])) for key, own in found.items()}


def known(there: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Return the wanted families that are there; Typst reads names without regard to case."""
    names = {name.casefold() for name in there}
    return [name for name in wanted if name.casefold() in names]


if __name__ == "__main__":
    main()
