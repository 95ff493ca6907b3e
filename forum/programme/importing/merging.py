"""Three sides of one thing: as last imported, as it stands here, as the file has it now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forum.core.languages import KEYS

Flat = Mapping[str, Any]
"""Values as JSON by path; a text in three languages has a path for each: title.zh-Hant."""

SESSION_TEXTS = ("title", "abstract")
SPEAKER_TEXTS = ("title", "affiliation", "biography")
TIME = "time"
"""The path of start, end and day together: [starts, ends, day], or [] without a time."""

MATERIALS = "materials"
"""The path of a session's links: those that are new in the file are added, none is taken away."""

TIME_COLUMNS = ("starts_at", "ends_at", "day")


class Verdict(StrEnum):
    """What becomes of a value that the file has otherwise than it stands here."""

    TAKE = "take"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value that differs; a conflict is kept as it stands here unless somebody says otherwise."""

    path: str
    ours: Any
    theirs: Any
    verdict: Verdict


def merge(base: Flat | None, ours: Flat, theirs: Flat) -> tuple[FieldChange, ...]:
    """Return what the file changes, of the paths it says something of.

    What is the same in the file as at the last import stays as it stands here. Without a last
    import an empty value in the file says nothing, and one that is empty here is filled.
    """
    found = []
    for path, value in theirs.items():
        here = ours.get(path, _nothing_like(value))
        if path == MATERIALS:
            if added := _added(value, here, (base or {}).get(path) or []):
                found.append(FieldChange(path, here, added, Verdict.TAKE))
            continue
        if value == here:
            continue
        if base is None or path not in base:
            if _is_empty(value):
                continue
            verdict = Verdict.TAKE if _is_empty(here) else Verdict.CONFLICT
        elif value == base[path]:
            continue
        else:
            verdict = Verdict.TAKE if here == base[path] else Verdict.CONFLICT
        found.append(FieldChange(path, here, value, verdict))
    return tuple(found)


def flat(values: Mapping[str, Any], texts: Iterable[str]) -> dict[str, Any]:
    """Return values by path; start, end and day become one."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in texts:
            found |= {f"{name}.{key}": (value or {}).get(key, "") for key in KEYS}
        elif name not in TIME_COLUMNS:
            found[name] = value
    if all(name in values for name in TIME_COLUMNS):
        times = [values[name] for name in TIME_COLUMNS]
        found[TIME] = times if times[0] else []
    return found


def whole(values: Flat, texts: Iterable[str]) -> dict[str, Any]:
    """Return the columns that paths make up, the opposite of `flat`; languages may be missing."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        name, _, key = path.partition(".")
        if key and name in texts:
            found.setdefault(name, {})
            if value:
                found[name][key] = value
        elif path == TIME:
            found |= dict(zip(TIME_COLUMNS, value or (None, None, None), strict=True))
        else:
            found[path] = value
    return found


def said(values: Flat, fields: frozenset[str]) -> dict[str, Any]:
    """Return what a format says, of values by path: whole fields, or one language of a text."""
    return {
        path: value
        for path, value in values.items()
        if path in fields
        or path.partition(".")[0] in fields
        or (path == TIME and "starts_at" in fields)
    }


def _added(theirs: Iterable[Flat], here: Iterable[Flat], before: Iterable[Flat]) -> list[Flat]:
    known = {one["url"] for one in (*here, *before)}
    return [one for one in theirs if one["url"] not in known]


def _is_empty(value: object) -> bool:
    return value in (None, "", [], {})


def _nothing_like(value: object) -> object:
    return [] if isinstance(value, list) else "" if isinstance(value, str) else None
