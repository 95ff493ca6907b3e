"""What was typed and what others saved meanwhile, brought together: nobody's words are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forum.core.languages import by_key
from forum.core.revisions import Change

Say = Callable[[str, Any], str]


@dataclass(frozen=True, slots=True)
class Line:
    """What stood there and what stands there now; `lang` is a tag where it is a text."""

    before: str
    after: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Theirs:
    """One thing that somebody else changed; `typed` where the form says something else."""

    word: object
    by: str
    at: str
    lines: tuple[Line, ...]
    typed: bool


def compare(
    changes: Iterable[Change],
    typed: Mapping[str, Any],
    *,
    words: Mapping[str, object],
    say: Say,
) -> tuple[list[str], list[Theirs]]:
    """Return the columns nobody touched in this form, and all that others changed.

    `typed` holds JSON values by column; `say` puts a value, or the moment under "at", in words.
    """
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for change in changes:
        first.setdefault(change.field, change)
        last[change.field] = change
    untouched = [name for name in first if name in typed and typed[name] == first[name].before]
    theirs = [
        Theirs(
            word=words[name],
            by=change.by,
            at=say("at", change.at),
            lines=_lines(name, first[name].before, change.after, say),
            typed=name in typed and name not in untouched and typed[name] != change.after,
        )
        for name, change in last.items()
        if name in words
    ]
    return untouched, theirs


def _lines(name: str, before: Any, after: Any, say: Say) -> tuple[Line, ...]:  # noqa: ANN401 - JSON values
    if isinstance(after, dict) or isinstance(before, dict):
        old, new = before or {}, after or {}
        return tuple(
            Line(old.get(key, ""), new.get(key, ""), language.tag)
            for key in {**old, **new}
            if (language := by_key(key)) and old.get(key, "") != new.get(key, "")
        )
    was, now = say(name, before), say(name, after)
    return (Line(was, now),) if was or now else ()
